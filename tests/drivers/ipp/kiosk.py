"""The driver as it runs in the kiosk: an event loop, a TCP connection, and the daemon's part."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from drivers.ipp.driver import PagePrinter
from firmware.contract.device import DeviceEvent, DeviceState, Kind, Outcome, Status
from firmware.contract.document import PrintDocument
from firmware.runtime.config import DeviceSection
from firmware.runtime.spool import Spool

PATIENCE = 60.0  # seconds; only a failing test waits so long


class Kiosk:
    """The daemon's part: hears events, and can wait for a state or an event."""

    def __init__(self, folder: Path, uri: str) -> None:
        self.spool = Spool(folder / "spool" / "page")
        options = {"spool": str(folder / "spool")}
        section = DeviceSection("ipp", Kind.PAGE, uri, options)
        self.device = PagePrinter("page", section, folder / "state")
        self.device.host = self
        self.events: list[DeviceEvent] = []
        self._moved = asyncio.Event()

    def tell(self, event: DeviceEvent) -> None:
        self.events.append(event)
        self._moved.set()

    def changed(self) -> None:
        self._moved.set()

    def order(self, job: str, content: bytes, pages: int) -> None:
        name, sha256 = self.spool.put(content)
        reply = self.device.on_command(PrintDocument(job, name, sha256, pages))
        assert reply.outcome is Outcome.DONE, reply

    async def until(self, is_true: Callable[[DeviceState], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not is_true(self.device.state()):
                self._moved.clear()
                await self._moved.wait()

    async def until_fault(self, code: str) -> None:
        await self.until(lambda state: code in [fault.code for fault in state.faults])

    async def until_ready(self) -> None:
        await self.until(lambda state: state.status in (Status.READY, Status.DEGRADED))


@contextlib.asynccontextmanager
async def kiosk(folder: Path, uri: str) -> AsyncIterator[Kiosk]:
    made = Kiosk(folder, uri)
    task = asyncio.create_task(made.device.run())
    try:
        yield made
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        made.device.close()
