"""What the driver remembers of documents across its own death, so that no page is printed twice."""

from __future__ import annotations

import msgspec

from drivers.base.jobs import Fate, JobBook, JobPage
from drivers.base.ledger import Ledger
from firmware.contract.device import DeviceEvent
from firmware.contract.document import DocumentFailed, DocumentPrinted, PrintDocument


class JobRecord(msgspec.Struct, frozen=True):
    """One document, and the IPP job that brings it or what is left of it.

    `printed` pages of it are out; `base` of them before the present IPP job, whose `number` is 0
    until the printer has given one; `lifetime` is the own counter of the printer with this `serial`
    at its beginning.
    """

    command: PrintDocument
    fate: Fate = Fate.STARTED
    fault: str = ""
    printed: int = 0
    base: int = 0
    number: int = 0
    lifetime: int | None = None
    serial: str = ""
    is_two_sided: bool = False  # as it is really printed
    attempts: int = 0
    is_acknowledged: bool = False

    @property
    def job(self) -> str:
        return self.command.job

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


class PrinterRecord(JobPage, frozen=True, kw_only=True):
    """The ledger's one record: documents, oldest first; sheets left by our count; counters."""

    sheets_left: int
    jobs: tuple[JobRecord, ...] = ()
    documents: int = 0
    pages: int = 0


class DocumentBook(JobBook[JobRecord, PrinterRecord]):
    """The documents and the paper of one printer; every change is on disk before it returns."""

    def __init__(self, ledger: Ledger[PrinterRecord], full_tray: int) -> None:
        super().__init__(ledger, PrinterRecord(sheets_left=full_tray))
        self._full_tray = full_tray

    @property
    def open(self) -> JobRecord | None:
        """The one that is under way."""
        return next((known for known in self.jobs if known.fate is Fate.STARTED), None)

    def start(self, command: PrintDocument) -> JobRecord:
        return self.put(JobRecord(command))

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
        return self._put_ended(msgspec.structs.replace(known, fate=fate, fault=fault))

    def set_paper(self, is_full: bool) -> None:
        """The printer knows better than the count: it was filled, or it is empty."""
        sheets = self._full_tray if is_full else 0
        if sheets != self.record.sheets_left:
            self._save(msgspec.structs.replace(self.record, sheets_left=sheets))
