"""The adapter between a card printer and the device contract: `PrintCard` once, and its outcome.

Pictures are read and turned into panels off the event loop, so that the wire keeps flowing.
"""

from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import Annotated, Any, ClassVar

import msgspec
import serial
from PIL import Image, UnidentifiedImageError

from drivers.base.background import BackgroundDevice
from drivers.base.flight import What
from drivers.base.ledger import Ledger
from drivers.base.protocol import CommandRefused
from drivers.evolis.bitmap import PictureError, panels_of
from drivers.evolis.codec import Ribbon
from drivers.evolis.events import (
    CardEjecting,
    CardRejected,
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
from drivers.evolis.jobs import OPEN, CardBook, CardRecord, Fate, PrinterRecord
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
from firmware.contract.pvc import PrintCard, SpooledSide
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

Sides = PrintSides | Fault


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[device.<name>.options]`."""

    ribbon: Ribbon = Ribbon.COLOUR
    feeder_cards: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100  # in a full feeder
    baudrate: Annotated[int, msgspec.Meta(ge=9600, le=921600)] = 115200
    spool: str = "/run/kiosk/spool"  # a tmpfs; pictures of this printer lie in <spool>/<name>


class CardPrinter(BackgroundDevice[Event, PrintSides]):
    """One printer with a feeder and a reject box."""

    kind = Kind.PVC
    usual_options: ClassVar[dict[str, Any]] = {"ribbon": "ymcko", "baudrate": 115200}

    protocol: HostProtocol

    def __init__(self, name: str, section: DeviceSection, folder: Path) -> None:
        super().__init__(name, section, folder)
        self.options = convert(section.options, Options, f"device.{name}.options")
        self._book = CardBook(Ledger(folder / "cards.json", PrinterRecord))
        self._spool = Spool(Path(self.options.spool) / name)
        self._interrupted = self._book.end_interrupted()
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
        for known in self._interrupted:
            self._wipe(known)
        for event in self._book.untold:
            self.host.tell(event)

    # --- commands -------------------------------------------------------------------------

    def on_command(self, command: DeviceCommand) -> Reply:
        match command:
            case PrintCard():
                return self._on_print(command)
            case Acknowledge(key):
                self._book.acknowledge(key)
                return Reply(Outcome.DONE)
            case Refill("cards") if self._supplies.inserted is not None:
                self._book.feeder_filled(self._supplies.inserted)
                return Reply(Outcome.DONE)
            case _:
                return Reply(Outcome.REFUSED, f"a card printer has no {type(command).__name__}")

    def _on_print(self, order: PrintCard) -> Reply:
        known = self._book.find(order.job)
        if known is not None:
            if known.event is not None:
                self.host.tell(known.event)
            return Reply(Outcome.DONE, known.fate)
        if (busy := self._job_under_way()) is not None:
            return Reply(Outcome.REFUSED, f"card {busy} is being printed")
        if self.protocol.state is State.BLOCKED:
            self._book.start(order)
            self._end(order.job, Fate.FAILED, self._why_not())
            return Reply(Outcome.DONE, Fate.FAILED)
        if self.protocol.state is not State.IDLE:
            return Reply(Outcome.REFUSED, self._why_not())  # it may be back in a moment: ask again
        self._book.start(order)
        self._job = order.job
        self.in_background(lambda: self._sides(order), self._on_sides)
        return Reply(Outcome.DONE, Fate.STARTED)

    def _job_under_way(self) -> str | None:
        """One that the book holds open, a card in doubt too."""
        return next((known.job for known in self._book.jobs if known.fate in OPEN), None)

    def _sides(self, order: PrintCard) -> Sides:
        try:
            front, back = (
                panels_of(self._picture(side), self.options.ribbon)
                for side in (order.front, order.back)
            )
        except (SpoolError, PictureError) as error:
            log.error("%s: card %s: %s", self.name, order.job, error)
            return Fault.PICTURE
        return PrintSides(order.job, front, back)

    def _picture(self, side: SpooledSide) -> Image.Image:
        """Raises SpoolError, PictureError."""
        content = self._spool.read(side.document, side.sha256)
        try:
            picture = Image.open(io.BytesIO(content), formats=["PNG"])
            picture.load()
        except (
            UnidentifiedImageError,
            OSError,
            SyntaxError,
            Image.DecompressionBombError,
        ) as error:
            raise PictureError(f"document {side.document}: {error}") from None
        return picture

    def _on_sides(self, sides: Sides) -> None:
        assert self._job is not None
        job, self._job = self._job, None
        if isinstance(sides, Fault):
            self._end(job, Fate.FAILED, sides)
        else:
            self._give(sides)
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
            case CardEjecting(job, printed_before):
                self._book.eject(job, printed_before)
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
        known = self._book.find(job)
        event = self._book.end(job, fate, fault)
        if known is not None:
            self._wipe(known)
        self.host.tell(event)

    def _wipe(self, known: CardRecord) -> None:
        """A citizen's card is in RAM no longer than its job."""
        for document in known.documents:
            self._spool.wipe(document)

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
        if status is Status.READY and self._job is not None:
            return Status.BUSY
        if status is Status.READY and self.protocol.faults:
            return Status.DEGRADED
        return status
