"""What the driver remembers of its jobs across its own death, so that nothing is printed twice."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from drivers.base.ledger import Ledger
from drivers.escpos.events import Fault
from firmware.contract.device import DeviceEvent, TicketFailed, TicketPrinted

JOBS_REMEMBERED = 50  # a day of a busy kiosk; a till repeats a job within seconds


class Fate(StrEnum):
    """What became of a job. STARTED is on disk before the first byte goes out."""

    STARTED = "started"
    PRINTED = "printed"
    FAILED = "failed"


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


class PrinterRecord(msgspec.Struct, frozen=True):
    """The ledger's one record: jobs, oldest first; paper left in rows of dots; counters."""

    rows_left: int
    jobs: tuple[JobRecord, ...] = ()
    tickets: int = 0
    cuts: int = 0
    cutter_since: int = 0  # `cuts` when the cutter was new


class JobBook:
    """The jobs and the paper of one printer; every change is on disk before it returns."""

    def __init__(self, ledger: Ledger[PrinterRecord], full_roll: int) -> None:
        self._ledger, self._full_roll = ledger, full_roll
        self.record = ledger.load() or PrinterRecord(rows_left=full_roll)
        self.has_interrupted = self._end_interrupted()

    def find(self, job: str) -> JobRecord | None:
        return next((known for known in self.record.jobs if known.job == job), None)

    @property
    def untold(self) -> list[DeviceEvent]:
        """What ended and was never acknowledged."""
        events = [known.event for known in self.record.jobs if not known.is_acknowledged]
        return [event for event in events if event is not None]

    def start(self, job: str) -> None:
        self._put(JobRecord(job, Fate.STARTED))

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
        ended = JobRecord(job, fate, fault)
        self._put(ended)
        assert ended.event is not None
        return ended.event

    def acknowledge(self, job: str) -> None:
        known = self.find(job)
        if known is not None and known.fate is not Fate.STARTED and not known.is_acknowledged:
            self._put(msgspec.structs.replace(known, is_acknowledged=True))

    def set_paper(self, is_full: bool) -> None:
        """The sensor knows better than the count: a roll was changed, or its end is reached."""
        rows = self._full_roll if is_full else 0
        if rows != self.record.rows_left:
            self._save(msgspec.structs.replace(self.record, rows_left=rows))

    def renew_cutter(self) -> None:
        self._save(msgspec.structs.replace(self.record, cutter_since=self.record.cuts))

    def _end_interrupted(self) -> bool:
        """A job that was under way when the driver died: nobody can know what is on paper."""
        open_jobs = [known.job for known in self.record.jobs if known.fate is Fate.STARTED]
        for job in open_jobs:
            self._put(JobRecord(job, Fate.FAILED, Fault.INTERRUPTED))
        return bool(open_jobs)

    def _put(self, changed: JobRecord) -> None:
        """In its old place, or at the end; the oldest go, but never one still to be told."""
        jobs = list(self.record.jobs)
        place = next((at for at, known in enumerate(jobs) if known.job == changed.job), len(jobs))
        jobs[place : place + 1] = [changed]
        keep = len(jobs) - JOBS_REMEMBERED
        kept = [known for at, known in enumerate(jobs) if at >= keep or not known.is_acknowledged]
        self._save(msgspec.structs.replace(self.record, jobs=tuple(kept)))

    def _save(self, record: PrinterRecord) -> None:
        self._ledger.save(record)
        self.record = record
