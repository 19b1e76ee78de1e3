"""What the tests of questions share: a world with a service that asks three things."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from firmware.contract.money import rupees
from firmware.contract.screen import (
    Action,
    Choice,
    Number,
)
from firmware.runtime.service_words import AskWords
from firmware.services.catalogue import Service, load_catalogue
from firmware.services.catalogue.asks import Ask, Digits
from tests.firmware.core.world import World

DIVISION, BOOK, CONSUMER = "0417", "88", "7001725"
WATER = f"{DIVISION}-{BOOK}-{CONSUMER}"


def asking(*asks: Ask) -> Service:
    """The electricity bill of an office that has no one number for its customers."""
    whole = load_catalogue().services["electricity"]
    named = {ask.id: AskWords(ask.id, "{digits} digits", problem="?") for ask in asks}
    words = {language: replace(said, asks=named) for language, said in whole.words.items()}
    return replace(whole, asks=list(asks), words=words)


def questioned(folder: Path) -> World:
    """A citizen stands before the first of three questions."""
    world = World(folder)
    asks = (Digits("division", 4), Digits("book", 2, pattern="^[1-9]"), Digits("account", 7))
    world.catalogue.services["electricity"] = asking(*asks)
    world.office.others[WATER] = rupees(470)
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    world.press(Action.CHOOSE_SERVICE, "bills")
    world.press(Action.CHOOSE_SERVICE, "electricity")
    return world


def answer(world: World, *answers: str) -> None:
    for typed in answers:
        world.press(Action.ENTER, typed)


def number(world: World) -> Number:
    assert isinstance(world.screen.data, Number), world.screen.data
    return world.screen.data


def asked(world: World) -> tuple[str, str]:
    """Which question is on the screen, and what stands in it."""
    return number(world).label.rpartition(".")[2], number(world).typed


def begin(world: World, service: str) -> None:
    """A visit to this service, whose paper is left out: this world has no page printer."""
    whole = world.catalogue.services[service]
    world.catalogue.services[service] = replace(whole, kind="bill", paper=None)
    world.press(Action.CANCEL)
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    world.press(Action.CHOOSE_SERVICE, service)


def choice(world: World) -> Choice:
    assert isinstance(world.screen.data, Choice), world.screen.data
    return world.screen.data


def ids(world: World) -> list[str]:
    return [option.id for option in choice(world).options]


def choose(world: World, *answers: str) -> None:
    for answered in answers:
        world.press(Action.CHOOSE, answered)
