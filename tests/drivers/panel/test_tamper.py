"""Facts for the record: a latch that outlives its driver, moves told until core has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.base.protocol import NEVER
from drivers.panel.emulator import PanelEmulator
from drivers.panel.record import MOVES_APART, UNTOLD_AT_MOST, SwitchRecord
from firmware.contract.device import (
    Acknowledge,
    ClearTamper,
    Outcome,
    Status,
    Switch,
    SwitchMoved,
    event_key,
)
from tests.drivers.listener import running
from tests.drivers.panel.rig import Rig, panel_at

DOOR, TAMPER, BOX = Switch.DOOR_IS_OPEN, Switch.TAMPER, Switch.CASH_BOX_IS_OUT
WIRES = {"door_is_open": 17, "tamper": 16}


def keys(events: list[SwitchMoved]) -> list[str | None]:
    return [event_key(event) for event in events]


# --- the ledger, with time as an argument ------------------------------------------------------


def test_a_move_that_nobody_acknowledged_is_pending_after_a_power_cut(tmp_path: Path) -> None:
    first = SwitchRecord("panel", tmp_path)
    told = first.look({DOOR: True}, 10.0)
    again = SwitchRecord("panel", tmp_path)
    assert again.pending == told
    assert again.look({DOOR: True}, 0.0) == []  # told once, under one id
    key = event_key(told[0])
    assert key is not None
    again.acknowledge(key)
    again.acknowledge(key)
    assert SwitchRecord("panel", tmp_path).pending == []


def test_a_door_opened_while_the_driver_was_dead_is_told_when_it_is_back(tmp_path: Path) -> None:
    SwitchRecord("panel", tmp_path).look({DOOR: False}, 10.0)
    back = SwitchRecord("panel", tmp_path).look({DOOR: True}, 0.0)
    assert [(event.switch, event.value) for event in back] == [("door_is_open", True)]


def test_a_tamper_alarm_stays_until_it_is_cleared_also_over_restarts(tmp_path: Path) -> None:
    record = SwitchRecord("panel", tmp_path)
    assert record.note(TAMPER, True, 1.0) is not None
    assert record.note(TAMPER, False, 1.005) is None  # shut again: an alarm all the same
    record = SwitchRecord("panel", tmp_path)
    assert record.look({TAMPER: False}, 2.0) == []
    assert record.tamper_is_latched
    cleared = record.let_go_of_tamper()
    assert cleared is not None and not cleared.value
    assert record.let_go_of_tamper() is None
    assert not SwitchRecord("panel", tmp_path).tamper_is_latched
    assert record.note(TAMPER, True, 2.1) is not None  # a second one, at once, is another alarm
    assert len(set(keys(record.pending))) == 3


def test_a_ledger_that_was_lost_begins_another_epoch(tmp_path: Path) -> None:
    before = SwitchRecord("panel", tmp_path).look({DOOR: True}, 1.0)
    for slot in tmp_path.iterdir():
        slot.write_bytes(b"\xff" * 100)
    after = SwitchRecord("panel", tmp_path).look({DOOR: True}, 1.0)
    assert len(before) == len(after) == 1
    assert keys(before) != keys(after)


def test_a_loose_wire_is_told_once_a_second_and_in_the_end_as_it_is(tmp_path: Path) -> None:
    record, told = SwitchRecord("panel", tmp_path), []
    for step in range(60):  # three seconds, a move every twentieth
        told += record.look({DOOR: step % 2 == 0}, step / 20)
    assert 3 <= len(told) <= 4
    last = record.look({DOOR: not told[-1].value}, 3.0 + MOVES_APART)
    assert [event.value for event in last] == [not told[-1].value]
    assert record.next_deadline() == NEVER


def test_core_away_for_a_day_leaves_room_for_the_one_alarm_that_counts(tmp_path: Path) -> None:
    record = SwitchRecord("panel", tmp_path)
    for step in range(UNTOLD_AT_MOST + 10):
        record.look({DOOR: step % 2 == 0}, step * 2.0)
    assert len(record.pending) == UNTOLD_AT_MOST
    assert record.note(TAMPER, True, 500.0) is not None
    for key in keys(record.pending):
        record.acknowledge(str(key))
    end = record.look({DOOR: True}, 600.0)  # what was held back is told as it is
    assert [event.value for event in end] == [True]


# --- the driver, over a real socket ------------------------------------------------------------


async def test_a_lid_pried_open_for_five_milliseconds_is_an_alarm(rig: Rig) -> None:
    panel, host = panel_at(rig.path, inputs=WIRES)
    async with running(host):
        await host.until_status(Status.READY)
        rig.hand("pry_lid", milliseconds=5)
        await host.until(lambda: host.moves == [("tamper", True)])
        assert rig.device.emulator.physics()["tamper"] is False
        assert panel.state().inputs["tamper"] is True


async def test_a_spike_of_a_millisecond_is_none(rig: Rig) -> None:
    panel, host = panel_at(rig.path, inputs=WIRES)
    async with running(host):
        await host.until_status(Status.READY)
        rig.hand("pry_lid", milliseconds=1)
        rig.hand("open_door")
        await host.until(lambda: bool(host.moves))
        assert host.moves == [("door_is_open", True)]
        assert panel.state().inputs["tamper"] is False


async def test_the_alarm_outlives_the_driver_and_ends_when_the_lid_is_shut_and_looked_at(
    rig: Rig,
) -> None:
    panel, host = panel_at(rig.path, inputs=WIRES)
    async with running(host):
        await host.until_status(Status.READY)
        rig.hand("open_lid")
        await host.until(lambda: host.moves == [("tamper", True)])
        await rig.until(lambda _: rig.emulator.next_deadline() == NEVER)  # it bounces no more
    first = host.told[0]
    panel, host = panel_at(rig.path, inputs=WIRES)
    async with running(host):
        await host.until_status(Status.READY)
        assert host.told == [first]  # told again, under the same id
        refused = panel.on_command(ClearTamper())
        assert (refused.outcome, "is open" in refused.detail) == (Outcome.REFUSED, True)
        rig.hand("close_lid")
        await rig.until(lambda _: rig.emulator.next_deadline() == NEVER)  # else it is an alarm anew
        await host.until(lambda: panel.on_command(ClearTamper()).outcome is Outcome.DONE)
        assert host.moves[-1] == ("tamper", False)
        assert panel.state().inputs["tamper"] is False
        for event in host.told:
            panel.on_command(Acknowledge(str(event_key(event))))
    panel, host = panel_at(rig.path, inputs=WIRES)
    async with running(host):
        await host.until_status(Status.READY)
        assert host.told == []


async def test_a_cut_tamper_wire_is_an_alarm_that_cannot_be_cleared(rig: Rig) -> None:
    panel, host = panel_at(rig.path, inputs=WIRES)
    async with running(host):
        await host.until_status(Status.READY)
        rig.hand("cut_wire", switch="tamper")
        await host.until(lambda: host.moves == [("tamper", True)])
        assert panel.on_command(ClearTamper()).outcome is Outcome.REFUSED


CONTACTS = [switch.value for switch in Switch if switch is not Switch.NOBODY_IS_NEAR]  # a beam


@pytest.mark.parametrize("switch", CONTACTS)
def test_every_cut_wire_reads_as_the_alarm(switch: str) -> None:
    emulator = PanelEmulator()
    pin = str(emulator._inputs[switch])
    assert emulator.physics()["inputs"][pin] == 0
    emulator.hand("cut_wire", 1.0, switch=switch)
    assert emulator.physics()["inputs"][pin] == 1  # what an open contact reads as
    assert emulator.physics()[switch] is False
