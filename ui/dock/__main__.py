"""`kiosk-dock`: a window with hands for the emulated devices. Never on a kiosk in the field."""

from __future__ import annotations

import argparse
import asyncio
import sys

from firmware.runtime.config import Config
from firmware.runtime.daemon import start
from ui.dock.reach import Reach
from ui.environment import prepare

WIDTH, HEIGHT = 560, 900
GAP = 20  # pixels between the kiosk and the dock


async def run(config: Config, options: argparse.Namespace) -> None:
    prepare(WIDTH, HEIGHT, False, density=1.0, left=config.ui.width + GAP)
    from ui.dock.app import DockApp

    app = DockApp(config, Reach(config.run_folder))
    async with asyncio.TaskGroup() as group:
        looking = group.create_task(app.dock.keep_looking())
        await app.async_run(async_lib="asyncio")
        looking.cancel()


def main() -> int:
    return start("kiosk-dock", run)


if __name__ == "__main__":
    sys.exit(main())
