"""One driver alone in a process, without a bus: what a family costs, and when it is ready.

`python -m tests.bench.one_driver FAMILY KIND PORT OPTIONS` prints a line when the port is missing,
and one when the device is ready, and then lives until it is killed.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path

from drivers.base.registry import find
from drivers.base.scan import Onlooker
from firmware.contract.device import Kind, Status
from firmware.runtime.config import DeviceSection

NAME = "bench"
MISSING, READY = "missing", "ready"


async def drive(section: DeviceSection, folder: Path) -> None:
    device = find("kiosk.drivers", section.family)(NAME, section, folder)
    device.host = onlooker = Onlooker()
    running = asyncio.create_task(device.run())
    has_pins = "pin_factory" in section.options  # they say nothing until they are there
    missing = {Status.GONE, Status.STARTING} if has_pins else {Status.GONE}
    for word, expected in ((MISSING, missing), (READY, {Status.READY})):
        while device.state().status not in expected:
            onlooker.moved.clear()
            await onlooker.moved.wait()
        print(word, flush=True)
    await running


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="driver-") as folder:
        family, kind, port, options = sys.argv[1:]
        section = DeviceSection(family, Kind(kind), port, json.loads(options))
        asyncio.run(drive(section, Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
