"""An operator empties the box after a visit, whoever dies meanwhile: no rupee is in two places."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from firmware.contract.money import Money
from firmware.contract.screen import Action, Attract, Count, Desk, Pin
from firmware.demo.account import account
from firmware.demo.keys import DEMO_PIN
from firmware.runtime.sealing import seal

if TYPE_CHECKING:
    from tests.chaos.visitor import Visit

TRIES = 120  # looks at the screen; a quiet collection takes a dozen and one


async def collects(visit: Visit) -> None:
    """Again from the beginning, whenever the kiosk has forgotten that he is there."""
    for _ in range(TRIES):
        if isinstance(visit.shown, Attract) and _all_is_collected(visit):
            return
        await _act(visit)
        await asyncio.sleep(0.3)
    raise AssertionError(f"not collected: {_collected(visit)} of {_taken(visit)}; {visit.shown}")


async def comes_by(visit: Visit, looks: int) -> None:
    """Does what the screen asks of him, so many times; then somebody calls him away."""
    for _ in range(looks):
        if not isinstance(visit.shown, Attract | Pin | Desk | Count):
            return
        await _act(visit)
        await asyncio.sleep(0.3)


async def _act(visit: Visit) -> None:
    match visit.shown:
        case Attract():
            await visit.press(Action.OPERATOR)
        case Pin(key=key) if key:
            await visit.press(Action.ENTER, seal(DEMO_PIN, key))
        case Desk(title="desk.menu"):
            await visit.press(Action.CHOOSE_TASK, "money")
        case Desk(title="desk.group.money"):
            await visit.press(Action.CHOOSE_TASK, "collect")
        case Desk(title="desk.collect"):
            await _empties(visit)
            await visit.press(Action.CHOOSE_TASK, "emptied")
        case Count():
            await visit.press(Action.SKIP)
        case Desk():
            await visit.press(Action.FINISH)
        case _:
            pass


async def _empties(visit: Visit) -> None:
    visit.hand("notes", "remove_cash_box")
    await visit.until(lambda: _says(visit) == "desk.box_is_out", 3.0)
    visit.hand("notes", "empty_stacker")
    visit.hand("coins", "empty_box")
    visit.hand("notes", "replace_cash_box")
    await visit.until(lambda: _says(visit) == "desk.box_is_back", 3.0)


def _says(visit: Visit) -> str | None:
    return visit.shown.says if isinstance(visit.shown, Desk) else None


def _taken(visit: Visit) -> Money:
    counts = [visit.look(name)["collected"] for name in ("notes", "coins")]
    return Money(sum(int(paise) * n for each in counts for paise, n in each.items()))


def _collected(visit: Visit) -> Money:
    return account(visit.stage).collected


def _all_is_collected(visit: Visit) -> bool:
    """The journal has the box emptied of as much as a hand took out of it."""
    taken = _taken(visit)
    return bool(taken) and _collected(visit) == taken
