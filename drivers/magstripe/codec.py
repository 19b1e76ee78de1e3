"""The MSR206 command set: what is sent, and what comes back, in locked memory all the way.

Facts: MSR206 programmer's manual by way of two open libraries; README.md has the labels. We read
raw bits (ESC m), because parity, LRC and direction are then ours to check.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from drivers.base.secret import LockedBuffer

ESC, FS = 0x1B, 0x1C
RESET = b"\x1ba"  # no answer
ARE_YOU_THERE = b"\x1be"  # ESC y
ASK_FIRMWARE = b"\x1bv"  # ESC REV?X.XX
ASK_MODEL = b"\x1bt"  # ESC <model> S
BITS_PER_CHARACTER = b"\x1bo\x08\x08\x08"  # raw bits come eight a byte; ESC 0 and the three again
READ_RAW = b"\x1bm"  # until a card was swiped: a block

YES, BLOCK, FIRMWARE, MODEL_END = ord("y"), ord("s"), ord("R"), ord("S")
BLOCK_END = b"?\x1c\x1b"
STATUSES = range(
    ord("0"), ord("?") + 1
)  # 30 is well; 31 read or write error, 39 invalid swipe, ...
FIRMWARE_LENGTH = 9  # ESC and REV?X.XX
TRACKS = (1, 2, 3)
LONGEST_TRACK = 255  # one byte says how long
# Three full tracks, their headers, and as much again of an answer that came before.
BUFFER_SIZE = 2 * (len(TRACKS) * (LONGEST_TRACK + 3) + 6)


@dataclass(frozen=True)
class Alive:
    """ESC y."""


@dataclass(frozen=True)
class Done:
    """ESC and a status, of a command that has no answer of its own."""

    status: int


@dataclass(frozen=True)
class Firmware:
    text: str


@dataclass(frozen=True)
class Model:
    text: str


@dataclass(frozen=True)
class Block:
    """A swipe: views of locked memory, good only until the next reply is asked for."""

    tracks: tuple[memoryview, ...]
    status: int

    def __repr__(self) -> str:
        return f"Block({[len(track) for track in self.tracks]} bytes, status {self.status:#04x})"


@dataclass(frozen=True)
class Corrupt:
    """A block that is not built as one; all that was received is forgotten."""


Reply = Alive | Done | Firmware | Model | Block | Corrupt


class ReplyReader:
    """Takes bytes, split anywhere; gives replies. Holds them in locked memory only."""

    def __init__(self) -> None:
        self._buffer = LockedBuffer(BUFFER_SIZE)

    @property
    def is_inside_block(self) -> bool:
        return len(self._buffer) > 1 and self._buffer[1] == BLOCK

    def clear(self) -> None:
        self._buffer.wipe()

    def feed(self, data: memoryview | bytes) -> Iterator[Reply]:
        if len(data) > self._buffer.room:
            self._buffer.wipe()
            yield Corrupt()
            return
        self._buffer.append(data)
        while (found := self._next()) is not None:
            reply, used = found
            if reply is not None:
                yield reply
            self._buffer.consume(min(used, len(self._buffer)))

    def _next(self) -> tuple[Reply | None, int] | None:
        """The next reply and its length; None in its place for noise, None for not yet."""
        buffer = self._buffer
        if not len(buffer):
            return None
        if buffer[0] != ESC:
            return None, 1
        if len(buffer) < 2:
            return None
        match buffer[1]:
            case 0x79:  # YES
                return Alive(), 2
            case 0x73:  # BLOCK
                return self._block()
            case 0x52:  # FIRMWARE
                return self._firmware()
            case status if status in STATUSES and not self._is_model():
                return (Done(status), 2) if len(buffer) > 2 or status == STATUSES[0] else None
            case _:
                return self._model()

    def _is_model(self) -> bool:
        return len(self._buffer) > 2 and self._buffer[2] == MODEL_END

    def _firmware(self) -> tuple[Reply | None, int] | None:
        if len(self._buffer) < FIRMWARE_LENGTH:
            return None
        text = bytes(self._buffer.view[1:FIRMWARE_LENGTH])  # no card: a block begins otherwise
        return Firmware(text.decode("ascii", "replace")), FIRMWARE_LENGTH

    def _model(self) -> tuple[Reply | None, int] | None:
        if len(self._buffer) < 3:
            return None
        return (Model(chr(self._buffer[1])), 3) if self._is_model() else (None, 1)

    def _block(self) -> tuple[Reply | None, int] | None:
        """ESC s, for each track ESC n length bits, and ? FS ESC status."""
        view, place, tracks = self._buffer.view, 2, list[memoryview]()
        for number in TRACKS:
            if len(view) < place + 3:
                return self._unless_wrong(view[place:], bytes((ESC, number)))
            if view[place] != ESC or view[place + 1] != number:
                return Corrupt(), len(view)
            end = place + 3 + view[place + 2]
            tracks.append(view[place + 3 : end])
            place = end
        if len(view) <= place + len(BLOCK_END):
            return self._unless_wrong(view[place:], BLOCK_END)
        if view[place : place + len(BLOCK_END)] != BLOCK_END:
            return Corrupt(), len(view)
        return Block(tuple(tracks), view[place + len(BLOCK_END)]), place + len(BLOCK_END) + 1

    def _unless_wrong(self, got: memoryview, expected: bytes) -> tuple[Reply, int] | None:
        """Wait for the rest, if what is there can become what is expected."""
        shared = min(len(got), len(expected))
        return None if got[:shared] == expected[:shared] else (Corrupt(), len(self._buffer))


def block(tracks: list[bytes], status: int = STATUSES[0]) -> bytes:
    """What the reader sends after a swipe; for the emulator and for tests."""
    parts = [bytes((ESC, number, len(track))) + track
             for number, track in zip(TRACKS, tracks, strict=True)]  # fmt: skip
    return b"\x1bs" + b"".join(parts) + BLOCK_END + bytes((status,))
