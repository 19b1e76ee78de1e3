"""The adapter on the bench: lines on its one side, nine-bit words on its other.

It does what a master on the bus does, and no host could do in time: it puts checksum and mode bits
on, looks at those of the answer, and acknowledges a good one at once. A hurt answer is answered
with NAK, and told as silence; the peripheral keeps what it said for the next poll.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, Protocol

from drivers.base.emulated_wire import EmulatedWire
from drivers.mdb.adapter import LineReader
from drivers.mdb.codec import (
    LONGEST_BLOCK,
    CorruptBlock,
    master_block,
    read_master,
    read_slave,
    slave_block,
)

FIRMWARE = "v,4.0.2.0,kioskbench"
LONGEST_NOISE = 9  # bytes


class Peripheral(Protocol):
    """What is on the bus."""

    def obey(self, command: bytes, now: float) -> bytes | None:
        """The data of the answer; empty for an ACK alone, None for silence."""

    def acknowledged(self, command: bytes) -> None:
        """The master has what was answered: it need not be said again."""


class BenchAdapter:
    """An adapter; `peripheral` is all that is behind it. It lives on the host's power (USB)."""

    def __init__(self, peripheral: Peripheral, seed: int) -> None:
        self._peripheral = peripheral
        self._lines = LineReader()
        self._is_master = False
        self._chance = random.Random(seed)
        self.noisy_answers = 0  # that will have a bit hurt on the bus

    def plug(self) -> None:
        """Plugged in anew, it is no master, and remembers no half line."""
        self._is_master = False
        self._lines.clear()

    def hear(self, data: bytes, now: float) -> bytes:
        """What it answers the host."""
        answers = [
            self._obey(line.decode("ascii", "replace"), now) for line in self._lines.feed(data)
        ]
        return b"".join(answer.encode() + b"\n" for answer in answers if answer is not None)

    def noise(self) -> bytes:
        return self._chance.randbytes(LONGEST_NOISE)

    def _obey(self, line: str, now: float) -> str | None:
        match line.split(","):
            case ["V"]:
                return FIRMWARE
            case ["M", "1"]:
                self._is_master = True
                return "m,ACK"
            case ["R", *parts] if self._is_master and 1 <= len(parts) <= 2:
                command = _hex("".join(parts))
                is_block = command is not None and 0 < len(command) < LONGEST_BLOCK
                return self._ask(command, now) if command is not None and is_block else None
            case _:
                return None  # what it does not understand, it does not answer

    def _ask(self, command: bytes, now: float) -> str:
        """One exchange on the bus, word by word."""
        answer = self._peripheral.obey(read_master(master_block(command)), now)
        if answer is None:
            return "p,NACK"
        if not answer:
            return "p,ACK"
        try:
            data = read_slave(self._with_noise(slave_block(answer)))
        except CorruptBlock:
            return "p,NACK"
        self._peripheral.acknowledged(command)
        return f"p,{data.hex().upper()}"

    def _with_noise(self, words: Sequence[int]) -> list[int]:
        hurt = list(words)
        if self.noisy_answers:
            self.noisy_answers -= 1
            hurt[self._chance.randrange(len(hurt))] ^= 1 << self._chance.randrange(8)
        return hurt


class SharedAdapter(EmulatedWire):
    """One adapter with a changer and a validator behind it, each at its own address."""

    def __init__(self, devices: Sequence[Any], seed: int = 1) -> None:
        super().__init__(devices)
        self._adapter = BenchAdapter(self, seed)
        self._peripherals: Sequence[Peripheral] = devices
        self._answered: Peripheral | None = None
        for device in devices:
            device.adapter = self._adapter  # noise on the bus is everybody's

    def connected(self, now: float) -> None:
        self._adapter.plug()

    def receive_bytes(self, data: bytes, now: float) -> None:
        self.tick(now)
        self._outgoing += self._adapter.hear(data, now)

    def tick(self, now: float) -> None:
        for device in self.devices:
            device.tick(now)
            self._outgoing += device.bytes_to_send()  # the noise of a hand

    def obey(self, command: bytes, now: float) -> bytes | None:
        for peripheral in self._peripherals:
            if (answer := peripheral.obey(command, now)) is not None:
                self._answered = peripheral
                return answer
        return None

    def acknowledged(self, command: bytes) -> None:
        assert self._answered is not None, "only an answer is acknowledged"
        self._answered.acknowledged(command)


def _hex(text: str) -> bytes | None:
    try:
        command = bytes.fromhex(text)
    except ValueError:
        return None
    return command or None
