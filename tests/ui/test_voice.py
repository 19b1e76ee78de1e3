"""Speaking aloud, with a small program in the place of espeak-ng."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest

from firmware.contract.reading import ENGLISH, HINDI
from ui.voice import Voice, has_sound

# Writes what it was asked to say, then speaks for ever, as a long sentence would.
SPEAKER = """#!/bin/sh
cat >> {log}
echo " [$2]" >> {log}
exec sleep 60
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "said"


@pytest.fixture
def voice(tmp_path: Path, log: Path) -> Voice:
    program = tmp_path / "speaker"
    program.write_text(SPEAKER.format(log=log))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return Voice(str(program))


async def said(log: Path, text: str) -> None:
    """Until the speaker has begun; the test's own time limit ends a wait for nothing."""
    while text not in _read(log):  # noqa: ASYNC110 - another process writes the file
        await asyncio.sleep(0.01)


def _read(log: Path) -> str:
    return log.read_text() if log.exists() else ""


async def test_a_new_screen_cuts_the_old_sentence_off(voice: Voice, log: Path) -> None:
    voice.say("नमस्ते", HINDI)
    await said(log, "नमस्ते [hi]")
    first = voice._speaking
    voice.say("Insert notes", ENGLISH)
    assert first is not None
    await asyncio.wait([first])
    assert first.cancelled()
    await said(log, "Insert notes [en-in]")
    last = voice._speaking
    voice.hush()
    assert last is not None
    await asyncio.wait([last])


async def test_a_kiosk_without_a_voice_is_silent() -> None:
    silent = Voice(None)
    silent.say("नमस्ते", HINDI)
    assert not silent.can_speak and silent._speaking is None


def test_a_machine_without_a_sound_card_is_known(tmp_path: Path) -> None:
    cards = tmp_path / "cards"
    assert not has_sound(cards)
    cards.write_text("--- no soundcards ---\n")
    assert not has_sound(cards)
    cards.write_text(" 0 [Headphones     ]: bcm2835_headpho - bcm2835 Headphones\n")
    assert has_sound(cards)
