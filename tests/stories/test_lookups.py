"""Lookups on the real bus: each with its answer and its slip, with the office there and away."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from firmware.contract.accounts import answers_of, as_one_word
from firmware.contract.facts import ShowFacts
from firmware.contract.screen import (
    Action,
    Attract,
    Number,
    ScreenData,
    Services,
    Trouble,
    Waiting,
)
from firmware.demo.stage import Settings
from tests.stories.kiosk import Kiosk, is_a, is_one_of, words
from tests.stories.test_receipt_again import places_with, retained

SETTINGS = Settings(speed=6, has_ui=False, screen=30, cash=30, warning=5, done=30)
STATUS = "status"
LOOKUPS = {
    "sampark_status": ("112600000417", "जन स्वास्थ्य अभियांत्रिकी विभाग"),
    "scheme": ("4812345678", "35 किलो गेहूँ, नवंबर में लिया"),
    "court_case": ("RJTK01-0004172026", "दीवानी वाद"),
    "application_status": ("110026000441", "तहसील में जाँच हो रही है"),
}


async def to_service(kiosk: Kiosk, service: str, language: str = "hi") -> None:
    """Until the first thing is asked."""
    if isinstance(kiosk.last, Attract):
        await kiosk.citizen.presses(Action.CHOOSE_LANGUAGE, language, until=is_a(Services))
    await kiosk.citizen.presses(Action.CHOOSE_SERVICE, STATUS, until=is_of_status)
    await kiosk.citizen.presses(
        Action.CHOOSE_SERVICE, service, until=lambda data: not isinstance(data, Services)
    )


async def looks_up(kiosk: Kiosk, service: str, number: str) -> ShowFacts:
    await to_service(kiosk, service)
    *chosen, typed = answers_of(number)
    for each in chosen:
        await kiosk.citizen.presses(Action.CHOOSE, each, until=is_a(Number))
    await kiosk.citizen.presses(Action.ENTER, typed, until=is_a(ShowFacts))
    return await kiosk.citizen.sees(ShowFacts)


async def takes_a_slip(kiosk: Kiosk) -> list[str]:
    """What stands on it."""
    before = set(kiosk.printed)
    await kiosk.citizen.presses(Action.PRINT, until=says("facts.slip.take"))
    (job,) = set(kiosk.printed) - before
    return words(kiosk.printed[job])


async def goes(kiosk: Kiosk) -> None:
    await kiosk.citizen.presses(Action.FINISH, until=is_a(Attract))
    found = await kiosk.leaves()
    assert (found.orders, kiosk.booked()) == ([], []), "nothing is ordered, nothing is paid"


def says(key: str) -> Callable[[ScreenData], bool]:
    return lambda data: isinstance(data, ShowFacts) and data.slip == key


def is_of_status(data: ScreenData) -> bool:
    return isinstance(data, Services) and data.category == STATUS


async def the_office_goes(kiosk: Kiosk) -> None:
    kiosk.stage.hold("sandbox")
    await kiosk.waits(lambda: tile(kiosk, "bills") == "tile.no_back_end", "bills to be off")
    assert tile(kiosk, STATUS) is None, "it may have been kept"


def tile(kiosk: Kiosk, name: str) -> str | None:
    shown = kiosk.last
    assert isinstance(shown, Attract), shown
    return next(each.why_not for each in shown.tiles if each.service == name)


async def test_the_office_is_away_and_nothing_was_asked_before(kiosk: Kiosk) -> None:
    await the_office_goes(kiosk)
    await to_service(kiosk, "sampark_status")
    await kiosk.citizen.presses(Action.ENTER, "112699000417", until=is_a(Trouble))
    assert (await kiosk.citizen.sees(Trouble)).cause == "trouble.lookup_away"
    kiosk.stage.release("sandbox")
    while not isinstance(kiosk.last, ShowFacts):
        await kiosk.citizen.presses(Action.AGAIN, until=is_a(Number))
        await kiosk.citizen.presses(
            Action.ENTER, "112699000417", until=is_one_of(ShowFacts, Trouble)
        )
    await goes(kiosk)


@pytest.mark.parametrize("service", LOOKUPS)
async def test_what_the_office_knows_is_seen_and_printed_also_when_it_has_gone(
    kiosk: Kiosk, service: str
) -> None:
    number, fact = LOOKUPS[service]
    before = await looks_up(kiosk, service, number)
    assert fact in [line.said("hi") for line in before.lines]
    assert (before.account, before.is_kept) == (number, False)
    assert {as_one_word(number), fact} <= set(await takes_a_slip(kiosk))
    await goes(kiosk)
    await the_office_goes(kiosk)
    shown = await looks_up(kiosk, service, number)
    assert (shown.lines, shown.as_of, shown.is_kept) == (before.lines, before.as_of, True)
    slip = await takes_a_slip(kiosk)
    assert fact in slip
    assert any("छपते समय विभाग से संपर्क नहीं था" in each for each in slip)
    kiosk.stage.release("sandbox")
    await goes(kiosk)


async def test_core_dies_in_a_lookup_and_nothing_of_it_is_left_anywhere(kiosk: Kiosk) -> None:
    """Of a family: no file and no retained message tells whose, or what it has."""
    number, fact = "4899000417", LOOKUPS["scheme"][1]
    shown = await looks_up(kiosk, "scheme", number)
    kiosk.stage.kill("core")
    await kiosk.waits(lambda: kiosk.last == shown and Action.PRINT in actions(kiosk), "the same")
    await kiosk.citizen.presses(Action.PRINT, until=is_one_of(Waiting, ShowFacts))
    kiosk.stage.kill("core")
    await kiosk.citizen.sees(ShowFacts)
    if Action.PRINT in actions(kiosk):  # else it was out before
        await takes_a_slip(kiosk)
    documents = await retained(kiosk)
    assert [topic for topic, raw in documents.items() if fact.encode() in raw]
    await goes(kiosk)
    documents = await retained(kiosk)
    for secret in (number, fact):
        assert [topic for topic, raw in documents.items() if secret.encode() in raw] == []
        assert places_with(kiosk, secret) == []


def actions(kiosk: Kiosk) -> list[Action]:
    return [] if kiosk.citizen.screen is None else kiosk.citizen.screen.actions
