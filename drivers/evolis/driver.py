"""The adapter between a card printer and the device contract: a document once, and its outcome.

A PDF is drawn and turned into panels off the event loop, so that the wire keeps flowing.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, Any, ClassVar

import msgspec
import serial

from drivers.base.background import BackgroundDevice
from drivers.base.flight import What
from drivers.base.ledger import Ledger
from drivers.base.pdf import BadDocument
from drivers.base.protocol import CommandRefused
from drivers.evolis.bitmap import panels_of
from drivers.evolis.codec import Ribbon
from drivers.evolis.document import sides
from drivers.evolis.events import (
    Cancel,
    CardEjecting,
    CardRejected,
    Command,
    Event,
    Fault,
    FaultsChanged,
    IdentityKnown,
    JobFailed,
    JobPrinted,
    LinkLost,
    LinkSilent,
    PrinterReady,
    PrintSides,
    Supplies,
    blocking,
)
from drivers.evolis.jobs import CardBook, Fate, PrinterRecord
from drivers.evolis.protocol import HostProtocol
from drivers.evolis.states import State
from firmware.contract.device import (
    Acknowledge,
    Consumable,
    DeviceCommand,
    DeviceState,
    Identity,
    Kind,
    Outcome,
    Refill,
    Reply,
    Source,
    Status,
)
from firmware.contract.device import Fault as DeviceFault
from firmware.contract.document import CancelDocument, PrintDocument
from firmware.runtime.config import DeviceSection, convert
from firmware.runtime.spool import Spool, SpoolError

log = logging.getLogger("pvc")

STATUS: dict[State, Status] = {
    State.UNPLUGGED: Status.GONE,
    State.SYNCING: Status.STARTING,
    State.ASKING: Status.STARTING,
    State.CLEARING: Status.BUSY,
    State.IDLE: Status.READY,
    State.PRINTING: Status.BUSY,
    State.BLOCKED: Status.OUT_OF_SERVICE,
    State.SILENT: Status.GONE,
}
LINK_FAULT = {State.UNPLUGGED: Fault.LINK_LOST, State.SILENT: Fault.LINK_SILENT}
LONGEST_COMMAND = 16  # bytes on the way to the printer that are kept in a recording

Made = PrintSides | Fault


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[device.<name>.options]`."""

    ribbon: Ribbon = Ribbon.COLOUR
    feeder_cards: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100  # in a full feeder
    baudrate: Annotated[int, msgspec.Meta(ge=9600, le=921600)] = 115200
    spool: str = "/run/kiosk/spool"  # a tmpfs; the documents of this printer lie in <spool>/<name>


class CardPrinter(BackgroundDevice[Event, Command]):
    """One printer with a feeder and a reject box."""

    kind = Kind.PVC
    usual_options: ClassVar[dict[str, Any]] = {"ribbon": "ymcko", "baudrate": 115200}

    protocol: HostProtocol

    def __init__(self, name: str, section: DeviceSection, folder: Path) -> None:
        super().__init__(name, section, folder)
        self.options = convert(section.options, Options, f"device.{name}.options")
        self._book = CardBook(Ledger(folder / "cards.json", PrinterRecord))
        self._spool = Spool(Path(self.options.spool) / name)
        self._book.end_interrupted()
        self.protocol = HostProtocol(self.options.baudrate, self.options.ribbon, self._book.doubt)
        self._identity, self._supplies = Identity(), Supplies()
        self._job: str | None = None  # from the command until the printer has its pictures

    def serial_settings(self) -> dict[str, Any]:
        """8N1; the printer takes a whole panel before it prints."""
        return {
            "baudrate": self.options.baudrate,
            "bytesize": serial.EIGHTBITS,
            "parity": serial.PARITY_NONE,
            "stopbits": serial.STOPBITS_ONE,
        }

    def redact(self, what: What, data: bytes) -> bytes:
        """Commands, and of panels only their beginning: a citizen's card is in the dots."""
        return data if what is What.HEARD else data[:LONGEST_COMMAND]

    def on_start(self) -> None:
        """No card that was begun goes on, so no document is needed any more."""
        self._spool.wipe_all_but(())
        for event in self._book.untold:
            self.host.tell(event)

    # --- commands -------------------------------------------------------------------------

    def on_command(self, command: DeviceCommand) -> Reply:
        match command:
            case PrintDocument():
                return self._on_print(command)
            case CancelDocument(job):
                return self._on_cancel(job)
            case Acknowledge(key):
                self._book.acknowledge(key)
                return Reply(Outcome.DONE)
            case Refill("cards") if self._supplies.inserted is not None:
                self._book.feeder_filled(self._supplies.inserted)
                return Reply(Outcome.DONE)
            case _:
                return Reply(Outcome.REFUSED, f"a card printer has no {type(command).__name__}")

    def _on_print(self, order: PrintDocument) -> Reply:
        known = self._book.find(order.job)
        if known is not None:
            if known.event is not None:
                self.host.tell(known.event)
            return Reply(Outcome.DONE, known.fate)
        if (other := self._book.under_way) is not None:
            return Reply(Outcome.REFUSED, f"card {other.job} is being printed")
        if self.protocol.state is State.BLOCKED:
            self._book.start(order)
            self._end(order.job, Fate.FAILED, self._why_not())
            return Reply(Outcome.DONE, Fate.FAILED)
        if self.protocol.state is not State.IDLE:
            link = LINK_FAULT.get(self.protocol.state, "it is starting, or a card is in its path")
            return Reply(Outcome.REFUSED, link)  # it may be back in a moment: ask again
        try:
            pdf = self._spool.read(order.document, order.sha256)
        except SpoolError as error:  # wiped at a start between two commands
            return Reply(Outcome.MISSING, str(error))
        self._book.start(order)
        self._job = order.job
        self.in_background(
            lambda: self._sides(order, pdf), lambda made: self._on_sides(order.job, made)
        )
        return Reply(Outcome.DONE, Fate.STARTED)

    def _on_cancel(self, job: str) -> Reply:
        """Before `Se` it fails here and now; after that the printer's own word ends it."""
        known = self._book.find(job)
        if known is None:
            return Reply(Outcome.REFUSED, f"no job {job}")
        if known.event is not None:
            self.host.tell(known.event)
        elif job == self._job:
            self._job = None  # its pictures are still being made
            self._end(job, Fate.FAILED, Fault.CANCELLED)
        elif known.fate is Fate.STARTED:
            self.ask(Cancel(job))
        return Reply(Outcome.DONE, known.fate)

    # --- the document ---------------------------------------------------------------------

    def _sides(self, order: PrintDocument, pdf: bytes) -> Made:
        try:
            front, back = (panels_of(side, self.options.ribbon) for side in sides(pdf, order.pages))
        except BadDocument as error:
            log.error("%s: card %s: %s", self.name, order.job, error)
            return Fault.DOCUMENT
        return PrintSides(order.job, front, back)

    def _on_sides(self, job: str, made: Made) -> None:
        if self._job != job:
            return  # cancelled meanwhile
        self._job = None
        if isinstance(made, Fault):
            self._end(job, Fate.FAILED, made)
        else:
            self._give(made)
        self.host.changed()

    def _give(self, sides: PrintSides) -> None:
        try:
            self.ask(sides)
        except CommandRefused as error:
            log.warning("%s: %s", self.name, error)
            self._end(sides.job, Fate.FAILED, self._why_not())

    def _why_not(self) -> Fault:
        """The fault that stands in the way; silence, where no other is known yet."""
        link = LINK_FAULT.get(self.protocol.state)
        grave = blocking(self.protocol.faults)
        return link or (grave[0] if grave else Fault.LINK_SILENT)

    # --- events ---------------------------------------------------------------------------

    def on_event(self, event: Event) -> None:
        match event:
            case CardEjecting(job, printed_before, serial_number):
                self._book.eject(job, printed_before, serial_number)
            case JobPrinted(job):
                self._end(job, Fate.PRINTED)
            case JobFailed(job, fault):
                self._end(job, Fate.FAILED, fault)
            case CardRejected():
                self._book.count_rejected()
                log.info("%s: a card was rejected", self.name)
            case Supplies():
                self._supplies = event
                self._book.see_feeder(event.inserted, event.feeder_is_empty)
            case IdentityKnown(model, serial_number, firmware):
                self._identity = Identity("", model, serial_number, firmware)
            case FaultsChanged(faults):
                log.info("%s: %s", self.name, ", ".join(faults) or "all clear")
            case PrinterReady() | LinkSilent() | LinkLost():
                log.info("%s: %s", self.name, event)

    def _end(self, job: str, fate: Fate, fault: str = "") -> None:
        """A citizen's card is in RAM no longer than its job."""
        known = self._book.find(job)
        assert known is not None, f"job {job} was never started"
        event = self._book.end(job, fate, fault)
        self._spool.wipe(known.document)
        self.host.tell(event)

    # --- state ----------------------------------------------------------------------------

    def state(self) -> DeviceState:
        link = LINK_FAULT.get(self.protocol.state)
        faults = (link,) if link is not None else self.protocol.faults
        record = self._book.record
        return DeviceState(
            name=self.name,
            kind=self.section.kind,
            family=self.section.family,
            status=self._status(),
            faults=[DeviceFault(fault) for fault in faults],
            consumables=[
                Consumable(
                    "cards", self._cards_left(), "cards", Source.COUNTED, self.options.feeder_cards
                ),
                Consumable("ribbon", self._supplies.left, "sides", Source.MEASURED),
                Consumable("cleaning", self._supplies.until_cleaning, "cards", Source.MEASURED),
            ],
            identity=self._identity,
            counters={"printed": record.printed, "rejected": record.rejected},
        )

    def _cards_left(self) -> int | None:
        """None where the count has come to nothing while the feeder still holds cards."""
        inserted, loaded_at = self._supplies.inserted, self._book.record.loaded_at
        if self._supplies.feeder_is_empty:
            return 0
        if inserted is None or loaded_at is None:
            return None
        left = self.options.feeder_cards - (inserted - loaded_at)
        return left if left > 0 else None

    def _status(self) -> Status:
        status = STATUS[self.protocol.state]
        if self.protocol.state is State.CLEARING and blocking(self.protocol.faults):
            return (
                Status.OUT_OF_SERVICE
            )  # it is tried again and again, and nobody may pay meanwhile
        if status is Status.READY and self._job is not None:
            return Status.BUSY
        if status is Status.READY and self.protocol.faults:
            return Status.DEGRADED
        return status
