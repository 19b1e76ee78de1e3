"""What the host sends, cut into commands, as a printer reads it (protocols/escpos.md 7.2 to 7.6).

A printer reads twice: real-time commands at once, as they arrive and wherever they stand, and all
the rest in order, when the mechanism gets to it.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.escpos.codec import CLEAR_BUFFERS, DC4, DLE, ENQ, EOT, ESC, GS

LF = 0x0A
FS = 0x1C
PRINTABLE = range(0x20, 0x100)


@dataclass(frozen=True)
class RealTime:
    """A command that is obeyed as it arrives: `kind` is EOT, ENQ or DC4."""

    kind: int
    parameters: bytes


@dataclass(frozen=True)
class Simple:
    """A command of fixed length: its letters (`ESC d`) and its parameters."""

    name: str
    parameters: bytes = b""


@dataclass(frozen=True)
class RasterStart:
    """GS v 0: so many rows of so many bytes follow."""

    row_bytes: int
    rows: int


@dataclass(frozen=True)
class Block:
    """A command with a length: GS ( and its letter, or ESC * and the like."""

    letter: str
    content: bytes


@dataclass(frozen=True)
class Characters:
    text: bytes


@dataclass(frozen=True)
class NewLine:
    pass


@dataclass(frozen=True)
class Unknown:
    """A byte that begins no command that we know: skipped, as printers do."""

    byte: int


PrinterCommand = Simple | RasterStart | Block | Characters | NewLine | Unknown

# Parameters that follow the letter (7.6). What is missing here is skipped as two bytes.
LENGTHS: dict[int, dict[str, int]] = {
    ESC: {
        "@": 0, "2": 0, "i": 0, "m": 0, "L": 0, "S": 0, "\x0c": 0,
        "!": 1, " ": 1, "-": 1, "3": 1, "E": 1, "G": 1, "J": 1, "M": 1, "R": 1, "T": 1, "V": 1,
        "a": 1, "d": 1, "r": 1, "t": 1, "{": 1, "$": 2, "\\": 2, "c": 2, "p": 3, "W": 8,
    },
    GS: {
        "!": 1, "B": 1, "E": 1, "H": 1, "I": 1, "a": 1, "b": 1, "f": 1, "h": 1, "r": 1, "w": 1,
        "L": 2, "W": 2, "P": 2, "$": 2, "\\": 2,
    },
    FS: {".": 0, "&": 0, "!": 1, "-": 1, "C": 1},
}  # fmt: skip
CUT_WITH_FEED = (65, 66)  # the m of GS V that a feed follows
LONG_BARCODE = 65  # the m of GS k from which on a length stands in front of the data


class RealTimeFilter:
    """Takes real-time commands out of what arrives; what remains goes into the buffer."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> tuple[list[RealTime], bytes]:
        """The real-time commands in `data`, in order, and everything else."""
        data = self._held + data
        self._held = b""
        found: list[RealTime] = []
        rest = bytearray()
        at = 0
        while at < len(data):
            if data[at] != DLE:
                rest.append(data[at])
                at += 1
                continue
            length = _real_time_length(data[at : at + len(CLEAR_BUFFERS)])
            if length is None:
                self._held = data[at:]
                break
            if length:
                found.append(RealTime(data[at + 1], data[at + 2 : at + length]))
            else:
                rest.append(data[at])
            at += length or 1
        return found, bytes(rest)


def _real_time_length(data: bytes) -> int | None:
    """Length of the real-time command that begins here; 0 for none, None when more must come."""
    if len(data) < 3:
        might_be = len(data) < 2 or data[1] in (EOT, ENQ, DC4)
        return None if might_be else 0
    if data[1] == EOT:
        return 3 if 1 <= data[2] <= 5 else 4 if data[2] in (7, 8, 18) else 0
    if data[1] == ENQ:
        return 3 if data[2] <= 2 else 0
    lengths = {1: 5, 2: 5, 8: len(CLEAR_BUFFERS)}
    length = lengths.get(data[2], 0) if data[1] == DC4 else 0
    return None if length > len(data) else length


def take_command(buffer: bytearray) -> PrinterCommand | None:
    """Remove the next command from `buffer` and return it; None when more must come."""
    if not buffer:
        return None
    first = buffer[0]
    if first in LENGTHS:
        return _take_escape(buffer)
    if first == LF:
        del buffer[0]
        return NewLine()
    if first not in PRINTABLE:
        del buffer[0]
        return Unknown(first)
    end = next((at for at, byte in enumerate(buffer) if byte not in PRINTABLE), len(buffer))
    return Characters(_take(buffer, end))


def _take_escape(buffer: bytearray) -> PrinterCommand | None:
    if len(buffer) < 2:
        return None
    first, letter = buffer[0], chr(buffer[1])
    if first == GS and letter == "v":
        return _take_raster(buffer)
    if letter == "(":
        return _take_block(buffer, header=5, length_at=3)
    if (first, letter) == (GS, "V"):
        return _take_cut(buffer)
    if (first, letter) == (GS, "k"):
        return _take_barcode(buffer)
    name = {ESC: "ESC", GS: "GS", FS: "FS"}[first]
    needed = 2 + LENGTHS[first].get(letter, 0)
    if len(buffer) < needed:
        return None
    return Simple(f"{name} {letter}", _take(buffer, needed)[2:])


def _take_raster(buffer: bytearray) -> RasterStart | None:
    if len(buffer) < 8:
        return None
    header = _take(buffer, 8)
    return RasterStart(int.from_bytes(header[4:6], "little"), int.from_bytes(header[6:8], "little"))


def _take_block(buffer: bytearray, header: int, length_at: int) -> Block | None:
    """GS ( X pL pH ...: the letter, and what the length says."""
    if len(buffer) < header:
        return None
    length = int.from_bytes(buffer[length_at:header], "little")
    if len(buffer) < header + length:
        return None
    whole = _take(buffer, header + length)
    return Block(chr(whole[2]), whole[header:])


def _take_cut(buffer: bytearray) -> Simple | None:
    if len(buffer) < 3:
        return None
    needed = 4 if buffer[2] in CUT_WITH_FEED else 3
    return Simple("GS V", _take(buffer, needed)[2:]) if len(buffer) >= needed else None


def _take_barcode(buffer: bytearray) -> Block | None:
    """GS k m n data, or GS k m data NUL. Bars are not drawn here; the stream must not derail."""
    if len(buffer) < 4:
        return None
    needed = 4 + buffer[3] if buffer[2] >= LONG_BARCODE else buffer.find(0, 3) + 1
    if not 0 < needed <= len(buffer):
        return None
    return Block("barcode", _take(buffer, needed)[3:])


def _take(buffer: bytearray, length: int) -> bytes:
    taken = bytes(buffer[:length])
    del buffer[:length]
    return taken
