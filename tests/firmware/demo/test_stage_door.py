"""The dock's hands at the whole: over the real socket, at a stage that really runs."""

from __future__ import annotations

import json
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from firmware.demo.stage import Settings, Stage
from firmware.demo.stage_door import StageDoor
from firmware.runtime.bench import Bench, BenchRefused

WITHIN = 15.0  # seconds for a process to start or to end
LOOK_EVERY = 0.05  # seconds


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with (
        tempfile.TemporaryDirectory(prefix="kiosk-") as folder,
        Stage(Path(folder), Settings(speed=6, has_ui=False)) as stage,
        StageDoor(stage),
    ):
        yield stage


@pytest.fixture
def hands(stage: Stage) -> Iterator[Bench]:
    with closing(Bench(stage.config.run_folder / "stage.sock")) as hands:
        sees(hands, lambda seen: all(seen["processes"].values()))
        yield hands


def sees(hands: Bench, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    deadline = time.monotonic() + WITHIN
    while not is_so(seen := hands.look("stage")):
        assert time.monotonic() < deadline, seen
        time.sleep(LOOK_EVERY)
    return seen


def test_a_whole_stage_has_power_and_a_back_end(hands: Bench, stage: Stage) -> None:
    seen = hands.look("stage")
    assert seen["has_power"] and seen["back_end_is_up"]
    assert list(seen["processes"]) == stage.processes


def test_mains_fail_and_come_back(hands: Bench, stage: Stage) -> None:
    seen = hands.do("stage", "power_cut")
    running = {name for name, is_running in seen["processes"].items() if is_running}
    assert (seen["has_power"], running) == (False, {"bench", "sandbox"})
    with closing(stage.bench()) as devices:
        assert devices.look("notes")["has_power"] is False
    assert hands.do("stage", "power_on")["has_power"] is True
    sees(hands, lambda seen: all(seen["processes"].values()))


def test_mains_that_fail_twice_fail_once(hands: Bench) -> None:
    hands.do("stage", "power_cut")
    assert hands.do("stage", "power_cut")["has_power"] is False
    hands.do("stage", "power_on")
    assert hands.do("stage", "power_on")["has_power"] is True


def test_the_office_stays_closed_over_a_power_cut(hands: Bench) -> None:
    assert hands.do("stage", "back_end_down")["back_end_is_up"] is False
    hands.do("stage", "power_cut")
    assert hands.do("stage", "power_on")["back_end_is_up"] is False
    assert hands.look("stage")["processes"]["sandbox"] is False
    assert hands.do("stage", "back_end_up")["back_end_is_up"] is True


@pytest.mark.parametrize("process", ["core", "broker"])
def test_a_killed_process_is_started_again(hands: Bench, stage: Stage, process: str) -> None:
    before = stage.pid(process)
    hands.do("stage", "kill", process=process)
    sees(hands, lambda seen: seen["processes"][process] and stage.pid(process) != before)


def test_the_broker_outlives_the_hand_that_killed_the_one_before(stage: Stage) -> None:
    """Each connection has a thread; a broker that died with it would die at once."""
    with closing(Bench(stage.config.run_folder / "stage.sock")) as first:
        first.do("stage", "kill", process="broker")
    pid = stage.pid("broker")
    with closing(Bench(stage.config.run_folder / "stage.sock")) as second:
        assert second.look("stage")["processes"]["broker"]
    assert stage.pid("broker") == pid


@pytest.mark.parametrize(
    ("action", "arguments", "says"),
    [
        ("powercut", {}, "did you mean 'power_cut'?"),
        ("dance", {}, "known: look, power_cut, power_on"),
        ("kill", {"process": "cores"}, "did you mean 'core'?"),
        ("kill", {}, "process"),
        ("power_cut", {"now": 1}, "power_cut: "),
    ],
)
def test_an_order_that_is_none_is_refused(
    hands: Bench, action: str, arguments: dict[str, Any], says: str
) -> None:
    with pytest.raises(BenchRefused, match=says.replace("?", r"\?")):
        hands.do("stage", action, **arguments)


def test_a_dead_process_cannot_be_killed(hands: Bench) -> None:
    hands.do("stage", "power_cut")
    with pytest.raises(BenchRefused, match="core does not run"):
        hands.do("stage", "kill", process="core")
    hands.do("stage", "power_on")


def test_devices_are_at_the_bench_and_not_here(hands: Bench) -> None:
    with pytest.raises(BenchRefused, match="no device 'notes' here; known: stage"):
        hands.look("notes")


@pytest.mark.parametrize("line", [b"hello\n", b"[]\n", b'{"device": "stage"}\n', b"\xff\n"])
def test_a_line_that_is_no_order_is_answered_and_the_door_stays_open(
    stage: Stage, line: bytes
) -> None:
    with socket.socket(socket.AF_UNIX) as raw, raw.makefile("rb") as answers:
        raw.connect(str(stage.config.run_folder / "stage.sock"))
        raw.sendall(line)
        assert "expected" in json.loads(answers.readline())["refused"]
        raw.sendall(b'{"device": "stage", "do": "look"}\n')
        assert json.loads(answers.readline())["has_power"] is True
