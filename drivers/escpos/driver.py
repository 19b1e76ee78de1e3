"""The adapter between ESC/POS and the device contract: `Print` once, and say what became of it.

A ticket is drawn off the event loop, so that the printer's status keeps flowing meanwhile.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, Any, ClassVar

import msgspec
import serial
from PIL import Image

from drivers.base.background import BackgroundDevice
from drivers.base.flight import What
from drivers.base.jobs import Fate
from drivers.base.ledger import Ledger
from drivers.base.protocol import CommandRefused
from drivers.escpos.codec import DOTS_PER_MM
from drivers.escpos.events import (
    Event,
    Fault,
    FaultsChanged,
    IdentityKnown,
    JobFailed,
    JobPrinted,
    LinkLost,
    LinkSilent,
    PrinterReady,
    PrintJob,
    blocking,
)
from drivers.escpos.job import CUT_FEED
from drivers.escpos.jobs import PrinterRecord, TicketBook
from drivers.escpos.protocol import HostProtocol
from drivers.escpos.raster import Rasteriser, dots_of
from drivers.escpos.states import State
from firmware.contract.device import (
    Acknowledge,
    Consumable,
    DeviceCommand,
    DeviceState,
    Identity,
    Kind,
    Outcome,
    Print,
    Reply,
    Source,
    Status,
)
from firmware.contract.device import Fault as DeviceFault
from firmware.contract.ticket import Ticket
from firmware.runtime.config import DeviceSection, convert

log = logging.getLogger("receipt")

WAY_TO_CUTTER = 12 * DOTS_PER_MM  # rows of white that every cut feeds, about
STATUS: dict[State, Status] = {
    State.UNPLUGGED: Status.GONE,
    State.STARTING: Status.STARTING,
    State.IDLE: Status.READY,
    State.PRINTING: Status.BUSY,
    State.BLOCKED: Status.OUT_OF_SERVICE,
    State.SILENT: Status.GONE,
}
LINK_FAULT = {State.UNPLUGGED: Fault.LINK_LOST, State.SILENT: Fault.LINK_SILENT}


LONGEST_COMMAND = 16  # bytes on the way to the printer that are kept in a recording


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[device.<name>.options]`."""

    width_dots: Annotated[int, msgspec.Meta(ge=320, le=640, multiple_of=8)] = 576
    baudrate: Annotated[int, msgspec.Meta(ge=9600, le=921600)] = 115200
    roll_mm: Annotated[int, msgspec.Meta(ge=1000, le=400_000)] = 50_000  # of a new roll


class ReceiptPrinter(BackgroundDevice[Event, PrintJob]):
    """One printer with a cutter."""

    kind = Kind.RECEIPT
    usual_options: ClassVar[dict[str, Any]] = {"width_dots": 576, "baudrate": 115200}

    protocol: HostProtocol

    def __init__(self, name: str, section: DeviceSection, folder: Path) -> None:
        super().__init__(name, section, folder)
        self.options = convert(section.options, Options, f"device.{name}.options")
        ledger = Ledger(folder / "printer.json", PrinterRecord)
        self._book = TicketBook(ledger, self.options.roll_mm * DOTS_PER_MM)
        self._rasteriser = Rasteriser(self.options.width_dots)
        self.protocol = HostProtocol(self.options.baudrate, self._book.has_interrupted)
        self._faults: tuple[Fault, ...] = ()
        self._identity = Identity()
        self._job: str | None = None  # from the command to its end
        self._rows = 0  # of the job's picture

    def serial_settings(self) -> dict[str, Any]:
        """8N1 and no flow control: the window of process ids is ours (job.py)."""
        return {
            "baudrate": self.options.baudrate,
            "bytesize": serial.EIGHTBITS,
            "parity": serial.PARITY_NONE,
            "stopbits": serial.STOPBITS_ONE,
        }

    def redact(self, what: What, data: bytes) -> bytes:
        """Commands, and of pictures only their beginning: a citizen's name is in the dots."""
        return data if what is What.HEARD else data[:LONGEST_COMMAND]

    def on_start(self) -> None:
        for event in self._book.untold:
            self.host.tell(event)

    # --- commands -------------------------------------------------------------------------

    def on_command(self, command: DeviceCommand) -> Reply:
        match command:
            case Print(job, ticket):
                return self._on_print(job, ticket)
            case Acknowledge(key):
                self._book.acknowledge(key)
                return Reply(Outcome.DONE)
            case _:
                return Reply(Outcome.REFUSED, f"a receipt printer has no {type(command).__name__}")

    def _on_print(self, job: str, ticket: Ticket) -> Reply:
        known = self._book.find(job)
        if known is not None:
            if known.event is not None:
                self.host.tell(known.event)
            return Reply(Outcome.DONE, known.fate)
        if self._job is not None:
            return Reply(Outcome.REFUSED, f"job {self._job} is being printed")
        if self.protocol.state is State.BLOCKED:
            return self._fail_at_once(job)
        if self.protocol.state is not State.IDLE:
            return Reply(Outcome.REFUSED, self._why_not())  # it may be back in a moment: ask again
        self._book.start(job)
        self._job = job
        self._rows = 0
        self.in_background(lambda: self._rasteriser.draw(ticket), self._on_drawn)
        return Reply(Outcome.DONE, Fate.STARTED)

    def _fail_at_once(self, job: str) -> Reply:
        """The printer says that it cannot: the citizen's proof must come from elsewhere, now."""
        self._rows = 0
        self._end(job, Fate.FAILED, self._why_not())
        return Reply(Outcome.DONE, Fate.FAILED)

    def _on_drawn(self, picture: Image.Image) -> None:
        assert self._job is not None
        with picture:
            dots, row_bytes = dots_of(picture), picture.width // 8
            self._rows = picture.height
        try:
            self.ask(PrintJob(self._job, dots, row_bytes))
        except CommandRefused as error:
            log.warning("%s: %s", self.name, error)
            self._rows = 0
            self._end(self._job, Fate.FAILED, self._why_not())
        self.host.changed()

    def _why_not(self) -> str:
        """The fault that stands in the way; silence, where no other is known yet."""
        link = LINK_FAULT.get(self.protocol.state)
        if link is not None:
            return link
        if grave := blocking(self._faults):
            return grave[0]
        return (
            self.protocol.broken_by if self.protocol.state is State.BLOCKED else Fault.LINK_SILENT
        )

    # --- events ---------------------------------------------------------------------------

    def on_event(self, event: Event) -> None:
        match event:
            case JobPrinted(job):
                self._end(job, Fate.PRINTED)
            case JobFailed(job, fault):
                self._end(job, Fate.FAILED, fault)
            case FaultsChanged(faults):
                self._on_faults(faults)
            case IdentityKnown(maker, model, serial_number, firmware):
                self._identity = Identity(maker, model, serial_number, firmware)
                log.info("%s: %s", self.name, self._identity)
            case PrinterReady():
                self._on_ready()
            case LinkSilent() | LinkLost():
                log.info("%s: %s", self.name, event)

    def _on_ready(self) -> None:
        """A roll that ended, and was changed while nobody looked, is new."""
        if not self._book.record.rows_left and not _sees_little(self._faults):
            self._book.set_paper(is_full=True)

    def _end(self, job: str, fate: Fate, fault: str = "") -> None:
        rows = self._rows + CUT_FEED + WAY_TO_CUTTER if self._rows else 0
        event = self._book.end(job, fate, rows, fault)
        self._job = None
        self.host.tell(event)

    def _on_faults(self, faults: tuple[Fault, ...]) -> None:
        """The sensors correct the count, where they see an end or a new roll."""
        before, self._faults = self._faults, faults
        log.info("%s: %s", self.name, ", ".join(faults) or "all clear")
        if Fault.PAPER_END in faults:
            self._book.set_paper(is_full=False)
        elif _sees_little(before) and not _sees_little(faults):
            self._book.set_paper(is_full=True)

    # --- state ----------------------------------------------------------------------------

    def state(self) -> DeviceState:
        link = LINK_FAULT.get(self.protocol.state)
        faults = (link,) if link is not None else self._faults
        record = self._book.record
        has_lost_count = not record.rows_left and Fault.PAPER_END not in faults
        level = None if has_lost_count else record.rows_left // DOTS_PER_MM
        return DeviceState(
            name=self.name,
            kind=self.section.kind,
            family=self.section.family,
            status=self._status(),
            faults=[DeviceFault(fault) for fault in faults],
            consumables=[Consumable("paper", level, "mm", Source.COUNTED)],
            identity=self._identity,
            counters={"tickets": record.tickets, "cuts": record.cuts},
        )

    def _status(self) -> Status:
        status = STATUS[self.protocol.state]
        if status is Status.READY and self._job is not None:
            return Status.BUSY
        if status is Status.READY and self._faults:
            return Status.DEGRADED
        return status


def _sees_little(faults: tuple[Fault, ...]) -> bool:
    return Fault.PAPER_END in faults or Fault.PAPER_NEAR_END in faults
