"""Whoever cannot pay all may pay part, if the service takes it: asked, never assumed."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.device import NoteUnaccounted
from firmware.contract.gateway import Problem
from firmware.contract.money import ZERO, rupees
from firmware.contract.screen import Action, Done, Offer, Trouble
from firmware.contract.ticket import Pair
from firmware.journal import rows
from firmware.journal.orders import Order
from tests.firmware.core.test_nobody_leaves_without_proof import late_coin, papers
from tests.firmware.core.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """₹470 due, of which at least ₹200 may be paid."""
    return World(tmp_path, takes_parts=True)


def stop_with(world: World, *notes: int) -> None:
    world.go_to_cash()
    for note in notes:
        world.insert(note)
    world.press(Action.CANCEL)
    world.run(2)


def order(world: World) -> Order:
    born = world.journal.of_kind(rows.OrderCreated)[0].order
    return world.core.book.order(born or "")


def receipt(world: World) -> dict[str, str]:
    ticket = world.core.papers.ticket(order(world), "receipt", 0, "en")
    return {line.label: line.value for line in ticket.lines if isinstance(line, Pair)}


def test_part_of_the_bill_is_paid_and_the_receipt_says_what_remains(world: World) -> None:
    stop_with(world, 200, 100)
    assert world.screen.data == Offer(
        "electricity", rupees(300), rupees(300), ZERO, rupees(170), 1, 1
    )
    world.press(Action.PAY_PART)
    world.run(3)
    done = world.screen.data
    assert isinstance(done, Done)
    assert (done.paid, done.remains, done.advance) == (rupees(300), rupees(170), ZERO)
    assert list(world.office.payments.values()) == [rupees(300)]
    said = receipt(world)
    assert (said["Paid of this bill"], said["Still to pay"]) == ("₹300.00", "₹170.00")
    assert said["Total paid"] == "₹300.00"
    world.press(Action.FINISH)
    assert (order(world).owed, order(world).end) == (ZERO, rows.End.FULFILLED)
    world.check_money()


def test_a_slip_instead(world: World) -> None:
    stop_with(world, 200)
    world.press(Action.TAKE_SLIP)
    world.run(3)
    assert isinstance(world.screen.data, Trouble)
    assert (world.screen.data.safe, world.screen.data.cause) == (
        rupees(200),
        "trouble.cancelled_with_money",
    )
    assert world.office.payments == {}
    world.check_money()


def test_nobody_answers_and_the_money_goes_to_a_slip(world: World) -> None:
    """Whoever walked away may have wanted it back: nothing is paid that nobody agreed to."""
    world.go_to_cash()
    world.insert(200)
    world.run(125)
    assert isinstance(world.screen.data, Offer)
    world.run(125)
    assert isinstance(world.screen.data, Trouble)
    assert world.screen.data.cause == "trouble.timed_out_with_money"
    assert world.office.payments == {}
    world.check_money()


def test_less_than_the_least_is_not_offered(world: World) -> None:
    stop_with(world, 100, 50)
    assert isinstance(world.screen.data, Trouble)


def test_a_machine_that_fails_offers_nothing(world: World) -> None:
    """The citizen did not stop: a slip, as for every fault, and the bill can be paid later."""
    world.go_to_cash()
    world.insert(200)
    world.acceptors.jam = True
    world.run(15)
    assert isinstance(world.screen.data, Trouble)


def test_a_coin_falls_late_and_is_part_of_the_offer(world: World) -> None:
    stop_with(world, 200)
    late_coin(world, 10)
    assert isinstance(world.screen.data, Offer)
    assert world.screen.data.pays == rupees(210)
    world.press(Action.PAY_PART)
    world.run(3)
    assert list(world.office.payments.values()) == [rupees(210)]
    world.check_money()


def test_the_late_coin_was_the_last_one(world: World) -> None:
    stop_with(world, 200, 200, 50)
    late_coin(world, 20)
    world.press(Action.PAY_PART)
    world.run(3)
    assert list(world.office.payments.values()) == [rupees(470)]
    assert order(world).advance == ZERO
    world.check_money()


def test_a_note_in_doubt_is_on_the_slip_beside_the_part_payment(world: World) -> None:
    world.go_to_cash()
    world.insert(200)
    event = world.acceptors.insert_note(rupees(100))
    held = world.acceptors.escrow
    assert held is not None
    world.acceptors.escrow = None
    world.core.on_device_event("notes", event, world.now)
    world.core.on_device_event("notes", NoteUnaccounted(held.id, rupees(100)), world.now)
    world.press(Action.CANCEL)
    world.run(2)
    offer = world.screen.data
    assert isinstance(offer, Offer)
    assert (offer.inserted, offer.pays, offer.slip) == (rupees(300), rupees(200), rupees(100))
    world.press(Action.PAY_PART)
    world.run(3)
    assert papers(world) == ["receipt/1", "claim/1"]
    assert order(world).claims[-1].in_doubt == rupees(100)
    world.check_money()


def test_the_office_refuses_part_payments_after_all(world: World) -> None:
    world.office.refuses = Problem.REFUSED
    stop_with(world, 200, 100)
    world.press(Action.PAY_PART)
    world.run(3)
    assert isinstance(world.screen.data, Trouble)
    assert world.screen.data.safe == rupees(300)
    world.check_money()


@pytest.mark.parametrize("mishap", [World.crash, World.power_cut])
def test_the_question_was_on_the_screen_when_everything_stopped(
    world: World, mishap: object
) -> None:
    """Core alone: the question again. Power: whoever stands there now may not answer it."""
    stop_with(world, 200)
    assert callable(mishap)
    mishap(world)
    world.run(3)
    is_asked = isinstance(world.screen.data, Offer)
    assert is_asked == (mishap is World.crash)
    if is_asked:
        world.press(Action.PAY_PART)
        world.run(3)
    assert (list(world.office.payments.values()) == [rupees(200)]) == is_asked
    world.check_money()


def test_the_release_before_would_post_no_more_than_was_taken(world: World) -> None:
    """It posts `payable + advance`, and knows nothing of parts (M9)."""
    stop_with(world, 200)
    world.office.is_up = False
    world.press(Action.PAY_PART)
    world.run(10)
    paid = world.journal.of_kind(rows.OrderPaid)[-1].row
    assert isinstance(paid, rows.OrderPaid)
    assert order(world).payable + paid.advance == rupees(200) == paid.inserted
