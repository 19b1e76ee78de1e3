"""What a printer's driver remembers of its jobs across its death, so that none is printed twice.

A till repeats a job until it hears how it ended, and a driver tells that until it is acknowledged.
How a job ends, and what paper it takes, each family knows for itself.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from drivers.base.ledger import Ledger
from firmware.contract.device import DeviceEvent

JOBS_REMEMBERED = 50  # a day of a busy kiosk; a till repeats a job within seconds


class Fate(StrEnum):
    """What became of a job. STARTED is on disk before the printer hears of it."""

    STARTED = "started"
    PRINTED = "printed"
    FAILED = "failed"


class Job(Protocol):
    """One job: a frozen msgspec.Struct of its family, which no Protocol can say."""

    @property
    def job(self) -> str:
        """Its name, the till's."""

    @property
    def is_acknowledged(self) -> bool:
        """The till has heard how it ended."""

    @property
    def event(self) -> DeviceEvent | None:
        """What the till must hear of it; None while it is under way."""


class JobPage(msgspec.Struct, frozen=True, kw_only=True):
    """The ledger's one record: jobs, oldest first. A family names their type, and adds counters."""

    jobs: tuple[Any, ...] = ()


AnyJob = TypeVar("AnyJob", bound=Job)
Page = TypeVar("Page", bound=JobPage)


class JobBook(Generic[AnyJob, Page]):
    """The jobs of one printer; every change is on disk before it returns."""

    def __init__(self, ledger: Ledger[Page], new: Page) -> None:
        """`new` is the page of a printer that no ledger knows."""
        self._ledger = ledger
        self.record = ledger.load() or new

    @property
    def jobs(self) -> tuple[AnyJob, ...]:
        return self.record.jobs

    def find(self, job: str) -> AnyJob | None:
        return next((known for known in self.jobs if known.job == job), None)

    @property
    def untold(self) -> list[DeviceEvent]:
        """What ended and was never acknowledged."""
        events = [known.event for known in self.jobs if not known.is_acknowledged]
        return [event for event in events if event is not None]

    def acknowledge(self, job: str) -> None:
        known = self.find(job)
        if known is not None and known.event is not None and not known.is_acknowledged:
            self.put(msgspec.structs.replace(known, is_acknowledged=True))  # type: ignore[type-var]

    def put(self, changed: AnyJob) -> AnyJob:
        """In its old place, or at the end; the oldest go, but never one still to be told."""
        jobs = list(self.jobs)
        place = next((at for at, known in enumerate(jobs) if known.job == changed.job), len(jobs))
        jobs[place : place + 1] = [changed]
        keep = len(jobs) - JOBS_REMEMBERED
        kept = [known for at, known in enumerate(jobs) if at >= keep or not known.is_acknowledged]
        self._save(msgspec.structs.replace(self.record, jobs=tuple(kept)))
        return changed

    def _put_ended(self, ended: AnyJob) -> DeviceEvent:
        """Returns what the till must hear."""
        self.put(ended)
        assert ended.event is not None
        return ended.event

    def _save(self, record: Page) -> None:
        self._ledger.save(record)
        self.record = record
