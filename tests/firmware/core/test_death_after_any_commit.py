"""Core dies after any one of the commits of a story, and is back: every paisa has its owner.

A commit is all or nothing, so after each of them the disk is in another state, and between two it
is in none. What core had in mind, and had not sent, dies with it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from firmware.contract.device import CoinAccepted, NoteStacked
from firmware.contract.gateway import Problem
from firmware.contract.money import rupees
from firmware.contract.screen import Action, Attract
from firmware.journal import rows
from firmware.journal.journal import Journal
from tests.firmware.core.accounts import check_proofs
from tests.firmware.core.desk_world import DeskWorld
from tests.firmware.core.test_redeeming import KEYS, redeem

SECOND, THIRD = "210344001733", "210344001741"
STRIDE = 9  # in a run of the tests; in full every commit
LONG_ENOUGH = 300.0  # seconds: nobody answers, the screen with a slip's number goes, all is posted


class Killed(BaseException):
    """The process is gone."""


class Mortal(DeskWorld):
    """Dies after the `fatal`th commit; what was in RAM is that of the last whole input."""

    def __init__(self, folder: Path, fatal: int) -> None:
        self.left, self.commits, self.kept = fatal, 0, b""
        super().__init__(folder, rupees(470), KEYS, takes_parts=True)
        self.acceptors.changer.payable = {100: 90}

    def settle(self) -> None:
        super().settle()
        self.kept = self.core.flow.snapshot()


def pays(world: Mortal, *money: int) -> None:
    for value in money:
        (world.drop if value <= 20 else world.insert)(value)


def code(world: Mortal) -> str:
    claim = world.journal.of_kind(rows.ClaimIssued)[-1].row
    assert isinstance(claim, rows.ClaimIssued)
    assert world.core.papers.codes is not None
    return world.core.papers.codes.of(claim.claim)


def goes(world: Mortal, seconds: float = 4.0) -> None:
    world.run(seconds)
    world.press(Action.FINISH)
    world.run(1)


def slip(world: Mortal) -> None:
    """₹200 on a slip."""
    world.go_to_cash()
    pays(world, 200)
    world.press(Action.CANCEL)
    world.run(1)
    world.press(Action.TAKE_SLIP)
    goes(world)


def late_coin(world: Mortal, session: str) -> None:
    """Its driver was away; the coin is told again until it is acknowledged."""
    world.acceptors.coins[rupees(5)] += 1
    world.acceptors._tell("coins", CoinAccepted(world.acceptors.new_id("SN2"), rupees(5), session))
    world.run(1)


def session(world: Mortal) -> str:
    opened = world.journal.of_kind(rows.CashOpened)[-1].row
    assert isinstance(opened, rows.CashOpened)
    return opened.session


def a_note_and_change(world: Mortal) -> None:
    world.office.amount = rupees(440)
    world.go_to_cash()
    pays(world, 500)
    goes(world)
    late_coin(world, session(world))


def change_that_sticks_and_a_late_no(world: Mortal) -> None:
    world.office.amount, world.acceptors.changer.pays = rupees(440), "unsure"
    world.go_to_cash()
    world.office.is_up = False
    pays(world, 500)
    goes(world, 12)
    world.office.is_up, world.office.refuses = True, Problem.ALREADY_PAID
    world.run(25)


def a_slip_a_note_and_change(world: Mortal) -> None:
    slip(world)
    world.office.amount = rupees(240)
    world.go_to_cash()
    world.press(Action.USE_SLIP)
    world.press(Action.ENTER, code(world))
    world.run(1)
    pays(world, 100)
    goes(world)
    late_coin(world, session(world))


def a_slip_of_more_and_its_rest(world: Mortal) -> None:
    slip(world)
    for due in (86, 50):
        world.office.amount = rupees(due)
        world.go_to_cash()
        world.press(Action.USE_SLIP)
        world.press(Action.ENTER, code(world))
        goes(world)
    redeem(world, "TDR 0417 0003 C1")


def a_slip_and_a_cancel(world: Mortal) -> None:
    slip(world)
    world.go_to_cash()
    world.press(Action.USE_SLIP)
    world.press(Action.ENTER, code(world))
    world.press(Action.CANCEL)
    world.run(1)
    world.press(Action.PAY_PART)
    goes(world)


def a_basket_of_which_one_is_refused_late(world: Mortal) -> None:
    world.go_to_bill()
    world.add(SECOND, rupees(86))
    world.add(THIRD, rupees(44))
    world.press(Action.PAY)
    world.run(1)
    pays(world, 500)
    world.office.answers = 1
    pays(world, 100)
    goes(world, 12)
    world.office.answers, world.office.refuses_account = None, SECOND
    world.run(25)


def a_basket_and_too_little(world: Mortal) -> None:
    world.go_to_bill()
    world.add(SECOND, rupees(86))
    world.press(Action.PAY)
    world.run(1)
    pays(world, 100, 20)
    world.press(Action.CANCEL)
    world.run(1)
    world.press(Action.PAY_PART)
    goes(world)


def a_little_comes_back_in_coins(world: Mortal) -> None:
    world.acceptors.changer.pays = "some"
    world.go_to_cash()
    pays(world, 10, 5)
    world.press(Action.CANCEL)
    goes(world)
    late_coin(world, session(world))


def the_box_is_emptied_while_a_note_is_late(world: Mortal) -> None:
    a_note_and_change(world)
    event = world.acceptors.new_id()
    world.enter()
    world.task("collect")
    world.empty_box()
    world.acceptors.in_box[rupees(100)] += 1
    world.acceptors._tell("notes", NoteStacked(event, rupees(100), at_power_up=True))
    world.run(1)
    world.task("emptied")
    world.count(None)
    world.count(None)
    world.run(12)
    world.press(Action.FINISH)
    world.run(1)
    world.pay()


# Each with the rows without which it would not be that story.
STORIES: dict[Callable[[Mortal], None], list[str]] = {
    a_note_and_change: ["ChangePaid", "ClaimIssued"],
    change_that_sticks_and_a_late_no: ["ChangeInDoubt", "PostRefused"],
    a_slip_a_note_and_change: ["TenderCredited", "ChangePaid"],
    a_slip_of_more_and_its_rest: ["TenderCredited", "ClaimRedeemed"],
    a_slip_and_a_cancel: ["TenderCredited", "OrderPosted"],
    a_basket_of_which_one_is_refused_late: ["LineRefused", "LinePosted"],
    a_basket_and_too_little: ["LinePosted", "ClaimIssued"],
    a_little_comes_back_in_coins: ["ChangePaid", "ClaimIssued"],
    the_box_is_emptied_while_a_note_is_late: ["CollectionClosed", "ChangePaid"],
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
    """Mended, and nobody there for a while: all that is open ends by itself."""
    world.office.is_up, world.office.answers = True, None
    world.run(LONG_ENOUGH)
    assert isinstance(world.screen.data, Attract), world.screen.data
    assert world.journal.open_orders() == world.journal.unposted_orders() == []
    world.check_money()
    check_proofs(world.journal)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_every_paisa_has_its_owner(
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
    assert kinds.issuperset(STORIES[story])
    whole.journal.close()
    stride = 1 if request.config.getoption("--chaos") == "full" else STRIDE
    first = 1 + len(story.__name__) % stride
    for fatal in range(first, whole.commits + 1, stride):
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
