"""The launcher's table, and its hall: whoever ends it, it is over once and for all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from firmware.meeting.browser import Browser
from firmware.meeting.family import descendants
from firmware.meeting.hall import Hall, Room, read_order, say_held
from firmware.meeting.launch import ENDS_WITHIN, UP_AFTER, Launch, Sign, State
from firmware.meeting.policy import policy
from firmware.till.session import UnexpectedEvent
from tests.firmware.core.occasion_world import ORIGIN, meeting


def go(launch: Launch, is_alive: bool, may_go_on: bool, now: float) -> State:
    sign = launch.sign(is_alive, may_go_on, now)
    return launch.state if sign is None else launch.follow(sign, now)


def test_a_meeting_from_start_to_end() -> None:
    launch = Launch(0.0)
    assert go(launch, True, True, UP_AFTER - 0.1) is State.STARTING
    assert go(launch, True, True, UP_AFTER) is State.HELD
    assert go(launch, True, True, 3600.0) is State.HELD
    assert go(launch, True, False, 3600.5) is State.ENDING
    assert go(launch, False, False, 3601.0) is State.OVER
    assert launch.sign(False, False, 3602.0) is None


def test_a_browser_that_does_not_want_to_end() -> None:
    launch = Launch(0.0)
    assert go(launch, True, False, 1.0) is State.ENDING
    assert go(launch, True, False, 1.0 + ENDS_WITHIN - 0.1) is State.ENDING
    assert go(launch, True, False, 1.0 + ENDS_WITHIN) is State.KILLING
    assert go(launch, True, False, 99.0) is State.KILLING
    assert go(launch, False, False, 100.0) is State.OVER


@pytest.mark.parametrize("at", [0.5, 60.0])
def test_a_crash_at_any_time_is_the_end(at: float) -> None:
    launch = Launch(0.0)
    go(launch, True, True, at)
    assert go(launch, False, True, at + 1) is State.OVER


def test_nothing_follows_the_end() -> None:
    launch = Launch(0.0)
    launch.follow(Sign.GONE, 0.0)
    with pytest.raises(UnexpectedEvent):
        launch.follow(Sign.STOP, 1.0)


def test_the_order_is_read_whole_or_not_at_all(tmp_path: Path) -> None:
    hall = Hall(tmp_path / "hall", tmp_path)
    assert hall.look() == Room(True)
    hall.open(meeting())
    say_held(hall.folder)
    assert hall.look() == Room(True, meeting(), True)
    assert (hall.folder / "order").stat().st_mode & 0o777 == 0o640
    (hall.folder / "order").write_bytes(b'{"id":')
    assert read_order(hall.folder) is None
    hall.close()
    hall.close()
    assert hall.look() == Room(True)


def test_the_sandbox_of_chromium_is_never_weakened(tmp_path: Path) -> None:
    command = Browser(Path("/run/profile")).command(ORIGIN)
    assert not [each for each in command if "sandbox" in each or "unsafe" in each]
    assert command[-1] == ORIGIN and "--incognito" in command
    environment = Browser(tmp_path).environment("/usr/bin")
    assert {
        value for key, value in environment.items() if key not in ("PATH", "LIBSEAT_BACKEND")
    } == {str(tmp_path)}, "whatever it writes is in the folder that is wiped"


def test_policy_of_a_kiosk_without_meetings_opens_nothing() -> None:
    shut = policy([])
    assert shut["URLBlocklist"] == ["*"] and shut["URLAllowlist"] == []
    assert shut["VideoCaptureAllowedUrls"] == [] and shut["VideoCaptureAllowed"] is False


FAMILY = """
import os, subprocess, sys, time
from firmware.meeting.family import Family
child = '''
import subprocess, time
subprocess.Popen(["sleep", "60"], start_new_session=True)
time.sleep(60)
'''
family = Family([sys.executable, "-c", child], dict(os.environ))
print("begun", flush=True)
sys.stdin.readline()
import signal
while family.is_alive():
    family.tell(signal.SIGKILL)
    time.sleep(0.01)
print("over", flush=True)
"""


def test_a_grandchild_with_a_session_of_its_own_goes_too() -> None:
    """Chromium has such: killing a group or the first process leaves them."""
    program = subprocess.Popen(
        [sys.executable, "-c", FAMILY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert program.stdin is not None and program.stdout is not None
    assert program.stdout.readline() == "begun\n"
    until = time.monotonic() + 10
    while len(below := descendants(program.pid)) < 2 and time.monotonic() < until:
        time.sleep(0.01)  # a process of another program is being born
    assert len(below) == 2
    program.stdin.write("end\n")
    program.stdin.flush()
    assert program.stdout.readline() == "over\n"
    program.wait(timeout=10)
    for pid in below:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, signal.SIG_DFL)
