"""Whatever ends the stage, nothing of it is left running."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.demo.family import Family
from firmware.demo.stage import Settings, Stage, StageError

WITHIN = 15.0  # seconds
PARENT = """
import signal, sys, time
from pathlib import Path
from firmware.demo.stage import Settings, Stage
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background is born deaf
with Stage(Path(sys.argv[1]), Settings(has_ui=False)) as stage:
    print(stage.group, flush=True)
    time.sleep(600)
"""
GRANDPARENT = """
import subprocess, sys
from firmware.demo.family import Family
with Family() as family:
    child = "import subprocess; subprocess.run(['sleep', '600'])"
    subprocess.Popen([sys.executable, "-c", child], process_group=family.group)
    print(family.group, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="kiosk-") as name:
        yield Path(name)


def members(group: int) -> list[str]:
    """The living processes of a group, from /proc (proc(5): stat has state and pgrp behind ')')."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text().rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            continue
        state, _, pgrp = rest.split()[:3]
        if int(pgrp) == group and state != "Z":
            found.append(name.partition("(")[2])
    return found


def wait_for_members(group: int, wanted: set[str]) -> None:
    deadline = time.monotonic() + WITHIN
    while not wanted <= set(members(group)):
        assert time.monotonic() < deadline, members(group)
        time.sleep(0.05)


def wait_until_empty(group: int) -> None:
    deadline = time.monotonic() + WITHIN
    while left := members(group):
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


def begin(code: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def group_of(parent: subprocess.Popen[str]) -> int:
    assert parent.stdout is not None
    return int(parent.stdout.readline())


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_stage_dies_and_its_daemons_and_its_broker_with_it(folder: Path, number: int) -> None:
    with begin(PARENT, str(folder)) as parent:
        group = group_of(parent)
        wait_for_members(group, {"mosquitto", "kiosk-core", "kiosk-bench", "kiosk-driver"})
        parent.send_signal(number)
        parent.wait(WITHIN)
    wait_until_empty(group)


def test_children_of_children_die_too() -> None:
    with begin(GRANDPARENT) as parent:
        group = group_of(parent)
        wait_for_members(group, {"sleep"})
        parent.kill()
        parent.wait(WITHIN)
    wait_until_empty(group)


def test_ctrl_c_while_it_starts_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(folder, Settings(has_ui=False))
    groups = []

    def ctrl_c(*_: object) -> None:
        groups.append(stage.group)
        wait_for_members(stage.group, {"mosquitto"})
        raise KeyboardInterrupt

    monkeypatch.setattr(stage, "_wait_for", ctrl_c)
    with pytest.raises(KeyboardInterrupt):
        stage.__enter__()
    assert members(groups[0]) == []


def test_a_program_that_is_missing_is_named_before_anything_starts(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = folder / "bin"
    beside.mkdir()
    shutil.copy("/bin/true", beside / "kiosk-bench")
    monkeypatch.setattr(sys, "executable", str(beside / "python"))
    with pytest.raises(StageError, match=r"bin/kiosk-\w+ is not installed: pip install"):
        Stage(folder, Settings(has_ui=False)).__enter__()


def test_a_member_outlives_the_thread_that_started_it_but_not_the_family() -> None:
    with Family() as family:
        member = subprocess.Popen(["sleep", "600"], process_group=family.group)
        assert os.getpgid(member.pid) == family.group != os.getpgrp()
    assert member.wait(WITHIN) == -signal.SIGKILL
