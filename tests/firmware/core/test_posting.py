"""The journal as outbox: every paid order reaches the back end once, whatever the others do."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.gateway import Bill, Failed, GatewayReply, Posted, PostPayment, Problem
from firmware.contract.money import Money, rupees
from firmware.contract.screen import Action, Attract
from firmware.core.book import Book
from firmware.journal import rows
from firmware.till.effects import Ask
from tests.firmware.core.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def pay_while_the_back_end_is_down(world: World) -> str:
    """A paid order that waits for its posting; returns its number."""
    world.go_to_cash()
    world.office.is_up = False
    for note in (200, 200, 50, 20):
        world.insert(note)
    world.run(4)
    world.press(Action.FINISH)
    world.office.is_up = True
    world.run(0.5)
    return world.journal.unposted_orders()[-1]


def test_an_order_that_never_goes_through_keeps_no_other_waiting(world: World) -> None:
    answer = world.office.answer
    sick = ""

    def answer_but_not_for_the_sick(ask: Ask) -> GatewayReply | None:
        if isinstance(ask.request, PostPayment) and ask.request.receipt in ("", sick):
            return Failed(Problem.BACK_END_DOWN, "HTTP 500")
        return answer(ask)

    world.office.answer = answer_but_not_for_the_sick  # type: ignore[method-assign]
    sick = pay_while_the_back_end_is_down(world)
    for _ in range(2):
        pay_while_the_back_end_is_down(world)
    world.run(60)
    assert world.journal.unposted_orders() == [sick]
    sick = "nobody"
    world.run(30)
    assert world.journal.unposted_orders() == []
    assert len(world.office.payments) == 3
    world.check_money()


def test_a_no_after_the_citizen_left_ends_the_order_as_claimed(world: World) -> None:
    number = pay_while_the_back_end_is_down(world)
    world.office.refuses = Problem.ALREADY_PAID
    world.run(30)
    assert isinstance(world.screen.data, Attract)
    order = Book(world.journal, world.clock).order(number)
    assert (order.end, order.claimed, order.owed) == (rows.End.CLAIMED, rupees(470), Money(0))
    assert world.journal.open_orders() == []
    world.check_money()


def test_an_acknowledgement_for_another_payment_ends_nothing(world: World) -> None:
    number = pay_while_the_back_end_is_down(world)
    created = Book(world.journal, world.clock).order(number).created
    request = PostPayment(
        created.key, "electricity", created.bill.account, "B1", created.payable, number
    )
    world.core.on_answer(request, Posted("another", "REF9"), world.now)
    assert world.journal.unposted_orders() == [number]
    for _ in range(3):
        world.core.on_answer(request, Posted(created.key, "REF1"), world.now)
    written = [type(entry.row) for entry in world.journal.entries()]
    assert written.count(rows.OrderPosted) == 1


def test_numbers_go_on_after_9999(world: World) -> None:
    bill = Bill("B", "1", "N", "2026-10", "2026-11-28", rupees(1), Money(0))
    for number in ("TDR 0417 9998", "TDR 0417 9999", "TDR 0417 10000"):
        assert world.core.book.next_number("TDR 0417") in (number, "TDR 0417 0001")
        created = rows.OrderCreated(number, number, "electricity", "hi", bill, rupees(1))
        world.core.book.write(created, rows.OrderClosed(number, rows.End.CANCELLED))
    assert world.core.book.next_number("TDR 0417") == "TDR 0417 10001"
    world.go_to_cash()
    for note in (200, 200, 50, 20):
        world.insert(note)
    world.run(4)
    assert world.printer.printed == ["TDR 0417 10001/receipt/1"]
