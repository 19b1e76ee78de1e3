"""What is wrong, on one table: also while the one who judges is dead."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime

import pytest

from firmware.cli import faults
from firmware.cli.__main__ import parser
from firmware.cli.exits import Exit
from firmware.cli.snapshot import Snapshot
from firmware.contract.health import Presence
from firmware.runtime.clock import INDIA
from firmware.runtime.config import Config
from tests.firmware.cli.test_status import kiosk_in_trouble, whole_kiosk
from tests.firmware.core.world import CONFIG

NOON = datetime(2026, 1, 15, 12, tzinfo=INDIA)
DEAD = Presence(is_alive=False)


def typed(
    snapshot: Snapshot,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *words: str,
) -> tuple[int, str]:
    async def take(config: Config) -> Snapshot:
        return snapshot

    monkeypatch.setattr(faults, "take", take)
    options = parser().parse_args(["faults", *words])
    code: int = asyncio.run(options.run(CONFIG, options))
    return code, capsys.readouterr().out


def test_each_fault_stands_on_its_line_with_who_mends_it_and_what_to_do_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = typed(kiosk_in_trouble(), monkeypatch, capsys)
    head, *lines = told.splitlines()
    assert (code, head.split()) == (
        Exit.NOT_WELL,
        ["since", "part", "fault", "mended", "by", "what", "it", "is", "first", "step"],
    )
    (jam,) = [line for line in lines if "notes.jam.stacker" in line]
    assert jam.startswith("15 Jan 09:30  notes  ") and "  operator  " in jam
    assert "A note is stuck in the note machine. Do not pull it. (note 3 of the day)" in jam
    assert jam.endswith("A note is stuck at the stacker: take the cash box out and clear it.")
    assert any("ui" in line.split() and "daemon.gone" in line for line in lines)


def test_programs_read_the_same_in_both_languages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = typed(kiosk_in_trouble(), monkeypatch, capsys, "--json")
    found = {each["code"]: each for each in json.loads(told)}
    jam = found["notes.jam.stacker"]
    assert (code, jam["part"], jam["mender"]) == (Exit.NOT_WELL, "notes", "operator")
    assert jam["since"].startswith("2026-01-15T09:30")
    assert set(jam["plain"]) == set(jam["meaning"]) == {"en", "hi"}


def test_a_kiosk_without_faults_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(whole_kiosk(), monkeypatch, capsys) == (Exit.WELL, "no fault stands now\n")
    assert typed(whole_kiosk(), monkeypatch, capsys, "--json") == (Exit.WELL, "[]\n")


def test_health_is_dead_and_what_broke_since_is_told_all_the_same() -> None:
    snapshot = whole_kiosk()
    snapshot.presences |= {"health": DEAD, "ui": DEAD}
    found = {(each.part, each.code) for each in faults.standing(CONFIG, snapshot, NOON)}
    assert {("health", "daemon.gone"), ("ui", "daemon.gone")} <= found


def test_health_was_never_heard_and_nobody_else_either() -> None:
    empty = Snapshot("k1", "Todaraisingh", list(CONFIG.device))
    found = {each.part for each in faults.standing(CONFIG, empty, NOON)}
    assert {"health", "core", "ui", "gateway", *CONFIG.device} <= found
