"""Who holds the padlock and does not know the PIN gets nothing, at no hour and after no restart."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from firmware.contract.device import Kind
from firmware.contract.money import rupees
from firmware.contract.screen import Action, Attract, Desk, Pin, Press, Services
from firmware.journal import desk_rows
from firmware.journal.rows import KioskStarted
from firmware.runtime.clock import INDIA
from firmware.runtime.sealing import OneTimeKey, seal
from firmware.till.access import PINS
from tests.firmware.core.desk_world import PIN, TECHNICIAN_PIN, WRONG, DeskWorld


@pytest.fixture
def world(tmp_path: Path) -> DeskWorld:
    return DeskWorld(tmp_path)


def guess(world: DeskWorld, times: int) -> None:
    for _ in range(times):
        world.type_pin(WRONG)


def test_the_padlock_asks_for_a_pin_and_the_right_one_opens_the_menu(world: DeskWorld) -> None:
    assert Action.OPERATOR in world.screen.actions
    world.enter()
    assert (world.desk.title, world.desk.by) == ("desk.menu", "R. Meena")
    assert world.rows(desk_rows.OperatorEntered) == [
        desk_rows.OperatorEntered("R. Meena", "operator")
    ]
    world.press(Action.FINISH)
    world.run(1)
    assert isinstance(world.screen.data, Attract)
    assert world.core.flow.desk.by == ""


def test_an_operator_opened_the_door_first(world: DeskWorld) -> None:
    world.door_is_open = True
    world.run(1)
    assert Action.OPERATOR in world.screen.actions
    world.enter()
    assert world.desk.title == "desk.menu"


def test_a_citizen_is_never_shown_the_padlock(world: DeskWorld) -> None:
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    assert isinstance(world.screen.data, Services)
    assert Action.OPERATOR not in world.screen.actions


def test_every_try_has_a_key_of_its_own_and_an_old_box_opens_nothing(world: DeskWorld) -> None:
    world.hold_padlock()
    key = world.pin.key
    recorded = seal(PIN, key)
    world.type_pin(WRONG)
    assert world.pin.key != key
    world.press(Action.ENTER, recorded)
    assert isinstance(world.screen.data, Pin)
    assert len(world.rows(desk_rows.OperatorRefused)) == 1, "what cannot be opened is no try"


def test_a_press_meant_for_the_page_before_does_nothing_on_this_one(world: DeskWorld) -> None:
    """A finger on "finish" while the result gave way to the menu, which has a "finish", too."""
    world.enter()
    world.task("report")
    world.task("print_x")
    world.run(2)
    before = world.screen.serial
    world.press(Action.BACK)
    assert world.desk.title == "desk.menu"
    world.core.on_press(Press(before, Action.FINISH), world.now)
    world.run(1)
    assert world.desk.title == "desk.menu"


def test_a_key_opens_one_box() -> None:
    key = OneTimeKey()
    sealed = seal(PIN, key.public)
    assert key.open(sealed) == PIN.encode()
    assert key.open(sealed) is None
    assert OneTimeKey().open(sealed) is None
    assert OneTimeKey().open("no box") is None


def test_three_wrong_pins_and_every_one_after_them_cost_more_time(world: DeskWorld) -> None:
    world.hold_padlock()
    guess(world, PINS.tries - 1)
    assert world.pin.problem == "pin.wrong"
    guess(world, 1)
    for delay in (*PINS.delays, PINS.delays[-1]):
        assert (world.pin.problem, world.pin.key) == ("pin.locked", "")
        assert world.pin.minutes == delay // 60
        world.clock.advance(delay - 2)
        assert world.pin.key == ""
        world.press(Action.CANCEL)
        world.clock.advance(3)
        world.run(1)
        world.hold_padlock()
        guess(world, 1)
    world.clock.advance(PINS.delays[-1] + 1)
    world.type_pin()
    assert isinstance(world.screen.data, Desk), "the right one still opens, when its time has come"
    world.press(Action.FINISH)
    world.run(1)
    world.hold_padlock()
    guess(world, PINS.tries - 1)
    assert world.pin.problem == "pin.wrong", "and the count begins anew"


def test_a_locked_screen_takes_no_pin_even_from_somebody_who_kept_a_key(world: DeskWorld) -> None:
    world.hold_padlock()
    guess(world, PINS.tries - 1)
    kept = world.pin.key
    world.type_pin(WRONG)
    world.press(Action.ENTER, seal(PIN, kept))
    assert world.pin.problem == "pin.locked"
    assert world.rows(desk_rows.OperatorEntered) == []


@pytest.mark.parametrize("year", [1970, 2099])
def test_no_clock_opens_and_no_restart_forgets(world: DeskWorld, year: int) -> None:
    world.hold_padlock()
    guess(world, PINS.tries)
    world.clock.set(datetime(year, 1, 1, tzinfo=INDIA))
    world.run(1)
    assert world.pin.problem == "pin.locked"
    world.clock.advance(30)
    world.crash()
    world.hold_padlock()
    assert world.pin.problem == "pin.locked", "thirty of sixty seconds are over"
    world.clock.advance(31)
    world.run(1)
    world.type_pin()
    assert world.desk.by == "R. Meena"


def test_a_power_cut_begins_the_wait_anew_and_makes_it_no_longer(world: DeskWorld) -> None:
    world.hold_padlock()
    guess(world, PINS.tries)
    world.clock.advance(59)
    world.journal.append(world.clock.now(), KioskStarted("1", 5, "after the cut"))
    world.power_cut()
    world.hold_padlock()
    world.clock.advance(58)
    world.run(1)
    assert world.pin.problem == "pin.locked"
    world.clock.advance(2)
    world.run(1)
    world.hold_padlock()  # the screen of before went after a minute
    world.type_pin()
    assert world.desk.by == "R. Meena"


def test_nobody_is_enrolled(world: DeskWorld) -> None:
    world.operators.unlink()
    world.hold_padlock()
    assert world.pin == Pin(problem="pin.file_missing")
    world.press(Action.CANCEL)
    world.run(1)
    world.operators.write_text("[[operator]]\nname = 7\n")
    world.hold_padlock()
    assert world.pin == Pin(problem="pin.file_broken")
    world.press(Action.CANCEL)
    world.run(1)
    world.enrol()
    world.enter()
    assert world.desk.title == "desk.menu"


def test_a_technician_looks_and_empties_nothing(world: DeskWorld) -> None:
    world.enter(TECHNICIAN_PIN)
    world.open("money")
    assert [task.why_not for task in world.desk.tasks] == ["desk.not_your_role"]
    world.press(Action.CHOOSE_TASK, "collect")
    assert world.desk.title == "desk.group.money"
    world.press_back_to_menu()
    world.task("report")
    world.press(Action.CHOOSE_TASK, "close_day")
    assert world.rows(desk_rows.DayClosed) == []
    assert world.rows(desk_rows.CollectionOpened) == []


def test_an_operator_walked_away_and_the_menu_shut_itself(world: DeskWorld) -> None:
    world.enter()
    world.run(59)
    assert isinstance(world.screen.data, Desk)
    world.run(2)
    assert isinstance(world.screen.data, Attract)


def test_no_cash_is_taken_while_an_operator_is_in(world: DeskWorld) -> None:
    world.enter()
    world.run(10)
    assert world.acceptors.leases == {}
    world.acceptors.insert_note(rupees(500))
    assert world.acceptors.given_back[rupees(500)] == 1
    world.press(Action.FINISH)
    world.run(1)
    world.pay()
    world.check_money()
    assert world.core.floor.usable(Kind.NOTES) is not None
