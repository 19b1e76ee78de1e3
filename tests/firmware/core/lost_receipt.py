"""A citizen who lost his receipt, and an office that has his mobile on file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from firmware.contract.screen import (
    Action,
    Number,
)
from firmware.contract.ticket import Text, Ticket
from firmware.journal import rows
from tests.firmware.core.office import ACCOUNT
from tests.firmware.core.test_redeeming import KEYS
from tests.firmware.core.world import World

NUMBER = "TDR 0417 0001"
TYPED, MOBILE, OTHER = "04170001", "9000000417", "9000000418"


class Registry(World):
    """The office has a mobile on file for the account."""

    def __init__(self, folder: Path, **how: Any) -> None:
        super().__init__(folder, keys=KEYS, **how)
        self.office.mobiles[ACCOUNT] = MOBILE


def to_number(world: World) -> None:
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    world.press(Action.CHOOSE_SERVICE, "reprint")


def asks_again(world: World, typed: str = TYPED, mobile: str = MOBILE) -> None:
    if not isinstance(world.screen.data, Number):
        to_number(world)
    world.press(Action.ENTER, typed)
    world.press(Action.ENTER, mobile)


def guess(world: World, times: int) -> None:
    for _ in range(times):
        asks_again(world, mobile=OTHER)


def number(world: World) -> Number:
    shown = world.screen.data
    assert isinstance(shown, Number), shown
    return shown


def of_kind(world: World, kind: type[rows.AnyRow]) -> list[object]:
    return [entry.row for entry in world.journal.of_kind(kind)]


def marks(ticket: Ticket) -> list[str]:
    texts = [line.text for line in ticket.lines if isinstance(line, Text)]
    return [text for text in texts if "प्रतिलिपि" in text]
