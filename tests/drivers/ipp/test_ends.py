"""What an IPP job that ended means for its document."""

from __future__ import annotations

import pytest

from drivers.ipp.codec import Group, Section, Tag
from drivers.ipp.ends import MOST_ATTEMPTS, Next, Verdict, after
from drivers.ipp.events import End, Fault, JobEnded
from drivers.ipp.job import Job
from drivers.ipp.jobs import JobRecord
from drivers.ipp.words import JobState, attribute
from firmware.contract.document import PrintDocument

FIVE = PrintDocument("a", "0" * 32, "0" * 64, 5)
BEGAN = 1000  # the counter at the beginning of the IPP job


def known(base: int = 0, attempts: int = 1, is_two_sided: bool = False,
          lifetime: int | None = BEGAN) -> JobRecord:  # fmt: skip
    return JobRecord(FIVE, printed=base, base=base, number=7, lifetime=lifetime,
                     is_two_sided=is_two_sided, attempts=attempts)  # fmt: skip


def ended(end: End, printed: int = 0, because: str = "") -> JobEnded:
    return JobEnded("a", end, printed, because)


@pytest.mark.parametrize(
    ("event", "record", "counter", "verdict"),
    [
        (ended(End.COMPLETED, 5), known(), None, Verdict(Next.DONE, 5)),
        (ended(End.COMPLETED, 0), known(), None, Verdict(Next.DONE, 5)),  # it counts nothing
        (ended(End.COMPLETED, 3), known(), None, Verdict(Next.FAIL, 3, Fault.INCOMPLETE)),
        (ended(End.COMPLETED, 3), known(base=2), None, Verdict(Next.DONE, 5)),
        (ended(End.CANCELED, 2), known(), None, Verdict(Next.FAIL, 2, Fault.CANCELLED)),
        (ended(End.CANCELED, 5), known(), None, Verdict(Next.DONE, 5)),  # too late to cancel
        (ended(End.CANCELED, 1, Fault.TOO_LATE), known(base=1), None,
         Verdict(Next.FAIL, 2, Fault.TOO_LATE)),
        (ended(End.ABORTED, 2), known(), None, Verdict(Next.REST, 2)),
        (ended(End.ABORTED, 2), known(attempts=MOST_ATTEMPTS), None,
         Verdict(Next.FAIL, 2, Fault.ABORTED)),
        (ended(End.NOT_BEGUN), known(base=3), None, Verdict(Next.REST, 3)),
        (ended(End.NOT_BEGUN, 0, Fault.CANCELLED), known(), None,
         Verdict(Next.FAIL, 0, Fault.CANCELLED)),
        (ended(End.UNKNOWN, 2), known(), BEGAN + 3, Verdict(Next.REST, 3)),
        (ended(End.UNKNOWN, 2), known(), BEGAN + 5, Verdict(Next.DONE, 5)),
        (ended(End.UNKNOWN, 1), known(base=2), BEGAN + 1, Verdict(Next.REST, 3)),
        (ended(End.UNKNOWN, 2), known(), None, Verdict(Next.FAIL, 2, Fault.INTERRUPTED)),
        (ended(End.UNKNOWN, 2), known(lifetime=None), BEGAN,
         Verdict(Next.FAIL, 2, Fault.INTERRUPTED)),
        # Fewer than were seen, or more than there are: it counted something else.
        (ended(End.UNKNOWN, 2), known(), BEGAN + 1, Verdict(Next.FAIL, 2, Fault.INTERRUPTED)),
        (ended(End.UNKNOWN, 2), known(), BEGAN + 6, Verdict(Next.FAIL, 2, Fault.INTERRUPTED)),
        # On both sides the third side is on a sheet that nobody has.
        (ended(End.UNKNOWN, 2), known(is_two_sided=True), BEGAN + 3, Verdict(Next.REST, 2)),
        (ended(End.UNKNOWN, 2), known(is_two_sided=True), BEGAN + 5, Verdict(Next.DONE, 5)),
    ],
)  # fmt: skip
def test_what_an_end_means(
    event: JobEnded, record: JobRecord, counter: int | None, verdict: Verdict
) -> None:
    assert after(event, record, counter) == verdict


@pytest.mark.parametrize(
    ("is_two_sided", "sides", "sheets", "printed"),
    [(False, 3, 3, 3), (False, 3, None, 3), (False, None, 3, 3), (True, 3, 1, 2), (True, 5, 3, 5),
     (False, 9, 9, 5), (True, 3, None, 2), (True, 1, None, 0), (True, 5, None, 5)],
)  # fmt: skip
def test_pages_that_lie_in_the_tray(
    is_two_sided: bool, sides: int | None, sheets: int | None, printed: int
) -> None:
    said = Section(
        Group.JOB,
        (
            attribute(Tag.ENUM, "job-state", JobState.PROCESSING),
            attribute(Tag.INTEGER, "job-impressions-completed", sides),
            attribute(Tag.INTEGER, "job-media-sheets-completed", sheets),
        ),
    )
    assert Job("a", 5, is_two_sided).seen(said).printed == printed


def test_a_card_of_which_one_side_came_is_incomplete_where_only_sides_are_counted() -> None:
    said = Section(
        Group.JOB,
        (
            attribute(Tag.ENUM, "job-state", JobState.COMPLETED),
            attribute(Tag.INTEGER, "job-impressions-completed", 1),
        ),
    )
    assert Job("a", 2, is_two_sided=True).seen(said).printed == 1, "so it is not taken for whole"
