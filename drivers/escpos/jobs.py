"""What the driver remembers of its jobs across its own death, so that nothing is printed twice."""

from __future__ import annotations

import msgspec

from drivers.base.jobs import Fate, JobBook, JobPage
from drivers.base.ledger import Ledger
from drivers.escpos.events import Fault
from firmware.contract.device import DeviceEvent, TicketFailed, TicketPrinted


class JobRecord(msgspec.Struct, frozen=True):
    """One job. `fault` is a code when it failed."""

    job: str
    fate: Fate
    fault: str = ""
    is_acknowledged: bool = False

    @property
    def event(self) -> DeviceEvent | None:
        """What the till must hear of it; None while it is under way."""
        match self.fate:
            case Fate.PRINTED:
                return TicketPrinted(self.job)
            case Fate.FAILED:
                return TicketFailed(self.job, self.fault)
            case Fate.STARTED:
                return None


class PrinterRecord(JobPage, frozen=True, kw_only=True):
    """The ledger's one record: jobs, oldest first; paper left in rows of dots; counters."""

    rows_left: int
    jobs: tuple[JobRecord, ...] = ()
    tickets: int = 0
    cuts: int = 0
    cutter_since: int = 0  # `cuts` when the cutter was new


class TicketBook(JobBook[JobRecord, PrinterRecord]):
    """The jobs and the paper of one printer; every change is on disk before it returns."""

    def __init__(self, ledger: Ledger[PrinterRecord], full_roll: int) -> None:
        super().__init__(ledger, PrinterRecord(rows_left=full_roll))
        self._full_roll = full_roll
        self.has_interrupted = self._end_interrupted()

    def start(self, job: str) -> None:
        self.put(JobRecord(job, Fate.STARTED))

    def end(self, job: str, fate: Fate, rows: int, fault: str = "") -> DeviceEvent:
        """Write down how it ended and what paper it took; returns what the till must hear.

        A ticket that failed counts as whole paper: rather a refill too early than one too late.
        """
        is_printed = fate is Fate.PRINTED
        self.record = msgspec.structs.replace(
            self.record,
            rows_left=max(0, self.record.rows_left - rows),
            tickets=self.record.tickets + is_printed,
            cuts=self.record.cuts + is_printed,
        )
        return self._put_ended(JobRecord(job, fate, fault))

    def set_paper(self, is_full: bool) -> None:
        """The sensor knows better than the count: a roll was changed, or its end is reached."""
        rows = self._full_roll if is_full else 0
        if rows != self.record.rows_left:
            self._save(msgspec.structs.replace(self.record, rows_left=rows))

    def renew_cutter(self) -> None:
        self._save(msgspec.structs.replace(self.record, cutter_since=self.record.cuts))

    def _end_interrupted(self) -> bool:
        """A job that was under way when the driver died: nobody can know what is on paper."""
        open_jobs = [known.job for known in self.jobs if known.fate is Fate.STARTED]
        for job in open_jobs:
            self.put(JobRecord(job, Fate.FAILED, Fault.INTERRUPTED))
        return bool(open_jobs)
