"""How long what runs out will last, from what jobs and days really took."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from firmware.contract.device import Consumable, Source
from firmware.contract.health import Refill
from firmware.health.supplies import (
    DAYS_REMEMBERED,
    FIRST_GUESS,
    FORGET_AFTER,
    SupplyCount,
    done,
    refilled,
    seen,
    with_job,
    with_level,
)

ROLL = SupplyCount("receipt", "paper", "mm")
NOON = "T12:00:00+05:30"


def paper(level: int | None) -> Consumable:
    return Consumable("paper", level, "mm", Source.COUNTED)


def at_level(count: SupplyCount, level: int | None, day: str = "2026-01-15") -> SupplyCount:
    return with_level(count, paper(level), day + NOON)


def after(tickets: int, mm_each: int, count: SupplyCount) -> SupplyCount:
    for number in range(tickets):
        assert count.level is not None
        count = at_level(count, count.level - mm_each)
        count = with_job(count, f"{count.done}-{number}")
    return count


def day(number: int) -> str:
    return f"2026-{number // 28 + 1:02d}-{number % 28 + 1:02d}"


def used_up(level: int, a_day: list[int]) -> SupplyCount:
    """A kiosk that starts on day 0, and uses so much on each day from then on."""
    count = at_level(ROLL, level, day(0))
    for number, used in enumerate(a_day):
        level -= used
        count = at_level(count, level, day(number))
    return count


def test_new_kiosk_guesses_until_it_has_measured() -> None:
    full = at_level(ROLL, 80_000)
    assert full.jobs_left == 80_000 // FIRST_GUESS["mm"]
    assert after(10, 200, full).jobs_left == 78_000 // 200


def test_printer_that_only_says_enough_has_no_forecast() -> None:
    count = at_level(ROLL, None)
    assert (count.jobs_left, count.days_left("2026-01-16")) == (None, None)


def test_toner_that_was_never_seen_falling_is_not_guessed() -> None:
    """A per cent of toner is so many pages as the cartridge pleases."""
    toner = with_level(
        SupplyCount("page", "toner", "%"), Consumable("toner", 80, "%", Source.MEASURED), NOON
    )
    assert toner.jobs_left is None


def test_job_told_again_until_acknowledged_is_one_ticket() -> None:
    count = with_job(ROLL, "R-1")
    assert with_job(count, "R-1") is count
    assert with_job(count, "R-2").done == 2


def test_new_roll_uses_no_paper() -> None:
    nearly_empty = after(10, 200, at_level(ROLL, 2_100))
    renewed = at_level(nearly_empty, 80_000)
    assert renewed.used == nearly_empty.used == 2_000
    assert renewed.jobs_left == 400
    assert (renewed.refilled_at, renewed.refilled_by) == ("2026-01-15" + NOON, "")


def test_who_refilled_is_kept_whichever_word_comes_first() -> None:
    low = after(1, 100, at_level(ROLL, 2_000))
    said = refilled(low, "R. Meena", "2026-01-15T11:59:59+05:30")
    assert at_level(said, 50_000).refilled_by == "R. Meena"
    assert at_level(said, 50_000).refills[-1].by == "R. Meena"
    counted = refilled(at_level(low, 50_000), "R. Meena", "2026-01-15T12:00:01+05:30")
    assert counted.refilled_by == "R. Meena"
    assert counted.refills == [Refill("2026-01-15" + NOON, 1_900, 50_000, "R. Meena")]


def test_roll_changed_a_month_later_by_nobody_known() -> None:
    said = refilled(at_level(ROLL, 1_000), "R. Meena", "2026-01-15" + NOON)
    assert at_level(said, 50_000, "2026-02-15").refilled_by == ""


def test_longer_receipts_are_learnt() -> None:
    count = after(FORGET_AFTER, 100, at_level(ROLL, 10**6))
    assert count.a_job == 100
    longer = after(3 * FORGET_AFTER, 300, count)
    assert longer.a_job is not None and 270 <= longer.a_job <= 300
    assert longer.done == 4 * FORGET_AFTER


def test_first_day_is_not_over_and_no_rate() -> None:
    assert used_up(50_000, [900]).days_left(day(0)) is None
    assert used_up(50_000, [900]).days_left(day(1)) == 49_100 / 900


def test_sundays_and_market_days_make_one_rate() -> None:
    assert used_up(10_000, [2_000, 0, 1_000]).days_left(day(3)) == 7_000 / 1_000


def test_month_in_which_the_kiosk_was_shut_is_no_month_of_use() -> None:
    count = used_up(10_000, [1_000, 1_000])
    reopened = at_level(count, 8_000, day(40))
    assert reopened.days_left(day(40)) == 8.0
    assert used_up(10_000, [1_000] + [0] * 3).days_left(day(4)) == 9_000 / 250


def test_busy_season_is_forgotten_after_four_weeks() -> None:
    count = used_up(900_000, [5_000] * 30 + [1_000] * DAYS_REMEMBERED)
    assert count.days_left(day(30 + DAYS_REMEMBERED)) == count.level / 1_000 if count.level else 0
    assert len(count.days) == DAYS_REMEMBERED


def test_clock_set_back_makes_no_second_yesterday() -> None:
    count = at_level(used_up(10_000, [100, 100]), 9_700, day(0))
    assert [each.day for each in count.days] == [day(0), day(1)]
    assert sum(each.used for each in count.days) == 300


def test_one_job_takes_of_every_supply_of_its_printer_and_of_no_other() -> None:
    supplies = seen({}, "receipt", [paper(1_000)], NOON)
    supplies = seen(supplies, "page", [Consumable("paper", 90, "sheets", Source.MEASURED)], NOON)
    counted = done(supplies, "receipt", "R-1")
    assert counted[("receipt", "paper")].done == 1
    assert counted[("page", "paper")].done == 0


def test_black_ribbon_taken_for_a_colour_one_leaves_no_colour_behind() -> None:
    colours = [Consumable(f"toner.{each}", 50, "%", Source.MEASURED) for each in "cmyk"]
    supplies = seen(seen({}, "page", colours, NOON), "page", colours[-1:], NOON)
    assert list(supplies) == [("page", "toner.k")]


@given(levels=st.lists(st.integers(0, 100_000), max_size=30))
def test_whatever_the_printer_says_the_forecast_is_sane(levels: list[int]) -> None:
    count = ROLL
    for number, level in enumerate(levels):
        count = with_job(at_level(count, level, day(number)), str(number))
        assert count.jobs_left is not None and count.jobs_left >= 0
        days = count.days_left(day(number))
        assert days is None or days >= 0


def test_a_year_of_rolls_is_on_the_record_and_no_more() -> None:
    count = at_level(ROLL, 60_000)
    for number in range(30):
        count = at_level(at_level(count, 500 + number, day(number)), 60_000, day(number))
    assert [refill.before for refill in count.refills] == list(range(518, 530))
    assert {refill.by for refill in count.refills} == {""}
