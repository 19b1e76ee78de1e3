"""The adapter between ESC/POS and the device contract: `Print` once, and say what became of it.

A ticket is drawn off the event loop, so that the printer's status keeps flowing meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import msgspec
import serial
import usb.util
from PIL import Image

from drivers.base.background import BackgroundDevice
from drivers.base.faults import LinkLost as PortLost
from drivers.base.flight import What
from drivers.base.jobs import Fate
from drivers.base.ledger import Ledger
from drivers.base.protocol import CommandRefused
from drivers.base.transport import Transport
from drivers.base.usb import PRINTER, Claimed, UsbAddress, claim, device_id
from drivers.base.usb_bench import BenchBackend
from drivers.base.usb_transport import UsbTransport
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
from drivers.escpos.logo import load_logo
from drivers.escpos.protocol import HostProtocol
from drivers.escpos.raster import Rasteriser, dots_of
from drivers.escpos.states import State
from drivers.escpos.usb import PRODUCT, VENDOR, UsbHostProtocol
from firmware.contract.device import (
    Acknowledge,
    Consumable,
    DeviceCommand,
    DeviceState,
    Identity,
    Kind,
    Outcome,
    Print,
    Refill,
    Reply,
    Source,
    Status,
)
from firmware.contract.device import Fault as DeviceFault
from firmware.contract.ticket import Ticket
from firmware.runtime.config import DeviceSection, convert

log = logging.getLogger("receipt")

CUTTER_LIFE = 1_000_000  # cuts; makers of kiosk printers promise one to two million
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


UsbNumber = Annotated[int, msgspec.Meta(ge=0, le=0xFFFF)]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[device.<name>.options]`. With `usb`, the printer is found by its numbers, not by a port."""

    width_dots: Annotated[int, msgspec.Meta(ge=320, le=640, multiple_of=8)] = 576
    baudrate: Annotated[int, msgspec.Meta(ge=9600, le=921600)] = 115200
    roll_mm: Annotated[int, msgspec.Meta(ge=1000, le=400_000)] = 50_000  # of a new roll
    flow: Literal["none", "rtscts", "xonxoff"] = "none"  # of the serial port, as the cable has it
    logo: str = ""  # a picture file; kept in the printer's memory, on top of every ticket
    usb: Literal["", "libusb", "bench"] = ""  # bench: `port` is the socket of kiosk-bench
    vendor: UsbNumber = VENDOR
    product: UsbNumber = PRODUCT
    serial: str = ""  # of the USB descriptor; empty: the only one there is


class ReceiptPrinter(BackgroundDevice[Event, PrintJob]):
    """One printer with a cutter."""

    kind = Kind.RECEIPT
    usual_options: ClassVar[dict[str, Any]] = {"width_dots": 576, "baudrate": 115200}

    usb_interface = PRINTER

    protocol: HostProtocol

    def __init__(self, name: str, section: DeviceSection, folder: Path) -> None:
        super().__init__(name, section, folder)
        self.options = convert(section.options, Options, f"device.{name}.options")
        ledger = Ledger(folder / "printer.json", PrinterRecord)
        self._book = TicketBook(ledger, self.options.roll_mm * DOTS_PER_MM)
        self._rasteriser = Rasteriser(self.options.width_dots)
        path, width = self.options.logo, self.options.width_dots
        self._logo = load_logo(Path(path), width) if path else None
        self.protocol = self._make_protocol()
        self._faults: tuple[Fault, ...] = ()
        self._identity = Identity()
        self._job: str | None = None  # from the command to its end
        self._rows = 0  # of the job's picture

    def _make_protocol(self) -> HostProtocol:
        half_is_inside = self._book.has_interrupted
        if self.options.usb:
            return UsbHostProtocol(half_is_inside, self._logo)
        return HostProtocol(self.options.baudrate, half_is_inside, self._logo)

    async def open_wire(self) -> Transport:
        if not self.options.usb:
            return await super().open_wire()
        claimed = await asyncio.to_thread(self._claim)
        name = str(self._address)
        return UsbTransport(claimed, name, lambda data: self._on_bytes(bytes(data)), self._on_lost)

    @property
    def _address(self) -> UsbAddress:
        return UsbAddress(self.options.vendor, self.options.product, self.options.serial)

    def _claim(self) -> Claimed:
        """Blocks; raises PortLost, also for a printer that says that it speaks no ESC/POS."""
        bench = self.options.usb == "bench"
        backend = BenchBackend(Path(self.section.port)) if bench else None
        claimed = claim(self._address, backend, PRINTER)
        who = device_id(claimed)
        if "CMD" in who and "ESC" not in who["CMD"].upper():
            usb.util.dispose_resources(claimed.device)
            raise PortLost(
                f"{self._address}: expected a printer that speaks ESC/POS, "
                f"got {who.get('MFG', '')} {who.get('MDL', '')}, which speaks {who['CMD']}"
            )
        return claimed

    def serial_settings(self) -> dict[str, Any]:
        """8N1. The window of process ids (job.py) is ours, and most printers need no other."""
        return {
            "baudrate": self.options.baudrate,
            "bytesize": serial.EIGHTBITS,
            "parity": serial.PARITY_NONE,
            "stopbits": serial.STOPBITS_ONE,
            "rtscts": self.options.flow == "rtscts",
            "xonxoff": self.options.flow == "xonxoff",
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
            case Refill(consumable):
                return self._on_refill(consumable)
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
        if self.protocol.state is State.BLOCKED or self.protocol.mute_because is not None:
            return self._fail_at_once(job)
        if self.protocol.state is not State.IDLE:
            return Reply(Outcome.REFUSED, self._why_not())  # it may be back in a moment: ask again
        self._book.start(job)
        self._job = job
        self._rows = 0
        self.in_background(lambda: self._rasteriser.draw(ticket), self._on_drawn)
        return Reply(Outcome.DONE, Fate.STARTED)

    def _on_refill(self, consumable: str) -> Reply:
        match consumable:
            case "paper":
                self._book.set_paper(is_full=True)
            case "cutter":
                self._book.renew_cutter()
            case _:
                return Reply(Outcome.REFUSED, f"expected paper or cutter, got {consumable}")
        return Reply(Outcome.DONE)

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
        if self._is_too_long:
            self._rows = 0
            self._end(self._job, Fate.FAILED, Fault.PAPER_SHORT)
            self.host.changed()
            return
        try:
            self.ask(PrintJob(self._job, dots, row_bytes))
        except CommandRefused as error:
            log.warning("%s: %s", self.name, error)
            self._rows = 0
            self._end(self._job, Fate.FAILED, self._why_not())
        self.host.changed()

    @property
    def _rows_with_cut(self) -> int:
        """What the job's picture takes off the roll."""
        has_logo = self._logo is not None and self.protocol.logo_is_stored
        logo = self._logo.rows if self._logo is not None and has_logo else 0
        return logo + self._rows + CUT_FEED + WAY_TO_CUTTER

    @property
    def _is_too_long(self) -> bool:
        """Longer than what is left, by the count, of a roll whose end its sensor sees."""
        left = self._book.record.rows_left
        return Fault.PAPER_NEAR_END in self._faults and 0 < left < self._rows_with_cut

    def _why_not(self) -> str:
        """The fault that stands in the way; silence, where no other is known yet."""
        link = self._link_fault()
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
        rows = self._rows_with_cut if self._rows else 0
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
        link = self._link_fault()
        faults = (link,) if link is not None else self._faults
        record = self._book.record
        has_lost_count = not record.rows_left and Fault.PAPER_END not in faults
        level = None if has_lost_count else record.rows_left // DOTS_PER_MM
        cuts_left = max(0, CUTTER_LIFE - (record.cuts - record.cutter_since))
        return DeviceState(
            name=self.name,
            kind=self.section.kind,
            family=self.section.family,
            status=self._status(),
            faults=[DeviceFault(fault) for fault in faults],
            consumables=[
                Consumable("paper", level, "mm", Source.COUNTED, self.options.roll_mm),
                Consumable("cutter", cuts_left, "cuts", Source.COUNTED, CUTTER_LIFE),
            ],
            identity=self._identity,
            counters={"tickets": record.tickets, "cuts": record.cuts},
        )

    def _link_fault(self) -> Fault | None:
        """What keeps us from hearing the printer; where its port says why it is mute, that."""
        return self.protocol.mute_because or LINK_FAULT.get(self.protocol.state)

    def _status(self) -> Status:
        status = STATUS[self.protocol.state]
        if self.protocol.mute_because is not None:
            return Status.OUT_OF_SERVICE
        if status is Status.READY and self._job is not None:
            return Status.BUSY
        if status is Status.READY and self._faults:
            return Status.DEGRADED
        return status


def _sees_little(faults: tuple[Fault, ...]) -> bool:
    return Fault.PAPER_END in faults or Fault.PAPER_NEAR_END in faults
