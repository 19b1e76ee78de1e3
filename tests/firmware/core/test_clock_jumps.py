"""The clock is wrong: money and order of things are not, and the rows say that it was doubted."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from firmware.contract.screen import Action, Attract, Done, InsertCash
from firmware.journal import rows
from firmware.journal.clockwatch import ClockWatch
from firmware.journal.journal import Journal
from firmware.journal.recovery import open_journal
from firmware.runtime.clock import INDIA
from tests.firmware.core.test_journal_begun_anew import Mended

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=INDIA)
EPOCH = datetime(1970, 1, 1, 5, 30, tzinfo=INDIA)
A_YEAR = timedelta(days=366)


@pytest.fixture
def world(tmp_path: Path) -> Mended:
    return Mended(tmp_path)


def doubts(journal: Journal) -> list[str]:
    clocks = (rows.ClockDoubted, rows.ClockTrusted)
    return [type(e.row).__name__ for e in journal.entries() if isinstance(e.row, clocks)]


def pay(world: Mended) -> None:
    world.insert(500)
    world.run(5)
    assert isinstance(world.screen.data, Done)
    world.press(Action.FINISH)


@pytest.mark.parametrize("wrong", [EPOCH, NOON + A_YEAR, NOON - timedelta(hours=4)])
def test_the_clock_jumps_in_the_middle_of_a_visit(world: Mended, wrong: datetime) -> None:
    world.clock.set(NOON)
    world.go_to_cash()
    world.clock.set(wrong)
    world.run(1)
    assert isinstance(world.screen.data, InsertCash)  # no patience ended
    pay(world)
    assert doubts(world.journal) == ["ClockDoubted"]
    world.check_money()
    world.power_cut()
    assert isinstance(world.screen.data, Attract)
    assert doubts(world.journal) == ["ClockDoubted"]  # said once, also over a start
    world.clock.set(NOON + timedelta(hours=1))
    world.go_to_cash()
    pay(world)
    assert doubts(world.journal) == ["ClockDoubted", "ClockTrusted"]
    assert [entry.seq for entry in world.journal.entries()] == [*range(1, world.journal.length + 1)]
    assert len(world.office.payments) == 2
    world.check_money()


def test_a_jump_says_what_was_believed_before_it(world: Mended) -> None:
    world.clock.set(NOON)
    world.go_to_cash()
    world.clock.set(EPOCH)
    world.insert(100)
    entry = world.journal.last_of(rows.ClockDoubted)
    assert entry is not None
    assert isinstance(entry.row, rows.ClockDoubted)
    assert entry.row.says == entry.at == "1970-01-01T05:30:00.000+05:30"
    assert entry.row.last.startswith("2026-11-22T12:00:0")


def test_a_boot_without_time_is_doubted_until_the_network_has_set_it(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    for at in (EPOCH, EPOCH + timedelta(minutes=3), NOON):
        open_journal(path, at, "1", str(at)).close()
    journal = Journal(path)
    assert doubts(journal) == ["ClockDoubted", "ClockTrusted"]
    written = [type(entry.row).__name__ for entry in journal.entries()]
    assert written[0] == "ClockDoubted"  # it stands before the first row that it is about
    assert ClockWatch(journal).is_trusted


def test_an_hour_back_and_a_holiday_are_believed(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    for at in (NOON, NOON - timedelta(minutes=59), NOON + timedelta(days=300)):
        open_journal(path, at, "1").close()
    assert doubts(Journal(path)) == []


def test_many_small_steps_back_are_one_large_one(world: Mended) -> None:
    world.clock.set(NOON)
    for minutes in range(0, 120, 20):
        world.clock.set(NOON - timedelta(minutes=minutes))
        world.core.book.write(rows.KioskStarted("1"))
    assert doubts(world.journal) == ["ClockDoubted"]


@pytest.mark.parametrize("jump", [timedelta(weeks=5), A_YEAR, EPOCH - NOON])
def test_a_payment_is_posted_once_after_weeks_offline_whatever_the_clock_said(
    world: Mended, jump: timedelta
) -> None:
    world.clock.set(NOON)
    world.go_to_cash()
    world.office.is_up = False
    world.insert(500)
    world.run(20)
    assert world.journal.unposted_count == 1
    world.press(Action.FINISH)
    world.clock.set(NOON + jump)
    world.power_cut()
    world.clock.advance(5 * 7 * 86400.0)
    world.run(30)
    assert world.office.payments == {}
    world.office.is_up = True
    world.run(30)
    assert [money.paise for money in world.office.payments.values()] == [50000]
    assert (world.journal.unposted_count, world.journal.unposted_orders()) == (0, [])
    world.run(30)
    posted = [e for e in world.journal.entries() if isinstance(e.row, rows.OrderPosted)]
    assert len(posted) == 1
    world.check_money()
