"""How much came in today: no restart, no clock and no damage may make it less than it was."""

from __future__ import annotations

import itertools
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.contract.device import EventId
from firmware.contract.money import ZERO, Money, rupees
from firmware.core.book import Book
from firmware.journal import rows
from firmware.journal.journal import Journal
from firmware.runtime.clock import INDIA, FixedClock

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=INDIA)
MIDNIGHT = NOON.replace(hour=0) + timedelta(days=1)
EPOCH = datetime(1970, 1, 1, 5, 30, tzinfo=INDIA)
names = itertools.count(1)


class Kiosk:
    """A journal, its clock, and coins."""

    def __init__(self, folder: Path, at: datetime = NOON) -> None:
        self.path, self.clock = folder / "journal.db", FixedClock(at)
        self.journal = Journal(self.path)
        self.book = Book(self.journal, self.clock)

    def coin(self, value: int = 10, at: datetime | None = None) -> None:
        if at is not None:
            self.clock.set(at)
        name = EventId("C", 1, next(names))
        self.book.write(rows.CoinCredited(None, name, rupees(value)))

    def restart(self) -> None:
        self.journal.close()
        self.journal = Journal(self.path)
        self.book = Book(self.journal, self.clock)

    @property
    def today(self) -> Money:
        return self.book.taken_today()


@pytest.fixture
def kiosk(tmp_path: Path) -> Kiosk:
    return Kiosk(tmp_path)


def test_a_new_journal_has_taken_nothing(kiosk: Kiosk) -> None:
    assert kiosk.today == ZERO
    kiosk.coin()
    assert kiosk.today == rupees(10)


def test_the_day_begins_at_midnight_in_india_and_ends_after_a_restart_too(kiosk: Kiosk) -> None:
    kiosk.coin(10, MIDNIGHT - timedelta(seconds=1))
    assert kiosk.today == rupees(10)
    kiosk.coin(20, MIDNIGHT)
    assert kiosk.today == rupees(20)
    kiosk.restart()
    assert kiosk.today == rupees(20)
    kiosk.coin(5, MIDNIGHT + timedelta(hours=3))
    assert kiosk.today == rupees(25)
    kiosk.clock.set(MIDNIGHT + timedelta(days=1))
    assert kiosk.today == ZERO


def test_a_start_with_a_dead_clock_does_not_begin_a_new_day(kiosk: Kiosk) -> None:
    """A Pi has no battery: it says 1970 until the network is there."""
    kiosk.coin(500, NOON)
    kiosk.clock.set(EPOCH)
    kiosk.restart()
    assert kiosk.today == rupees(500)
    kiosk.coin(100)
    kiosk.clock.set(EPOCH + timedelta(days=3))
    assert kiosk.today == rupees(600)
    kiosk.coin(50, NOON + timedelta(hours=2))  # the network is there
    kiosk.restart()
    assert kiosk.today == rupees(650)


def test_money_of_a_doubted_night_is_counted_to_the_day_that_is_believed_next(kiosk: Kiosk) -> None:
    kiosk.coin(500, NOON)
    kiosk.coin(100, EPOCH)
    kiosk.coin(5, NOON + timedelta(days=1))
    assert kiosk.today == rupees(105)
    kiosk.restart()
    assert kiosk.today == rupees(105)


def test_a_clock_set_back_over_midnight_does_not_forget_the_minutes_after_it(kiosk: Kiosk) -> None:
    kiosk.coin(1, MIDNIGHT - timedelta(hours=2))
    kiosk.coin(500, MIDNIGHT + timedelta(minutes=5))
    kiosk.coin(100, MIDNIGHT - timedelta(minutes=30))  # set right: less than an hour, so believed
    assert kiosk.today == rupees(600)
    kiosk.coin(20, MIDNIGHT + timedelta(minutes=10))
    assert kiosk.today == rupees(620)
    kiosk.restart()
    assert kiosk.today == rupees(620)


def test_what_was_brought_forward_was_not_taken_today(kiosk: Kiosk) -> None:
    kiosk.coin(10)
    kiosk.book.write(rows.JournalBegun("", 0, "lost", rupees(90_000), 7))
    kiosk.coin(20)
    kiosk.restart()
    assert kiosk.today == rupees(30)


def test_a_journal_begun_before_the_clock_was_looked_at_is_no_yesterday(kiosk: Kiosk) -> None:
    """Recovery writes that row first, with whatever the clock says."""
    kiosk.coin(500)
    kiosk.journal.append(EPOCH, rows.JournalBegun("", 0, "rows are missing", ZERO, 7))
    kiosk.restart()
    assert kiosk.today == rupees(500)


def test_suspicions_are_counted_by_the_day_as_well(kiosk: Kiosk) -> None:
    kiosk.book.write(rows.CheatSuspected("T 1", "notes", "fraud"))
    kiosk.clock.set(MIDNIGHT)
    assert kiosk.book.suspected_today() == 0
    kiosk.book.write(rows.CheatSuspected("T 2", "notes", "fraud"))
    assert kiosk.book.suspected_today() == 1
    kiosk.restart()
    assert kiosk.book.suspected_today() == 1


steps = st.tuples(
    st.integers(1, 40),  # rupees
    st.integers(0, 30 * 60).map(lambda minutes: timedelta(minutes=minutes)),  # true time goes on
    st.sampled_from([timedelta(0), timedelta(0), timedelta(minutes=-50), None]),  # None: 1970
    st.booleans(),  # a restart
)


@settings(max_examples=60, deadline=None)
@given(st.lists(steps, max_size=12))
def test_today_is_never_less_than_what_came_in_since_the_true_midnight(
    story: list[tuple[int, timedelta, timedelta | None, bool]],
) -> None:
    """The clock is right, 50 minutes slow, or dead. What a slow clock said to be of yesterday was
    counted to yesterday; a dead clock's word is worth nothing, so that money counts today."""
    with tempfile.TemporaryDirectory() as folder:
        kiosk, true_time = Kiosk(Path(folder)), NOON
        came: list[tuple[datetime, int]] = []
        for amount, later, wrong, is_restarted in story:
            true_time += later
            kiosk.coin(amount, EPOCH + (true_time - NOON) if wrong is None else true_time + wrong)
            told = true_time if wrong is None else true_time + wrong
            came.append((told, amount))
            if is_restarted:
                kiosk.restart()
            midnight = true_time.replace(hour=0, minute=0)
            truly = sum(paid for when, paid in came if when >= midnight)
            assert kiosk.today >= rupees(truly)
        kiosk.journal.close()


def test_a_day_is_found_without_a_look_at_the_days_before(kiosk: Kiosk) -> None:
    """Counted in steps of SQLite's machine: yesterday's thousand rows must cost nothing."""
    for number in range(1000):
        kiosk.coin(1, NOON - timedelta(days=3) + timedelta(minutes=number))
    kiosk.coin(5, NOON)
    kiosk.restart()
    ticks = 0

    def tick() -> int:
        nonlocal ticks
        ticks += 1
        return 0

    kiosk.journal._db.set_progress_handler(tick, 10)
    assert kiosk.today == rupees(5)
    assert ticks < 30  # of ten steps each
