"""Readers of either maker, coins and notes on one wire: the stories and their ends are the same.

A seeded sample of deaths in each, of the drivers in question and of anybody, as with SSP.
"""

from __future__ import annotations

import random

import pytest

from tests.chaos.acceptors import Fitting
from tests.chaos.runs import Run, carry_out_all
from tests.chaos.test_every_point_in_memory import ENDS, alone
from tests.chaos.test_paying_without_cash import ENDS as CASHLESS_ENDS

STRIPE, MAGNESAFE = Fitting(card="magstripe"), Fitting(card="magnesafe")
ADAPTER = Fitting("mdb_notes", "mdb_coins", wire="mdb")
ONE_WIRE = Fitting("cctalk_bill", "cctalk", wire="cctalk")
PULSES = Fitting(coins="pulse")
BOTH = ("coins", "notes")
DRIVERS = {STRIPE: ("card",), MAGNESAFE: ("card",), ADAPTER: BOTH, ONE_WIRE: BOTH}
STORIES = {
    STRIPE: ("card", "card line dead after authorise"),
    MAGNESAFE: ("card", "card line dead after authorise"),
    ADAPTER: ("coins and notes", "change", "jam in the middle"),
    ONE_WIRE: ("coins and notes", "two orders", "cash box pulled"),
}
SAMPLE = 2  # deaths of its drivers, and as many of anybody, a story


@pytest.mark.chaos
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("fitting", "story"), [(each, story) for each in STORIES for story in STORIES[each]], ids=str
)
def test_no_paisa_is_lost_whatever_is_fitted(fitting: Fitting, story: str) -> None:
    whole = alone(Run(story, fitting=fitting))
    assert whole.faults == []
    assert whole.ends == (ENDS | CASHLESS_ENDS).get(story, ("fulfilled",))
    of_drivers = [run for run in whole.deaths if run.at and run.at.process in DRIVERS[fitting]]
    chance = random.Random(f"{fitting} {story}")
    runs = chance.sample(of_drivers, SAMPLE) + chance.sample(whole.deaths, SAMPLE)
    results = list(carry_out_all(runs))
    assert [f"{result.run}: {result.faults}" for result in results if result.faults] == []
    assert all(result.has_struck for result in results)


@pytest.mark.chaos
@pytest.mark.timeout(600)
@pytest.mark.parametrize("story", ["coins and notes", "two orders"])
def test_no_coin_of_pulses_is_lost_or_told_twice_when_others_die(story: str) -> None:
    """Not its own driver and not the mains: a pulse that nobody hears is gone, which that driver
    says (tests/drivers/pulse), and no row can have."""
    whole = alone(Run(story, fitting=PULSES))
    assert whole.faults == []
    assert whole.ends == ENDS.get(story, ("fulfilled",))
    of_others = [
        run
        for run in whole.deaths
        if run.deed == "broker" or (run.deed == "process" and run.at and run.at.process != "coins")
    ]
    results = list(carry_out_all(random.Random(story).sample(of_others, 2 * SAMPLE)))
    assert [f"{result.run}: {result.faults}" for result in results if result.faults] == []
    assert all(result.has_struck for result in results)
