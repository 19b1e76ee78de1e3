"""The journal as outbox: every paid order reaches the back end once, whatever the others do."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from firmware.contract.gateway import Bill, Failed, GatewayReply, Posted, PostPayment, Problem
from firmware.contract.money import Money, rupees
from firmware.contract.screen import Action, Attract, Done
from firmware.contract.till import PaymentRefused
from firmware.core.book import Book
from firmware.core.posting import LONGEST, NEXT_AFTER, TRIES
from firmware.journal import rows
from firmware.till.effects import Ask, Effect, Say
from tests.firmware.core.world import World


class Listening(World):
    """Keeps what the till says to the district."""

    def __init__(self, folder: Path) -> None:
        self.told: list[PaymentRefused] = []
        super().__init__(folder)

    def carry_out(self, effect: Effect) -> None:
        if isinstance(effect, Say) and isinstance(effect.event, PaymentRefused):
            self.told.append(effect.event)
        super().carry_out(effect)


@pytest.fixture
def world(tmp_path: Path) -> Listening:
    return Listening(tmp_path)


def pay_while_the_back_end_is_down(world: World) -> str:
    """A paid order that waits for its posting; returns its number. The line is down after it."""
    world.office.is_up = True
    world.run(0.25)
    world.go_to_cash()
    world.office.is_up = False
    for note in (200, 200, 50, 20):
        world.insert(note)
    world.run(4)
    world.press(Action.FINISH)
    return world.journal.unposted_orders()[-1]


class Queue:
    """Orders that wait, and an office that is back and answers as it is told."""

    def __init__(self, world: World, count: int) -> None:
        self.world, self._answer = world, world.office.answer
        world.office.answer = self._hear  # type: ignore[method-assign]
        self.asked: list[tuple[float, str]] = []  # when, and of which order
        self.breaks: Callable[[str], bool] = lambda number: True
        self.numbers = [pay_while_the_back_end_is_down(world) for _ in range(count)]
        world.power_cut()  # what core made of the weeks is forgotten
        self.breaks = lambda number: False
        self.asked.clear()
        world.office.is_up = True

    def _hear(self, ask: Ask) -> GatewayReply | None:
        if isinstance(ask.request, PostPayment):
            self.asked.append((self.world.now, ask.request.receipt))
            if self.breaks(ask.request.receipt):
                return Failed(Problem.BACK_END_DOWN, "HTTP 500")
        return self._answer(ask)

    @property
    def booked(self) -> list[int]:
        return list(self.world.office.receipts.values())


def test_a_line_that_drops_answers_keeps_the_order_of_the_receipts(world: World) -> None:
    queue = Queue(world, 6)
    queue.breaks = lambda number: len(queue.asked) % 3 != 0
    world.run(120)
    assert world.journal.unposted_orders() == []
    assert queue.booked == [1, 2, 3, 4, 5, 6]
    assert len(queue.asked) > 6
    world.check_money()


def test_an_order_that_never_goes_through_keeps_no_other_waiting(world: World) -> None:
    queue = Queue(world, 4)
    sick = queue.numbers[1]
    queue.breaks = lambda number: number == sick
    world.run(150)
    assert world.journal.unposted_orders() == [sick]
    assert queue.booked == [1, 3, 4]
    tried = [at for at, number in queue.asked if number == sick]
    assert len(tried) == TRIES, "once it is known to be sick, it is left alone for a while"
    world.run(3600)
    later = [at for at, number in queue.asked if number == sick]
    assert [round(b - a, -2) for a, b in pairwise(later[TRIES - 1 :])] == [600, 1200]
    queue.breaks = lambda number: False
    world.run(2500)
    assert queue.booked == [1, 3, 4, 2]
    world.check_money()


def test_two_sick_orders_in_a_row_keep_no_other_waiting(world: World) -> None:
    """A department whose counter breaks is asked for all that was paid for it, one after another.

    The one after the oldest says nothing of the line either, if it is as sick.
    """
    queue = Queue(world, 5)
    sick = queue.numbers[:3]
    queue.breaks = lambda number: number in sick
    world.run(2 * 3600)
    assert world.journal.unposted_orders() == sick
    assert queue.booked == [4, 5]
    queue.breaks = lambda number: False
    world.run(2 * 3600)
    assert sorted(queue.booked) == [1, 2, 3, 4, 5]
    world.check_money()


def test_an_order_of_a_kind_of_a_release_to_come_waits_and_books_nothing(world: World) -> None:
    """After a roll-back: what it asks of the office is not known here, so nothing is asked, and
    nothing behind it waits."""
    book, number = world.core.book, world.core.book.next_number("TDR 0417")
    bill = Bill("", "17250042", "", "", "", Money(0), Money(0))
    born = rows.OrderCreated(
        number, "K", "electricity", "hi", bill, payable=Money(0), kind="appointment"
    )
    book.write(born, rows.OrderPaid(number, Money(0), Money(0)))
    book.write(rows.OrderClosed(number, rows.End.FULFILLED))
    queue = Queue(world, 1)
    world.run(30)
    assert [receipt for _, receipt in queue.asked] == queue.numbers, "no payment of zero rupees"
    assert world.journal.unposted_orders() == [number]
    world.check_money()


def test_an_office_that_breaks_on_everything_makes_no_order_sick(world: World) -> None:
    """After hours of it they still go out in the order of the receipts, and within minutes."""
    queue = Queue(world, 4)
    queue.breaks = lambda number: True
    world.run(4 * 3600)
    assert len(queue.asked) < 100
    queue.breaks = lambda number: False
    world.run(LONGEST + 30)
    assert queue.booked == [1, 2, 3, 4]


def test_what_waited_for_weeks_is_paced(world: World) -> None:
    """The district's other kiosks come back in the same minute."""
    queue = Queue(world, 8)
    world.run(60)
    gaps = [b - a for (a, _), (b, _) in pairwise(queue.asked)]
    assert min(gaps) >= NEXT_AFTER / 2 and 0.8 < sum(gaps) / len(gaps) < 1.8
    assert len(set(gaps)) > 2, "each wait is drawn"


def test_whoever_stands_there_does_not_wait_behind_the_weeks(world: World) -> None:
    queue = Queue(world, 5)
    queue.breaks = lambda number: number in queue.numbers
    world.run(0.25)
    world.go_to_cash()
    for note in (200, 200, 50, 20):
        world.insert(note)
    world.run(1)
    shown = world.screen.data
    assert isinstance(shown, Done) and shown.is_posted
    assert queue.booked == [6]


def test_a_no_after_the_citizen_left_ends_the_order_as_claimed(world: Listening) -> None:
    number, other = Queue(world, 2).numbers
    world.office.refuses = Problem.ALREADY_PAID
    world.run(4)
    assert world.told == [
        PaymentRefused(each, "electricity", rupees(470), "already_paid") for each in (number, other)
    ]
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
