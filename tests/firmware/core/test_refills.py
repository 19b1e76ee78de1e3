"""A new roll is in, and only who put it in knows: said at the desk, or with kioskctl."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.command import SayRefilled
from firmware.contract.device import Outcome
from firmware.contract.health import Supply
from firmware.contract.screen import Action, Attract, Fact
from firmware.contract.till import SupplyRefilled
from firmware.journal.desk_rows import SupplyRenewed
from tests.firmware.core.desk_world import TECHNICIAN_PIN, DeskWorld
from tests.firmware.core.printer import FULL_ROLL

NEW_ROLL = SupplyRenewed("R. Meena", "receipt", "paper")


@pytest.fixture
def world(tmp_path: Path) -> DeskWorld:
    return DeskWorld(tmp_path)


def lines(world: DeskWorld) -> dict[str, Fact]:
    return {fact.label: fact for fact in world.desk.facts}


def test_operator_puts_a_roll_in_and_says_so_with_one_touch(world: DeskWorld) -> None:
    world.printer.paper_mm = 1_200
    world.run(1)
    world.enter()
    world.task("supplies")
    assert lines(world)["desk.supply.receipt.paper"].text == "1.2 m"
    world.task("refilled/receipt/paper")
    world.run(1)
    assert world.printer.paper_mm == FULL_ROLL
    assert world.rows(SupplyRenewed) == [NEW_ROLL]
    assert world.told == [SupplyRefilled("receipt", "paper", "R. Meena")]
    assert lines(world)["desk.supply.receipt.paper"].text == "50.0 m"
    world.press_back_to_menu()
    world.leave_desk()


def test_only_what_is_counted_can_be_said(world: DeskWorld) -> None:
    """A ribbon that measures itself would believe no finger; the stacker is the till's."""
    world.enter()
    world.task("supplies")
    assert [task.id for task in world.desk.tasks] == ["refilled/receipt/paper"]
    assert list(lines(world)) == ["desk.supply.receipt.paper", "desk.supply.receipt.ribbon"]
    world.press(Action.CHOOSE_TASK, "refilled/receipt/ribbon")
    assert world.rows(SupplyRenewed) == []


def test_forecast_stands_beside_the_level(world: DeskWorld) -> None:
    world.core.flow.desk.supplies = [
        Supply(
            device="receipt",
            name="paper",
            level=50_000,
            unit="mm",
            source="counted",
            jobs_left=270,
            days_left=11,
        )
    ]
    world.enter()
    world.task("supplies")
    assert lines(world)["desk.supply.receipt.paper"].days == 11
    assert lines(world)["desk.supply.receipt.ribbon"].days is None


def test_nobody_says_it_without_a_pin(world: DeskWorld) -> None:
    world.hold_padlock()
    world.press(Action.CHOOSE_TASK, "refilled/receipt/paper")
    world.press(Action.CANCEL)
    world.run(1)
    assert isinstance(world.screen.data, Attract)
    assert world.rows(SupplyRenewed) == []


def test_technician_with_a_pin_may_say_it_too(world: DeskWorld) -> None:
    world.enter(TECHNICIAN_PIN)
    world.task("supplies")
    world.task("refilled/receipt/paper")
    assert world.rows(SupplyRenewed) == [SupplyRenewed("S. Gurjar", "receipt", "paper")]


def test_printer_unplugged_while_the_page_is_open(world: DeskWorld) -> None:
    world.enter()
    world.task("supplies")
    world.printer.is_there = False
    world.run(1)
    assert (world.desk.says, world.desk.tasks) == ("desk.no_supplies", [])
    world.press(Action.CHOOSE_TASK, "refilled/receipt/paper")
    assert world.rows(SupplyRenewed) == []


@pytest.mark.parametrize(
    ("device", "consumable", "outcome", "says"),
    [
        ("receipt", "paper", Outcome.DONE, ""),
        ("receipt", "ribbon", Outcome.REFUSED, "receipt: ribbon is measured"),
        ("receipt", "toner", Outcome.REFUSED, "expected a device that is there and has toner"),
        ("laser", "paper", Outcome.REFUSED, "expected a device that is there and has paper"),
        ("notes", "stacker", Outcome.REFUSED, "notes: stacker is measured"),
    ],
)
def test_technician_says_it_with_kioskctl(
    world: DeskWorld, device: str, consumable: str, outcome: Outcome, says: str
) -> None:
    world.run(1)
    reply = world.core.on_command(SayRefilled(device, consumable, "S. Gurjar"))
    world.settle()
    assert reply.outcome is outcome and says in reply.detail
    is_done = outcome is Outcome.DONE
    assert world.rows(SupplyRenewed) == [SupplyRenewed("S. Gurjar", device, consumable)] * is_done
