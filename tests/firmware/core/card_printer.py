"""A card printer at the contract: a card is out whole, or goes to the reject box."""

from __future__ import annotations

from firmware.contract.device import (
    Consumable,
    DeviceState,
    Fault,
    Kind,
    Outcome,
    Reply,
    Source,
    Status,
)
from firmware.contract.document import CancelDocument, DocumentFailed, DocumentPrinted
from tests.firmware.core.page_printer import PagePrinter

SIDES = 2
TICKS_A_SIDE = 2


class CardPrinter(PagePrinter):
    """`sheets` are blank cards. Whatever stands in its way ends the card; nothing waits in it.

    After `is_leaving` a cancel comes too late, as after `Se` of a real one.
    """

    name, kind = "pvc", Kind.PVC

    def __init__(self) -> None:
        super().__init__()
        self.sheets = 100
        self.ribbon = 200  # sides
        self.rejected = 0
        self._ticks = 0

    @property
    def is_leaving(self) -> bool:
        return self._ticks >= SIDES * TICKS_A_SIDE - 1

    @property
    def obstacle(self) -> str:
        if self.is_jammed:
            return "pvc.jam"
        if not self.sheets and self.open is None:
            return "pvc.feeder.empty"
        return "pvc.ribbon.end" if self.ribbon < SIDES and self.open is None else ""

    def tick(self) -> None:
        if self.open is None or not self.is_there:
            return
        if self.is_jammed or (not self._ticks and not self.sheets):
            self.fail("pvc.jam" if self.is_jammed else "pvc.feeder.empty")
            return
        self.sheets -= not self._ticks
        self._ticks += 1
        self.ribbon -= self._ticks % TICKS_A_SIDE
        if self._ticks == SIDES * TICKS_A_SIDE:
            self.tray.append(self._content.decode())
            self._ticks = 0
            self._end(DocumentPrinted(self.open.job, self.open.pages))

    def fail(self, fault: str) -> None:
        """A card that was fetched is rejected."""
        assert self.open is not None
        self.rejected += bool(self._ticks)
        self._ticks = 0
        self._end(DocumentFailed(self.open.job, 0, fault))

    def restart(self) -> None:
        """The driver: a card that was begun goes to the reject box, so it needs no document."""
        if self.open is not None and not self.is_leaving:
            self.fail("pvc.interrupted")
        self.spooled.clear()
        self.untold |= self.ended

    def _cancel(self, command: CancelDocument) -> Reply:
        if self.open is not None and self.open.job == command.job and self.is_leaving:
            return Reply(Outcome.DONE, "ejecting")
        if self.open is not None and self.open.job == command.job:
            self.fail("pvc.cancelled")
            return Reply(Outcome.DONE)
        return super()._cancel(command)

    @property
    def status(self) -> Status:
        if not self.is_there:
            return Status.GONE
        if self.obstacle:
            return Status.OUT_OF_SERVICE
        return Status.READY if self.open is None else Status.BUSY

    @property
    def state(self) -> DeviceState:
        return DeviceState(
            name=self.name,
            kind=self.kind,
            family="evolis",
            status=self.status,
            faults=[Fault(self.obstacle)] if self.obstacle else [],
            consumables=[
                Consumable("cards", self.sheets, "cards", Source.COUNTED, 100),
                Consumable("ribbon", self.ribbon, "sides", Source.MEASURED),
            ],
        )
