"""Door and tamper: on the record once, whoever was dead meanwhile; with nobody in, an alarm."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.command import ClearAlarms
from firmware.contract.device import ClearTamper, EventId, Outcome, SwitchMoved, event_key
from firmware.contract.till import BoxPulled, DoorOpened, Tampered
from firmware.journal import desk_rows as rows
from firmware.till.effects import Effect, Tell
from tests.firmware.core.desk_world import DeskWorld


class Enclosure(DeskWorld):
    """A panel that tells its moves until they are acknowledged."""

    def __init__(self, folder: Path) -> None:
        self.cleared: list[str] = []
        self._moves = 0
        super().__init__(folder)

    def move(self, switch: str, value: bool) -> SwitchMoved:
        """Something moves; core hears of it with the next second."""
        self._moves += 1
        moved = SwitchMoved(switch, value, EventId("panel", 9, self._moves))
        key = event_key(moved)
        assert key is not None
        self.acceptors.untold[key] = ("panel", moved)
        return moved

    def carry_out(self, effect: Effect) -> None:
        if isinstance(effect, Tell) and isinstance(effect.command, ClearTamper):
            self.cleared.append(effect.device)
        super().carry_out(effect)

    @property
    def alarms(self) -> dict[str, str]:
        return self.core.flow.desk.vault.alarms

    def recorded(self) -> list[tuple[str, bool, str]]:
        found = self.rows(rows.SwitchRecorded)
        return [(r.switch, r.value, r.by) for r in found if isinstance(r, rows.SwitchRecorded)]

    def boxes(self) -> list[bool]:
        found = self.rows(rows.BoxMoved)
        return [r.is_out for r in found if isinstance(r, rows.BoxMoved) and r.device == "panel"]


@pytest.fixture
def world(tmp_path: Path) -> Enclosure:
    return Enclosure(tmp_path)


def test_a_door_opened_by_nobody_is_an_alarm_until_a_technician_has_looked(
    world: Enclosure,
) -> None:
    world.move("door_is_open", True)
    world.move("door_is_open", False)
    world.run(1)
    assert world.told == [DoorOpened("panel")]
    assert world.recorded() == [("door_is_open", True, ""), ("door_is_open", False, "")]
    assert world.acceptors.untold == {}
    world.power_cut()
    assert "no operator was in: 2026-11-22T10:00:00" in world.alarms["till.door_opened"]
    reply = world.core.on_command(ClearAlarms("S. Gurjar"))
    world.settle()
    assert (reply.outcome, world.alarms, world.cleared) == (Outcome.DONE, {}, ["panel"])
    world.power_cut()
    assert world.alarms == {}
    assert len(world.rows(rows.AlarmsCleared)) == 1


def test_an_operator_who_is_in_opens_the_door_without_an_alarm(world: Enclosure) -> None:
    world.enter()
    world.move("door_is_open", True)
    world.run(1)
    assert world.recorded() == [("door_is_open", True, "R. Meena")]
    assert (world.told, world.alarms) == ([], {})


def test_a_tamper_is_told_whoever_is_in(world: Enclosure) -> None:
    world.enter()
    world.move("tamper", True)
    world.run(1)
    assert world.told == [Tampered("panel")]
    assert world.recorded() == [("tamper", True, "R. Meena")]


def test_core_killed_before_its_acknowledgement_left_writes_one_row(world: Enclosure) -> None:
    moved = world.move("door_is_open", True)
    world.core.on_device_event("panel", moved, world.now)
    world.crash()  # the row is on disk, the acknowledgement died
    world.run(2)
    assert world.recorded() == [("door_is_open", True, "")]
    assert world.told == []  # it died with core, too; what stands is the row, and the finding
    assert "till.door_opened" in world.alarms
    assert world.acceptors.untold == {}


def test_a_box_that_was_out_and_is_back_while_core_was_dead_is_known(world: Enclosure) -> None:
    world.run(1)
    world.move("cash_box_is_out", True)
    world.move("cash_box_is_out", False)
    world.crash()
    world.run(1)
    assert world.boxes() == [True, False]
    assert world.told == [BoxPulled("panel")]
    assert "till.box_pulled" in world.alarms
    world.crash()
    world.run(1)
    assert world.boxes() == [True, False]


def test_a_box_that_both_state_and_event_tell_of_is_one_row(world: Enclosure) -> None:
    world.pull_box()
    world.move("cash_box_is_out", True)
    world.run(2)
    world.push_box()
    world.move("cash_box_is_out", False)
    world.run(2)
    assert world.boxes() == [True, False]
    assert world.acceptors.untold == {}


def test_clearing_the_enclosure_leaves_what_is_of_the_money(world: Enclosure) -> None:
    world.pull_box()
    world.push_box()
    world.core.on_command(ClearAlarms("S. Gurjar"))
    assert list(world.alarms) == ["till.box_pulled"]


def test_mains_and_battery_make_no_rows(world: Enclosure) -> None:
    before = world.journal.length
    world.core.on_device_event("panel", SwitchMoved("mains_is_off", True), world.now)
    assert world.journal.length == before
