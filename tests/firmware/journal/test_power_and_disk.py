"""M2 on a real disk: what was acknowledged is there after the plug was pulled, and nothing half."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import pytest

from firmware.journal.journal import Journal

ROOT = Path(__file__).parents[3]
FRAME = 4096 + 24  # one page in the write-ahead log, with its header


def writer(path: Path, *arguments: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.firmware.journal.writer", str(path)]
    return subprocess.Popen(
        [*command, *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def output_of(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout is not None
    return process.stdout


def kill(process: subprocess.Popen[str]) -> list[int]:
    """Kill -9; what it still had said."""
    process.kill()
    said = [int(line) for line in output_of(process) if line.endswith("\n")]
    process.wait()
    return said


@pytest.mark.parametrize("size", [1, 3])
def test_killed_at_any_moment_nothing_acknowledged_is_lost(tmp_path: Path, size: int) -> None:
    path, chance, acknowledged = tmp_path / "journal.db", random.Random(size), 0
    for _ in range(5):
        process = writer(path, size)
        acknowledged = int(output_of(process).readline())
        time.sleep(chance.uniform(0, 0.15))
        acknowledged = max([acknowledged, *kill(process)])
        journal = Journal(path)
        assert acknowledged <= journal.length <= acknowledged + size
        assert journal.length % size == 0
        assert journal.verify() == journal.length == journal.credited_paise // 100
        journal.close()


@pytest.fixture(scope="module")
def pulled_plug(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten commits of three rows, all in the write-ahead log, and the process is gone."""
    path = tmp_path_factory.mktemp("plug") / "journal.db"
    process = writer(path, 3, 10)
    for _ in range(10):
        output_of(process).readline()
    kill(process)
    return path


def torn(path: Path, folder: Path) -> tuple[Path, Path]:
    """A copy of the journal, and its log."""
    for part in path.parent.iterdir():
        if not part.name.endswith("-shm"):  # shared memory does not survive a power cut
            shutil.copy(part, folder)
    return folder / path.name, folder / (path.name + "-wal")


@pytest.mark.parametrize("cut", [1, 23, 2000, FRAME - 1, FRAME])
def test_a_log_cut_off_in_its_last_page_loses_the_last_commit_whole(
    pulled_plug: Path, tmp_path: Path, cut: int
) -> None:
    path, log = torn(pulled_plug, tmp_path)
    os.truncate(log, log.stat().st_size - cut)
    journal = Journal(path)
    assert journal.length == journal.verify() == 27
    assert journal.credited_paise == 2700


@pytest.mark.parametrize("back", [10, 2048, FRAME - 4])
def test_a_log_garbled_in_its_last_page_loses_the_last_commit_whole(
    pulled_plug: Path, tmp_path: Path, back: int
) -> None:
    path, log = torn(pulled_plug, tmp_path)
    with log.open("r+b") as file:
        file.seek(-back, os.SEEK_END)
        found = file.read(4)
        file.seek(-back, os.SEEK_END)
        file.write(bytes(byte ^ 0xA5 for byte in found))
    journal = Journal(path)
    assert journal.length == journal.verify() == 27


@pytest.mark.parametrize("seed", range(6))
def test_a_log_torn_anywhere_leaves_a_whole_beginning(
    pulled_plug: Path, tmp_path: Path, seed: int
) -> None:
    path, log = torn(pulled_plug, tmp_path)
    os.truncate(log, random.Random(seed).randrange(32, log.stat().st_size))
    journal = Journal(path)
    assert journal.length % 3 == 0
    assert journal.length == journal.verify() == journal.credited_paise // 100


def test_an_untouched_log_has_everything(pulled_plug: Path, tmp_path: Path) -> None:
    path, _ = torn(pulled_plug, tmp_path)
    assert Journal(path).length == 30


def test_a_full_disk_is_a_fault_that_leaves_nothing_half(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    process = writer(path, 3, 1000, 120_000)
    said = [line.split() for line in output_of(process)]
    process.wait()
    acknowledged = max(int(words[0]) for words in said if words[0].isdigit())
    assert said[-2][0] == "fault"
    assert said[-1] == ["again", *map(str, (acknowledged, acknowledged + 1, acknowledged + 1))]
    journal = Journal(path)
    assert journal.length == journal.verify() == acknowledged + 1
