"""The serial adapter: one text line asks the bus, one answers, and never two at a time.

The format is that of the Qibixx MDB-USB and Pi Hat as "generic master" (docs.qibixx.com), 115200
8N1: `V` -> `v,...`; `M,1` -> `m,ACK`; `R,0C,FFFFFFFF` -> `p,ACK`, `p,NACK` (the peripheral was
silent) or `p,` and its data in hex. The adapter puts checksum and mode bits on, takes them off,
and acknowledges an answer to the peripheral by itself: five milliseconds leave no time to ask.

A line does not say which question it answers. When one is missing we ask for the version: the
wire keeps order, so once `v,` is here, nothing older can come.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from drivers.base.protocol import NEVER
from drivers.mdb.codec import LONGEST_BLOCK

ANSWER_WITHIN = 0.5  # seconds; a block takes 0.05, USB and a busy machine the rest
BAUD_RATE = 115200
LONGEST_LINE = 2 * LONGEST_BLOCK + 32  # characters: the longest answer, and some noise before it
VERSION, MASTER = "V", "M,1"
# Noise may stand before an answer in its line, never behind it.
ANSWER = re.compile(rb"(p|m|v),(ACK|NACK|[0-9A-F]*|[ -~]*)$")


class Outcome(Enum):
    """What became of a question."""

    ACKNOWLEDGED = auto()
    SILENT = auto()  # the adapter answers, the peripheral does not
    DATA = auto()
    LOST = auto()  # no line came: whether the peripheral was asked, and what it said, is not known


@dataclass(frozen=True)
class Answer:
    outcome: Outcome
    data: bytes = b""


def line_of(command: bytes) -> str:
    """`R,0C,FFFFFFFF` of a command without its checksum."""
    rest = command[1:].hex().upper()
    return f"R,{command[0]:02X}" + (f",{rest}" if rest else "")


def kind_of(line: bytes) -> bytes:
    """The letter with which its answer begins: `p` of `R,0B`, `v` of `V`."""
    return line[:1].lower().replace(b"r", b"p")


def answer_of(said: bytes) -> Answer | None:
    """What stands behind `p,`; None for what the adapter never says."""
    match said:
        case b"ACK":
            return Answer(Outcome.ACKNOWLEDGED)
        case b"NACK":
            return Answer(Outcome.SILENT)
        case _:
            is_hex = bool(said) and len(said) % 2 == 0 and re.fullmatch(rb"[0-9A-F]+", said)
            return Answer(Outcome.DATA, bytes.fromhex(said.decode())) if is_hex else None


class LineReader:
    """Cuts the adapter's bytes into lines; never keeps more than one, and no endless one."""

    def __init__(self) -> None:
        self._line = b""

    def clear(self) -> None:
        self._line = b""

    def feed(self, data: bytes) -> list[bytes]:
        *ended, self._line = (self._line + data).replace(b"\r", b"\n").split(b"\n")
        self._line = self._line[-LONGEST_LINE:]
        return [line[-LONGEST_LINE:] for line in ended if line]


class Exchange:
    """The host's end. `outgoing` goes on the wire; times are seconds of the caller's clock."""

    def __init__(self) -> None:
        self._reader = LineReader()
        self.outgoing = bytearray()
        self.reset()

    def reset(self) -> None:
        """A wire is new: what comes before the first `v,` is of a life before."""
        self._reader.clear()
        self.outgoing.clear()
        self._asked: bytes | None = None  # None: nothing is in the air
        self._is_in_step = False
        self.deadline = NEVER
        self.misses = 0  # versions asked for in vain, one after the other

    @property
    def is_free(self) -> bool:
        return self._asked is None and self._is_in_step

    def begin(self, now: float) -> None:
        """Come into step with the adapter; `is_free` when it is."""
        self._is_in_step, self._asked = False, None
        self.deadline = now + ANSWER_WITHIN
        self.outgoing += b"\n" + VERSION.encode() + b"\n"  # an end to what may stand in its buffer

    def ask(self, line: str, now: float) -> None:
        assert self.is_free, f"{line!r} while {self._asked!r} is in the air"
        self._asked = kind_of(line.encode())
        self.deadline = now + ANSWER_WITHIN
        self.outgoing += line.encode() + b"\n"

    def receive(self, data: bytes) -> Answer | None:
        """The answer to what was asked; its line is the last that is looked at."""
        for line in self._reader.feed(data):
            match = ANSWER.search(line)
            if match is None:
                continue
            if not self._is_in_step:
                self._is_in_step = match[1] == b"v"
                self.misses = 0 if self._is_in_step else self.misses
                self.deadline = NEVER if self._is_in_step else self.deadline
            elif match[1] == self._asked and (answer := answer_of(match[2])) is not None:
                self._asked, self.deadline = None, NEVER
                return answer
        return None

    def is_lost_at(self, now: float) -> bool:
        """Come into step again when an answer is missing; true when one was asked for."""
        if now < self.deadline:
            return False
        was_asked = self._asked is not None
        self.misses += not was_asked
        self.begin(now)
        return was_asked
