"""`kiosk-uplink`: what the kiosk tells its fleet, and what the fleet may ask of it."""

from __future__ import annotations

import argparse
import logging
import sys
from random import Random

from firmware.runtime.clock import SystemClock
from firmware.runtime.config import Config
from firmware.runtime.daemon import start
from firmware.uplink.daemon import UplinkDaemon, idle
from firmware.uplink.hands import SystemHands
from firmware.uplink.kept import BOOT_ID, Kept
from firmware.uplink.pace import Tempo

log = logging.getLogger("uplink")


async def serve(config: Config, options: argparse.Namespace) -> None:
    if config.uplink is None:
        log.info("no [uplink] in kiosk.toml: the fleet hears nothing of this kiosk")
        await idle(config)
        return
    kept = Kept.open(config, SystemClock(), BOOT_ID.read_text(encoding="ascii").strip())
    try:
        await UplinkDaemon(config, config.uplink, kept, SystemHands(), Random(), Tempo()).run()
    finally:
        kept.close()


def main() -> int:
    return start("kiosk-uplink", serve)


if __name__ == "__main__":
    sys.exit(main())
