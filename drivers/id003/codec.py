"""ID-003 on the wire: bytes <-> frozen messages, in the order of JCM's command list.

Follows JCM's ID-003 as logs of a real bus and several independent hosts show it; README.md says
what was read and what is assumed. Wire: 9600 baud, 8 data bits, even parity, 1 stop bit. The same
code means one thing from the host and another from the unit (11, 40 to 45): direction decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import msgspec

from drivers.base.crc import kermit

SYNC = 0xFC
OVERHEAD = 5  # SYNC, LEN, CMD, CRC lo, CRC hi; LEN counts them all
LONGEST_FRAME = 128  # bytes; LEN may say 255, and the longest known (16 currencies) has 69
FRAME_GAP = 0.05  # seconds: the time-out between two bytes


class CorruptFrame(ValueError):
    """Bytes that look like a frame or a reply and are none: which bytes, expected, got."""

    def __init__(self, raw: bytes, expected: str, got: str) -> None:
        super().__init__(f"{raw.hex(' ')}: expected {expected}, got {got}")


# --- frames: FC | LEN | CMD | DATA | CRC lo | CRC hi --------------------------------------------


class Frame(msgspec.Struct, frozen=True):
    """One frame; what `code` means hangs on who sent it."""

    code: int
    data: bytes = b""

    def to_bytes(self) -> bytes:
        raw = bytes((SYNC, OVERHEAD + len(self.data), self.code)) + self.data
        return raw + kermit(raw).to_bytes(2, "little")

    @classmethod
    def from_bytes(cls, raw: bytes) -> Frame:
        """Read a whole frame; raises CorruptFrame."""
        if len(raw) < OVERHEAD or raw[0] != SYNC or raw[1] != len(raw):
            raise CorruptFrame(raw, "FC and the length of the frame", f"{len(raw)} bytes")
        expected, got = kermit(raw[:-2]), raw[-1] << 8 | raw[-2]
        if expected != got:
            raise CorruptFrame(raw, f"CRC {expected:04x}", f"{got:04x}")
        return cls(raw[2], raw[3:-2])


def is_length(length: int) -> bool:
    return OVERHEAD <= length <= LONGEST_FRAME


class FrameReader:
    """Cuts a stream of bytes into frames, and keeps less than one.

    An FC may also stand inside a frame. So where a frame proves to be none, the search goes on
    from the byte after its FC; and a silence ends a frame that was cut short.
    """

    def __init__(self) -> None:
        self._kept = bytearray()
        self._fed_at = 0.0
        self.corrupt = 0

    def reset(self) -> None:
        self._kept.clear()

    def feed(self, data: bytes, now: float) -> list[Frame]:
        if now - self._fed_at > FRAME_GAP:
            self.reset()
        self._fed_at = now
        self._kept += data
        frames: list[Frame] = []
        while (frame := self._take()) is not None:
            frames.append(frame)
        return frames

    def _take(self) -> Frame | None:
        """The frame that is whole now; bytes that can begin none are dropped."""
        kept = self._kept
        while kept:
            if kept[0] != SYNC or (len(kept) > 1 and not is_length(kept[1])):
                del kept[0]
            elif len(kept) < 2 or len(kept) < kept[1]:
                return None
            else:
                raw = bytes(kept[: kept[1]])
                try:
                    frame = Frame.from_bytes(raw)
                except CorruptFrame:
                    self.corrupt += 1
                    del kept[0]
                else:
                    del kept[: len(raw)]
                    return frame
        return None


# --- host commands ------------------------------------------------------------------------------


class Code(IntEnum):
    """The commands a kiosk needs. Settings and questions are echoed with their answer."""

    STATUS_REQUEST = 0x11
    RESET = 0x40
    STACK_1 = 0x41  # VEND VALID when the note lies in the box
    STACK_2 = 0x42  # VEND VALID as soon as no hand gets it out again
    RETURN = 0x43
    HOLD = 0x44
    WAIT = 0x45
    ACK = 0x50  # the answer to VEND VALID; it has none itself
    GET_DENOMINATIONS = 0x80
    GET_INHIBIT = 0x83
    VERSION = 0x88
    CURRENCY_ASSIGN = 0x8A
    SERIAL_NUMBER = 0x91
    SET_DENOMINATIONS = 0xC0
    SET_SECURITY = 0xC1
    SET_COMMUNICATION = 0xC2
    SET_INHIBIT = 0xC3
    SET_DIRECTION = 0xC4
    SET_OPTIONS = 0xC5


ORDERS = frozenset(
    {Code.RESET, Code.STACK_1, Code.STACK_2, Code.RETURN, Code.HOLD, Code.WAIT}
)  # answered by ACK
FIRST_DENOMINATION = 0x61
DENOMINATIONS = range(FIRST_DENOMINATION, FIRST_DENOMINATION + 16)  # bits of SET_DENOMINATIONS
BARCODE = 0x6F  # in ESCROW: a ticket, not a note


def set_denominations(enabled: frozenset[int]) -> Frame:
    """Lets these codes (61, 62 ...) in. A bit that is set keeps its denomination out."""
    bits = sum(1 << code - FIRST_DENOMINATION for code in DENOMINATIONS if code not in enabled)
    return Frame(Code.SET_DENOMINATIONS, bits.to_bytes(2, "little"))


def enabled_denominations(data: bytes) -> frozenset[int]:
    """What the two bytes of SET_DENOMINATIONS let in."""
    bits = int.from_bytes(data[:2], "little")
    return frozenset(code for code in DENOMINATIONS if not bits >> code - FIRST_DENOMINATION & 1)


def set_inhibit(is_inhibited: bool) -> Frame:
    return Frame(Code.SET_INHIBIT, bytes((is_inhibited,)))


# --- status replies -----------------------------------------------------------------------------


class Status(IntEnum):
    """What the unit is doing, or what is wrong with it: one at a time, said until it changes."""

    ENABLED = 0x11  # waits for a note
    ACCEPTING = 0x12
    ESCROW = 0x13  # with the denomination
    STACKING = 0x14
    VEND_VALID = 0x15  # said until ACK
    STACKED = 0x16
    REJECTING = 0x17  # with the reason
    RETURNING = 0x18
    HOLDING = 0x19
    DISABLED = 0x1A
    INITIALIZE = 0x1B
    POWER_UP = 0x40  # these three until RESET
    POWER_UP_NOTE_IN_ACCEPTOR = 0x41
    POWER_UP_NOTE_IN_STACKER = 0x42
    STACKER_FULL = 0x43
    STACKER_OPEN = 0x44
    JAM_IN_ACCEPTOR = 0x45
    JAM_IN_STACKER = 0x46
    PAUSE = 0x47
    CHEATED = 0x48
    FAILURE = 0x49  # with the part
    COMMUNICATION_ERROR = 0x4A
    INVALID_COMMAND = 0x4B
    ACK = 0x50  # to ORDERS


WITH_DATA = frozenset({Status.ESCROW, Status.REJECTING, Status.FAILURE})  # one byte
POWER_UPS = frozenset(
    {Status.POWER_UP, Status.POWER_UP_NOTE_IN_ACCEPTOR, Status.POWER_UP_NOTE_IN_STACKER}
)


@dataclass(frozen=True)
class Said:
    """One status, with its byte of data (0 where it has none)."""

    status: Status
    data: int = 0

    def to_frame(self) -> Frame:
        return Frame(self.status, bytes((self.data,)) if self.status in WITH_DATA else b"")

    @classmethod
    def from_frame(cls, frame: Frame) -> Said:
        """Raises CorruptFrame for what is no status, or not all of one."""
        if frame.code not in list(Status):
            raise CorruptFrame(frame.to_bytes(), "a status", f"{frame.code:02x}")
        status = Status(frame.code)
        if status in WITH_DATA and not frame.data:
            raise CorruptFrame(frame.to_bytes(), f"{status.name} and a byte", "none")
        return cls(status, frame.data[0] if status in WITH_DATA else 0)


# Why a note was refused, as the stable words of the device contract. Names vary between models.
REJECT_REASONS: Mapping[int, str] = {
    0x71: "twisted",  # insertion
    0x72: "not_recognised",  # magnetic pattern
    0x73: "second_note",  # something remains in the head
    0x74: "mechanism",  # calibration
    0x75: "mechanism",  # conveying
    0x76: "not_recognised",  # denomination
    0x77: "not_recognised",  # photo pattern
    0x78: "not_recognised",  # photo level
    0x79: "inhibited",  # inhibited, by the host, or the escrow time-out
    0x7B: "mechanism",  # operation
    0x7C: "mechanism",  # something remains in the stacker
    0x7D: "length",
    0x7E: "not_recognised",
    0x7F: "not_recognised",
}

FAILURES: Mapping[int, str] = {
    0xA2: "stack motor",
    0xA5: "transport motor speed",
    0xA6: "transport motor",
    0xA8: "solenoid",
    0xA9: "PB unit",
    0xAB: "cash box not ready",
    0xAF: "head removed",
    0xB0: "boot ROM",
    0xB1: "external ROM",
    0xB2: "RAM",
    0xB3: "writing to the external ROM",
}


def reject_reason(code: int) -> str:
    """`unknown_7a` for a code that stands in no table of ours."""
    return REJECT_REASONS.get(code, f"unknown_{code:02x}")


def failure(code: int) -> str:
    """As a technician reads it: `A2 stack motor`."""
    return f"{code:02X} {FAILURES.get(code, 'of no table of ours')}"


# --- replies that carry data --------------------------------------------------------------------


@dataclass(frozen=True)
class Currency:
    """CURRENCY ASSIGN: what each denomination code is worth, in whole units (rupees)."""

    country: int
    values: Mapping[int, int]

    @classmethod
    def from_data(cls, data: bytes) -> Currency:
        """Groups of code, country, value, number of zeros; raises CorruptFrame."""
        if len(data) % 4:
            raise CorruptFrame(data, "groups of 4 bytes", f"{len(data)} bytes")
        groups = [data[place : place + 4] for place in range(0, len(data), 4)]
        if wrong := [group for group in groups if group[3] > 9]:
            raise CorruptFrame(data, "at most 9 zeros", str(wrong[0][3]))
        values = {code: value * 10**zeros for code, _, value, zeros in groups if value}
        return cls(groups[0][1] if groups else 0, values)

    def to_data(self) -> bytes:
        """Raises ValueError for a value that one byte and zeros cannot write."""
        return b"".join(
            bytes((code, self.country, *_mantissa(value))) for code, value in self.values.items()
        )


def _mantissa(value: int) -> tuple[int, int]:
    zeros = 0
    while value and value % 10 == 0:
        value, zeros = value // 10, zeros + 1
    if value > 0xFF:
        raise ValueError(f"expected at most 255 and zeros, got {value} and {zeros} zeros")
    return value, zeros


def text(data: bytes) -> str:
    """A version or a serial number without the blanks and NUL that units add."""
    return data.decode("ascii", "replace").strip(" \x00")
