"""One driver alone in a process, without a bus: what a family costs, and when it is ready.

`python -m tests.bench.one_driver FAMILY PORT` prints a line when the port is missing, and one when
the device is ready, and then lives until it is killed.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from drivers.base.registry import find
from drivers.base.scan import Onlooker
from firmware.contract.device import Status
from firmware.runtime.config import DeviceSection

MISSING, READY = "missing", "ready"


async def drive(family: str, port: str, folder: Path) -> None:
    found = find("kiosk.drivers", family)
    device = found("bench", DeviceSection(family, found.kind, port, found.usual_options), folder)
    device.host = onlooker = Onlooker()
    running = asyncio.create_task(device.run())
    for word, status in ((MISSING, Status.GONE), (READY, Status.READY)):
        while device.state().status is not status:
            onlooker.moved.clear()
            await onlooker.moved.wait()
        print(word, flush=True)
    await running


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="driver-") as folder:
        asyncio.run(drive(sys.argv[1], sys.argv[2], Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
