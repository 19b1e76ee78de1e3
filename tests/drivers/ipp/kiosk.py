"""The driver as it runs in the kiosk: an event loop, a TCP connection, a spool."""

from __future__ import annotations

from pathlib import Path

from drivers.ipp.driver import PagePrinter
from firmware.contract.device import Kind, Outcome, Status
from firmware.contract.document import PrintDocument
from firmware.runtime.config import DeviceSection
from firmware.runtime.spool import Spool
from tests.drivers.listener import Listener


class Kiosk(Listener):
    """Has documents printed."""

    def __init__(self, folder: Path, uri: str) -> None:
        self.spool = Spool(folder / "spool" / "page")
        options = {"spool": str(folder / "spool")}
        section = DeviceSection("ipp", Kind.PAGE, uri, options)
        super().__init__(PagePrinter("page", section, folder / "state"))

    def order(self, job: str, content: bytes, pages: int) -> None:
        name, sha256 = self.spool.put(content)
        reply = self.device.on_command(PrintDocument(job, name, sha256, pages))
        assert reply.outcome is Outcome.DONE, reply

    async def until_ready(self) -> None:
        await self.until_status(Status.READY, Status.DEGRADED)
