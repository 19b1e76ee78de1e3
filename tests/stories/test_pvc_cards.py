"""An Aadhaar card on the whole kiosk: the office's PDF, signed, through the card printer."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from firmware.contract.device import Status
from firmware.contract.money import rupees
from firmware.contract.screen import (
    Action,
    Attract,
    Done,
    InsertCash,
    Number,
    Printing,
    ScreenData,
    Services,
    ShowBill,
    Trouble,
)
from firmware.demo.stage import OFFICE, Settings
from tests.stories.kiosk import Kiosk, is_a

# Quicker than the other stories: a card in colour takes 41 s of a printer's life.
SETTINGS = Settings(
    speed=12, has_ui=False, cards_by="evolis", screen=30, cash=30, warning=5, done=30
)
NUMBERS = itertools.count(1)
MOMENTS = ["back", "out"]  # earlier ones: tests/firmware/core/test_death_while_a_card_comes.py


@pytest.fixture
def enrolment() -> Iterator[str]:
    """Granted, and of this story alone."""
    return iter([f"10259900{next(NUMBERS):06d}"])


def given_out(kiosk: Kiosk) -> int:
    """Cards that came out over the printer's life; never half a one."""
    physics = kiosk.bench.look("pvc")
    assert physics["halves_given_out"] == 0
    return int(physics["given_out"])


def last_card(kiosk: Kiosk, side: str) -> Path:
    return kiosk.stage.folder / "cards" / f"card-{given_out(kiosk):04d}-{side}.png"


async def works(kiosk: Kiosk) -> None:
    await kiosk.waits(lambda: kiosk.devices["pvc"].status is Status.READY, "the card printer")


async def to_fee(kiosk: Kiosk, number: str) -> None:
    """Until the mouth for notes is open."""
    await works(kiosk)
    await kiosk.citizen.presses(Action.CHOOSE_LANGUAGE, "hi", until=is_a(Services))
    await kiosk.citizen.presses(Action.CHOOSE_SERVICE, "aadhaar_card", until=is_a(Number))
    await kiosk.citizen.presses(Action.ENTER, number, until=is_a(ShowBill))
    await kiosk.citizen.presses(Action.PAY, until=is_a(InsertCash))
    await kiosk.citizen.sees_at("notes", lambda p: bool(p["accepting"]), "an open mouth")


async def pays_as_the_feeder_empties(kiosk: Kiosk, number: str) -> None:
    """Between the last note and the card: until the printer says that it has none."""
    await to_fee(kiosk, number)
    await kiosk.puts_in(20)
    kiosk.stage.hold(OFFICE)
    await kiosk.puts_in(20, 10)
    await kiosk.citizen.waits_for(is_a(Printing), "a card that is being fetched")
    kiosk.bench.do("pvc", "load_cards", count=0)
    await kiosk.waits(
        lambda: kiosk.devices["pvc"].status is Status.OUT_OF_SERVICE, "an empty feeder"
    )
    kiosk.stage.release(OFFICE)
    await kiosk.citizen.waits_for(stands_for("trouble.pvc_cards"), "no cards, on the screen")


async def test_both_sides_and_then_the_receipt(kiosk: Kiosk, enrolment: Iterator[str]) -> None:
    before, number = given_out(kiosk), next(enrolment)
    await to_fee(kiosk, number)
    await kiosk.puts_in(50)
    done = await kiosk.is_done()
    assert (done.paid, done.paper, done.proof) == (rupees(50), "pvc", "paper")
    assert done.is_posted
    assert given_out(kiosk) == before + 1
    assert kiosk.codes_on_paper() == [done.receipt]
    codes = zxingcpp.read_barcodes(Image.open(last_card(kiosk, "back")))
    assert [code.text for code in codes] == [f"SANDBOX AADHAAR {number} SHANTI DEVI MEENA"]
    shown = [screen.data for screen in kiosk.screens if isinstance(screen.data, Printing)]
    assert any(each.is_genuine and each.paper == "pvc" for each in shown)
    assert kiosk.spooled() == []
    await kiosk.leaves()
    assert kiosk.booked() == [50]


async def test_a_forged_card_never_reaches_the_printer(kiosk: Kiosk) -> None:
    before = kiosk.bench.look("pvc")
    await to_fee(kiosk, "10250001700425")
    await kiosk.puts_in(50)
    trouble = await kiosk.is_claimed()
    assert (trouble.cause, trouble.safe) == ("trouble.document_unsigned", rupees(50))
    assert trouble.proof == "paper"
    after = kiosk.bench.look("pvc")
    assert (after["feeder"], after["ribbon_sides"]) == (before["feeder"], before["ribbon_sides"])
    assert kiosk.spooled() == []
    await kiosk.leaves()
    assert kiosk.booked() == []


async def test_the_feeder_empties_and_is_filled(kiosk: Kiosk, enrolment: Iterator[str]) -> None:
    before = given_out(kiosk)
    await pays_as_the_feeder_empties(kiosk, next(enrolment))
    kiosk.bench.do("pvc", "load_cards")
    done = await kiosk.is_done()
    assert done.paper == "pvc"
    assert given_out(kiosk) == before + 1
    await kiosk.leaves()
    assert kiosk.booked() == [50]


async def test_the_feeder_empties_and_the_citizen_cancels(
    kiosk: Kiosk, enrolment: Iterator[str]
) -> None:
    before = given_out(kiosk)
    await pays_as_the_feeder_empties(kiosk, next(enrolment))
    await kiosk.citizen.presses(Action.CANCEL, until=is_a(Trouble))
    trouble = await kiosk.is_claimed()
    assert (trouble.cause, trouble.safe) == ("trouble.card_not_printed", rupees(50))
    kiosk.bench.do("pvc", "load_cards")
    await works(kiosk)
    await kiosk.leaves()
    assert (kiosk.booked(), given_out(kiosk), kiosk.spooled()) == ([], before, [])


async def test_the_ribbon_breaks_and_the_fee_is_a_claim(
    kiosk: Kiosk, enrolment: Iterator[str]
) -> None:
    before = kiosk.bench.look("pvc")
    await to_fee(kiosk, next(enrolment))
    await kiosk.puts_in(50)
    await kiosk.citizen.sees_at("pvc", lambda p: bool(p["card_is_inside"]), "a card in the path")
    kiosk.bench.do("pvc", "ribbon_break")
    trouble = await kiosk.is_claimed()
    assert (trouble.cause, trouble.safe) == ("trouble.card_not_printed", rupees(50))
    await kiosk.citizen.sees_at("pvc", lambda p: not p["card_is_inside"], "the reject box")
    after = kiosk.bench.look("pvc")
    assert (after["rejected"], given_out(kiosk)) == (before["rejected"] + 1, before["given_out"])
    await kiosk.leaves()
    assert kiosk.booked() == []
    await kiosk.citizen.waits_for(
        lambda data: reason(data) == "tile.no_ribbon", "no card without a ribbon"
    )
    kiosk.bench.do("pvc", "open_cover")
    await kiosk.waits(lambda: "pvc.cover.open" in faults(kiosk), "the cover")


@pytest.mark.parametrize("moment", MOMENTS)
async def test_the_mains_fail_and_the_card_is_out_and_paid_or_neither(
    kiosk: Kiosk, enrolment: Iterator[str], moment: str
) -> None:
    before = given_out(kiosk)
    await to_fee(kiosk, next(enrolment))
    sides = kiosk.bench.look("pvc")["ribbon_sides"]
    await kiosk.puts_in(50)
    await kiosk.citizen.waits_for(lambda data: isinstance(data, Printing | Done), "the card")
    reached = {
        "back": lambda p: p["ribbon_sides"] <= sides - 2,
        "out": lambda p: p["given_out"] > before,
    }
    await kiosk.citizen.sees_at("pvc", reached[moment], moment)
    await asyncio.to_thread(kiosk.stage.power_cut)
    kiosk.screens.clear()
    await asyncio.to_thread(kiosk.stage.power_on)
    await kiosk.citizen.waits_for(
        lambda data: isinstance(data, Done | Trouble | Attract) and bool(kiosk.screens), "the end"
    )
    await works(kiosk)
    await kiosk.leaves()
    assert kiosk.booked() == [50] * (given_out(kiosk) - before)
    assert not kiosk.bench.look("pvc")["card_is_inside"]
    assert kiosk.spooled() == []


def stands_for(trouble: str) -> Callable[[ScreenData], bool]:
    def stands(data: ScreenData) -> bool:
        return isinstance(data, Printing) and data.trouble == trouble

    return stands


def reason(data: ScreenData) -> str | None:
    if not isinstance(data, Attract):
        return None
    return next(tile.why_not for tile in data.tiles if tile.service == "cards")


def faults(kiosk: Kiosk) -> list[str]:
    return [fault.code for fault in kiosk.devices["pvc"].faults]
