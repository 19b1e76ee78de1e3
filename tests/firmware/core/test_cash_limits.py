"""Limits on the whole core: said before the money, kept at every note, and over a restart."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from firmware.contract.gateway import Tender
from firmware.contract.money import ZERO, rupees
from firmware.contract.screen import (
    Action,
    Attract,
    Basket,
    Done,
    Hint,
    InsertCash,
    Press,
    ShowBill,
    Trouble,
)
from firmware.runtime.config import LimitsSection
from firmware.services.catalogue import CashBounds
from tests.firmware.core.world import COINS, NOTES, World


def limited(folder: Path, **limits: object) -> World:
    return World(folder, limits=msgspec.convert(limits, LimitsSection))


def bill_on(world: World) -> ShowBill:
    screen = world.screen.data
    assert isinstance(screen, ShowBill)
    return screen


def cash_on(world: World) -> InsertCash:
    screen = world.screen.data
    assert isinstance(screen, InsertCash)
    return screen


def why_not(world: World) -> dict[int, str | None]:
    return {button.value.paise // 100: button.why_not for button in cash_on(world).notes}


def pay(world: World, *notes: int) -> None:
    world.go_to_cash()
    for note in notes:
        world.insert(note)
    world.run(4)
    assert isinstance(world.screen.data, Done)


def tile_of(world: World) -> str | None:
    screen = world.screen.data
    assert isinstance(screen, Attract)
    return screen.tiles[0].why_not


def test_a_bill_above_the_limit_of_a_visit_is_refused_on_the_bill(tmp_path: Path) -> None:
    world = limited(tmp_path, per_visit=400)
    world.go_to_bill()
    assert bill_on(world).why_not == Hint("limit.visit", rupees(400))
    assert Action.PAY not in world.screen.actions
    assert Action.BACK in world.screen.actions
    world.press(Action.PAY)
    world.core.flow.on_press(Press(0, Action.PAY), world.now)  # past the screen's own list
    assert bill_on(world)
    assert world.journal.length == 0


def test_a_limit_narrows_what_the_acceptors_take_before_the_slot(tmp_path: Path) -> None:
    """₹470 due and ₹480 allowed: the advance of ₹30 is not to be had."""
    world = limited(tmp_path, per_visit=480)
    world.go_to_cash()
    assert cash_on(world).advance == rupees(10)
    assert why_not(world)[500] == "note.limit"
    for note in (200, 200, 50):
        world.insert(note)
    assert why_not(world) == {
        10: None, 20: None, 50: "note.limit", 100: "note.no_change",
        200: "note.no_change", 500: "note.no_change",
    }  # fmt: skip
    assert world.acceptors.leases["notes"].denominations == [rupees(10), rupees(20)]
    world.insert(50)
    assert world.acceptors.given_back == {rupees(50): 1}
    world.insert(20)
    world.run(3)
    assert isinstance(world.screen.data, Done)
    world.check_money()


def test_the_orders_of_one_visit_share_its_limit(tmp_path: Path) -> None:
    world = limited(tmp_path, per_visit=900)
    pay(world, 200, 200, 50, 20)
    world.press(Action.ANOTHER)
    world.crash()  # the visit in RAM knows what went in
    world.press(Action.CHOOSE_SERVICE, "electricity")
    world.press(Action.ENTER, "210344001725")
    assert bill_on(world).why_not == Hint("limit.visit", rupees(430))
    world.press(Action.CANCEL)
    world.go_to_bill()  # the next citizen
    assert bill_on(world).why_not is None


def test_the_day_is_full_until_midnight_and_over_a_power_cut(tmp_path: Path) -> None:
    world = limited(tmp_path, per_day=475)
    world.run(0.25)
    assert tile_of(world) is None
    pay(world, 200, 200, 50, 20)
    world.press(Action.FINISH)
    world.go_to_bill()
    assert bill_on(world).why_not == Hint("limit.day", rupees(5))
    world.power_cut()
    world.says_it_is_his()
    world.run(0.25)
    world.go_to_bill()
    assert bill_on(world).why_not == Hint("limit.day", rupees(5))
    world.press(Action.CANCEL)
    world.clock.advance(timedelta(hours=14).total_seconds())  # it was ten in the morning
    world.run(0.5)
    world.go_to_bill()
    assert bill_on(world).why_not is None


def test_a_day_in_which_nothing_more_fits_closes_the_tile(tmp_path: Path) -> None:
    world = limited(tmp_path, per_day=470)
    pay(world, 200, 200, 50, 20)
    world.press(Action.FINISH)
    world.run(0.5)
    assert tile_of(world) == "tile.day_limit"
    screen = world.screen.data
    assert isinstance(screen, Attract)
    assert not screen.cash_is_possible


def test_the_note_that_fills_the_day_still_ends_with_its_receipt(tmp_path: Path) -> None:
    world = limited(tmp_path, per_day=470)
    pay(world, 200, 200, 50, 20)
    assert len(world.printer.printed) == 1
    world.check_money()


def test_a_refused_denomination_is_grey_and_not_leased(tmp_path: Path) -> None:
    world = limited(tmp_path, refused=[200, 20])
    world.go_to_cash()
    assert why_not(world)[200] == why_not(world)[20] == "note.not_taken"
    assert rupees(20) not in cash_on(world).coins
    assert world.acceptors.leases["notes"].denominations == [
        value for value in NOTES if value not in (rupees(200), rupees(20))
    ]
    assert world.acceptors.leases["coins"].denominations == COINS[:4]


@pytest.mark.parametrize(
    ("cash", "said"),
    [
        (CashBounds(least=50000), Hint("limit.least", rupees(500))),
        (CashBounds(most=40000), Hint("limit.most", rupees(400))),
        (CashBounds(least=47000, most=47000), None),
    ],
)
def test_what_a_service_takes_in_cash_stands_in_its_file(
    tmp_path: Path, cash: CashBounds, said: Hint | None
) -> None:
    world = World(tmp_path)
    services = world.catalogue.services
    services["electricity"] = msgspec.structs.replace(services["electricity"], cash=cash)
    world.go_to_bill()
    assert bill_on(world).why_not == said


def with_all_ways(folder: Path) -> World:
    world = World(folder)
    world.office.tenders, world.reader.is_there = [Tender.UPI, Tender.CARD], True
    world.run(1)
    return world


def takes(world: World, *tenders: str) -> None:
    services = world.catalogue.services
    services["electricity"] = msgspec.structs.replace(services["electricity"], tenders=tenders)


def test_a_service_that_takes_no_cash_says_so_on_its_bill(tmp_path: Path) -> None:
    world = with_all_ways(tmp_path)
    takes(world, "upi")
    world.go_to_bill()
    assert bill_on(world).why_not == Hint("limit.no_cash")
    assert Action.PAY_UPI in world.screen.actions
    assert not {Action.PAY, Action.PAY_CARD} & set(world.screen.actions)
    world.core.flow.on_press(Press(0, Action.PAY), world.now)  # past the screen's own list
    world.core.flow.on_press(Press(0, Action.PAY_CARD), world.now)
    assert bill_on(world)


def test_a_service_of_cash_alone_is_not_paid_from_a_telephone(tmp_path: Path) -> None:
    world = with_all_ways(tmp_path)
    takes(world, "cash")
    world.go_to_bill()
    assert bill_on(world).why_not is None
    assert not {Action.PAY_UPI, Action.PAY_CARD} & set(world.screen.actions)
    world.core.flow.on_press(Press(0, Action.PAY_UPI), world.now)
    assert bill_on(world)


def test_what_no_way_is_left_to_pay_for_is_not_begun(tmp_path: Path) -> None:
    world = World(tmp_path)  # its office settles neither UPI nor cards
    takes(world, "upi", "card")
    world.run(1)
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    world.press(Action.CHOOSE_SERVICE, "bills")
    assert (world.tiles["electricity"], world.tiles["water"]) == ("tile.no_back_end", None)
    world.press(Action.CHOOSE_SERVICE, "electricity")
    assert "electricity" in world.tiles


def test_an_open_order_goes_on_within_its_limits_after_a_power_cut(tmp_path: Path) -> None:
    world = limited(tmp_path, per_visit=470)
    world.go_to_cash()
    world.insert(200)
    world.power_cut()
    world.says_it_is_his()
    world.run(1)
    assert cash_on(world).advance == ZERO
    world.insert(200)
    world.insert(100)
    assert world.acceptors.given_back == {rupees(100): 1}
    world.insert(50)
    world.insert(20)
    world.run(4)
    assert isinstance(world.screen.data, Done)
    world.check_money()


def test_a_note_decided_before_the_limit_was_lowered_is_not_asked_twice(tmp_path: Path) -> None:
    """The limit is of the moment: what is open goes on, and ends in a claim if it cannot end."""
    world = World(tmp_path)
    world.go_to_cash()
    world.insert(200)
    world.config = msgspec.structs.replace(world.config, limits=LimitsSection(per_visit=200))
    world.power_cut()
    world.says_it_is_his()
    world.run(1)
    assert not any(button.is_taken for button in cash_on(world).notes)
    world.press(Action.CANCEL)
    world.run(3)
    trouble = world.screen.data
    assert isinstance(trouble, Trouble)
    assert trouble.safe == rupees(200)
    world.check_money()


def test_a_basket_may_be_more_than_a_visit_may_bring(tmp_path: Path) -> None:
    """Each bill is small enough, and together they are not: said before, and one is taken out."""
    world = limited(tmp_path, per_visit=500)
    world.go_to_bill()
    world.add("210344001733", rupees(86))
    basket = world.screen.data
    assert isinstance(basket, Basket)
    assert basket.why_not is not None
    assert basket.why_not.key == "limit.visit"
    assert Action.PAY not in world.screen.actions
    world.press(Action.TAKE_OUT, "electricity 210344001733")
    assert Action.PAY in world.screen.actions
