"""Many bills in one visit: paid once, posted one by one, and each refused alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.gateway import Problem
from firmware.contract.money import ZERO, Money, rupees
from firmware.contract.screen import (
    Action,
    Attract,
    Basket,
    Done,
    InsertCash,
    Number,
    Offer,
    Press,
    Services,
    Trouble,
)
from firmware.core.visit import MOST_BILLS
from firmware.journal import rows
from firmware.journal.orders import Order
from tests.firmware.core.office import ACCOUNT
from tests.firmware.core.test_nobody_leaves_without_proof import papers
from tests.firmware.core.world import World

SECOND, THIRD = "210344001733", "210344001741"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Three bills in the basket: ₹470, ₹86 and ₹44."""
    world = World(tmp_path)
    world.go_to_bill()
    world.add(SECOND, rupees(86))
    world.add(THIRD, rupees(44))
    return world


def basket(world: World) -> Basket:
    assert isinstance(world.screen.data, Basket), world.screen
    return world.screen.data


def pay(world: World, *notes: int) -> None:
    if isinstance(world.screen.data, Basket):
        world.press(Action.PAY)
        world.run(1)
    for note in notes:
        world.insert(note)


def order(world: World) -> Order:
    born = world.journal.of_kind(rows.OrderCreated)[0].order
    return world.core.book.order(born or "")


def booked(world: World) -> dict[str, Money]:
    """What the office booked, by account."""
    accounts = {line.key: line.bill.account for line in order(world).lines}
    return {accounts[key]: amount for key, amount in world.office.payments.items()}


def test_three_bills_one_session_one_receipt_three_payments(world: World) -> None:
    assert [each.bill.account for each in basket(world).bills] == [ACCOUNT, SECOND, THIRD]
    assert basket(world).total == rupees(600)
    pay(world, 500, 100)
    world.run(3)
    done = world.screen.data
    assert isinstance(done, Done)
    assert (done.paid, done.bills, done.is_posted) == (rupees(600), 3, True)
    assert papers(world) == ["receipt/1"]
    assert booked(world) == {ACCOUNT: rupees(470), SECOND: rupees(86), THIRD: rupees(44)}
    kinds = [type(entry.row).__name__ for entry in world.journal.entries()]
    assert (kinds.count("CashOpened"), kinds.count("LinePosted")) == (1, 3)
    assert kinds.count("OrderPosted") == 1
    assert len({line.key for line in order(world).lines} | {order(world).created.key}) == 4
    world.check_money()


def test_the_same_bill_twice_is_refused_with_a_word(world: World) -> None:
    world.add(SECOND, rupees(86))
    assert isinstance(world.screen.data, Number)
    assert world.screen.data.problem == "number.in_basket"
    world.press(Action.BACK)
    assert len(basket(world).bills) == 3


def test_one_bill_under_two_accounts_is_one_bill(world: World) -> None:
    """A second K number of the same connection: the office answers with the same bill number."""
    world.office.others["210344001758"] = rupees(86)
    world.office.numbers["210344001758"] = f"B{SECOND}"
    world.press(Action.ADD_BILL)
    world.press(Action.ENTER, "210344001758")
    assert isinstance(world.screen.data, Number)
    assert world.screen.data.problem == "number.in_basket"


def test_a_bill_is_taken_out_and_a_finger_felt_twice_takes_out_one(world: World) -> None:
    screen = world.screen
    press = Press(screen.serial, Action.TAKE_OUT, f"electricity {SECOND}")
    world.core.on_press(press, world.now)
    world.core.on_press(press, world.now)
    world.settle()
    assert [each.bill.account for each in basket(world).bills] == [ACCOUNT, THIRD]
    for account in (ACCOUNT, THIRD):
        world.press(Action.TAKE_OUT, f"electricity {account}")
    assert isinstance(world.screen.data, Services)
    world.press(Action.CHOOSE_SERVICE, "electricity")
    world.press(Action.BACK)
    assert isinstance(world.screen.data, Services)  # there is no basket any more


def test_one_bill_left_in_the_basket_is_an_order_as_ever(world: World) -> None:
    world.press(Action.TAKE_OUT, f"electricity {ACCOUNT}")
    world.press(Action.TAKE_OUT, f"electricity {THIRD}")
    pay(world, 100)
    world.run(3)
    assert order(world).created.service == "electricity"
    assert order(world).created.lines == []
    assert booked(world) == {SECOND: rupees(100)}


def test_a_full_basket_offers_no_more(world: World) -> None:
    for count in range(MOST_BILLS - 3):
        world.add(f"2103440018{count:02d}", rupees(10))
    assert len(basket(world).bills) == MOST_BILLS
    assert Action.ADD_BILL not in world.screen.actions


def test_back_and_wrong_numbers_lead_to_the_basket(world: World) -> None:
    world.press(Action.ADD_BILL)
    world.press(Action.ENTER, "210344009999")
    assert isinstance(world.screen.data, Number)
    world.press(Action.BACK)
    assert len(basket(world).bills) == 3


def test_the_line_goes_down_while_one_more_is_fetched(world: World) -> None:
    world.press(Action.ADD_BILL)
    world.office.is_up = False
    world.press(Action.ENTER, "210344001758")
    assert isinstance(world.screen.data, Trouble)
    world.office.is_up = True
    world.run(1)
    world.press(Action.AGAIN)
    assert len(basket(world).bills) == 3


def test_core_dies_with_a_basket_on_the_screen(world: World) -> None:
    world.crash()
    assert basket(world).total == rupees(600)
    pay(world, 500, 100)
    world.run(3)
    assert isinstance(world.screen.data, Done)


def test_a_jam_before_any_money_leaves_the_basket_to_try_again(world: World) -> None:
    pay(world)
    world.acceptors.jam = True
    world.run(10)
    assert isinstance(world.screen.data, Trouble)
    world.acceptors.jam = False
    world.run(1)
    if Action.AGAIN in world.screen.actions:
        world.press(Action.AGAIN)
        assert basket(world).total == rupees(600)


def test_the_office_refuses_one_of_three(world: World) -> None:
    world.office.refuses_account = SECOND
    pay(world, 500, 100)
    world.run(4)
    trouble = world.screen.data
    assert isinstance(trouble, Trouble)
    assert (trouble.safe, trouble.cause) == (rupees(86), "trouble.refused")
    assert papers(world) == ["receipt/1", "claim/1"]
    assert booked(world) == {ACCOUNT: rupees(470), THIRD: rupees(44)}
    found = order(world)
    assert (found.refusals, set(found.references)) == ({2: "refused"}, {1, 3})
    assert (found.used, found.owed, found.claimed) == (rupees(514), ZERO, rupees(86))
    world.press(Action.FINISH)
    assert world.journal.unposted_orders() == []
    world.check_money()


def test_the_office_refuses_all_of_them(world: World) -> None:
    world.office.refuses = Problem.REFUSED
    pay(world, 500, 100)
    world.run(4)
    assert isinstance(world.screen.data, Trouble)
    assert world.screen.data.safe == rupees(600)
    assert papers(world) == ["claim/1"]
    assert order(world).refusal == "refused"
    world.press(Action.FINISH)
    assert order(world).end is rows.End.CLAIMED
    world.check_money()


def test_a_power_cut_between_two_answers_posts_the_others_once(world: World) -> None:
    """The office booked the first; core died before the second was asked. Keys keep it once."""
    pay(world, 500)
    world.office.is_up = False
    world.insert(100)
    world.run(3)
    assert isinstance(world.screen.data, Done)
    assert not world.screen.data.is_posted
    world.office.is_up = True
    world.office.answers = 1  # then the line is dead
    world.run(30)
    assert len(order(world).references) == 1
    assert world.journal.unposted_count == 1
    world.power_cut()
    world.office.answers = None
    world.run(60)
    assert len(order(world).references) == 3
    assert world.journal.unposted_orders() == []
    assert len(world.office.payments) == 3
    world.check_money()


@pytest.mark.parametrize("answer", [Action.PAY_PART, Action.TAKE_SLIP, None])
def test_the_money_ends_before_the_total(world: World, answer: Action | None) -> None:
    """₹100 in: too little for the first bill, enough for the second; the third does not fit."""
    pay(world, 100)
    world.press(Action.CANCEL)
    world.run(2)
    offer = world.screen.data
    assert isinstance(offer, Offer)
    assert (offer.pays, offer.slip, offer.bills, offer.of) == (rupees(86), rupees(14), 1, 3)
    if answer is None:
        world.run(125)
    else:
        world.press(answer)
    world.run(4)
    trouble = world.screen.data
    assert isinstance(trouble, Trouble)
    if answer is Action.PAY_PART:
        assert (trouble.safe, trouble.cause) == (rupees(14), "trouble.rest_of_money")
        assert booked(world) == {SECOND: rupees(86)}
        assert papers(world) == ["receipt/1", "claim/1"]
    else:
        assert (trouble.safe, booked(world)) == (rupees(100), {})
    world.run(130)
    assert isinstance(world.screen.data, Attract)
    world.check_money()


def test_money_for_no_bill_is_a_slip_and_nothing_is_asked(world: World) -> None:
    pay(world, 20)
    world.press(Action.CANCEL)
    world.run(3)
    assert isinstance(world.screen.data, Trouble)
    assert world.screen.data.safe == rupees(20)


def test_cash_for_a_basket_is_one_sum(world: World) -> None:
    pay(world)
    cash = world.screen.data
    assert isinstance(cash, InsertCash)
    assert (cash.due, cash.advance, cash.service) == (rupees(600), rupees(30), "basket")


def test_the_release_before_books_nothing_under_the_first_bill(world: World) -> None:
    """It reads service and key of the order and knows no lines: neither may be those of a line."""
    pay(world)
    created = order(world).created
    assert created.service == rows.BASKET
    assert created.key not in {line.key for line in created.lines}
