"""The adapter between IPP and the device contract: a document once, and what became of each page.

The printer's own word counts: a page is out when it says so, and what is left after a mishap goes
out as another IPP job. Where the printer cannot say which page was the last, nothing more is
printed, and that is told.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from drivers.base.background import BackgroundDevice
from drivers.base.flight import What
from drivers.base.jobs import Fate
from drivers.base.ledger import Ledger
from drivers.base.network import dial, host_and_port
from drivers.base.pdf import BadDocument
from drivers.base.protocol import CommandRefused
from drivers.base.transport import Transport
from drivers.ipp.document import kind, prepare
from drivers.ipp.ends import Next, after
from drivers.ipp.events import (
    Abilities,
    Cancel,
    Command,
    Condition,
    ConditionChanged,
    Event,
    Fault,
    Feed,
    Follow,
    JobCreated,
    JobEnded,
    LinkLost,
    LinkSilent,
    PagesOut,
    PrinterKnown,
    PrinterReady,
    PrintJob,
)
from drivers.ipp.jobs import DocumentBook, JobRecord, PrinterRecord
from drivers.ipp.protocol import HELP_WITHIN, HostProtocol
from drivers.ipp.states import State
from drivers.ipp.words import A4_MEDIA, CARD_MEDIA, Media
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
from firmware.contract.document import CancelDocument, PagePrinted, PrintDocument
from firmware.runtime.config import ConfigError, DeviceSection, convert
from firmware.runtime.spool import Spool, SpoolError

log = logging.getLogger("page")

IPP_PORT = 631
LONGEST_COMMAND = 400  # bytes on the way to the printer that are kept in a recording
STATUS: dict[State, Status] = {
    State.UNPLUGGED: Status.GONE,
    State.STARTING: Status.STARTING,
    State.IDLE: Status.READY,
    State.PRINTING: Status.BUSY,
    State.BLOCKED: Status.OUT_OF_SERVICE,
    State.SILENT: Status.GONE,
}
SHEETS, CARDS = ("paper", "sheets", "toner"), ("cards", "cards", "ribbon")  # what runs out
LINK_FAULT = {State.UNPLUGGED: Fault.LINK_LOST, State.SILENT: Fault.LINK_SILENT}


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[device.<name>.options]`."""

    spool: str = "/run/kiosk/spool"  # a tmpfs; the documents of this printer lie in <spool>/<name>
    tray_sheets: Annotated[int, msgspec.Meta(ge=1, le=5000)] = 250  # when full, if it cannot say


@dataclass(frozen=True)
class Prepared:
    """A document, or what is left of it, as the printer takes it."""

    kind: str
    content: bytes = field(repr=False)


class PagePrinter(BackgroundDevice[Event, Command]):
    """One printer at `port`, a URI: `ipp://192.168.7.2/ipp/print`.

    Of kind `page` it prints on A4; of kind `pvc` on cards, in colour and on both sides.
    """

    protocol: HostProtocol

    def __init__(self, name: str, section: DeviceSection, folder: Path) -> None:
        super().__init__(name, section, folder)
        options = convert(section.options, Options, f"device.{name}.options")
        self._spool = Spool(Path(options.spool) / name)
        ledger = Ledger(folder / "pages.json", PrinterRecord)
        self._tray_sheets = options.tray_sheets
        self._is_of_cards = section.kind is Kind.PVC
        self._book = DocumentBook(ledger, options.tray_sheets)
        media = CARD_MEDIA if self._is_of_cards else A4_MEDIA
        self.protocol = _protocol(section.port, name, media)
        self._who = Identity()
        self._can = Abilities()
        self._document: Prepared | None = None  # of the open job, ready to go
        self._is_preparing = False
        self._waits_since = 0.0

    async def open_wire(self) -> Transport:
        return await dial(self.section.port, IPP_PORT, self._on_bytes, self._on_lost)

    def redact(self, what: What, data: bytes) -> bytes:
        """Of what is sent only the beginning: behind it come the pages of a citizen."""
        return data if what is What.HEARD else data[:LONGEST_COMMAND]

    def on_start(self) -> None:
        """What ended is told again; what was under way is asked about; the rest is wiped."""
        for event in self._book.untold:
            self.host.tell(event)
        known = self._book.open
        self._spool.wipe_all_but([known.command.document] if known is not None else [])
        if known is None:
            return
        if known.number:
            self.protocol.send(_follow(known), self.now())
        else:
            self._waits_since = self.now()

    # --- commands -------------------------------------------------------------------------

    def on_command(self, command: DeviceCommand) -> Reply:
        match command:
            case PrintDocument():
                return self._on_print(command)
            case CancelDocument(job):
                return self._on_cancel(job)
            case Refill("paper" | "cards"):
                self._book.set_paper(is_full=True)
                return Reply(Outcome.DONE)
            case Acknowledge(key):
                self._book.acknowledge(key)
                return Reply(Outcome.DONE)
            case _:
                return Reply(Outcome.REFUSED, f"a page printer has no {type(command).__name__}")

    def _on_print(self, command: PrintDocument) -> Reply:
        known = self._book.find(command.job)
        if known is not None:
            if known.event is not None:
                self.host.tell(known.event)
            return Reply(Outcome.DONE, known.fate)
        if (other := self._book.open) is not None:
            return Reply(Outcome.REFUSED, f"job {other.command.job} is being printed")
        if (obstacle := self._obstacle) is not None:
            known = self._book.start(command)
            self._end(known, Fate.FAILED, obstacle)
            return Reply(Outcome.DONE, Fate.FAILED)
        if self.protocol.state is not State.IDLE:
            link = LINK_FAULT.get(self.protocol.state, "it is starting")
            return Reply(Outcome.REFUSED, link)  # it may be back in a moment: ask again
        try:
            self._spool.read(command.document, command.sha256)
        except SpoolError as error:  # wiped at a start between two commands
            return Reply(Outcome.MISSING, str(error))
        self._prepare(self._book.start(command))
        return Reply(Outcome.DONE, Fate.STARTED)

    @property
    def _obstacle(self) -> Fault | None:
        """What a person must put right before anything is printed."""
        if self.protocol.state is State.BLOCKED:
            return self.protocol.condition.blocking[0]
        is_known = self.protocol.state in (State.IDLE, State.PRINTING)
        can_cards = self._can.takes_pdf and self._can.is_duplex
        return Fault.UNFIT if self._is_of_cards and is_known and not can_cards else None

    def _on_cancel(self, job: str) -> Reply:
        known = self._book.find(job)
        if known is None:
            return Reply(Outcome.REFUSED, f"no job {job}")
        if known.event is not None:
            self.host.tell(known.event)
            return Reply(Outcome.DONE, known.fate)
        try:
            self.ask(Cancel(job))
        except CommandRefused:  # the printer has not heard of it, or not of what is left of it
            self._end(known, Fate.FAILED, Fault.CANCELLED)
        return Reply(Outcome.DONE)

    # --- the document ---------------------------------------------------------------------

    def _prepare(self, known: JobRecord) -> None:
        """From the page behind the last that is out."""
        command, can = known.command, self._can
        is_two_sided = command.is_two_sided and can.is_duplex
        is_two_sided = is_two_sided and (can.takes_pdf or can.is_raster_duplex)
        known = self._book.put(msgspec.structs.replace(known, is_two_sided=is_two_sided))
        self._waits_since = self.now()
        self._is_preparing = True

        def work() -> Prepared | str:
            try:
                pdf = self._spool.read(command.document, command.sha256)
                made = prepare(pdf, command.pages, known.printed, can, is_two_sided)
                return Prepared(kind(can), made)
            except (BadDocument, SpoolError) as error:
                return str(error)

        self.in_background(work, lambda made: self._on_prepared(command.job, made))

    def _on_prepared(self, job: str, made: Prepared | str) -> None:
        """A text is why there is nothing to print."""
        self._is_preparing = False
        known = self._book.open
        if known is None or known.command.job != job:
            return  # cancelled meanwhile
        if isinstance(made, str):
            log.error("%s: job %s: %s", self.name, job, made)
            self._end(known, Fate.FAILED, Fault.DOCUMENT)
        else:
            self._document = made
            self._offer()
        self.host.changed()

    def _offer(self) -> None:
        """Give the printer what waits for it, if it is free; too late is too late."""
        known = self._book.open
        if known is None or known.number or self.protocol.state is not State.IDLE:
            return
        if self.now() - self._waits_since >= HELP_WITHIN:
            self._end(known, Fate.FAILED, Fault.TOO_LATE)
        elif self._document is not None:
            pages, attempts = known.command.pages - known.printed, known.attempts + 1
            lifetime, serial = self.protocol.condition.lifetime, self._who.serial
            known = msgspec.structs.replace(known, base=known.printed, attempts=attempts)
            self._book.put(msgspec.structs.replace(known, lifetime=lifetime, serial=serial))
            name = known.command.job
            self.ask(PrintJob(name, pages, self._document.kind, known.is_two_sided))
        elif not self._is_preparing:
            self._prepare(known)

    # --- events ---------------------------------------------------------------------------

    def on_event(self, event: Event) -> None:
        match event:
            case JobCreated(job, number):
                self._on_created(self._open(job), number)
            case PagesOut(job, printed):
                known = self._open(job)
                self._progress(known, known.base + printed)
            case JobEnded(job):
                self._on_ended(self._open(job), event)
            case ConditionChanged(condition):
                self._on_condition(condition)
            case PrinterKnown():
                self._who = Identity(event.maker, event.model, event.serial, event.firmware)
                self._can = event.abilities
                log.info("%s: %s", self.name, event)
            case PrinterReady():
                self._offer()
            case LinkSilent() | LinkLost():
                log.info("%s: %s", self.name, event)

    def _open(self, job: str) -> JobRecord:
        known = self._book.open
        assert known is not None and known.command.job == job
        return known

    def _on_created(self, known: JobRecord, number: int) -> None:
        """The number is on disk before a byte of the document goes out (M2)."""
        self._book.put(msgspec.structs.replace(known, number=number))
        assert self._document is not None
        document, self._document = self._document, None
        self.ask(Feed(known.command.job, document.content))

    def _progress(self, known: JobRecord, printed: int) -> JobRecord:
        before, known = known.printed, self._book.progress(known, printed)
        for page in range(before + 1, known.printed + 1):
            self.host.tell(PagePrinted(known.command.job, page, known.command.pages))
        return known

    def _on_ended(self, known: JobRecord, event: JobEnded) -> None:
        is_same = self._who.serial == known.serial  # the counter of another one counts nothing
        verdict = after(event, known, self.protocol.condition.lifetime if is_same else None)
        log.info("%s: %s: %s", self.name, event, verdict)
        known = self._progress(known, verdict.printed)
        if verdict.next is Next.DONE:
            self._end(known, Fate.PRINTED)
        elif verdict.next is Next.FAIL:
            self._end(known, Fate.FAILED, verdict.fault)
        else:
            self._document = None
            self._prepare(self._book.put(msgspec.structs.replace(known, number=0)))

    def _end(self, known: JobRecord, fate: Fate, fault: str = "") -> None:
        """The document is wiped when its end is on disk."""
        event = self._book.end(known, fate, fault)
        self._document = None
        self._spool.wipe(known.command.document)
        self.host.tell(event)

    def _on_condition(self, condition: Condition) -> None:
        log.info("%s: %s", self.name, condition)
        if Fault.PAPER_END in condition.faults:
            self._book.set_paper(is_full=False)
        elif not self._book.record.sheets_left:
            self._book.set_paper(is_full=True)  # it was empty and is no more

    # --- state ----------------------------------------------------------------------------

    def state(self) -> DeviceState:
        link = LINK_FAULT.get(self.protocol.state)
        condition, record = self.protocol.condition, self._book.record
        obstacle = [self._obstacle] if self._obstacle is Fault.UNFIT else []
        faults = [DeviceFault(each, condition.detail) for each in (*condition.faults, *obstacle)]
        return DeviceState(
            name=self.name,
            kind=self.section.kind,
            family=self.section.family,
            status=self._status(),
            faults=[DeviceFault(link)] if link is not None else faults,
            consumables=self._consumables(),
            identity=self._who,
            counters={"documents": record.documents, "pages": record.pages},
        )

    def _consumables(self) -> list[Consumable]:
        """What the printer measures; sheets or cards are counted where it cannot say."""
        condition, full = self.protocol.condition, self._tray_sheets
        name, unit, ink = CARDS if self._is_of_cards else SHEETS
        left, source = condition.sheets, Source.MEASURED
        if left is None:
            left, source = self._book.record.sheets_left, Source.COUNTED
        toners = condition.toner
        return [
            Consumable(name, left, unit, source, full if source is Source.COUNTED else None),
            *(
                Consumable(f"{ink}.{colour}" if len(toners) > 1 else ink, level, "%",
                           Source.MEASURED)
                for colour, level in toners
            ),
        ]  # fmt: skip

    def _status(self) -> Status:
        status = STATUS[self.protocol.state]
        if self._obstacle is not None:
            return Status.OUT_OF_SERVICE
        if status is Status.READY and self._book.open is not None:
            return Status.BUSY
        if status is Status.READY and self.protocol.condition.faults:
            return Status.DEGRADED
        return status


def _protocol(port: str, name: str, media: Media) -> HostProtocol:
    try:
        host, number = host_and_port(port, IPP_PORT)
    except ValueError as error:
        raise ConfigError(f"device.{name}.port: {error}") from None
    path = urlsplit(port).path or "/ipp/print"
    return HostProtocol(f"ipp://{host}:{number}{path}", f"{host}:{number}", path, media)


def _follow(known: JobRecord) -> Follow:
    pages, printed = known.command.pages - known.base, known.printed - known.base
    return Follow(known.command.job, known.number, pages, printed, known.is_two_sided)
