"""Core dies after any commit of a visit that hands out a certificate: each page once, or a claim.

As test_death_after_any_commit.py, with a page printer in the world.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from firmware.contract.screen import Action
from firmware.journal import rows
from firmware.journal.orders import fold
from tests.firmware.core.deaths import Mortal, dies_after_each_commit, is_at_rest
from tests.firmware.core.paper_world import PAGES, PaperWorld

STRIDE = 4  # in a run of the tests; in full every commit
LONG_ENOUGH = 400.0  # seconds: nobody answers, every patience is over


class Kiosk(Mortal, PaperWorld):
    """With a printer of what is paid for."""


def goes(world: Kiosk, seconds: float = 6.0) -> None:
    world.run(seconds)
    world.press(Action.FINISH)
    world.run(1)


def all_is_well(world: Kiosk) -> None:
    world.pay_fee()
    goes(world)


def what_came_is_forged(world: Kiosk) -> None:
    world.forges = True
    world.pay_fee()
    goes(world)


def paper_out_and_a_cancel(world: Kiosk) -> None:
    world.to_first_page()
    world.pages.sheets = 1
    world.run(2)
    world.press(Action.CANCEL)
    goes(world)


def a_jam_and_no_roll(world: Kiosk) -> None:
    world.to_first_page()
    world.pages.fail("page.jam")
    world.printer.fails = "receipt.paper.end"
    goes(world, 12)


def the_spool_is_lost_and_the_line_dies(world: Kiosk) -> None:
    world.pages.is_deaf = True
    world.pay_fee()
    world.run(1)
    world.pages.restart()
    world.is_line_dead, world.pages.is_deaf = True, False
    goes(world, 150)


STORIES: dict[Callable[[Kiosk], None], set[str]] = {
    all_is_well: {"Printed", "OrderPosted"},
    what_came_is_forged: {"PrintFailed", "PostRefused", "ClaimIssued", "SpoolWiped"},
    paper_out_and_a_cancel: {"PrintFailed", "PostRefused", "ClaimIssued"},
    a_jam_and_no_roll: {"PrintFailed", "PostRefused", "ClaimIssued"},
    the_spool_is_lost_and_the_line_dies: {"PrintFailed", "PostRefused", "ClaimIssued"},
}


def check(world: Kiosk) -> None:
    """Mended, and nobody there for a while: each page is out once, or the money is on a slip."""
    world.printer.fails, world.pages.sheets, world.pages.is_deaf = "", 250, False
    is_at_rest(world, LONG_ENOUGH)
    assert world.pages.spooled == {}
    assert len(world.pages.tray) == len(set(world.pages.tray)), world.pages.tray
    for entry in world.journal.of_kind(rows.OrderPaid):
        assert isinstance(entry.row, rows.OrderPaid)
        order = fold(world.journal.of_order(entry.row.order))
        is_out = "certificate 3" in world.pages.tray and len(world.pages.tray) >= PAGES
        assert bool(order.reference) == is_out, "posted, and every page is out; or neither"


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_each_page_once_or_the_money_on_a_slip(
    story: Callable[[Kiosk], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    stride = 1 if request.config.getoption("--chaos") == "full" else STRIDE
    kinds = STORIES[story]
    dies_after_each_commit(Kiosk, story, kinds, check, tmp_path, monkeypatch, stride)
