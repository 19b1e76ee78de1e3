"""The window is killed in the middle of a real visit, at every screen of it; the visit goes on."""

from __future__ import annotations

import asyncio
import os
import time

import pytest

from firmware.contract.screen import Action, Done, InsertCash, Number, Services, ShowBill
from tests.stories.kiosk import Kiosk, is_a
from tests.window.conftest import ALL
from tests.window.hands import Hands, Seen

COMES_WITHIN = 30.0  # seconds on a loaded machine; `make bench` has what it takes
LOOK_EVERY = 0.05  # seconds


@pytest.fixture(scope="module")
def way() -> str:
    return "touch"


async def looks(hands: Hands, serial: int) -> Seen:
    """Once the window shows that document."""
    deadline = time.monotonic() + COMES_WITHIN
    while time.monotonic() < deadline:
        try:
            seen = await hands.window.order()
        except (ConnectionError, FileNotFoundError):
            seen = {"serial": -1}
        if seen["serial"] >= serial:
            return seen
        await asyncio.sleep(LOOK_EVERY)
    raise AssertionError(f"document {serial} is not shown within {COMES_WITHIN} s")


async def dies(kiosk: Kiosk) -> None:
    """SIGKILL; what is on the next window is what was on this one, word by word."""
    hands, screen = kiosk.citizen, kiosk.citizen.screen
    assert isinstance(hands, Hands) and screen is not None
    before = await looks(hands, screen.serial)
    kiosk.stage.kill("ui")
    after = await looks(hands, screen.serial)
    assert (after["serial"], after["view"]) == (before["serial"], before["view"])
    assert after["texts"] == before["texts"]


@pytest.mark.skipif(not os.environ.get(ALL), reason="a minute; make stories runs it")
async def test_the_screen_died_at_every_step_of_a_payment(kiosk: Kiosk) -> None:
    press = kiosk.citizen.presses
    await press(Action.CHOOSE_LANGUAGE, "hi", until=is_a(Services))
    await dies(kiosk)
    await press(Action.CHOOSE_SERVICE, "electricity", until=is_a(Number))
    await dies(kiosk)
    await press(Action.ENTER, kiosk.k_number, until=is_a(ShowBill))
    await dies(kiosk)
    await press(Action.PAY, until=is_a(InsertCash))
    await kiosk.puts_in(200)
    await kiosk.shows_inserted(200)
    await kiosk.waits(lambda: _is_still(kiosk), "the hint about the note, and no more")
    await dies(kiosk)
    await kiosk.puts_in(200, 50, coins=(20,))
    await kiosk.citizen.sees(Done)
    await dies(kiosk)
    await kiosk.leaves()
    assert kiosk.booked() == [470]


def _is_still(kiosk: Kiosk) -> bool:
    """Notes are taken again: no other document is on its way."""
    return isinstance(kiosk.last, InsertCash) and not kiosk.last.is_checking
