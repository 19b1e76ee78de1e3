"""What the driver remembers of documents across its own death, so that no page is printed twice."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from drivers.base.ledger import Ledger
from firmware.contract.device import DeviceEvent
from firmware.contract.document import DocumentFailed, DocumentPrinted, PrintDocument

JOBS_REMEMBERED = 50  # a day of a busy kiosk; a till repeats a job within seconds


class Fate(StrEnum):
    """What became of a document. STARTED is on disk before the printer hears of it."""

    STARTED = "started"
    PRINTED = "printed"
    FAILED = "failed"


class JobRecord(msgspec.Struct, frozen=True):
    """One document, and the IPP job that brings it or what is left of it.

    `printed` pages of it are out; `base` of them before the present IPP job, whose `number` is 0
    until the printer has given one; `lifetime` is the printer's own counter at its beginning.
    """

    command: PrintDocument
    fate: Fate = Fate.STARTED
    fault: str = ""
    printed: int = 0
    base: int = 0
    number: int = 0
    lifetime: int | None = None
    is_two_sided: bool = False  # as it is really printed
    attempts: int = 0
    is_acknowledged: bool = False

    @property
    def event(self) -> DeviceEvent | None:
        """What the till must hear of it; None while it is under way."""
        match self.fate:
            case Fate.PRINTED:
                return DocumentPrinted(self.command.job, self.command.pages)
            case Fate.FAILED:
                return DocumentFailed(self.command.job, self.printed, self.fault)
            case Fate.STARTED:
                return None


class PrinterRecord(msgspec.Struct, frozen=True):
    """The ledger's one record: documents, oldest first; sheets left by our count; counters."""

    sheets_left: int
    jobs: tuple[JobRecord, ...] = ()
    documents: int = 0
    pages: int = 0


class JobBook:
    """The documents and the paper of one printer; every change is on disk before it returns."""

    def __init__(self, ledger: Ledger[PrinterRecord], full_tray: int) -> None:
        self._ledger, self._full_tray = ledger, full_tray
        self.record = ledger.load() or PrinterRecord(sheets_left=full_tray)

    def find(self, job: str) -> JobRecord | None:
        return next((known for known in self.record.jobs if known.command.job == job), None)

    @property
    def open(self) -> JobRecord | None:
        """The one that is under way."""
        return next((known for known in self.record.jobs if known.fate is Fate.STARTED), None)

    @property
    def untold(self) -> list[DeviceEvent]:
        """What ended and was never acknowledged."""
        events = [known.event for known in self.record.jobs if not known.is_acknowledged]
        return [event for event in events if event is not None]

    def start(self, command: PrintDocument) -> JobRecord:
        return self.put(JobRecord(command))

    def put(self, changed: JobRecord) -> JobRecord:
        """In its old place, or at the end; the oldest go, but never one still to be told."""
        name, jobs = changed.command.job, list(self.record.jobs)
        names = [known.command.job for known in jobs]
        place = names.index(name) if name in names else len(jobs)
        jobs[place : place + 1] = [changed]
        keep = len(jobs) - JOBS_REMEMBERED
        kept = [known for at, known in enumerate(jobs) if at >= keep or not known.is_acknowledged]
        self._save(msgspec.structs.replace(self.record, jobs=tuple(kept)))
        return changed

    def progress(self, known: JobRecord, printed: int) -> JobRecord:
        """So many pages are out, `known.printed` of them known before; paper is counted."""
        new = max(0, printed - known.printed)
        sheets = (new + 1) // 2 if known.is_two_sided else new
        self.record = msgspec.structs.replace(
            self.record,
            sheets_left=max(0, self.record.sheets_left - sheets),
            pages=self.record.pages + new,
        )
        return self.put(msgspec.structs.replace(known, printed=max(printed, known.printed)))

    def end(self, known: JobRecord, fate: Fate, fault: str = "") -> DeviceEvent:
        """Write down how it ended; returns what the till must hear."""
        is_printed = fate is Fate.PRINTED
        self.record = msgspec.structs.replace(
            self.record, documents=self.record.documents + is_printed
        )
        ended = self.put(msgspec.structs.replace(known, fate=fate, fault=fault))
        assert ended.event is not None
        return ended.event

    def acknowledge(self, job: str) -> None:
        known = self.find(job)
        if known is not None and known.fate is not Fate.STARTED and not known.is_acknowledged:
            self.put(msgspec.structs.replace(known, is_acknowledged=True))

    def set_paper(self, is_full: bool) -> None:
        """The printer knows better than the count: it was filled, or it is empty."""
        sheets = self._full_tray if is_full else 0
        if sheets != self.record.sheets_left:
            self._save(msgspec.structs.replace(self.record, sheets_left=sheets))

    def _save(self, record: PrinterRecord) -> None:
        self._ledger.save(record)
        self.record = record
