"""The reader's side of the MSR206 command set, and hands that swipe cards.

A card is bits under a moving head: forwards or backwards, whole or scratched, and not at all where
the reader was not told to read.
"""

from __future__ import annotations

import random
from collections import deque
from typing import Any

from drivers.base.emulator import Emulator
from drivers.base.plastic import find_card
from drivers.base.protocol import NEVER
from drivers.magstripe import codec
from drivers.magstripe.tracks import LAYOUTS, encode, pack
from firmware.runtime.bench import BenchRefused

SWIPE = 0.4  # seconds a card takes through the slot; chosen
RESET_TAKES = 0.1  # seconds; the libraries wait that long
STATUS_OK, STATUS_BAD = ord("0"), ord("9")  # well; invalid swipe
DAMAGES = ("", "scratch", "half", "blank")
ANSWERS = {
    codec.ARE_YOU_THERE: b"\x1by",
    codec.ASK_FIRMWARE: b"\x1bREVH1.00",
    codec.ASK_MODEL: b"\x1b3S",
    codec.BITS_PER_CHARACTER: b"\x1b0\x08\x08\x08",
}
COMMANDS = (codec.RESET, codec.READ_RAW, *ANSWERS)


class StripeReaderEmulator(Emulator):
    """One reader. `seed` is of scratches and noise; `model_is_known`: false for a clone."""

    def __init__(self, speed: float = 1.0, seed: int = 1, model_is_known: bool = True) -> None:
        super().__init__(speed)
        self._chance, self._model_is_known = random.Random(seed), model_is_known
        self._has_power = True
        self._is_reading = False
        self._command = bytearray()
        self._swipes: deque[tuple[float, bytes]] = deque()
        self._counts = {"swiped": 0, "read": 0, "unread": 0}
        self._cut_off_until = 0.0

    # --- the wire ------------------------------------------------------------------------------

    def receive_bytes(self, data: bytes, now: float) -> None:
        self.tick(now)
        if self._has_power and now >= self._cut_off_until:
            for byte in data:
                self._on_byte(byte)

    def _on_byte(self, byte: int) -> None:
        """A command begins with ESC; what is none is forgotten."""
        if byte == codec.ESC:
            self._command.clear()
        self._command.append(byte)
        said = bytes(self._command)
        if said in COMMANDS:
            self._command.clear()
            self._obey(said)
        elif not any(command.startswith(said) for command in COMMANDS):
            self._command.clear()

    def _obey(self, command: bytes) -> None:
        """A reader that waits for a card hears nothing but a reset."""
        if command == codec.RESET:
            self._is_reading = False
        elif self._is_reading:
            return
        elif command == codec.READ_RAW:
            self._is_reading = True
        elif self._model_is_known or command == codec.ARE_YOU_THERE:
            self._outgoing += ANSWERS[command]

    # --- the card ------------------------------------------------------------------------------

    def tick(self, now: float) -> None:
        while self._swipes and self._swipes[0][0] <= now:
            self._through(self._swipes.popleft()[1], now)

    def next_deadline(self) -> float:
        return self._swipes[0][0] if self._swipes else NEVER

    def _through(self, answer: bytes, now: float) -> None:
        is_heard = self._has_power and self._is_reading and now >= self._cut_off_until
        self._counts["read" if is_heard else "unread"] += 1
        if is_heard:
            self._is_reading = False
            self._outgoing += answer

    def hand_swipe(
        self, now: float, card: str = "visa", backwards: bool = False, damage: str = ""
    ) -> None:
        """`damage`: scratch (a bit of every track), half (pulled out), blank (wrong side)."""
        plastic = find_card(card)
        if damage not in DAMAGES:
            raise BenchRefused(f"no damage {damage!r}; known: {', '.join(DAMAGES[1:])}")
        tracks = [
            self._magnetised(text, number, backwards, damage)
            for number, text in zip(LAYOUTS, plastic.tracks, strict=True)
        ]
        status = STATUS_BAD if damage else STATUS_OK
        self._counts["swiped"] += 1
        self._swipes.append((now + SWIPE / self.speed, codec.block(tracks, status)))

    def _magnetised(self, text: bytes, number: int, backwards: bool, damage: str) -> bytes:
        if not text or damage == "blank":
            return b""
        bits = encode(text, LAYOUTS[number])
        if damage == "scratch":
            bits[self._chance.randrange(len(bits) // 4, len(bits) // 2)] ^= 1
        if damage == "half":
            del bits[len(bits) // 2 :]
        return pack(bits[::-1] if backwards else bits)

    # --- trouble -------------------------------------------------------------------------------

    def hand_power_cut(self, now: float) -> None:
        self._has_power = self._is_reading = False
        self._command.clear()

    def hand_power_on(self, now: float) -> None:
        self._has_power = True

    def hand_link_drop(self, now: float, seconds: float) -> None:
        """The reader's plug is off; the adapter stays."""
        self._cut_off_until = now + seconds

    def hand_noise(self, now: float) -> None:
        self._outgoing += self._chance.randbytes(7)

    def physics(self) -> dict[str, Any]:
        return {
            **self._counts,
            "is_reading": self._is_reading,
            "has_power": self._has_power,
        }
