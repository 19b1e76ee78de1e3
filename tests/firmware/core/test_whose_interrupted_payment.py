"""Power was cut with money in: whoever stands there afterwards has to know whose it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.money import rupees
from firmware.contract.screen import Action, Attract, Done, InsertCash, Number, Press, Trouble
from firmware.core.resuming import WRONG_DIGITS
from tests.firmware.core.office import ACCOUNT
from tests.firmware.core.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.go_to_cash()
    world.insert(200)
    return world


def asked(world: World) -> Number:
    assert isinstance(world.screen.data, Number), world.screen
    assert world.screen.data.label == "resumed.digits"
    return world.screen.data


def test_the_money_is_shown_as_safe_and_nothing_else_is_on_offer(world: World) -> None:
    world.power_cut()
    world.run(5)
    assert asked(world).safe == rupees(200)
    reads = [Action.CHOOSE_LANGUAGE, Action.TEXT_SIZE]
    assert world.screen.actions == [*reads, Action.ENTER]
    assert not world.acceptors.leases
    world.core.on_press(Press(world.screen.serial, Action.CANCEL), world.now)
    assert asked(world)
    assert ACCOUNT[-4:] not in str(world.screen)


def test_the_citizen_goes_on_with_the_end_of_his_number(world: World) -> None:
    world.power_cut()
    world.press(Action.ENTER, ACCOUNT[-4:])
    world.run(1)
    assert isinstance(world.screen.data, InsertCash)
    for note in (200, 50, 20):
        world.insert(note)
    world.run(3)
    assert isinstance(world.screen.data, Done)
    world.check_money()


def test_a_stranger_guesses_and_it_ends_in_a_claim(world: World) -> None:
    world.power_cut()
    for guess in range(WRONG_DIGITS - 1):
        world.press(Action.ENTER, f"{guess:04d}")
        assert asked(world).problem == "resumed.wrong"
    world.press(Action.ENTER, "9999")
    world.run(3)
    assert isinstance(world.screen.data, Trouble)
    assert world.screen.data.cause == "trouble.power_came_back"
    world.press(Action.FINISH)
    world.check_money()


def test_nobody_comes_back_and_it_ends_in_a_claim(world: World) -> None:
    world.power_cut()
    world.run(130)
    assert isinstance(world.screen.data, Trouble)
    assert world.screen.data.safe == rupees(200)
    world.run(130)
    assert isinstance(world.screen.data, Attract)
    world.check_money()


def test_core_alone_dies_and_its_citizen_is_asked_nothing(world: World) -> None:
    world.crash()
    assert isinstance(world.screen.data, InsertCash)


def test_core_dies_between_the_order_and_its_first_screen(tmp_path: Path) -> None:
    """What was kept in RAM is the bill still: the order on disk was made on that screen."""
    world = World(tmp_path)
    world.go_to_bill()
    kept = world.core.flow.snapshot()
    world.press(Action.PAY)
    world.run(1)
    world.insert(100)
    world.crash_with(kept)
    assert isinstance(world.screen.data, InsertCash)


def test_core_dies_while_it_asks_and_asks_again(world: World) -> None:
    world.power_cut()
    asked(world)
    world.crash()
    assert asked(world)


def test_an_order_without_money_goes_on_as_before(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.go_to_cash()
    world.power_cut()
    assert isinstance(world.screen.data, InsertCash)


def test_the_last_note_is_told_after_the_power_cut_and_the_bill_is_paid(world: World) -> None:
    """Nobody has to say anything: the money is enough."""
    world.insert(200)
    world.insert(50)
    world.acceptors.drop_coin(rupees(20))
    world.power_cut()
    world.run(5)
    assert isinstance(world.screen.data, Done)
    world.check_money()
