"""Lamp, fan and guide lights: rhythms and temperatures with time as an argument, then the pins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from drivers.panel.emulator import PanelEmulator
from drivers.panel.fan import HOT, UNKNOWN, Thermostat, read_celsius
from drivers.panel.tower import HALF_PERIOD, TowerLamp
from drivers.panel.wiring import Lamp
from firmware.contract.device import ClearTamper, Guide, Light, Outcome, Status
from firmware.contract.panel import TOWER_HOLDS, Tower, TowerSignal
from tests.drivers.listener import running
from tests.drivers.panel.rig import Rig, panel_at

TOWER = {"tower_green": 18, "tower_amber": 19, "tower_red": 26}


def lit(tower: TowerLamp, now: float) -> list[Lamp]:
    return [lamp for lamp, is_on in tower.lit(now).items() if is_on]


# --- the tower lamp ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signal", "lamp"),
    [
        (TowerSignal.IN_SERVICE, Lamp.GREEN),
        (TowerSignal.NEEDS_SOMEBODY, Lamp.AMBER),
        (TowerSignal.OUT_OF_SERVICE, Lamp.RED),
    ],
)
def test_one_lamp_a_signal_and_it_does_not_blink(signal: TowerSignal, lamp: Lamp) -> None:
    tower = TowerLamp()
    tower.show(signal, 10.0)
    assert [lit(tower, 10.0 + step * HALF_PERIOD) for step in range(4)] == [[lamp]] * 4
    assert tower.next_deadline(10.0) == 10.0 + TOWER_HOLDS


def test_an_alarm_blinks_and_being_told_again_does_not_disturb_its_rhythm() -> None:
    tower = TowerLamp()
    tower.show(TowerSignal.ALARM, 10.0)
    assert lit(tower, 10.0) == [Lamp.RED]
    assert tower.next_deadline(10.0) == 10.0 + HALF_PERIOD
    tower.show(TowerSignal.ALARM, 10.7)
    assert lit(tower, 10.7) == []
    assert tower.lamp is Lamp.RED
    assert lit(tower, 10.0 + 2 * HALF_PERIOD) == [Lamp.RED]


def test_a_health_that_died_leaves_no_green_lamp_behind() -> None:
    tower = TowerLamp()
    assert lit(tower, 0.1) == [Lamp.AMBER]  # nobody has said anything yet
    tower.show(TowerSignal.IN_SERVICE, 1.0)
    assert lit(tower, 0.9 + TOWER_HOLDS) == [Lamp.GREEN]
    assert lit(tower, 1.0 + TOWER_HOLDS) == [Lamp.AMBER]
    assert lit(tower, 1.0 + TOWER_HOLDS + HALF_PERIOD) == []


def code(fan: Thermostat) -> str | None:
    return None if fan.fault is None else fan.fault.code


# --- the fan -----------------------------------------------------------------------------------


def test_the_fan_starts_when_warm_and_stops_ten_degrees_below() -> None:
    fan, seen = Thermostat(), []
    assert fan.is_on  # until somebody has measured
    for celsius in (45.0, 55.0, 59.9, 60.0, 55.0, 50.0, 49.9, 55.0):
        fan.measured(celsius)
        seen.append(fan.is_on)
    assert seen == [False, False, False, True, True, True, False, False]
    assert fan.fault is None


def test_a_sensor_that_is_gone_makes_the_fan_run_and_says_so() -> None:
    fan = Thermostat()
    fan.measured(40.0)
    fan.measured(None, "no such file")
    assert (fan.is_on, code(fan)) == (True, UNKNOWN)
    fan.measured(85.0)
    assert (fan.is_on, code(fan)) == (True, HOT)
    fan.measured(40.0)
    assert (fan.is_on, code(fan)) == (False, None)


@pytest.mark.parametrize("text", ["", "warm", "-41000", "126000"])
def test_what_is_no_temperature_of_a_board_is_not_believed(text: str, tmp_path: Path) -> None:
    path = tmp_path / "temp"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"expected|invalid"):
        read_celsius(path)
    path.write_text("48312\n")
    assert read_celsius(path) == 48.312


# --- the pins ----------------------------------------------------------------------------------


async def test_the_lamp_follows_health_and_shows_no_more_of_it_than_its_colour(rig: Rig) -> None:
    panel, host = panel_at(rig.path, outputs={**TOWER, "card_guide": 25})
    async with running(host):
        await host.until_status(Status.READY)
        assert panel.state().outputs["tower_amber"] is True
        panel.on_tower(Tower(TowerSignal.ALARM))
        await rig.until(lambda physics: lamps(physics) == {"tower_red"})
        await rig.until(lambda physics: lamps(physics) == set())  # the dark half
        assert panel.state().outputs == {
            "tower_green": False,
            "tower_amber": False,
            "tower_red": True,
            "card_guide": False,
        }
        refused = panel.on_command(Light("tower_green", True))  # core does not say that all is well
        assert refused.outcome is Outcome.REFUSED
        assert panel.on_command(Light(Guide.CARD, True)).outcome is Outcome.DONE
        assert panel.on_command(ClearTamper()).outcome is Outcome.DONE  # nothing to clear


async def test_a_driver_that_dies_lets_the_fan_run(rig: Rig, tmp_path: Path) -> None:
    board = tmp_path / "temp"
    board.write_text("40000\n")
    panel, host = panel_at(rig.path, outputs={"fan": 11}, temperature_file=str(board))
    async with running(host):
        await host.until_status(Status.READY)
        await rig.until(lambda physics: not physics["fan"])
        assert panel.state().outputs == {"fan": False}
    await rig.until(lambda physics: bool(physics["fan"]))


async def test_a_board_without_a_sensor_is_degraded_and_cooled(rig: Rig, tmp_path: Path) -> None:
    panel, host = panel_at(rig.path, outputs={"fan": 11}, temperature_file=str(tmp_path / "none"))
    async with running(host):
        await host.until_status(Status.DEGRADED)
        assert [fault.code for fault in panel.state().faults] == [UNKNOWN]
        assert panel.state().outputs == {"fan": True}
        assert rig.emulator.physics()["fan"] is True


def test_the_emulated_board_writes_its_temperature_as_the_kernel_does(tmp_path: Path) -> None:
    path = tmp_path / "temp"
    emulator = PanelEmulator(temperature_file=str(path))
    emulator.hand("warm", 1.0, celsius=70)
    assert read_celsius(path) == 70.0


def lamps(physics: dict[str, Any]) -> set[str]:
    return {name for name in TOWER if physics[name]}
