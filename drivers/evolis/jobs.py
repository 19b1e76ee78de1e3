"""What the driver remembers of its cards across its own death, so that none is printed twice."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from drivers.base.jobs import JobBook, JobPage
from drivers.base.ledger import Ledger
from drivers.evolis.events import Doubt, Fault
from firmware.contract.device import DeviceEvent
from firmware.contract.document import DocumentFailed, DocumentPrinted, PrintDocument


class Fate(StrEnum):
    """What became of a job. Each is on disk before what it says can happen."""

    STARTED = "started"
    EJECTING = "ejecting"  # the card may be out: the printer will say
    PRINTED = "printed"
    FAILED = "failed"


OPEN = (Fate.STARTED, Fate.EJECTING)
NO_PAGES = 0  # of a card that failed: it is out whole, or not at all


class CardRecord(msgspec.Struct, frozen=True):
    """One job. `fault` is a code when it failed; `document` lies in the spool until it ends."""

    job: str
    fate: Fate
    pages: int = 0
    document: str = ""
    printed_before: int | None = None
    serial: str = ""  # of the printer that `printed_before` is of
    fault: str = ""
    is_acknowledged: bool = False

    @property
    def event(self) -> DeviceEvent | None:
        """What the till must hear of it; None while it is under way."""
        match self.fate:
            case Fate.PRINTED:
                return DocumentPrinted(self.job, self.pages)
            case Fate.FAILED:
                return DocumentFailed(self.job, NO_PAGES, self.fault)
            case _:
                return None


class PrinterRecord(JobPage, frozen=True, kw_only=True):
    """The ledger's one record: jobs, oldest first; counters.

    `loaded_at` is the printer's own count of fetched cards when the feeder was last full.
    """

    jobs: tuple[CardRecord, ...] = ()
    printed: int = 0
    rejected: int = 0
    loaded_at: int | None = None
    feeder_was_empty: bool = False


class CardBook(JobBook[CardRecord, PrinterRecord]):
    """The jobs of one printer; every change is on disk before it returns."""

    def __init__(self, ledger: Ledger[PrinterRecord]) -> None:
        super().__init__(ledger, PrinterRecord())

    @property
    def doubt(self) -> Doubt | None:
        """The card that may be out; there is one at most, for there is one path."""
        found = [known for known in self.jobs if known.fate is Fate.EJECTING]
        if not found:
            return None
        return Doubt(found[-1].job, found[-1].printed_before, found[-1].serial)

    @property
    def under_way(self) -> CardRecord | None:
        """The job that is open, a card in doubt too."""
        return next((known for known in self.jobs if known.fate in OPEN), None)

    def start(self, order: PrintDocument) -> None:
        self.put(CardRecord(order.job, Fate.STARTED, order.pages, order.document))

    def eject(self, job: str, printed_before: int | None, serial: str) -> None:
        """The card may be out from here on; of the printer what Doubt says."""
        leaving = msgspec.structs.replace(self._known(job), fate=Fate.EJECTING, serial=serial)
        self.put(msgspec.structs.replace(leaving, printed_before=printed_before))

    def end(self, job: str, fate: Fate, fault: str = "") -> DeviceEvent:
        """Write down how it ended; returns what the till must hear."""
        if fate is Fate.PRINTED:
            self.record = msgspec.structs.replace(self.record, printed=self.record.printed + 1)
        return self._put_ended(CardRecord(job, fate, self._known(job).pages, fault=fault))

    def count_rejected(self) -> None:
        self._save(msgspec.structs.replace(self.record, rejected=self.record.rejected + 1))

    def see_feeder(self, inserted: int | None, is_empty: bool) -> None:
        """A feeder that was empty and is not any more was filled; so is one never seen before."""
        record = self.record
        is_new = inserted is not None and (
            record.loaded_at is None
            or inserted < record.loaded_at  # another printer
            or (record.feeder_was_empty and not is_empty)
        )
        seen = msgspec.structs.replace(
            record,
            loaded_at=inserted if is_new else record.loaded_at,
            feeder_was_empty=is_empty,
        )
        if seen != record:
            self._save(seen)

    def feeder_filled(self, inserted: int) -> None:
        """A person said so, when the printer had fetched so many cards."""
        self._save(msgspec.structs.replace(self.record, loaded_at=inserted))

    def end_interrupted(self) -> None:
        """Jobs that were under way when the driver died, and whose card cannot have left."""
        for known in self.jobs:
            if known.fate is Fate.STARTED:
                self.end(known.job, Fate.FAILED, Fault.INTERRUPTED)

    def _known(self, job: str) -> CardRecord:
        known = self.find(job)
        assert known is not None, f"job {job} was never started"
        return known
