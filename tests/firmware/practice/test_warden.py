"""When practice may be drawn, when it is over, and what its leash tells core."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.core.leash import LEASH, Leash
from firmware.practice.machine import write_config
from firmware.practice.warden import ALONE, IDLE, IDLE_AFTER, READY, Warden

STATE = "kiosk/practice/screen/state"
CORE = "kiosk/practice/core/state"
UI = "kiosk/practice/presence/ui"
WORKS = {"data": {"tiles": [{"service": "bills"}]}}
NOT_YET = {"data": {"tiles": [{"service": "bills", "why_not": "tile.no_back_end"}]}}


@pytest.fixture
def warden() -> Warden:
    found = Warden()
    found.hear(CORE, {"screen": "attract"}, 0.0)
    return found


def test_a_screen_on_which_nothing_works_yet_is_not_shown(warden: Warden) -> None:
    warden.hear(UI, {"is_alive": True}, 1.0)
    warden.hear(STATE, NOT_YET, 1.0)
    assert warden.word(1.0) == ""
    warden.hear(STATE, WORKS, 2.0)
    assert [warden.word(2.0), warden.word(2.1)] == [READY, ""]


def test_the_screen_went_and_somebody_practised_before_a_dark_panel(warden: Warden) -> None:
    warden.hear(UI, {"is_alive": False}, 1.0)
    assert warden.word(1.0) == "", "it was not there yet"
    warden.hear(UI, {"is_alive": True}, 2.0)
    warden.hear(UI, {"is_alive": False}, 3.0)
    assert warden.word(3.0) == ALONE


def test_nobody_touches_it_any_more(warden: Warden) -> None:
    warden.hear(CORE, {"screen": "number"}, 10.0)
    assert warden.word(10.0 + 2 * IDLE_AFTER) == ""
    warden.hear(CORE, {"screen": "attract"}, 100.0)
    warden.hear("kiosk/practice/screen/press", {}, 130.0)
    assert warden.word(100.0 + IDLE_AFTER) == ""
    assert warden.word(130.0 + IDLE_AFTER) == IDLE


def test_practice_knows_no_path_of_the_real_machine() -> None:
    with tempfile.TemporaryDirectory(prefix="p-") as folder:
        config = write_config(Path(folder))
        text = (Path(folder) / "kiosk.toml").read_text(encoding="utf-8")
    assert "/var/lib/kiosk" not in text
    assert "/etc/kiosk" not in text
    assert config.kiosk.id == "practice"
    assert config.kiosk.receipt_prefix.startswith("PLAY")
    assert {section.kind.value for section in config.device.values()} == {
        "notes", "coins", "receipt"
    }  # fmt: skip


# --- the leash ----------------------------------------------------------------------------------


@pytest.fixture
def run_folder() -> Iterator[Path]:
    """Not tmp_path: its names are too long for unix sockets."""
    with tempfile.TemporaryDirectory(prefix="l-") as folder:
        yield Path(folder)


async def _next(words: asyncio.Queue[str]) -> str:
    return await asyncio.wait_for(words.get(), 5)


async def test_words_come_over_the_leash_and_then_its_end(run_folder: Path) -> None:
    words: asyncio.Queue[str] = asyncio.Queue()

    async def practise(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"ready\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_unix_server(practise, run_folder / LEASH):
        leash = Leash(run_folder, words.put_nowait)
        leash.hold()
        assert [await _next(words), await _next(words)] == ["ready", ""]
        leash.let_go()


async def test_practice_feels_that_core_let_go(run_folder: Path) -> None:
    felt = asyncio.Event()

    async def practise(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"ready\n")
        assert await reader.read() == b""
        felt.set()
        writer.close()

    words: asyncio.Queue[str] = asyncio.Queue()
    async with await asyncio.start_unix_server(practise, run_folder / LEASH):
        leash = Leash(run_folder, words.put_nowait)
        leash.hold()
        assert await _next(words) == "ready"
        leash.let_go()
        await asyncio.wait_for(felt.wait(), 5)
        assert words.empty(), "who let go is not told that it is gone"
