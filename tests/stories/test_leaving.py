"""The citizen changes their mind, or walks away."""

from __future__ import annotations

import pytest

from firmware.contract.money import rupees
from firmware.contract.screen import Action, Attract, InsertCash, Trouble
from firmware.demo.stage import Settings
from tests.stories.kiosk import Kiosk

# Little patience, for these stories are about it; a note takes a third of a second to come in.
SETTINGS = Settings(speed=2, has_ui=False, screen=3, cash=4, warning=3, done=2)


def has_warning(kiosk: Kiosk) -> bool:
    screen = kiosk.citizen.screen
    return screen is not None and screen.is_warning and Action.STAY in screen.actions


async def test_cancel_with_no_money(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    await kiosk.cancels_to_attract()
    found = await kiosk.leaves()
    assert found.orders[-1].end == "cancelled"
    assert kiosk.printed == {}


async def test_cancel_while_a_note_is_moving_in_and_it_comes_back(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    before = kiosk.returned()
    await kiosk.citizen.tries("notes", 200)
    await kiosk.cancels_to_attract()
    await kiosk.waits(lambda: sorted(kiosk.returned()) == sorted([*before, 200]), "the note back")
    found = await kiosk.leaves()
    assert not found.orders[-1].inserted
    assert kiosk.printed == {}


async def test_cancel_after_a_note_was_stacked_gives_a_claim_slip(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    await kiosk.puts_in(200)
    await kiosk.shows_inserted(200)
    await kiosk.cancels(Trouble)
    trouble = await kiosk.is_claimed()
    assert (trouble.cause, trouble.safe) == ("trouble.cancelled_with_money", rupees(200))
    assert trouble.proof == "paper"
    assert kiosk.codes_on_paper() == [trouble.token]
    found = await kiosk.leaves()
    assert found.orders[-1].end == "claimed"
    assert kiosk.booked() == []


async def test_walking_away_from_the_bill_leaves_nothing(kiosk: Kiosk) -> None:
    await kiosk.to_bill()
    await kiosk.waits(lambda: has_warning(kiosk), "a warning")
    await kiosk.citizen.sees(Attract)
    await kiosk.leaves()
    assert kiosk.leases == []


async def test_walking_away_from_money_is_warned_of_and_then_claimed(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    await kiosk.puts_in(200)
    await kiosk.waits(lambda: has_warning(kiosk), "a warning")
    trouble = await kiosk.is_claimed()
    assert (trouble.cause, trouble.safe) == ("trouble.timed_out_with_money", rupees(200))
    assert kiosk.codes_on_paper() == [trouble.token]
    await kiosk.citizen.sees(Attract)
    await kiosk.leaves()
    assert kiosk.booked() == []


async def test_yes_i_am_still_here(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    await kiosk.puts_in(200)
    for _ in range(2):
        await kiosk.waits(lambda: has_warning(kiosk), "a warning")
        await kiosk.citizen.presses(Action.STAY, until=lambda _: not has_warning(kiosk))
    assert isinstance(kiosk.last, InsertCash)
    await kiosk.cancels(Trouble)
    await kiosk.leaves()


@pytest.mark.parametrize("moment", ["escrow", "stacking"])
async def test_cancel_when_the_note_is_too_far_in_is_a_claim(kiosk: Kiosk, moment: str) -> None:
    """Once the order to stack is on disk, the machine keeps the note, and says so."""
    await kiosk.to_cash()
    await kiosk.citizen.tries("notes", 200)
    await kiosk.citizen.sees_at("notes", lambda p: p["at"] in (moment, "stacking"), moment)
    await kiosk.citizen.presses(Action.CANCEL, until=lambda data: not isinstance(data, InsertCash))
    await kiosk.citizen.waits_for(
        lambda data: isinstance(data, Trouble | Attract), "the end of the visit"
    )
    found = await kiosk.leaves()
    order = found.orders[-1]
    assert order.inserted == order.claimed
