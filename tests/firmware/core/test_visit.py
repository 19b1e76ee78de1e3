"""Visits in a world of paper money: what the citizen sees, and what the journal says after."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.device import NoteStacked
from firmware.contract.gateway import Problem
from firmware.contract.money import rupees
from firmware.contract.screen import (
    Action,
    Attract,
    Closed,
    Done,
    InsertCash,
    Number,
    Press,
    ShowBill,
    Trouble,
)
from firmware.journal import rows
from tests.firmware.core.office import ACCOUNT
from tests.firmware.core.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def kinds(world: World) -> list[str]:
    return [type(entry.row).__name__ for entry in world.journal.entries()]


def test_exact_cash_ends_with_receipt_post_and_rows_in_their_order(world: World) -> None:
    world.go_to_cash()
    for note in (200, 200, 50):
        world.insert(note)
    world.drop(20)
    world.run(3)
    done = world.screen.data
    assert isinstance(done, Done)
    assert (done.paid, done.proof, done.is_posted) == (rupees(470), "paper", True)
    assert world.printer.printed == [f"{done.receipt}/receipt/1"]
    world.press(Action.FINISH)
    assert kinds(world) == [
        "OrderCreated",
        "CashOpened",
        *["StackIntended", "NoteCredited"] * 3,
        "CoinCredited",
        "CashClosed",
        "OrderPaid",
        "OrderPosted",
        "PrintIntended",
        "Printed",
        "OrderClosed",
    ]
    world.check_money()


def test_a_note_above_the_rest_is_not_on_offer_and_is_handed_back(world: World) -> None:
    world.go_to_cash()
    world.insert(200)
    screen = world.screen.data
    assert isinstance(screen, InsertCash)
    assert {b.value: b.is_taken for b in screen.notes} == {
        rupees(v): v <= 200 for v in (10, 20, 50, 100, 200, 500)
    }
    world.insert(500)
    assert world.acceptors.given_back == {rupees(500): 1}
    assert world.acceptors.in_box == {rupees(200): 1}


def test_the_advance_goes_to_the_bill_and_is_posted(tmp_path: Path) -> None:
    world = World(tmp_path, amount=rupees(470))
    world.go_to_cash()
    for note in (200, 200, 100):
        world.insert(note)
    world.run(3)
    done = world.screen.data
    assert isinstance(done, Done)
    assert done.advance == rupees(30)
    assert list(world.office.payments.values()) == [rupees(500)]
    world.check_money()


def test_cancel_after_money_went_in_prints_a_claim_slip(world: World) -> None:
    world.go_to_cash()
    world.insert(200)
    world.press(Action.CANCEL)
    world.run(3)
    trouble = world.screen.data
    assert isinstance(trouble, Trouble)
    assert (trouble.safe, trouble.proof) == (rupees(200), "paper")
    assert world.printer.printed == [f"{trouble.claim.rsplit(' ', 1)[0]}/claim/1"]  # type: ignore[union-attr]
    world.press(Action.FINISH)
    assert isinstance(world.screen.data, Attract)
    assert world.office.payments == {}
    world.check_money()


def test_cancel_before_money_leaves_nothing_but_a_closed_order(world: World) -> None:
    world.go_to_cash()
    world.press(Action.CANCEL)
    world.run(2)
    assert isinstance(world.screen.data, Attract)
    assert kinds(world)[-2:] == ["CashClosed", "OrderClosed"]


def test_walking_away_with_money_inside_ends_in_a_claim_not_in_silence(world: World) -> None:
    world.go_to_cash()
    world.insert(100)
    world.run(110)
    assert world.screen.is_warning
    world.run(15)
    assert isinstance(world.screen.data, Trouble)
    world.run(30)
    assert isinstance(world.screen.data, Attract)
    world.check_money()


def test_stay_keeps_the_visit(world: World) -> None:
    world.go_to_cash()
    world.run(110)
    world.press(Action.STAY)
    world.run(15)
    assert isinstance(world.screen.data, InsertCash)


def test_paper_out_before_the_receipt_shows_the_number_on_the_screen(world: World) -> None:
    world.go_to_cash()
    for note in (200, 200, 50):
        world.insert(note)
    world.printer.has_paper = False
    world.acceptors.drop_coin(rupees(20))
    world.run(4)
    done = world.screen.data
    assert isinstance(done, Done)
    assert done.proof == "screen"
    assert "ProofShown" in kinds(world)
    world.check_money()


def test_no_paper_no_cash(world: World) -> None:
    world.go_to_bill()
    world.printer.has_paper = False
    world.run(1)
    world.press(Action.PAY)
    trouble = world.screen.data
    assert isinstance(trouble, Trouble)
    assert trouble.cause == "trouble.paper_out"
    assert world.acceptors.leases == {}
    assert kinds(world) == []


def test_back_end_dead_after_the_bill_is_posted_when_it_lives_again(world: World) -> None:
    world.go_to_cash()
    world.office.is_up = False
    for note in (200, 200, 50, 20):
        world.insert(note)
    world.run(4)
    done = world.screen.data
    assert isinstance(done, Done)
    assert not done.is_posted
    world.press(Action.FINISH)
    world.run(60)
    assert world.office.payments == {}
    world.office.is_up = True
    world.run(30)
    assert list(world.office.payments.values()) == [rupees(470)]
    assert kinds(world).count("OrderPosted") == 1
    world.check_money()


def test_a_refused_post_turns_all_money_into_a_claim(world: World) -> None:
    world.go_to_cash()
    world.office.refuses = Problem.ALREADY_PAID
    for note in (200, 200, 50, 20):
        world.insert(note)
    world.run(4)
    trouble = world.screen.data
    assert isinstance(trouble, Trouble)
    assert trouble.safe == rupees(470)
    world.press(Action.FINISH)
    world.check_money()


def test_jam_in_the_middle_stops_and_claims(world: World) -> None:
    world.go_to_cash()
    world.insert(200)
    world.acceptors.jam = True
    world.run(12)
    trouble = world.screen.data
    assert isinstance(trouble, Trouble)
    assert trouble.cause == "trouble.notes_jam"
    assert trouble.safe == rupees(200)
    world.check_money()


def test_wrong_numbers_are_named_and_may_be_typed_again(world: World) -> None:
    world.press(Action.CHOOSE_LANGUAGE, "en")
    world.press(Action.CHOOSE_SERVICE, "electricity")
    for typed, problem in (
        ("123", "number.too_short"),
        ("111111111111", "electricity.ask.account.problem"),
        ("210344009999", "number.no_such_account"),
    ):
        world.press(Action.ENTER, typed)
        screen = world.screen.data
        assert isinstance(screen, Number)
        assert (screen.problem, screen.typed) == (problem, typed)
    world.press(Action.ENTER, ACCOUNT)
    assert isinstance(world.screen.data, ShowBill)


def test_back_end_dead_at_the_bill_says_so_and_may_be_tried_again(world: World) -> None:
    world.office.is_up = False
    world.go_to_bill()
    assert isinstance(world.screen.data, Trouble)
    world.office.is_up = True
    world.press(Action.AGAIN)
    world.press(Action.ENTER, ACCOUNT)
    assert isinstance(world.screen.data, ShowBill)


def test_a_press_on_an_old_screen_is_dropped(world: World) -> None:
    old = world.screen.serial
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    world.core.on_press(Press(old, Action.CHOOSE_SERVICE, "electricity"), world.now)
    assert world.core.flow.visit.stage == "services"


def test_an_open_door_closes_the_attract_screen(world: World) -> None:
    world.door_is_open = True
    world.run(1)
    assert isinstance(world.screen.data, Closed)


def test_a_credit_told_twice_counts_once(world: World) -> None:
    world.go_to_cash()
    world.insert(100)
    entry = next(e.row for e in world.journal.entries() if isinstance(e.row, rows.NoteCredited))
    world.core.on_device_event("notes", NoteStacked(entry.id, entry.value), world.now)
    assert world.core.flow.visit.order is not None
    assert world.core.flow.visit.order.inserted == rupees(100)
    world.check_money()


def test_a_roll_too_short_for_the_receipt_is_no_paper(world: World) -> None:
    world.go_to_bill()
    world.printer.paper_mm = 120
    world.run(1)
    world.press(Action.PAY)
    trouble = world.screen.data
    assert isinstance(trouble, Trouble)
    assert trouble.cause == "trouble.paper_out"
