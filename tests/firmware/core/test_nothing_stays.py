"""Whose number, name and due was on the screen: nothing of it is there when he has gone."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from firmware.contract.gateway import Bill
from firmware.contract.screen import Action, Attract, InsertCash, Number, ShowBill
from firmware.core.patience import LONGER
from firmware.core.presence import AWAY_AFTER
from firmware.core.visit import Stage
from tests.firmware.core.office import ACCOUNT
from tests.firmware.core.world import CONFIG, World

TIMES = CONFIG.times
NEAR, AWAY = {"nobody_is_near": False}, {"nobody_is_near": True}


@pytest.fixture
def world(tmp_path: Path) -> World:
    found = World(tmp_path)
    found.run(1)
    return found


def bill_on(world: World) -> Bill:
    assert isinstance(world.screen.data, ShowBill)
    return world.screen.data.bill


def traces(world: World, *private: str) -> list[str]:
    """What of it is in the retained document, or in the visit that is kept in RAM."""
    kept = msgspec.json.encode(world.screen).decode() + world.core.flow.snapshot().decode()
    return [word for word in private if word in kept]


def test_this_test_can_find_a_trace(world: World) -> None:
    world.go_to_bill()
    assert traces(world, ACCOUNT) == [ACCOUNT]


@pytest.mark.parametrize("leaves", ["cancels", "walks away"])
def test_a_bill_stayed_on_the_screen_for_the_next_one(world: World, leaves: str) -> None:
    world.go_to_bill()
    shown = bill_on(world)
    if leaves == "cancels":
        world.press(Action.CANCEL)
    else:
        world.run(TIMES.screen + 1)
    assert isinstance(world.screen.data, Attract)
    assert traces(world, ACCOUNT, shown.name, shown.number, str(shown.amount.paise)) == []


def test_a_number_that_was_half_typed(world: World) -> None:
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    world.press(Action.CHOOSE_SERVICE, "electricity")
    assert isinstance(world.screen.data, Number)
    world.press(Action.ENTER, "210344")
    world.press(Action.CANCEL)
    assert traces(world, "210344") == []


@pytest.mark.parametrize("ends", ["finish", "time"])
def test_who_took_his_receipt_leaves_nothing(world: World, ends: str) -> None:
    world.go_to_cash()
    for value in (200, 200, 50, 20):
        world.insert(value)
        world.run(2)
    world.run(5)
    assert world.core.flow.visit.stage is Stage.DONE
    receipt = world.core.flow.visit.order
    assert receipt is not None
    bill = receipt.created.bill
    if ends == "finish":
        world.press(Action.FINISH)
    else:
        world.run(TIMES.cash + 1)
    assert isinstance(world.screen.data, Attract)
    assert traces(world, ACCOUNT, bill.name, bill.number, receipt.number) == []


def test_a_claim_leaves_nothing_either(world: World) -> None:
    world.go_to_cash()
    world.insert(200)
    world.run(2)
    world.press(Action.CANCEL)
    world.run(5)
    order = world.core.flow.visit.order
    assert order is not None
    claim = order.claims[-1].claim
    world.press(Action.FINISH)
    assert traces(world, ACCOUNT, claim, order.created.bill.name) == []


# --- more time ----------------------------------------------------------------------------------


def test_who_is_slow_asks_once_and_the_whole_visit_waits(world: World) -> None:
    world.go_to_bill()
    assert Action.MORE_TIME not in world.screen.actions
    world.run(TIMES.screen - TIMES.warning + 1)
    assert world.screen.is_warning
    world.press(Action.MORE_TIME)
    world.run(TIMES.screen * LONGER - TIMES.warning - 1)
    assert Action.STAY not in world.screen.actions
    world.run(2)
    assert Action.STAY in world.screen.actions
    assert Action.MORE_TIME not in world.screen.actions, "asked for once"
    world.press(Action.STAY)
    world.press(Action.PAY)
    assert isinstance(world.screen.data, InsertCash)
    world.run(TIMES.cash * LONGER - TIMES.warning - 1)
    assert not world.screen.is_warning


def test_core_dies_and_the_longer_patience_is_kept(world: World) -> None:
    world.go_to_bill()
    world.run(TIMES.screen - TIMES.warning + 1)
    world.press(Action.MORE_TIME)
    world.crash()
    world.run(TIMES.screen + 1)
    assert isinstance(world.screen.data, ShowBill)


def test_the_next_citizen_has_the_usual_time(world: World) -> None:
    world.go_to_bill()
    world.run(TIMES.screen - TIMES.warning + 1)
    world.press(Action.MORE_TIME)
    world.press(Action.CANCEL)
    world.go_to_bill()
    world.run(TIMES.screen + 1)
    assert isinstance(world.screen.data, Attract)


# --- a sensor -----------------------------------------------------------------------------------


def walk(world: World, where: dict[str, bool], seconds: float = 1.0) -> None:
    world.switches.update(where)
    world.run(seconds)


def test_who_walks_away_from_his_bill_is_asked_within_seconds(world: World) -> None:
    walk(world, NEAR)
    world.go_to_bill()
    walk(world, AWAY, AWAY_AFTER + 1.5)
    assert world.screen.is_warning
    world.run(TIMES.warning + 1)
    assert isinstance(world.screen.data, Attract)


def test_who_comes_back_finds_his_bill(world: World) -> None:
    walk(world, NEAR)
    world.go_to_bill()
    walk(world, AWAY, AWAY_AFTER + 1.5)
    walk(world, NEAR, 2)
    assert isinstance(world.screen.data, ShowBill)
    assert not world.screen.is_warning


def test_who_bends_down_is_not_gone(world: World) -> None:
    walk(world, NEAR)
    world.go_to_bill()
    walk(world, AWAY, AWAY_AFTER - 1)
    walk(world, NEAR, AWAY_AFTER + 1)
    assert not world.screen.is_warning


def test_a_wire_that_a_rat_cut_hurries_nobody(world: World) -> None:
    """A sensor that never saw anybody is not believed."""
    walk(world, AWAY)
    world.go_to_bill()
    world.run(AWAY_AFTER + 2)
    assert not world.screen.is_warning


def test_money_inside_waits_as_long_as_ever(world: World) -> None:
    walk(world, NEAR)
    world.go_to_cash()
    world.insert(200)
    world.run(2)
    walk(world, AWAY, AWAY_AFTER + 5)
    assert isinstance(world.screen.data, InsertCash)
    assert not world.screen.is_warning


def test_who_goes_with_his_receipt_leaves_an_empty_screen_at_once(world: World) -> None:
    walk(world, NEAR)
    world.go_to_cash()
    for value in (200, 200, 50, 20):
        world.insert(value)
        world.run(2)
    world.run(5)
    assert world.core.flow.visit.stage is Stage.DONE
    walk(world, AWAY, AWAY_AFTER + 1.5)
    assert isinstance(world.screen.data, Attract)
