"""`kiosk-health`: the daemon that knows how the kiosk is."""

from __future__ import annotations

import argparse
import sys

from firmware.health.daemon import HealthDaemon
from firmware.runtime.clock import SystemClock
from firmware.runtime.config import Config
from firmware.runtime.daemon import start


async def serve(config: Config, options: argparse.Namespace) -> None:
    await HealthDaemon(config, SystemClock()).run()


def main() -> int:
    return start("kiosk-health", serve)


if __name__ == "__main__":
    sys.exit(main())
