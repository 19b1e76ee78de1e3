"""The mains fail at any moment: what was paid is paid, what was not is the citizen's (M2, M11)."""

from __future__ import annotations

import asyncio

import pytest

from firmware.contract.money import rupees
from firmware.contract.screen import Attract, Done, InsertCash, Waiting
from firmware.demo.stage import Settings
from tests.stories.kiosk import Kiosk

# Not much faster than life, for these stories strike in the middle of a movement.
SETTINGS = Settings(speed=3, has_ui=False, screen=30, cash=30, warning=5, done=30)


async def mains_fail(kiosk: Kiosk) -> None:
    await asyncio.to_thread(kiosk.stage.power_cut)
    kiosk.screens.clear()
    await asyncio.to_thread(kiosk.stage.power_on)
    await kiosk.waits(lambda: bool(kiosk.screens), "a screen of the new start")


async def pays_the_rest(kiosk: Kiosk, inserted: int) -> Done:
    """From the money that the screen says is in; the citizen has everything else in hand."""
    await kiosk.shows_inserted(inserted)
    await kiosk.puts_in(*[200] * ((400 - inserted) // 200), 50, coins=(20,))
    return await kiosk.is_done()


async def test_power_cut_at_the_bill_leaves_nothing(kiosk: Kiosk) -> None:
    await kiosk.to_bill()
    await mains_fail(kiosk)
    await kiosk.waits(lambda: bool(kiosk.screens), "a screen")
    await kiosk.citizen.sees(Attract)
    assert not [screen for screen in kiosk.screens if not isinstance(screen.data, Attract)]
    await kiosk.leaves()
    assert kiosk.booked() == []


async def test_power_cut_with_money_inside_and_nobody_comes_back(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    await kiosk.puts_in(200)
    await kiosk.shows_inserted(200)
    await mains_fail(kiosk)
    trouble = await kiosk.is_claimed()
    assert (trouble.safe, trouble.cause) == (rupees(200), "trouble.power_came_back")
    assert kiosk.codes_on_paper() == [trouble.token]
    await kiosk.leaves()
    assert kiosk.booked() == []


@pytest.mark.parametrize("place", ["moving_in", "stacking"], ids=["near the mouth", "inside"])
async def test_power_cut_while_a_note_moves(kiosk: Kiosk, place: str) -> None:
    """Near the mouth it comes back at power-up; further in it goes to the box, and counts.

    On a slow day the note is further in than it was when the power was ordered to go.
    """
    await kiosk.to_cash()
    before = kiosk.returned()
    await kiosk.citizen.tries("notes", 200)
    await kiosk.citizen.sees_at("notes", lambda p: p["at"] == place, place)
    await mains_fail(kiosk)
    await kiosk.citizen.sees_at("notes", lambda p: p["at"] == "nowhere", "the note's end")
    is_back = len(kiosk.returned()) > len(before)
    assert not is_back or place == "moving_in"
    await pays_the_rest(kiosk, 0 if is_back else 200)
    await kiosk.leaves()
    assert kiosk.booked() == [470]


async def test_power_cut_while_the_receipt_prints_and_a_whole_one_follows(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    await kiosk.puts_in(200, 200, 50, coins=(20,))
    await kiosk.citizen.waits_for(lambda data: data == Waiting("waiting.printing"), "the printing")
    await mains_fail(kiosk)
    done = await kiosk.is_done()
    assert done.proof == "paper"
    assert kiosk.codes_on_paper()[-1] == done.receipt
    await kiosk.leaves()
    assert kiosk.booked() == [470]


async def test_power_cut_at_the_last_screen_and_the_paper_is_out(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    await kiosk.puts_in(200, 200, 50, coins=(20,))
    done = await kiosk.is_done()
    await mains_fail(kiosk)
    await kiosk.waits(lambda: bool(kiosk.screens), "a screen")
    await kiosk.citizen.waits_for(lambda data: isinstance(data, Attract | Done), "the end")
    await kiosk.leaves()
    assert kiosk.booked() == [470]
    assert kiosk.codes_on_paper() == [done.receipt]


async def test_mains_fail_twice_in_one_visit(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    await kiosk.puts_in(200)
    await mains_fail(kiosk)
    await kiosk.citizen.sees(InsertCash)
    await mains_fail(kiosk)
    done = await pays_the_rest(kiosk, 200)
    assert (done.paid, done.proof) == (rupees(470), "paper")
    await kiosk.leaves()
    assert kiosk.booked() == [470]
