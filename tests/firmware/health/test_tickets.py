"""From a fault to a ticket and back: one number for one fault, whoever is asleep."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.contract.fault_ticket import FaultTicket, Level
from firmware.contract.health import Finding
from firmware.health.tickets import REOPENED_WITHIN, WELL_FOR, Book, Change, Rule, advance

NOON = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RULES = {
    "notes.jam.stacker": Rule(Level.BLOCK, 5 * MINUTE, timedelta(hours=24)),
    "receipt.paper.out": Rule(Level.OPERATOR, 30 * MINUTE, timedelta(hours=4)),
    "panel.mains.off": Rule(Level.DISTRICT, None),
}
JAM, PAPER = ("notes", "notes.jam.stacker"), ("receipt", "receipt.paper.out")


class Kiosk:
    """Faults come and go; the book is looked at every minute."""

    def __init__(self) -> None:
        self.book, self.now = Book("TDR 0417", "7C"), NOON
        self.standing: dict[tuple[str, str], Finding] = {}
        self.told: list[tuple[Change, str, Level]] = []

    def breaks(self, what: tuple[str, str], detail: str = "") -> None:
        self.standing[what] = Finding(*what, self.now.isoformat(), detail)

    def mended(self, what: tuple[str, str]) -> None:
        del self.standing[what]

    def wait(self, span: timedelta) -> None:
        until = self.now + span
        while self.now < until:
            self.now = min(until, self.now + MINUTE)
            self.look()

    def look(self) -> None:
        findings = list(self.standing.values())
        self.book, happened = advance(self.book, findings, RULES.__getitem__, self.now)
        self.told += [(each.change, each.ticket.number, each.ticket.level) for each in happened]


@pytest.fixture
def kiosk() -> Kiosk:
    return Kiosk()


def test_a_jam_that_lasts_is_a_ticket_of_the_block(kiosk: Kiosk) -> None:
    kiosk.breaks(JAM, "stacker motor")
    kiosk.wait(4 * MINUTE)
    assert kiosk.told == []
    kiosk.wait(MINUTE)
    assert kiosk.told == [(Change.OPENED, "TDR 0417/7C 0001", Level.BLOCK)]
    assert kiosk.book.open[0].detail == "stacker motor"
    assert kiosk.book.number_of(*JAM) == "TDR 0417/7C 0001"


def test_the_same_fault_seen_a_thousand_times_is_one_ticket(kiosk: Kiosk) -> None:
    kiosk.breaks(JAM)
    kiosk.wait(20 * 60 * MINUTE)
    assert len(kiosk.told) == 1


def test_two_parts_with_the_same_fault_are_two_tickets(kiosk: Kiosk) -> None:
    kiosk.breaks(JAM)
    kiosk.breaks(PAPER)
    kiosk.wait(31 * MINUTE)
    assert [number[-4:] for _, number, _ in kiosk.told] == ["0001", "0002"]


def test_a_ticket_closes_itself_only_when_the_device_has_been_well_for_a_while(
    kiosk: Kiosk,
) -> None:
    kiosk.breaks(JAM)
    kiosk.wait(6 * MINUTE)
    kiosk.mended(JAM)
    kiosk.wait(WELL_FOR - MINUTE)
    kiosk.breaks(JAM)  # the note was pulled out and the next one jams
    kiosk.wait(2 * MINUTE)
    kiosk.mended(JAM)
    kiosk.wait(WELL_FOR)
    assert len(kiosk.told) == 1
    kiosk.wait(MINUTE)
    assert kiosk.told[-1] == (Change.CLOSED, "TDR 0417/7C 0001", Level.BLOCK)
    assert kiosk.book.open == []


def test_a_fault_that_is_back_within_days_is_the_old_ticket_opened_again(kiosk: Kiosk) -> None:
    kiosk.breaks(JAM)
    kiosk.wait(6 * MINUTE)
    kiosk.mended(JAM)
    kiosk.wait(timedelta(hours=20))
    kiosk.breaks(JAM)
    kiosk.wait(6 * MINUTE)
    assert kiosk.told[-1] == (Change.REOPENED, "TDR 0417/7C 0001", Level.BLOCK)
    assert kiosk.book.open[0].times == 2


def test_a_fault_of_next_month_is_a_new_ticket(kiosk: Kiosk) -> None:
    kiosk.breaks(JAM)
    kiosk.wait(6 * MINUTE)
    kiosk.mended(JAM)
    kiosk.wait(WELL_FOR + MINUTE)
    kiosk.now += REOPENED_WITHIN
    kiosk.breaks(JAM)
    kiosk.wait(6 * MINUTE)
    assert kiosk.told[-1][:2] == (Change.OPENED, "TDR 0417/7C 0002")


def test_nobody_came_so_it_goes_from_the_operator_to_the_district(kiosk: Kiosk) -> None:
    kiosk.breaks(PAPER)
    kiosk.wait(timedelta(hours=10))
    assert [(change, level) for change, _, level in kiosk.told] == [
        (Change.OPENED, Level.OPERATOR),
        (Change.ESCALATED, Level.BLOCK),
        (Change.ESCALATED, Level.DISTRICT),
    ]
    kiosk.wait(timedelta(days=3))
    assert len(kiosk.told) == 3  # above the district there is nobody to send it to


def test_a_mending_that_did_not_hold_stays_with_whoever_had_it_last(kiosk: Kiosk) -> None:
    kiosk.breaks(PAPER)
    kiosk.wait(timedelta(hours=5))
    kiosk.mended(PAPER)
    kiosk.wait(30 * MINUTE)
    kiosk.breaks(PAPER)
    kiosk.wait(31 * MINUTE)
    assert kiosk.told[-1] == (Change.REOPENED, "TDR 0417/7C 0001", Level.BLOCK)


def test_what_is_nobodys_work_is_never_a_ticket(kiosk: Kiosk) -> None:
    kiosk.breaks(("panel", "panel.mains.off"))
    kiosk.wait(timedelta(days=2))
    assert kiosk.told == []


def test_a_clock_that_was_set_back_opens_and_closes_nothing(kiosk: Kiosk) -> None:
    kiosk.breaks(JAM)
    kiosk.now -= timedelta(days=365)
    kiosk.look()
    assert kiosk.told == []
    kiosk.now += timedelta(days=365)
    kiosk.wait(6 * MINUTE)
    kiosk.mended(JAM)
    kiosk.wait(2 * MINUTE)
    kiosk.now -= timedelta(days=365)
    kiosk.look()
    assert [change for change, _, _ in kiosk.told] == [Change.OPENED]


def test_closed_tickets_do_not_fill_the_disk(kiosk: Kiosk) -> None:
    closed = tuple(
        FaultTicket(number=f"TDR 0417/7C {n:04d}", part="notes", code="notes.jam.stacker",
                    level=Level.BLOCK, opened=NOON.isoformat(), level_since=NOON.isoformat(),
                    closed=(NOON + n * MINUTE).isoformat())
        for n in range(1, 81)
    )  # fmt: skip
    kiosk.book = Book("TDR 0417", "7C", 80, closed)
    kiosk.breaks(PAPER)
    kiosk.wait(31 * MINUTE)
    numbers = [each.number[-4:] for each in kiosk.book.tickets]
    assert len(numbers) == 51
    assert (numbers[0], numbers[-1]) == ("0031", "0081")


@given(st.lists(st.tuples(st.sampled_from([JAM, PAPER]), st.integers(1, 400)), max_size=12))
def test_there_is_never_a_second_open_ticket_and_never_a_number_twice(
    moves: list[tuple[tuple[str, str], int]],
) -> None:
    kiosk = Kiosk()
    for what, minutes in moves:
        if what in kiosk.standing:
            kiosk.mended(what)
        else:
            kiosk.breaks(what)
        kiosk.now += minutes * MINUTE
        kiosk.look()
        parts = [(each.part, each.code) for each in kiosk.book.open]
        assert len(parts) == len(set(parts))
    opened = [number for change, number, _ in kiosk.told if change is Change.OPENED]
    assert len(opened) == len(set(opened))
