"""Core dies after any one of the commits of a cash story, and is back: each paisa has its owner."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from firmware.contract.device import CoinAccepted, NoteStacked
from firmware.contract.gateway import Problem
from firmware.contract.money import rupees
from firmware.contract.screen import Action
from firmware.journal import rows
from tests.firmware.core.deaths import Mortal, dies_after_each_commit, is_at_rest
from tests.firmware.core.desk_world import DeskWorld
from tests.firmware.core.test_redeeming import KEYS, redeem

SECOND, THIRD = "210344001733", "210344001741"
STRIDE = 9  # in a run of the tests; in full every commit
LONG_ENOUGH = 300.0  # seconds: nobody answers, the screen with a slip's number goes, all is posted


class Till(Mortal, DeskWorld):
    """With an operator's desk and a coin changer."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, rupees(470), KEYS, takes_parts=True)
        self.acceptors.changer.payable = {100: 90}


def pays(world: Till, *money: int) -> None:
    for value in money:
        (world.drop if value <= 20 else world.insert)(value)


def code(world: Till) -> str:
    claim = world.journal.of_kind(rows.ClaimIssued)[-1].row
    assert isinstance(claim, rows.ClaimIssued)
    assert world.core.papers.codes is not None
    return world.core.papers.codes.of(claim.claim)


def goes(world: Till, seconds: float = 4.0) -> None:
    world.run(seconds)
    world.press(Action.FINISH)
    world.run(1)


def slip(world: Till) -> None:
    """₹200 on a slip."""
    world.go_to_cash()
    pays(world, 200)
    world.press(Action.CANCEL)
    world.run(1)
    world.press(Action.TAKE_SLIP)
    goes(world)


def late_coin(world: Till, session: str) -> None:
    """Its driver was away; the coin is told again until it is acknowledged."""
    world.acceptors.coins[rupees(5)] += 1
    world.acceptors._tell("coins", CoinAccepted(world.acceptors.new_id("SN2"), rupees(5), session))
    world.run(1)


def session(world: Till) -> str:
    opened = world.journal.of_kind(rows.CashOpened)[-1].row
    assert isinstance(opened, rows.CashOpened)
    return opened.session


def a_note_and_change(world: Till) -> None:
    world.office.amount = rupees(440)
    world.go_to_cash()
    pays(world, 500)
    goes(world)
    late_coin(world, session(world))


def change_that_sticks_and_a_late_no(world: Till) -> None:
    world.office.amount, world.acceptors.changer.pays = rupees(440), "unsure"
    world.go_to_cash()
    world.office.is_up = False
    pays(world, 500)
    goes(world, 12)
    world.office.is_up, world.office.refuses = True, Problem.ALREADY_PAID
    world.run(25)


def a_slip_a_note_and_change(world: Till) -> None:
    slip(world)
    world.office.amount = rupees(240)
    world.go_to_cash()
    world.press(Action.USE_SLIP)
    world.press(Action.ENTER, code(world))
    world.run(1)
    pays(world, 100)
    goes(world)
    late_coin(world, session(world))


def a_slip_of_more_and_its_rest(world: Till) -> None:
    slip(world)
    for due in (86, 50):
        world.office.amount = rupees(due)
        world.go_to_cash()
        world.press(Action.USE_SLIP)
        world.press(Action.ENTER, code(world))
        goes(world)
    redeem(world, "TDR 0417 0003 C1")


def a_slip_and_a_cancel(world: Till) -> None:
    slip(world)
    world.go_to_cash()
    world.press(Action.USE_SLIP)
    world.press(Action.ENTER, code(world))
    world.press(Action.CANCEL)
    world.run(1)
    world.press(Action.PAY_PART)
    goes(world)


def a_basket_of_which_one_is_refused_late(world: Till) -> None:
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


def a_basket_and_too_little(world: Till) -> None:
    world.go_to_bill()
    world.add(SECOND, rupees(86))
    world.press(Action.PAY)
    world.run(1)
    pays(world, 100, 20)
    world.press(Action.CANCEL)
    world.run(1)
    world.press(Action.PAY_PART)
    goes(world)


def a_little_comes_back_in_coins(world: Till) -> None:
    world.acceptors.changer.pays = "some"
    world.go_to_cash()
    pays(world, 10, 5)
    world.press(Action.CANCEL)
    goes(world)
    late_coin(world, session(world))


def the_box_is_emptied_while_a_note_is_late(world: Till) -> None:
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
STORIES: dict[Callable[[Till], None], set[str]] = {
    a_note_and_change: {"ChangePaid", "ClaimIssued"},
    change_that_sticks_and_a_late_no: {"ChangeInDoubt", "PostRefused"},
    a_slip_a_note_and_change: {"TenderCredited", "ChangePaid"},
    a_slip_of_more_and_its_rest: {"TenderCredited", "ClaimRedeemed"},
    a_slip_and_a_cancel: {"TenderCredited", "OrderPosted"},
    a_basket_of_which_one_is_refused_late: {"LineRefused", "LinePosted"},
    a_basket_and_too_little: {"LinePosted", "ClaimIssued"},
    a_little_comes_back_in_coins: {"ChangePaid", "ClaimIssued"},
    the_box_is_emptied_while_a_note_is_late: {"CollectionClosed", "ChangePaid"},
}


def check(world: Till) -> None:
    """Mended, and nobody there for a while."""
    world.office.is_up, world.office.answers = True, None
    is_at_rest(world, LONG_ENOUGH)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_every_paisa_has_its_owner(
    story: Callable[[Till], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    stride = 1 if request.config.getoption("--chaos") == "full" else STRIDE
    kinds = STORIES[story]
    dies_after_each_commit(Till, story, kinds, check, tmp_path, monkeypatch, stride)
