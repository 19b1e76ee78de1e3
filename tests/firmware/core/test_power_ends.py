"""Mains off, battery low, halt: nobody is left without a proof, nothing is left under way."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.device import EventId, HeldNote
from firmware.contract.gateway import Tender
from firmware.contract.money import rupees
from firmware.contract.screen import Action, Attract, Done, Trouble
from firmware.core.quiet import QUIET_FOR
from tests.firmware.core.desk_world import DeskWorld
from tests.firmware.core.world import World

ON_BATTERY = {"mains_is_off": True, "battery_is_low": False}
ENDING = {"mains_is_off": True, "battery_is_low": True}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def may_halt(world: World) -> bool:
    return world.core.may_halt(world.now)


def ends(world: World, within: float) -> None:
    """Run until the machine may halt; as the daemon does, looking at each tick."""
    for _ in range(int(within * 4)):
        world.run(0.25)
        if may_halt(world):
            return
    raise AssertionError(f"not quiet after {within} s: {world.screen.data}")


def looks_for(world: World, seconds: float) -> bool:
    """Whether the machine may halt at any moment of these."""
    found = False
    for _ in range(int(seconds * 4)):
        world.run(0.25)
        found = found or may_halt(world)
    return found


def test_a_kiosk_at_rest_may_halt_when_the_battery_is_low_and_not_before(world: World) -> None:
    assert not looks_for(world, 2 * QUIET_FOR)
    world.switches = ON_BATTERY
    assert not looks_for(world, 2 * QUIET_FOR)
    world.switches = ENDING
    assert not looks_for(world, QUIET_FOR - 0.5)
    ends(world, 1.5)
    world.switches = {}
    assert not looks_for(world, QUIET_FOR)  # the mains are back: nobody may act on it any more


def test_mains_fail_and_the_battery_sinks_in_the_middle_of_cash(world: World) -> None:
    """₹200 of ₹470 are in: a slip for them, and only then the halt."""
    world.go_to_cash()
    world.insert(200)
    world.switches = ON_BATTERY
    world.insert(100)
    assert world.acceptors.in_box == {rupees(200): 1, rupees(100): 1}
    world.switches = ENDING
    world._tell_states()
    world.insert(50)
    assert world.acceptors.given_back == {rupees(50): 1}
    halted_at_once = looks_for(world, 8)
    assert not halted_at_once
    world.run(6)
    trouble = world.screen.data
    assert isinstance(trouble, Trouble)
    assert (trouble.cause, trouble.safe, trouble.proof) == (
        "trouble.battery_low",
        rupees(300),
        "paper",
    )
    assert not may_halt(world)  # the citizen still reads
    ends(world, 60)
    assert world.journal.open_orders() == []
    assert world.acceptors.leases == {}
    assert isinstance(world.screen.data, Attract)
    world.check_money()
    world.power_cut()
    world.switches = {}
    world.run(1)
    assert isinstance(world.screen.data, Attract)
    world.check_money()


def test_a_bill_that_is_paid_when_the_battery_sinks_ends_in_its_receipt(world: World) -> None:
    world.go_to_cash()
    for note in (200, 200, 50, 20):
        world.insert(note)
    world.switches = ENDING
    world.run(4)
    assert isinstance(world.screen.data, Done)
    ends(world, 60)
    world.check_money()


def test_nobody_begins_while_the_machine_may_halt(world: World) -> None:
    world.switches = ENDING
    ends(world, 10)
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    world.press(Action.CHOOSE_SERVICE, "electricity")
    assert world.core.flow.visit.order is None
    assert may_halt(world)


def test_a_note_between_mouth_and_escrow_is_waited_for(world: World) -> None:
    world.switches = ENDING
    world.acceptors.is_moving = True
    assert not looks_for(world, 2 * QUIET_FOR)
    world.acceptors.is_moving = False
    world.acceptors.escrow = HeldNote(EventId("SN1", 7, 1), rupees(10))
    assert not looks_for(world, 2 * QUIET_FOR)
    world.acceptors.escrow = None
    ends(world, 2 * QUIET_FOR)


def test_an_operator_with_the_box_in_his_hands_is_waited_for(tmp_path: Path) -> None:
    world = DeskWorld(tmp_path)
    world.enter()
    world.switches = ENDING
    assert not looks_for(world, 2 * QUIET_FOR)
    world.press(Action.FINISH)
    ends(world, 2 * QUIET_FOR)


def test_a_payment_of_which_nothing_is_known_does_not_hold_up_the_halt(world: World) -> None:
    """The back end may be away for weeks, and the battery lasts for minutes."""
    world.office.tenders = [Tender.UPI]
    world.run(1)
    world.go_to_bill()
    world.press(Action.PAY_UPI)
    world.office.is_up = False
    world.press(Action.CANCEL)
    world.run(25)
    world.switches = ENDING
    assert not looks_for(world, 5), "the citizen still reads the number"
    world.press(Action.FINISH)
    assert world.journal.open_orders() == ["TDR 0417 0001"]
    ends(world, QUIET_FOR + 1)
