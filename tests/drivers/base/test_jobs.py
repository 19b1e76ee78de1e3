"""A printer's memory of its jobs: what the till has not heard is never forgotten."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from drivers.base.jobs import JOBS_REMEMBERED, Fate, JobBook, JobPage
from drivers.base.ledger import Ledger
from firmware.contract.device import DeviceEvent, TicketFailed, TicketPrinted


class Record(msgspec.Struct, frozen=True):
    job: str
    fate: Fate = Fate.STARTED
    is_acknowledged: bool = False

    @property
    def event(self) -> DeviceEvent | None:
        match self.fate:
            case Fate.PRINTED:
                return TicketPrinted(self.job)
            case Fate.FAILED:
                return TicketFailed(self.job, "receipt.cutter")
            case Fate.STARTED:
                return None


class Page(JobPage, frozen=True, kw_only=True):
    jobs: tuple[Record, ...] = ()


def opened(folder: Path) -> JobBook[Record, Page]:
    return JobBook(Ledger(folder / "jobs.json", Page), Page())


@pytest.fixture
def book(tmp_path: Path) -> JobBook[Record, Page]:
    return opened(tmp_path)


def test_a_till_that_was_away_for_a_long_day_hears_of_every_job(
    book: JobBook[Record, Page], tmp_path: Path
) -> None:
    names = [f"job {number}" for number in range(JOBS_REMEMBERED + 20)]
    for name in names:
        book.put(Record(name, Fate.PRINTED))
    assert opened(tmp_path).untold == [TicketPrinted(name) for name in names]


def test_of_those_that_are_acknowledged_the_oldest_go(
    book: JobBook[Record, Page], tmp_path: Path
) -> None:
    for number in range(JOBS_REMEMBERED + 20):
        book.put(Record(f"job {number}", Fate.PRINTED))
        book.acknowledge(f"job {number}")
    again = opened(tmp_path)
    assert [known.job for known in again.jobs] == [
        f"job {number}" for number in range(20, JOBS_REMEMBERED + 20)
    ]
    assert again.untold == [] and again.find("job 19") is None


def test_a_job_under_way_cannot_be_acknowledged_and_is_not_told(
    book: JobBook[Record, Page], tmp_path: Path
) -> None:
    book.put(Record("a"))
    book.acknowledge("a")
    book.acknowledge("never heard of")
    assert opened(tmp_path).find("a") == Record("a")
    assert book.untold == []


def test_a_job_keeps_its_place_when_its_fate_changes(
    book: JobBook[Record, Page], tmp_path: Path
) -> None:
    for name in ("a", "b"):
        book.put(Record(name))
    book.put(Record("a", Fate.FAILED))
    again = opened(tmp_path)
    assert again.jobs == (Record("a", Fate.FAILED), Record("b"))
    assert again.untold == [TicketFailed("a", "receipt.cutter")]
