"""`kiosk-driver NAME`: the daemon of the device that `kiosk.toml` calls NAME."""

from __future__ import annotations

import argparse
import difflib
import sys

from drivers.base.daemon import DriverDaemon
from drivers.base.registry import find
from firmware.runtime.config import Config, ConfigError
from firmware.runtime.daemon import start


async def serve(config: Config, options: argparse.Namespace) -> None:
    name: str = options.device
    if name not in config.device:
        near = difflib.get_close_matches(name, sorted(config.device), n=1)
        raise ConfigError(f"no [device.{name}]" + (f"; did you mean {near[0]}?" if near else ""))
    section = config.device[name]
    folder = config.state_folder / "devices" / name
    device = find("kiosk.drivers", section.family)(name, section, folder)
    await DriverDaemon(device, config).run()


def main() -> int:
    return start("kiosk-driver", serve, "device")


if __name__ == "__main__":
    sys.exit(main())
