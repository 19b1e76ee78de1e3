"""How long the roll lasts, from what tickets really took."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from firmware.health.paper import (
    FIRST_GUESS,
    FORGET_AFTER,
    PaperCount,
    with_level,
    with_ticket,
)


def after(tickets: int, mm_each: int, count: PaperCount) -> PaperCount:
    for number in range(tickets):
        assert count.level_mm is not None
        count = with_level(count, count.level_mm - mm_each)
        count = with_ticket(count, f"{count.printed}-{number}")
    return count


def test_new_kiosk_guesses_until_it_has_measured() -> None:
    full = with_level(PaperCount(), 80_000)
    assert full.tickets_left == 80_000 // FIRST_GUESS
    assert after(10, 200, full).tickets_left == 78_000 // 200


def test_printer_that_only_says_enough_has_no_forecast() -> None:
    assert with_level(PaperCount(), None).tickets_left is None


def test_job_told_again_until_acknowledged_is_one_ticket() -> None:
    count = with_ticket(PaperCount(), "R-1")
    assert with_ticket(count, "R-1") is count
    assert with_ticket(count, "R-2").printed == 2


def test_new_roll_uses_no_paper() -> None:
    nearly_empty = after(10, 200, with_level(PaperCount(), 2_100))
    refilled = with_level(nearly_empty, 80_000)
    assert refilled.used_mm == nearly_empty.used_mm == 2_000
    assert refilled.tickets_left == 400


def test_longer_receipts_are_learnt() -> None:
    count = after(FORGET_AFTER, 100, with_level(PaperCount(), 10**6))
    assert count.mm_a_ticket == 100
    longer = after(3 * FORGET_AFTER, 300, count)
    assert 270 <= longer.mm_a_ticket <= 300
    assert longer.printed == 4 * FORGET_AFTER


@given(levels=st.lists(st.integers(0, 100_000), max_size=30))
def test_whatever_the_printer_says_the_forecast_is_sane(levels: list[int]) -> None:
    count = PaperCount()
    for number, level in enumerate(levels):
        count = with_ticket(with_level(count, level), str(number))
        assert count.tickets_left is not None
        assert 0 <= count.tickets_left <= level
