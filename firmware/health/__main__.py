"""`kiosk-health`: the daemon that knows how the kiosk is, and halts it when the power ends."""

from __future__ import annotations

import argparse
import logging
import os
import subprocess
import sys

from firmware.health.daemon import HealthDaemon
from firmware.runtime.clock import SystemClock
from firmware.runtime.config import Config
from firmware.runtime.daemon import start

log = logging.getLogger("health")

MAY_HALT = "KIOSK_MAY_HALT"  # set by the unit: a demo must not halt the machine it runs on


async def serve(config: Config, options: argparse.Namespace) -> None:
    await HealthDaemon(config, SystemClock(), halt).run()


def halt() -> None:
    """The mains are off and the battery is low, and nothing is under way. systemd stops what runs;
    where it refuses, the kiosk goes on until the battery ends."""
    if os.environ.get(MAY_HALT) != "1":
        log.warning("the machine would be halted now; %s is not 1", MAY_HALT)
        return
    subprocess.Popen(["systemctl", "--no-block", "poweroff"])


def main() -> int:
    return start("kiosk-health", serve)


if __name__ == "__main__":
    sys.exit(main())
