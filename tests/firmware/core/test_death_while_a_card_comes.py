"""Core dies after any commit of a visit that hands out a card: it is out once and paid for, or
neither.

As test_death_while_papers_come.py, with a card printer in the world.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from firmware.contract.screen import Action
from firmware.journal import rows
from firmware.journal.orders import fold
from tests.firmware.core.card_world import CardWorld
from tests.firmware.core.deaths import dies_after_each_commit, is_at_rest
from tests.firmware.core.test_death_while_papers_come import (
    LONG_ENOUGH,
    STRIDE,
    Kiosk,
    all_is_well,
    goes,
    what_came_is_forged,
)


class CardKiosk(Kiosk, CardWorld):
    """With a card printer."""


def no_cards_and_a_cancel(world: CardKiosk) -> None:
    world.is_line_dead = True
    world.pay_fee()
    world.pages.sheets, world.is_line_dead = 0, False
    world.run(8)
    world.press(Action.CANCEL)
    goes(world)


def the_ribbon_breaks_and_there_is_no_roll(world: CardKiosk) -> None:
    world.to_first_page()
    world.pages.fail("pvc.ribbon.broken")
    world.printer.fails = "receipt.paper.end"
    goes(world, 12)


def the_office_changes_its_mind(world: CardKiosk) -> None:
    """The spool was lost, and what is fetched anew is refused: the job is cancelled."""
    world.pages.is_deaf = True
    world.pay_fee()
    world.run(1)
    world.pages.restart()
    world.withholds, world.pages.is_deaf = True, False
    goes(world, 20)


CLAIMED = {"PrintFailed", "PostRefused", "ClaimIssued"}
STORIES: dict[Callable[[CardKiosk], None], set[str]] = {
    all_is_well: {"Printed", "OrderPosted"},
    what_came_is_forged: CLAIMED | {"SpoolWiped"},
    no_cards_and_a_cancel: CLAIMED,
    the_ribbon_breaks_and_there_is_no_roll: CLAIMED,
    the_office_changes_its_mind: CLAIMED,
}


def check(world: CardKiosk) -> None:
    """Mended, and nobody there for a while: the card is out and posted, or neither."""
    world.printer.fails, world.pages.sheets, world.pages.is_deaf = "", 100, False
    is_at_rest(world, LONG_ENOUGH)
    assert world.pages.spooled == {}
    paid = [entry.row for entry in world.journal.of_kind(rows.OrderPaid)]
    orders = [
        fold(world.journal.of_order(row.order)) for row in paid if isinstance(row, rows.OrderPaid)
    ]
    assert len(world.pages.tray) == sum(bool(order.reference) for order in orders)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_a_card_once_or_the_money_on_a_slip(
    story: Callable[[CardKiosk], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    stride = 1 if request.config.getoption("--chaos") == "full" else STRIDE
    kinds = STORIES[story]
    dies_after_each_commit(CardKiosk, story, kinds, check, tmp_path, monkeypatch, stride)
