"""A machine that gives change: what it takes, what it pays, who speaks for what it could not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from firmware.contract.gateway import Problem
from firmware.contract.money import ZERO, Money, rupees
from firmware.contract.payout import PaidOut
from firmware.contract.screen import Action, Attract, Done, InsertCash, Trouble
from firmware.core.book import Book
from firmware.journal import rows
from firmware.journal.change_rows import ChangePaid
from firmware.journal.orders import Order
from firmware.till.redemption import payable
from tests.firmware.core.world import World

TUBES = {100: 20, 200: 20, 500: 10, 1000: 10}
CHANGE = "TDR 0417 0001/change/1"
BILL = rupees(440)  # ₹60 over a ₹500 note: more than the advance of ₹30 that the bill may take


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path, BILL)
    world.acceptors.changer.payable = dict(TUBES)
    return world


def order_of(world: World) -> Order:
    return Book(world.journal, world.clock).order("TDR 0417 0001")


def written(world: World, kind: type[object]) -> list[object]:
    return [entry.row for entry in world.journal.entries() if isinstance(entry.row, kind)]


def takes(world: World) -> list[Money]:
    shown = world.screen.data
    assert isinstance(shown, InsertCash)
    return [note.value for note in shown.notes if note.is_taken]


def test_with_change_a_note_of_500_pays_440_and_60_come_back(world: World) -> None:
    world.go_to_cash()
    assert rupees(500) in takes(world)
    world.insert(500)
    world.run(4)
    shown = world.screen.data
    assert isinstance(shown, Done)
    assert (shown.paid, shown.change, shown.advance) == (BILL, rupees(60), ZERO)
    assert world.acceptors.changer.paid_out == 6000
    assert world.journal.credited_paise == 44000
    world.check_money()


def test_the_intent_is_on_disk_with_the_payment_and_before_the_command(world: World) -> None:
    world.go_to_cash()
    world.insert(500)
    world.run(4)
    kinds = [type(entry.row).__name__ for entry in world.journal.entries()]
    paid = kinds.index("OrderPaid")
    assert kinds[paid + 1] == "ChangeIntended"
    assert kinds.index("ChangePaid") < kinds.index("PrintIntended")


def test_without_coins_for_it_the_note_does_not_enter(world: World) -> None:
    world.acceptors.changer.payable = {500: 2, 1000: 4}
    world.go_to_cash()
    assert rupees(500) not in takes(world)


def test_nobody_is_paid_two_hundred_rupees_in_coins(world: World) -> None:
    world.acceptors.changer.payable = {1000: 60}
    world.office.amount = rupees(300)
    world.go_to_cash()
    assert takes(world)[-1] == rupees(200)


def test_tubes_that_emptied_since_leave_the_advance_and_a_claim(world: World) -> None:
    world.go_to_cash()
    world.insert(200)
    world.insert(200)
    world.acceptors.insert_note(rupees(100))
    held = world.acceptors.escrow
    assert held is not None
    world.core.on_device_state(next(s for s in world._states() if s.name == "notes"), world.now)
    world.acceptors.changer.payable = {}
    world.run(6)
    order = order_of(world)
    assert (order.changed, order.advance, order.claimed) == (ZERO, rupees(30), rupees(30))
    world.check_money()


@pytest.mark.parametrize(
    ("pays", "paid", "in_doubt"), [("nothing", 0, 0), ("some", 1, 0), ("unsure", 0, 60)]
)
def test_what_the_changer_could_not_pay_is_a_claim(
    world: World, pays: str, paid: int, in_doubt: int
) -> None:
    world.acceptors.changer.pays = pays
    world.go_to_cash()
    world.insert(500)
    world.run(8)
    shown = world.screen.data
    assert isinstance(shown, Trouble) and shown.safe == rupees(60 - paid)
    [claim] = order_of(world).claims
    assert (claim.amount, claim.in_doubt) == (rupees(60 - paid), rupees(in_doubt))
    world.check_money()


def test_a_changer_that_never_answers_is_in_doubt_until_it_does(world: World) -> None:
    world.acceptors.changer.pays = "silent"
    world.go_to_cash()
    world.insert(500)
    world.run(30)
    assert order_of(world).changing is not None and not order_of(world).jobs
    world.run(50)
    order = order_of(world)
    assert [(claim.amount, claim.in_doubt) for claim in order.claims] == [(rupees(60),) * 2]
    world.press(Action.FINISH)
    world.acceptors.changer.paid_out += 6000
    world.acceptors._tell("coins", PaidOut(CHANGE, rupees(60), {1000: 6}))
    world.run(2)
    order = order_of(world)
    assert (order.changed, order.owed, order.refundable) == (rupees(60), ZERO, ZERO)
    assert payable(order, order.claims[0].claim).amount == ZERO  # it is not paid a second time
    world.check_money()


@pytest.mark.parametrize("mishap", [World.crash, World.power_cut])
@pytest.mark.parametrize("ticks", range(0, 24, 2))
def test_core_dies_around_the_pay_out_and_it_is_paid_once(
    world: World, ticks: int, mishap: Callable[[World], None]
) -> None:
    world.go_to_cash()
    event = world.acceptors.insert_note(rupees(500))
    world.core.on_device_event("notes", event, world.now)
    world.run(ticks * 0.25)
    mishap(world)
    world.run(1)
    world.says_it_is_his()
    world.run(20)
    if isinstance(world.screen.data, InsertCash):  # the note came back: it had not been decided
        world.insert(500)
        world.run(20)
    times = len(written(world, ChangePaid))
    assert world.acceptors.changer.paid_out == times * 6000
    # After a power cut nobody may be there to take coins; then an advance, or a claim.
    assert times == 1 or mishap is World.power_cut
    assert order_of(world).owed == ZERO
    world.check_money()


def test_a_back_end_that_says_no_after_the_change_is_claimed_without_it(world: World) -> None:
    world.office.refuses = Problem.REFUSED
    world.go_to_cash()
    world.insert(500)
    world.run(20)
    order = order_of(world)
    assert order.changed == rupees(60)
    assert [claim.amount for claim in order.claims] == [rupees(440)]
    assert payable(order, order.claims[0].claim).amount == rupees(440)
    world.check_money()


def test_a_little_money_is_not_given_to_whoever_passes_by(world: World) -> None:
    world.go_to_cash()
    world.insert(20)
    world.run(200)
    order = order_of(world)
    assert (order.changed, [claim.amount for claim in order.claims]) == (ZERO, [rupees(20)])
    world.check_money()


def test_cancelled_with_a_little_money_in_it_comes_back_in_coins(world: World) -> None:
    world.go_to_cash()
    world.insert(20)
    world.drop(5)
    world.press(Action.CANCEL)
    world.run(3)
    shown = world.screen.data
    assert shown == Trouble("trouble.given_back", ZERO)
    order = order_of(world)
    assert (order.changed, order.claims) == (rupees(25), [])
    world.press(Action.FINISH)
    assert isinstance(world.screen.data, Attract)
    assert order_of(world).end is rows.End.CANCELLED
    world.check_money()


def test_cancelled_with_much_money_in_it_is_a_claim_as_ever(world: World) -> None:
    world.go_to_cash()
    world.insert(100)
    world.press(Action.CANCEL)
    world.run(6)
    assert world.acceptors.changer.paid_out == 0
    assert order_of(world).claimed == rupees(100)
    world.check_money()


def test_a_refund_that_half_came_out_claims_the_other_half(world: World) -> None:
    world.acceptors.changer.pays = "some"
    world.go_to_cash()
    world.insert(20)
    world.press(Action.CANCEL)
    world.run(6)
    order = order_of(world)
    assert (order.changed, order.claimed, order.end) == (rupees(1), rupees(19), None)
    world.press(Action.FINISH)
    assert order_of(world).end is rows.End.CLAIMED
    world.check_money()


@pytest.mark.parametrize("ticks", range(3, 12))
def test_power_fails_around_a_refund(world: World, ticks: int) -> None:
    world.go_to_cash()
    world.insert(20)
    world.press(Action.CANCEL)
    world.run(ticks * 0.25)
    world.power_cut()
    world.run(30)
    order = order_of(world)
    paid = Money(world.acceptors.changer.paid_out)
    assert paid + order.claimed == rupees(20) and order.owed == ZERO
    assert paid or ticks < 4, "only before the changer had heard of it"
    world.check_money()


def cut_before_the_changer_heard(world: World) -> None:
    """The intent is on disk, and the mains fail before the order is on the wire."""
    world.acceptors.changer.pays = "silent"
    world.go_to_cash()
    world.insert(500)
    world.run(2)
    assert order_of(world).changing is not None
    world.power_cut()
    world.acceptors.changer.pays = "all"


def test_the_mains_fail_before_the_pay_out_and_no_coins_fall_before_nobody(world: World) -> None:
    cut_before_the_changer_heard(world)
    world.run(40)
    assert world.acceptors.changer.paid_out == 0
    shown = world.screen.data
    assert isinstance(shown, Trouble) and shown.safe == rupees(60)
    [claim] = order_of(world).claims
    assert (claim.amount, claim.in_doubt) == (rupees(60), rupees(60)), (
        "an operator counts the tubes"
    )
    assert not any("कोड" in str(line) for line in world.printer.papers[-1].lines)
    world.press(Action.FINISH)
    world.check_money()


def test_the_mains_fail_in_the_pay_out_and_the_changer_says_what_fell(world: World) -> None:
    cut_before_the_changer_heard(world)
    world.run(8)  # its driver starts, and has the tubes counted
    world.acceptors.changer.paid_out += 6000
    world.acceptors._tell("coins", PaidOut(CHANGE, rupees(60), {1000: 6}))
    world.run(10)
    order = order_of(world)
    assert (order.changed, order.claims) == (rupees(60), [])
    assert isinstance(world.screen.data, Done)
    world.press(Action.FINISH)
    world.check_money()


def test_only_core_was_away_and_the_citizen_gets_the_change(world: World) -> None:
    world.acceptors.changer.pays = "silent"
    world.go_to_cash()
    world.insert(500)
    world.run(2)
    world.crash()
    world.acceptors.changer.pays = "all"
    world.run(5)
    assert world.acceptors.changer.paid_out == 6000 and not order_of(world).claims
