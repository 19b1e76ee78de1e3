"""A cable is pulled in the middle, and pushed in again."""

from __future__ import annotations

import pytest

from firmware.contract.device import Status
from firmware.contract.screen import InsertCash
from firmware.demo.stage import Settings
from tests.stories.kiosk import Kiosk

SETTINGS = Settings(speed=3, has_ui=False, screen=30, cash=30, warning=5, done=30)


async def is_gone(kiosk: Kiosk, device: str) -> None:
    await kiosk.waits(lambda: kiosk.devices[device].status is Status.GONE, f"{device} gone")


@pytest.mark.parametrize("device", ["notes", "coins", "receipt"])
async def test_a_cable_is_pulled_with_money_inside_and_the_visit_goes_on(
    kiosk: Kiosk, device: str
) -> None:
    await kiosk.to_cash()
    await kiosk.puts_in(200)
    kiosk.bench.do(device, "unplug")
    await is_gone(kiosk, device)
    kiosk.bench.do(device, "plug")
    await kiosk.puts_in(200, 50, coins=(20,))
    done = await kiosk.is_done()
    assert done.proof == "paper"
    await kiosk.leaves()
    assert kiosk.booked() == [470]


async def test_the_screen_offers_no_notes_while_their_cable_is_out(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    kiosk.bench.do("notes", "unplug")
    await kiosk.citizen.waits_for(
        lambda data: isinstance(data, InsertCash) and not data.notes and bool(data.coins),
        "coins only",
    )
    kiosk.bench.do("notes", "plug")
    await kiosk.citizen.waits_for(
        lambda data: isinstance(data, InsertCash) and bool(data.notes), "notes again"
    )
    await kiosk.cancels_to_attract()
    await kiosk.leaves()


@pytest.mark.parametrize("place", ["moving_in", "escrow", "stacking"])
async def test_the_cable_of_the_acceptor_is_pulled_while_a_note_moves(
    kiosk: Kiosk, place: str
) -> None:
    """Wherever the note ends, in the box or in the hand, the journal says the same."""
    await kiosk.to_cash()
    await kiosk.citizen.tries("notes", 200)
    await kiosk.citizen.sees_at("notes", lambda p: p["at"] in (place, "stacking"), place)
    kiosk.bench.do("notes", "unplug")
    await is_gone(kiosk, "notes")
    kiosk.bench.do("notes", "plug")
    await kiosk.citizen.sees_at("notes", lambda p: p["at"] == "nowhere", "the end of the note")
    await kiosk.waits(lambda: kiosk.devices["notes"].status is Status.READY, "notes ready")
    await kiosk.cancels_money()
    await kiosk.leaves()
    assert kiosk.booked() == []


async def test_the_cable_of_the_printer_is_pulled_while_it_prints(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    await kiosk.puts_in(200, 200, 50)
    rows = kiosk.bench.look("receipt")["paper_mm"]
    await kiosk.puts_in(coins=(20,))
    await kiosk.citizen.sees_at("receipt", lambda p: p["paper_mm"] < rows - 20, "moving paper")
    kiosk.bench.do("receipt", "unplug")
    await is_gone(kiosk, "receipt")
    kiosk.bench.do("receipt", "plug")
    done = await kiosk.is_done()
    assert done.receipt in kiosk.codes_on_paper() or done.proof == "screen"
    await kiosk.leaves()
    assert kiosk.booked() == [470]
