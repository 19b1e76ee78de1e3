"""The panel: bouncing contacts, cut wires, and pins shared by processes over a real socket."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from gpiozero import LED, DigitalInputDevice

from drivers.base.protocol import NEVER
from drivers.panel.bench_pins import BenchFactory
from drivers.panel.debounce import SETTLES_AFTER, Debouncer
from drivers.panel.emulator import PanelEmulator
from firmware.contract.device import DeviceState, EventId, Light, Outcome, Stack, Status, Switch
from firmware.runtime.bench import Bench, BenchRefused
from firmware.runtime.config import ConfigError
from tests.drivers.listener import PATIENCE, running
from tests.drivers.panel.rig import Rig, panel_at

ROOT = Path(__file__).parents[3]


def lights(state: DeviceState) -> set[str]:
    return {name for name, is_on in state.outputs.items() if is_on}


# --- the debouncer and the metal, with time as an argument -----------------------------------


DOOR, BOX = Switch.DOOR_IS_OPEN, Switch.CASH_BOX_IS_OUT


def level_at(panel: PanelEmulator, pin: int) -> bool:
    return bool(panel.physics()["inputs"][str(pin)])


def test_door_that_bounces_is_told_once() -> None:
    door, panel = Debouncer(), PanelEmulator()
    door.see(DOOR, level_at(panel, 17), 0.0)
    panel.hand("open_door", 1.0)
    now, levels, told = 1.0, set(), []
    while now < 2.0:
        levels.add(level_at(panel, 17))
        door.see(DOOR, level_at(panel, 17), now)
        told += door.moved(now)
        now += 0.001
        panel.tick(now)
    assert levels == {False, True}  # it did bounce
    assert told == [(DOOR, True)]
    assert panel.next_deadline() == NEVER


def test_knock_on_the_door_is_no_movement() -> None:
    door = Debouncer()
    door.see(DOOR, False, 0.0)
    door.see(DOOR, True, 1.0)
    assert door.next_deadline() == pytest.approx(1.0 + SETTLES_AFTER[DOOR])
    door.see(DOOR, False, 1.01)
    assert door.next_deadline() == NEVER
    assert door.moved(2.0) == []
    assert door.facts == {DOOR: False}


def test_chattering_cash_box_does_not_hide_the_door() -> None:
    both = Debouncer()
    both.see(DOOR, False, 0.0)
    both.see(BOX, False, 0.0)
    told = []
    for millisecond in range(1, 50):
        now = millisecond / 1000
        both.see(DOOR, True, now)
        both.see(BOX, bool(millisecond % 2), now)
        told += both.moved(now)
    assert told == [(DOOR, True)]


# How long each contact was away from its rest, and whether that is a fact. Milliseconds.
PULSES = [
    (Switch.TAMPER, 1, False),  # a spike
    (Switch.TAMPER, 5, True),
    (Switch.DOOR_IS_OPEN, 10, False),  # the longest bounce
    (Switch.DOOR_IS_OPEN, 40, True),
    (Switch.CASH_BOX_IS_OUT, 20, False),
    (Switch.CASH_BOX_IS_OUT, 40, True),
    (Switch.MAINS_IS_OFF, 600, False),  # a flicker
    (Switch.MAINS_IS_OFF, 1100, True),
    (Switch.BATTERY_IS_LOW, 1500, False),  # a motor starts
    (Switch.BATTERY_IS_LOW, 2100, True),
]


@pytest.mark.parametrize(("switch", "milliseconds", "is_a_fact"), PULSES)
def test_a_pulse_is_judged_by_the_times_of_its_edges_however_late_they_are_heard(
    switch: Switch, milliseconds: int, is_a_fact: bool
) -> None:
    contact = Debouncer()
    contact.see(switch, False, 0.0)
    contact.see(switch, True, 1.0)
    contact.see(switch, False, 1.0 + milliseconds / 1000)  # both heard only now, at 9.0
    told = [(switch, True), (switch, False)] if is_a_fact else []
    assert contact.moved(9.0) == told
    assert contact.facts == {switch: False}


def test_door_shut_again_while_it_still_bounces_rests_shut() -> None:
    panel = PanelEmulator()
    panel.hand("open_door", 1.0)
    panel.hand("close_door", 1.001)
    panel.tick(2.0)
    assert panel.physics()["inputs"]["17"] == 0
    assert panel.physics()["door_is_open"] is False


def test_cut_wire_reads_as_an_open_door_whatever_the_door_does() -> None:
    panel = PanelEmulator()
    panel.hand("cut_wire", 1.0, switch="door_is_open")
    panel.hand("open_door", 2.0)
    panel.hand("close_door", 3.0)
    panel.tick(4.0)
    assert panel.physics()["inputs"]["17"] == 1
    assert panel.physics()["door_is_open"] is False
    panel.hand("mend_wire", 5.0, switch="door_is_open")
    assert panel.physics()["inputs"]["17"] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"pin": 17, "level": 1}, "pin 17 is no output"),
        ({"pin": 22, "level": 2}, "level 0 or 1"),
    ],
)
def test_board_drives_only_its_outputs(arguments: dict[str, int], said: str) -> None:
    with pytest.raises(BenchRefused, match=said):
        PanelEmulator().hand("drive", 0.0, **arguments)


def test_hand_at_a_switch_that_is_not_fitted_is_refused() -> None:
    panel = PanelEmulator(inputs={"door_is_open": 5})
    panel.hand("open_door", 0.0)
    panel.tick(2.0)
    assert panel.physics()["inputs"] == {"5": 1}
    with pytest.raises(BenchRefused, match="cash_box_is_out"):
        panel.hand("pull_cash_box", 0.0)


# --- the options -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"inputs": {"door_is_open": 22}}, "notes_guide and door_is_open are both on pin 22"),
        ({"outputs": {"notes_guide": 28}}, "<= 27"),
        ({"pin_factroy": "bench"}, "did you mean `pin_factory`"),
        ({"pin_factory": "pigpio"}, "pigpio"),
        ({"inputs": {"dor_is_open": 4}}, "no switch 'dor_is_open'; did you mean door_is_open"),
        ({"outputs": {"tower_amer": 4}}, "no output 'tower_amer'; did you mean tower_amber"),
        ({"active_low": ["door_is_open"]}, "door_is_open"),  # pliers must not silence an alarm
        ({"active_low": ["mains_is_off"]}, "mains_is_off, which is not among inputs"),
    ],
)
def test_wrong_wiring_is_refused_before_a_pin_is_touched(
    options: dict[str, Any], said: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=said):
        panel_at(tmp_path / "bench.sock", **options)


# --- the driver, over a real socket ----------------------------------------------------------


async def test_citizen_opens_the_door_and_closes_it(rig: Rig) -> None:
    panel, host = panel_at(rig.path)
    async with running(host):
        await host.until_status(Status.READY)
        assert panel.state().inputs == {"door_is_open": False}
        assert host.told == []  # the state at the start is no event
        rig.hand("open_door")
        await host.until(lambda: panel.state().inputs == {"door_is_open": True})
        rig.hand("close_door")
        await host.until(lambda: panel.state().inputs == {"door_is_open": False})
        await host.until(lambda: len(host.told) == 2)  # no two within a second
    assert host.moves == [("door_is_open", True), ("door_is_open", False)]


async def test_cash_box_counts_only_where_its_switch_is_fitted(rig: Rig) -> None:
    panel, host = panel_at(rig.path, inputs={"door_is_open": 17, "cash_box_is_out": 27})
    async with running(host):
        await host.until_status(Status.READY)
        rig.hand("pull_cash_box")
        await host.until(lambda: host.moves == [("cash_box_is_out", True)])
        assert panel.state().inputs == {"door_is_open": False, "cash_box_is_out": True}


async def test_lights_follow_commands_and_go_off_with_the_driver(rig: Rig) -> None:
    watched = asyncio.Queue[dict[str, Any]]()
    panel, host = panel_at(rig.path)
    watch(rig.path, watched)
    async with running(host):
        await host.until_status(Status.READY)
        assert panel.on_command(Light("notes_guide", True)).outcome is Outcome.DONE
        await until(watched, lambda physics: physics["notes_guide"] is True)
        assert lights(panel.state()) == {"notes_guide"}
        refused = panel.on_command(Light("note_guide", True))
        assert refused.outcome is Outcome.REFUSED
        assert "did you mean notes_guide" in refused.detail
        stack = panel.on_command(Stack(EventId("x", 1, 1)))
        assert stack.outcome is Outcome.REFUSED
    await until(watched, lambda physics: physics["notes_guide"] is False)


async def test_bench_killed_and_back_shows_the_same_light_and_a_door_opened_meanwhile(
    rig: Rig,
) -> None:
    panel, host = panel_at(rig.path)
    async with running(host):
        await host.until_status(Status.READY)
        before = asyncio.Queue[dict[str, Any]]()
        watch(rig.path, before)
        panel.on_command(Light("receipt_guide", True))
        await until(before, lambda physics: physics["receipt_guide"] is True)
        await rig.stop()
        await host.until_status(Status.GONE)
        assert [fault.code for fault in panel.state().faults] == ["link.lost"]
        panel.on_command(Light("coins_guide", True))
        rig.emulator = PanelEmulator()
        rig.emulator.hand("open_door", 0.0)
        await rig.start()
        watched = asyncio.Queue[dict[str, Any]]()
        watch(rig.path, watched)
        await host.until_status(Status.READY)
        await host.until(lambda: host.moves == [("door_is_open", True)])
        await until(watched, lambda physics: physics["receipt_guide"] and physics["coins_guide"])


async def test_two_boards_share_the_same_pins(rig: Rig) -> None:
    """One factory drives the light, the other, as any gpiozero program could, feels the door."""
    opened, linked = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def on_link(is_up: bool) -> None:
        loop.call_soon_threadsafe(linked.set)

    one, other = BenchFactory(rig.path), BenchFactory(rig.path, on_link=on_link)
    try:
        async with asyncio.timeout(PATIENCE):
            await linked.wait()
            door = DigitalInputDevice(17, pull_up=True, pin_factory=other)
            assert door.value == 1  # shut: closed to ground
            door.when_deactivated = lambda: loop.call_soon_threadsafe(opened.set)
            watched = asyncio.Queue[dict[str, Any]]()
            watch(rig.path, watched)
            light = LED(22, pin_factory=one)
            light.on()
            await until(watched, lambda physics: physics["outputs"]["22"] == 1)
            rig.hand("open_door")
            await opened.wait()
    finally:
        await asyncio.to_thread(one.close)
        await asyncio.to_thread(other.close)


async def test_bench_in_another_process_is_a_panel_here(tmp_path: Path) -> None:
    path = tmp_path / "bench.sock"
    process = await bench_process(tmp_path)
    try:
        panel, host = panel_at(path)
        hand = await asyncio.to_thread(Bench, path)
        watched = asyncio.Queue[dict[str, Any]]()
        watch(path, watched)
        async with running(host):
            await host.until_status(Status.READY)
            await asyncio.to_thread(hand.do, "panel", "open_door")
            await host.until(lambda: host.moves == [("door_is_open", True)])
            panel.on_command(Light("coins_guide", True))
            await until(watched, lambda physics: physics["coins_guide"] is True)
        await until(watched, lambda physics: physics["coins_guide"] is False)
        hand.close()
    finally:
        process.terminate()
        await process.wait()


async def bench_process(folder: Path) -> asyncio.subprocess.Process:
    """kiosk-bench with one panel; returns when it says that it is ready, as systemd waits."""
    (folder / "kiosk.toml").write_text(
        f"""
        [kiosk]
        id = "k1"
        place = {{ en = "Here" }}
        receipt_prefix = "TD 0001"
        [gateway]
        url = "http://localhost:1"
        [paths]
        run = "{folder}"
        [device.panel]
        family = "panel"
        kind = "panel"
        """
    )
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
        ready.bind(str(folder / "notify"))
        ready.setblocking(False)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "drivers.base.bench", "--config", str(folder / "kiosk.toml"),
            env={**os.environ, "PYTHONPATH": str(ROOT), "NOTIFY_SOCKET": str(folder / "notify")},
        )  # fmt: skip
        async with asyncio.timeout(PATIENCE * 3):
            said = await asyncio.get_running_loop().sock_recv(ready, 100)
    assert said == b"READY=1"
    return process


def watch(path: Path, into: asyncio.Queue[dict[str, Any]]) -> None:
    """The dock's eye: every change of the physics, from a thread that ends with the bench."""
    loop = asyncio.get_running_loop()

    def look() -> None:
        with contextlib.suppress(OSError, ValueError, RuntimeError):  # the end of the test
            for physics in Bench(path).watch("panel"):
                loop.call_soon_threadsafe(into.put_nowait, physics)

    threading.Thread(target=look, daemon=True).start()


async def until(
    watched: asyncio.Queue[dict[str, Any]], fact: Callable[[dict[str, Any]], bool]
) -> None:
    async with asyncio.timeout(PATIENCE):
        while not fact(await watched.get()):
            pass
