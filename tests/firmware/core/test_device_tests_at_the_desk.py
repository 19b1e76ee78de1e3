"""A device is tested on the operator's screen as over SSH: the same steps, and nothing is taken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from firmware.contract.device import (
    DeviceCommand,
    DeviceState,
    EventId,
    Kind,
    Light,
    NoteEscrowed,
    NoteRejected,
    Print,
    Status,
    TicketPrinted,
)
from firmware.contract.health import DeviceTested
from firmware.contract.money import rupees
from firmware.contract.screen import Action, Fact
from firmware.core.guided_kinds import SPEAKS_WITHIN
from firmware.till.effects import Effect, KeepTest, Tell
from tests.firmware.core.desk_world import DeskWorld


class TestingWorld(DeskWorld):
    """Keeps what health would be told, and what devices were told to do."""

    __test__ = False
    kept: list[DeviceTested]
    commands: list[DeviceCommand]

    def carry_out(self, effect: Effect) -> None:
        if isinstance(effect, KeepTest):
            self.kept.append(effect.tested)
        if isinstance(effect, Tell):
            self.commands.append(effect.command)
        super().carry_out(effect)


@pytest.fixture
def world(tmp_path: Path) -> TestingWorld:
    TestingWorld.kept, TestingWorld.commands = [], []
    world = TestingWorld(tmp_path)
    world.enter()
    world.open("devices")
    return world


def says(world: TestingWorld) -> str:
    return str(world.desk.says)


def steps(world: TestingWorld) -> dict[str, str]:
    return {fact.label: fact.mark for fact in world.desk.facts}


def refuses(world: TestingWorld, reason: str) -> None:
    world.core.on_device_event("notes", NoteRejected(reason), world.now)
    world.run(1)


def test_a_note_comes_back_and_the_result_is_kept(world: TestingWorld) -> None:
    world.task("test/notes")
    assert (says(world), world.desk.words) == ("guided.do.put_in", {"piece": "guided.note"})
    refuses(world, "inhibited")
    assert says(world) == "guided.passed"
    assert steps(world)["guided.takes_none"] == "ok"
    assert world.kept == [DeviceTested("notes", "R. Meena", [])]
    assert world.acceptors.leases == {}


def test_a_bad_note_is_no_proof_and_another_one_is_asked_for(world: TestingWorld) -> None:
    world.task("test/notes")
    refuses(world, "not_recognised")
    assert says(world) == "guided.do.put_good"
    refuses(world, "inhibited")
    assert says(world) == "guided.passed"


def test_a_machine_that_swallows_the_note_fails(world: TestingWorld) -> None:
    world.task("test/notes")
    swallowed = NoteEscrowed(EventId("SN1", 1, 1), rupees(100))
    world.core.on_device_event("notes", swallowed, world.now)
    world.run(1)
    assert (says(world), world.desk.is_alarm) == ("guided.failed", True)
    assert "it took the note in" in world.kept[0].failed[0]


def test_a_silent_machine_asks_the_operator_who_says_no(world: TestingWorld) -> None:
    world.task("test/notes")
    world.run(SPEAKS_WITHIN + 1)
    assert says(world) == "guided.is_it_back"
    assert [task.id for task in world.desk.tasks] == ["yes", "no"]
    world.task("no")
    assert says(world) == "guided.failed"
    assert len(world.kept[0].failed) == 1


def test_a_sample_is_printed_and_the_operator_looks_at_it(world: TestingWorld) -> None:
    world.task("test/receipt")
    (job,) = [each.job for each in world.commands if isinstance(each, Print)]
    world.core.on_device_event("receipt", TicketPrinted(job), world.now)
    world.run(1)
    assert says(world) == "guided.is_it_whole"
    world.task("yes")
    assert steps(world)["guided.looks_right"] == "ok"
    assert [each.device for each in world.kept] == ["receipt"]
    assert world.kept[0].failed == ["says who it is: neither maker, model nor serial number"]


def test_a_printer_out_of_paper_fails_at_once_and_nothing_is_printed(world: TestingWorld) -> None:
    world.printer.has_paper = False
    world.run(1)
    world.task("test/receipt")
    assert says(world) == "guided.failed"
    assert "receipt.paper.end" in world.kept[0].failed[0]
    assert not any(isinstance(each, Print) for each in world.commands)


def lights(world: TestingWorld) -> Callable[[], list[tuple[str, bool]]]:
    return lambda: [(e.output, e.is_on) for e in world.commands if isinstance(e, Light)]


def panel(world: TestingWorld, is_on: bool) -> DeviceState:
    return DeviceState(
        name="panel",
        kind=Kind.PANEL,
        family="any",
        status=Status.READY,
        identity=world.core.floor.devices["notes"].identity,
        outputs={"notes_guide": is_on},
    )


def test_who_turns_back_in_the_middle_leaves_no_light_on_and_no_result(
    world: TestingWorld,
) -> None:
    told = lights(world)
    world.core.on_device_state(panel(world, False), world.now)
    world.press(Action.CHOOSE_TASK, "test/panel")
    world.core.flow.tick(world.now)
    desk = world.core.flow.desk
    desk.testing.on_state(panel(world, True), world.now)
    assert says(world) == "guided.does_it_shine"
    world.press(Action.BACK)
    assert world.desk.title == "desk.group.devices"
    assert world.kept == []
    world.core.floor.devices["panel"] = panel(world, True)
    world.core.flow.lights.follow(world.core.flow.visit, world.core.floor, False, world.now + 2)
    for effect in world.core.take_effects():
        world.carry_out(effect)
    assert told()[-1] == ("notes_guide", False)


def test_the_desk_that_shuts_itself_ends_the_test(world: TestingWorld) -> None:
    world.task("test/notes")
    world.run(700)
    assert world.core.flow.desk.operator is None
    assert world.core.flow.desk.testing._running is None


def test_a_device_that_was_pulled_out_is_not_tried(world: TestingWorld) -> None:
    world.press(Action.CHOOSE_TASK, "test/moon")
    assert world.desk.title == "desk.group.devices", "not on offer"
    assert world.kept == []


def test_what_each_device_says_of_itself_stands_beside_it(world: TestingWorld) -> None:
    world.printer.has_paper = False
    world.run(1)
    (printer,) = [f for f in world.desk.facts if f.label == "desk.device.receipt"]
    assert printer == Fact("desk.device.receipt", mark="ill", fault="receipt.paper.end")
    assert world.desk.is_alarm
