"""The adapter on the bench: lines on its one side, nine-bit words on its other.

It does what a master on the bus does, and no host could do in time: it puts checksum and mode bits
on, looks at those of the answer, and acknowledges a good one at once. A hurt answer is answered
with NAK, and told as silence; the peripheral keeps what it said for the next poll.
"""

from __future__ import annotations

import random
from abc import abstractmethod
from collections.abc import Sequence

from drivers.base.emulator import Emulator
from drivers.mdb.adapter import LineReader
from drivers.mdb.codec import CorruptBlock, master_block, read_master, read_slave, slave_block

FIRMWARE = "v,4.0.2.0,kioskbench"
LONGEST_NOISE = 9  # bytes


class AdapterEmulator(Emulator):
    """An adapter with one peripheral behind it. The adapter lives on the host's power (USB)."""

    def __init__(self, speed: float, seed: int) -> None:
        super().__init__(speed)
        self._lines = LineReader()
        self._is_master = False
        self._chance = random.Random(seed)
        self._noisy_answers = 0
        self._cut_off_until = 0.0

    # --- the peripheral -------------------------------------------------------------------------

    @abstractmethod
    def obey(self, command: bytes, now: float) -> bytes | None:
        """The data of the answer; empty for an ACK alone, None for silence."""

    @abstractmethod
    def acknowledged(self, command: bytes) -> None:
        """The master has what was said last: it need not be said again."""

    # --- the host's side ------------------------------------------------------------------------

    def connected(self, now: float) -> None:
        """Plugged in anew, it is no master, and remembers no half line."""
        self._is_master = False
        self._lines.clear()

    def receive_bytes(self, data: bytes, now: float) -> None:
        self.tick(now)
        for line in self._lines.feed(data):
            if (answer := self._obey_line(line.decode("ascii", "replace"), now)) is not None:
                self._outgoing += answer.encode() + b"\n"

    def _obey_line(self, line: str, now: float) -> str | None:
        match line.split(","):
            case ["V"]:
                return FIRMWARE
            case ["M", "1"]:
                self._is_master = True
                return "m,ACK"
            case ["R", *parts] if self._is_master and 1 <= len(parts) <= 2:
                command = _hex("".join(parts))
                return None if command is None else self._ask(command, now)
            case _:
                return None  # what it does not understand, it does not answer

    # --- the bus's side -------------------------------------------------------------------------

    def _ask(self, command: bytes, now: float) -> str:
        """One exchange on the bus, word by word."""
        if now < self._cut_off_until:
            return "p,NACK"
        answer = self.obey(read_master(master_block(command)), now)
        if answer is None:
            return "p,NACK"
        if not answer:
            return "p,ACK"
        try:
            data = read_slave(self._with_noise(slave_block(answer)))
        except CorruptBlock:
            return "p,NACK"
        self.acknowledged(command)
        return f"p,{data.hex().upper()}"

    def _with_noise(self, words: Sequence[int]) -> list[int]:
        hurt = list(words)
        if self._noisy_answers:
            self._noisy_answers -= 1
            hurt[self._chance.randrange(len(hurt))] ^= 1 << self._chance.randrange(8)
        return hurt

    # --- hands ----------------------------------------------------------------------------------

    def hand_noise(self, now: float, answers: int = 3) -> None:
        """Garbage from the adapter now, and a bit hurt on the bus in the next `answers`."""
        self._outgoing += self._chance.randbytes(LONGEST_NOISE)
        self._noisy_answers = answers

    def hand_link_drop(self, now: float, seconds: float = 5.0) -> None:
        """The peripheral's plug is off the bus; the adapter stays, and says that nobody answers."""
        self._cut_off_until = now + seconds


def _hex(text: str) -> bytes | None:
    try:
        command = bytes.fromhex(text)
    except ValueError:
        return None
    return command or None
