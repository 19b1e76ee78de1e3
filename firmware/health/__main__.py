"""`kiosk-health`: the daemon that knows how the kiosk is."""

from __future__ import annotations

import argparse
import subprocess
import sys

from firmware.health.daemon import HealthDaemon
from firmware.runtime.clock import SystemClock
from firmware.runtime.config import Config
from firmware.runtime.daemon import start


async def serve(config: Config, options: argparse.Namespace) -> None:
    await HealthDaemon(config, SystemClock(), halt).run()


def halt() -> None:
    """The mains are off and the battery is low, and nothing is under way. systemd stops what runs;
    a machine that is not ours to halt refuses, and goes on until the battery ends."""
    subprocess.Popen(["systemctl", "--no-block", "poweroff"])


def main() -> int:
    return start("kiosk-health", serve)


if __name__ == "__main__":
    sys.exit(main())
