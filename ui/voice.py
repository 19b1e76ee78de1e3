"""Reading aloud: one sentence after the other; the newest text cuts the older one off.

What lies ready as sound is played, the rest is espeak-ng's, each as a process of its own. What is
private is said only where one listener hears it. A kiosk without the programs or without a sound
card is silent, and nothing else changes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from firmware.contract.reading import Language
from firmware.runtime.ui_section import EVERYTHING, UiSection
from ui.languages import voice_of
from ui.loudness import Loudness
from ui.prompts import Prompts
from ui.sound import Sound

log = logging.getLogger("voice")

SPEAKER, PLAYER, DECODER = "espeak-ng", "aplay", "opusdec"
WORDS_A_MINUTE = 135  # slower than espeak's 175: many listeners, one hearing


@dataclass(frozen=True)
class Programs:
    """Where each program is; None: it is not installed."""

    speaker: str | None
    player: str | None = None
    decoder: str | None = None


def programs() -> Programs:
    return Programs(shutil.which(SPEAKER), shutil.which(PLAYER), shutil.which(DECODER))


class Voice:
    """Says one text at a time. Silent without a speaker, or where `sound` knows no card."""

    def __init__(self, programs: Programs, sound: Sound, prompts: Prompts, loudness: Loudness,
                 says_everything: bool = False) -> None:  # fmt: skip
        self._programs, self._sound, self._prompts = programs, sound, prompts
        self.loudness = loudness
        self._says_everything = says_everything
        self._speaking: asyncio.Task[None] | None = None

    @property
    def can_speak(self) -> bool:
        return self._programs.speaker is not None and self._sound.is_there

    @property
    def step(self) -> int:
        """How loud, 1 to LOUDNESSES; 0 where nothing can be heard, or set."""
        return self.loudness.step if self.can_speak and self._sound.can_be_set else 0

    def say(self, text: str, language: Language, aloud: str | None = None) -> None:
        """Begin to speak, cutting off what is being said; a loudspeaker says `aloud` instead.

        Returns at once.
        """
        self.hush()
        if self.can_speak and text:
            in_public = text if aloud is None else aloud
            self._speaking = asyncio.create_task(self._speak(text, in_public, language))

    def hush(self) -> None:
        if self._speaking is not None:
            self._speaking.cancel()
            self._speaking = None

    async def _speak(self, text: str, aloud: str, language: Language) -> None:
        place = await self._sound.place()
        if place is None:
            return
        await self._sound.set(place.card, self.loudness.percent)
        is_free = place.is_private or self._says_everything
        environment = {**os.environ, "ALSA_CARD": str(place.card.number)}
        for part in self._prompts.parts(text if is_free else aloud, language):
            if isinstance(part, Path):
                await self._play(part, environment)
            elif part:
                await self._run(self._espeak(language), environment, part.encode())

    def _espeak(self, language: Language) -> list[str]:
        assert self._programs.speaker is not None
        return [
            self._programs.speaker,
            "-v",
            voice_of(language),
            "-s",
            str(WORDS_A_MINUTE),
            "--stdin",
        ]

    async def _play(self, file: Path, environment: dict[str, str]) -> None:
        """A WAV as it is; Ogg Opus decoded to one, a few hundred kilobytes at most."""
        player, decoder = self._programs.player, self._programs.decoder
        if player is None or (decoder is None and file.suffix != ".wav"):
            log.error("cannot play %s: %s or %s is not installed", file, PLAYER, DECODER)
            return
        if file.suffix == ".wav" or decoder is None:
            await self._run([player, "-q", str(file)], environment)
            return
        sound = await self._run([decoder, "--quiet", "--force-wav", str(file), "-"], environment)
        await self._run([player, "-q", "-"], environment, sound)

    async def _run(
        self, command: Sequence[str], environment: dict[str, str], given: bytes = b""
    ) -> bytes:
        """Until it ends; killed where the text is cut off."""
        process = await asyncio.create_subprocess_exec(
            *command, env=environment,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            said, _ = await process.communicate(given)
        except asyncio.CancelledError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            raise
        return said


def voice(section: UiSection) -> Voice:
    """The voice of this machine, silent where it cannot be heard or shall not."""
    found = programs() if section.speaks else Programs(None)
    made = Voice(
        found,
        Sound(section.sound.speaker),
        Prompts(Path(section.voice)),
        Loudness(section.sound.volume),
        section.speaks == EVERYTHING,
    )
    if section.speaks and not made.can_speak:
        log.info("no voice: %s or a sound card is missing", SPEAKER)
    return made
