"""Reading aloud: espeak-ng as a process of its own; the newest sentence cuts the older one off.

A kiosk without the program or without a sound card is silent, and nothing else changes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
from pathlib import Path

from firmware.contract.reading import Language
from ui.languages import voice_of

log = logging.getLogger("voice")

PROGRAM = "espeak-ng"
WORDS_A_MINUTE = 135  # slower than espeak's 175: many listeners, one hearing
SOUND_CARDS = Path("/proc/asound/cards")
NO_CARDS = "no soundcards"


def has_sound(cards: Path = SOUND_CARDS) -> bool:
    """Whether the kernel knows a sound card."""
    return cards.exists() and NO_CARDS not in cards.read_text()


class Voice:
    """Says one text at a time."""

    def __init__(self, program: str | None) -> None:
        self._program = program
        self._speaking: asyncio.Task[None] | None = None

    @property
    def can_speak(self) -> bool:
        return self._program is not None

    def say(self, text: str, language: Language) -> None:
        """Begin to speak, cutting off what is being said. Returns at once."""
        self.hush()
        if self._program is not None and text:
            self._speaking = asyncio.create_task(self._speak(self._program, text, language))

    def hush(self) -> None:
        if self._speaking is not None:
            self._speaking.cancel()
            self._speaking = None

    async def _speak(self, program: str, text: str, language: Language) -> None:
        process = await asyncio.create_subprocess_exec(
            program, "-v", voice_of(language), "-s", str(WORDS_A_MINUTE), "--stdin",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            await process.communicate(text.encode())
        except asyncio.CancelledError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            raise


def voice(speaks: bool) -> Voice:
    """The voice of this machine, silent where it cannot be heard."""
    program = shutil.which(PROGRAM) if speaks and has_sound() else None
    if speaks and program is None:
        log.info("no voice: %s or a sound card is missing", PROGRAM)
    return Voice(program)
