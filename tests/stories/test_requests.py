"""A complaint, and the life verification of a pensioner, on the whole kiosk: with the office there,
and with it away."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from firmware.contract.asked import Accepted, Confirm, PutFinger
from firmware.contract.device import Status
from firmware.contract.screen import Action, Attract, Choice, Number, ScreenData, Services, Trouble
from firmware.demo.account import account
from firmware.demo.stage import OFFICE, Settings
from firmware.journal.orders import Order
from tests.stories.kiosk import Kiosk, is_a, is_one_of, words

SETTINGS = Settings(speed=6, has_ui=False, has_reader=True, screen=30, cash=30, warning=5, done=30)
COUNT = itertools.count(1)
TEXT, NAME = "चार दिन से पानी नहीं आया।", "कमला देवी"
COMPLAINT = ["water", TEXT, "tonk", "todaraisingh", "bhasu", NAME, "9829012345"]
THUMB, INDEX = "thumb", "index"


@pytest.fixture
def ppo(kiosk: Kiosk) -> Iterator[str]:
    """A pensioner of this story alone, known by a thumb. Nobody leaves a finger behind."""
    yield f"26269900{next(COUNT):04d}"
    if kiosk.bench.look("finger")["finger"]:
        kiosk.bench.do("finger", "lift")


async def answers(kiosk: Kiosk, service: str, *said: str) -> None:
    """Up to the question whether it is right."""
    await kiosk.citizen.presses(Action.CHOOSE_LANGUAGE, "hi", until=is_a(Services))
    await kiosk.citizen.presses(Action.CHOOSE_SERVICE, service, until=is_one_of(Number, Choice))
    for answer in said:
        action = Action.CHOOSE if isinstance(kiosk.last, Choice) else Action.ENTER
        await kiosk.citizen.presses(action, answer, until=is_other_than(kiosk.last))
    await kiosk.citizen.sees(Confirm)


async def to_persons(kiosk: Kiosk) -> None:
    """The tiles of this kind of service."""
    await kiosk.citizen.presses(Action.CHOOSE_LANGUAGE, "hi", until=is_a(Services))
    await kiosk.citizen.presses(
        Action.CHOOSE_SERVICE,
        "person",
        until=lambda data: isinstance(data, Services) and data.category == "person",
    )


def is_other_than(shown: ScreenData | None) -> Callable[[ScreenData], bool]:
    return lambda data: data != shown


async def accepted(kiosk: Kiosk) -> Accepted:
    return await kiosk.citizen.sees(Accepted)


async def to_finger(kiosk: Kiosk, ppo: str) -> None:
    """Until the reader is lit."""
    await kiosk.waits(lambda: kiosk.devices["finger"].status is Status.READY, "the reader")
    await answers(kiosk, "life_certificate", ppo)
    await kiosk.citizen.presses(Action.SUBMIT, until=is_a(PutFinger))
    await kiosk.citizen.waits_for(lit, "a lit reader")


def lit(data: ScreenData) -> bool:
    return isinstance(data, PutFinger) and data.is_ready


def says(key: str) -> Callable[[ScreenData], bool]:
    return lambda data: isinstance(data, PutFinger) and data.hint == key


async def goes(kiosk: Kiosk) -> None:
    await kiosk.citizen.presses(Action.FINISH, until=is_a(Attract))


def order_of(kiosk: Kiosk, number: str) -> Order:
    return next(order for order in account(kiosk.stage).orders if order.number == number)


def registered(kiosk: Kiosk, number: str) -> int:
    """How often the office has what stands under this number."""
    return account(kiosk.stage).registered.get(order_of(kiosk, number).created.key, 0)


async def test_a_complaint_from_the_first_touch_to_the_paper(kiosk: Kiosk) -> None:
    await answers(kiosk, "grievance", *COMPLAINT)
    await kiosk.citizen.presses(Action.SUBMIT, until=is_a(Accepted))
    shown = await accepted(kiosk)
    assert shown.reference and shown.proof == "paper"
    assert kiosk.codes_on_paper() == [shown.receipt]
    assert shown.reference in words(kiosk.printed[f"{shown.receipt}/receipt/1"])
    await goes(kiosk)
    await kiosk.accounts()
    assert registered(kiosk, shown.receipt) == 1


async def test_with_the_office_away_a_complaint_is_accepted_and_posted_later(kiosk: Kiosk) -> None:
    kiosk.stage.hold(OFFICE)
    await kiosk.citizen.waits_for(
        lambda data: isinstance(data, Attract) and not data.cash_is_possible, "no back end"
    )
    await answers(kiosk, "grievance", *COMPLAINT)
    await kiosk.citizen.presses(Action.SUBMIT, until=is_a(Accepted))
    shown = await accepted(kiosk)
    assert (shown.reference, shown.proof) == ("", "paper")
    assert kiosk.codes_on_paper() == [shown.receipt]
    await goes(kiosk)
    assert registered(kiosk, shown.receipt) == 0
    kiosk.stage.release(OFFICE)
    await kiosk.accounts()
    assert registered(kiosk, shown.receipt) == 1
    assert order_of(kiosk, shown.receipt).reference


async def test_core_dies_as_a_complaint_is_accepted(kiosk: Kiosk) -> None:
    await answers(kiosk, "grievance", *COMPLAINT)
    kiosk.citizen.touch(Action.SUBMIT)
    kiosk.stage.kill("core")
    await kiosk.citizen.waits_for(is_one_of(Confirm, Accepted), "the same, or what followed")
    if isinstance(kiosk.last, Confirm):
        await kiosk.citizen.presses(Action.SUBMIT, until=is_a(Accepted))
    shown = await accepted(kiosk)
    await goes(kiosk)
    await kiosk.accounts()
    assert registered(kiosk, shown.receipt) == 1


async def test_a_pensioner_is_verified_by_the_thumb(kiosk: Kiosk, ppo: str) -> None:
    await to_finger(kiosk, ppo)
    kiosk.bench.do("finger", "put_finger", finger=THUMB)
    shown = await accepted(kiosk)
    assert shown.reference and shown.is_verification and shown.proof == "paper"
    assert shown.reference in words(kiosk.printed[f"{shown.receipt}/receipt/1"])
    kiosk.bench.do("finger", "lift")
    await goes(kiosk)
    await kiosk.accounts()
    assert registered(kiosk, shown.receipt) == 1


async def test_the_wrong_finger_and_a_dirty_one_and_then_the_right_one(
    kiosk: Kiosk, ppo: str
) -> None:
    await to_finger(kiosk, ppo)
    kiosk.bench.do("finger", "put_finger", finger=INDEX)
    await kiosk.citizen.waits_for(says("finger.wrong"), "another person's finger")
    kiosk.bench.do("finger", "lift")
    await kiosk.citizen.waits_for(lit, "a lit reader")
    kiosk.bench.do("finger", "put_finger", finger=THUMB, is_dirty=True)
    await kiosk.citizen.waits_for(says("finger.poor"), "a print that nobody can read")
    kiosk.bench.do("finger", "lift")
    await kiosk.citizen.waits_for(lit, "a lit reader")
    kiosk.bench.do("finger", "put_finger", finger=THUMB)
    shown = await accepted(kiosk)
    kiosk.bench.do("finger", "lift")
    await goes(kiosk)
    found = await kiosk.accounts()
    assert registered(kiosk, shown.receipt) == 1
    assert found.faults() == []


async def test_core_dies_while_the_finger_is_awaited(kiosk: Kiosk, ppo: str) -> None:
    await to_finger(kiosk, ppo)
    kiosk.stage.kill("core")
    await kiosk.citizen.waits_for(lit, "a lit reader")
    kiosk.bench.do("finger", "put_finger", finger=THUMB)
    shown = await accepted(kiosk)
    kiosk.bench.do("finger", "lift")
    await goes(kiosk)
    await kiosk.accounts()
    assert registered(kiosk, shown.receipt) == 1


async def test_with_the_office_away_nobody_is_verified_and_the_tile_says_so(kiosk: Kiosk) -> None:
    await to_persons(kiosk)
    kiosk.stage.hold(OFFICE)
    await kiosk.citizen.waits_for(why("life_certificate", "tile.no_back_end"), "a grey tile")
    await kiosk.citizen.waits_for(why("grievance", None), "and complaints none the less")
    kiosk.stage.release(OFFICE)
    await kiosk.citizen.waits_for(why("life_certificate", None), "the tile in colour again")


async def test_a_reader_that_is_unplugged_is_said_on_the_tile_and_ends_the_wait(
    kiosk: Kiosk, ppo: str
) -> None:
    await to_finger(kiosk, ppo)
    kiosk.bench.do("finger", "unplug_reader")
    trouble = await kiosk.citizen.sees(Trouble)
    assert trouble.cause in ("trouble.finger_reader", "trouble.not_verified")
    await goes(kiosk)
    await to_persons(kiosk)
    await kiosk.citizen.waits_for(
        why("life_certificate", "tile.no_finger_reader"), "the tile of no reader"
    )


def why(service: str, reason: str | None) -> Callable[[ScreenData], bool]:
    def is_so(data: ScreenData) -> bool:
        tiles = data.tiles if isinstance(data, Services) else []
        return any(tile.service == service and tile.why_not == reason for tile in tiles)

    return is_so
