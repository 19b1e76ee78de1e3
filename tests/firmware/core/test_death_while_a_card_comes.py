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
from tests.firmware.core.deaths import Mortal, dies_after_each_commit, is_at_rest

STRIDE = 4  # in a run of the tests; in full every commit
LONG_ENOUGH = 400.0  # seconds: nobody answers, every patience is over


class Kiosk(Mortal, CardWorld):
    """With a card printer."""


def goes(world: Kiosk, seconds: float = 6.0) -> None:
    world.run(seconds)
    world.press(Action.FINISH)
    world.run(1)


def a_card(world: Kiosk) -> None:
    world.pay_fee()
    goes(world)


def a_forged_card(world: Kiosk) -> None:
    world.forges = True
    world.pay_fee()
    goes(world)


def no_cards_and_a_cancel(world: Kiosk) -> None:
    world.is_line_dead = True
    world.pay_fee()
    world.pages.sheets, world.is_line_dead = 0, False
    world.run(8)
    world.press(Action.CANCEL)
    goes(world)


def the_ribbon_breaks_and_there_is_no_roll(world: Kiosk) -> None:
    world.to_first_page()
    world.pages.fail("pvc.ribbon.broken")
    world.printer.fails = "receipt.paper.end"
    goes(world, 12)


def the_office_changes_its_mind(world: Kiosk) -> None:
    """The spool was lost, and what is fetched anew is refused: the job is cancelled."""
    world.pages.is_deaf = True
    world.pay_fee()
    world.run(1)
    world.pages.restart()
    world.withholds, world.pages.is_deaf = True, False
    goes(world, 20)


CLAIMED = {"PrintFailed", "PostRefused", "ClaimIssued"}
STORIES: dict[Callable[[Kiosk], None], set[str]] = {
    a_card: {"Printed", "OrderPosted"},
    a_forged_card: CLAIMED | {"SpoolWiped"},
    no_cards_and_a_cancel: CLAIMED,
    the_ribbon_breaks_and_there_is_no_roll: CLAIMED,
    the_office_changes_its_mind: CLAIMED,
}


def check(world: Kiosk) -> None:
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
    story: Callable[[Kiosk], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    stride = 1 if request.config.getoption("--chaos") == "full" else STRIDE
    kinds = STORIES[story]
    dies_after_each_commit(Kiosk, story, kinds, check, tmp_path, monkeypatch, stride)
