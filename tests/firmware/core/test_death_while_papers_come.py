"""Core dies after any commit of a visit that hands out a certificate: each page once, or a claim.

As test_death_after_any_commit.py, with a page printer in the world.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from firmware.contract.screen import Action, Attract
from firmware.journal import rows
from firmware.journal.journal import Journal
from firmware.journal.orders import fold
from tests.firmware.core.accounts import check_proofs
from tests.firmware.core.paper_world import PAGES, PaperWorld

STRIDE = 4  # in a run of the tests; in full every commit
LONG_ENOUGH = 400.0  # seconds: nobody answers, every patience is over


class Killed(BaseException):
    """The process is gone."""


class Mortal(PaperWorld):
    """Dies after the `fatal`th commit; what was in RAM is that of the last whole input."""

    def __init__(self, folder: Path, fatal: int) -> None:
        self.fatal, self.commits, self.kept = fatal, 0, b""
        super().__init__(folder)

    def settle(self) -> None:
        super().settle()
        self.kept = self.core.flow.snapshot()


def goes(world: Mortal, seconds: float = 5.0) -> None:
    world.run(seconds)
    world.press(Action.FINISH)
    world.run(1)


def three_pages(world: Mortal) -> None:
    world.pay_fee()
    goes(world)


def a_forged_one(world: Mortal) -> None:
    world.forges = True
    world.pay_fee()
    goes(world)


def paper_out_and_a_cancel(world: Mortal) -> None:
    world.to_first_page()
    world.pages.sheets = 1
    world.run(2)
    world.press(Action.CANCEL)
    goes(world)


def a_jam_and_no_roll(world: Mortal) -> None:
    world.to_first_page()
    world.pages.fail("page.jam")
    world.printer.fails = "receipt.paper.end"
    goes(world, 12)


def the_spool_is_lost_and_the_line_dies(world: Mortal) -> None:
    world.pages.is_deaf = True
    world.pay_fee()
    world.run(1)
    world.pages.restart()
    world.is_line_dead, world.pages.is_deaf = True, False
    goes(world, 150)


STORIES: dict[Callable[[Mortal], None], set[str]] = {
    three_pages: {"Printed", "OrderPosted"},
    a_forged_one: {"PrintFailed", "PostRefused", "ClaimIssued", "SpoolWiped"},
    paper_out_and_a_cancel: {"PrintFailed", "PostRefused", "ClaimIssued"},
    a_jam_and_no_roll: {"PrintFailed", "PostRefused", "ClaimIssued"},
    the_spool_is_lost_and_the_line_dies: {"PrintFailed", "PostRefused", "ClaimIssued"},
}


def told(
    story: Callable[[Mortal], None], folder: Path, fatal: int, patch: pytest.MonkeyPatch
) -> tuple[Mortal, bool]:
    """The world after the story, or after its death; and whether it died."""
    inner, world = Journal.append, Mortal(folder, fatal)

    def append(journal: Journal, at: datetime, *written: Any) -> str:
        when = inner(journal, at, *written)
        world.commits += 1
        if world.commits == fatal:
            raise Killed
        return when

    with patch.context() as context:
        context.setattr(Journal, "append", append)
        try:
            story(world)
        except Killed:
            return world, True
    return world, False


def is_at_rest(world: Mortal) -> None:
    """Mended, and nobody there for a while: each page is out once, or the money is on a slip."""
    world.printer.fails, world.pages.sheets, world.pages.is_deaf = "", 250, False
    world.run(LONG_ENOUGH)
    assert isinstance(world.screen.data, Attract), world.screen.data
    assert world.journal.open_orders() == world.journal.unposted_orders() == []
    world.check_money()
    check_proofs(world.journal)
    assert world.pages.spooled == {}
    assert len(world.pages.tray) == len(set(world.pages.tray)), world.pages.tray
    for entry in world.journal.of_kind(rows.OrderPaid):
        assert isinstance(entry.row, rows.OrderPaid)
        order = fold(world.journal.of_order(entry.row.order))
        is_out = "certificate 3" in world.pages.tray and len(world.pages.tray) >= PAGES
        assert bool(order.reference) == is_out, "posted, and every page is out; or neither"


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_each_page_once_or_the_money_on_a_slip(
    story: Callable[[Mortal], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    (tmp_path / "0").mkdir()
    whole, has_died = told(story, tmp_path / "0", 0, monkeypatch)
    assert not has_died
    is_at_rest(whole)
    kinds = {type(entry.row).__name__ for entry in whole.journal.entries()}
    assert kinds >= STORIES[story]
    whole.journal.close()
    stride = 1 if request.config.getoption("--chaos") == "full" else STRIDE
    for fatal in range(1 + len(story.__name__) % stride, whole.commits + 1, stride):
        for how in ("core", "power"):
            (folder := tmp_path / f"{fatal} {how}").mkdir()
            world, has_died = told(story, folder, fatal, monkeypatch)
            assert has_died
            world.crash_with(world.kept) if how == "core" else world.power_cut()
            try:
                is_at_rest(world)
            except AssertionError as error:
                raise AssertionError(f"{how} dies after commit {fatal}: {error}") from error
            world.journal.close()
