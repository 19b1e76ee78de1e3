"""CCNET on the wire: bytes <-> frozen messages, in the order of the document.

Follows CashCode's "CashCode NET Interface" MAN_CCNET 2.3.1 and 2.4.3 (below: CCNET), as other
implementations and captured sessions bear it out: frames, commands, the replies that carry data,
states told at a poll. Wire: 9600 baud, 8 data bits, no parity, 1 stop bit.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from enum import Enum, IntEnum

import msgspec

from drivers.base.crc import kermit

SYNC = 0x02
BILL_VALIDATOR = 0x03  # the peripheral's address, which stands in the frames of both directions
SHORTEST, LONGEST = 6, 250  # bytes; LEN 00 begins a longer frame, which only DOWNLOAD needs
HEAD = bytes((SYNC, BILL_VALIDATOR))
FRAME_GAP = 0.1  # seconds; CCNET: 5 ms between two bytes. Half a poll leaves a USB adapter room
BILL_TYPES = range(24)


class CorruptFrame(ValueError):
    """Bytes that look like a frame or a reply and are none: which bytes, expected, got."""

    def __init__(self, raw: bytes, expected: str, got: str) -> None:
        super().__init__(f"{raw.hex(' ')}: expected {expected}, got {got}")


# --- frames: 02 | ADR | LEN | DATA | CRC low | CRC high ------------------------------------------


class Frame(msgspec.Struct, frozen=True):
    """One message. `data` begins with the command, or is the whole reply. LEN counts all bytes."""

    data: bytes

    def to_bytes(self) -> bytes:
        body = bytes((SYNC, BILL_VALIDATOR, len(self.data) + 5)) + self.data
        return body + kermit(body).to_bytes(2, "little")

    @classmethod
    def from_bytes(cls, raw: bytes) -> Frame:
        """Raises CorruptFrame."""
        if len(raw) < SHORTEST or raw[2] != len(raw):
            raise CorruptFrame(raw, "as many bytes as LEN says", str(len(raw)))
        expected, got = kermit(raw[:-2]), raw[-1] << 8 | raw[-2]
        if got != expected:
            raise CorruptFrame(raw, f"CRC {expected:04x}", f"{got:04x}")
        return cls(raw[3:-2])


class FrameReader:
    """Cuts a stream of bytes into frames, and keeps less than one.

    A frame whose CRC is wrong is searched for another SYNC. A silence ends what has begun.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._fed_at = 0.0
        self.corrupt = 0  # frames of the right shape whose CRC was wrong

    def reset(self) -> None:
        self._buffer.clear()

    def feed(self, data: bytes, now: float) -> list[Frame]:
        if now - self._fed_at > FRAME_GAP:
            self._buffer.clear()
        self._fed_at = now
        if not self._buffer and data[:2] == HEAD:  # mostly one whole frame
            with contextlib.suppress(CorruptFrame):
                return [Frame.from_bytes(data)]
        self._buffer += data
        return list(iter(self._cut, None))

    def _cut(self) -> Frame | None:
        buffer = self._buffer
        while self._begins():
            if len(buffer) < buffer[2]:
                return None
            raw = bytes(buffer[: buffer[2]])
            try:
                frame = Frame.from_bytes(raw)
            except CorruptFrame:
                self.corrupt += 1
                del buffer[0]
            else:
                del buffer[: len(raw)]
                return frame
        return None

    def _begins(self) -> bool:
        """Drop what cannot be the head of a frame; True when the buffer begins with one."""
        buffer = self._buffer
        while (start := buffer.find(SYNC)) >= 0:
            del buffer[:start]
            if len(buffer) < 3:
                return False
            if buffer[1] == BILL_VALIDATOR and SHORTEST <= buffer[2] <= LONGEST:
                return True
            del buffer[0]
        buffer.clear()
        return False


# --- replies, and what a host answers to them ----------------------------------------------------


class Reply(Enum):
    ACK = b"\x00"
    NAK = b"\xff"
    ILLEGAL = b"\x30"  # a command that the unit's state does not allow, or that it has not
    DATA = None


ACK, NAK = Frame(Reply.ACK.value).to_bytes(), Frame(Reply.NAK.value).to_bytes()
WITHOUT_DATA = {reply.value: reply for reply in Reply if reply is not Reply.DATA}


@dataclass(frozen=True)
class Answer:
    """What a unit says to one command."""

    reply: Reply
    data: bytes = b""

    @classmethod
    def from_data(cls, data: bytes) -> Answer:
        reply = WITHOUT_DATA.get(data, Reply.DATA)
        return cls(reply, data if reply is Reply.DATA else b"")

    def to_data(self) -> bytes:
        return self.data if self.reply is Reply.DATA else self.reply.value


# --- commands ------------------------------------------------------------------------------------


class Code(IntEnum):
    """The commands of a bill validator; those for bar codes and downloads are left out."""

    RESET = 0x30
    GET_STATUS = 0x31
    SET_SECURITY = 0x32
    POLL = 0x33
    ENABLE_BILL_TYPES = 0x34
    STACK = 0x35
    RETURN = 0x36
    IDENTIFICATION = 0x37
    HOLD = 0x38
    GET_BILL_TABLE = 0x41


@dataclass(frozen=True)
class Request:
    code: Code
    data: bytes = b""

    def to_data(self) -> bytes:
        return bytes((self.code,)) + self.data

    @classmethod
    def from_data(cls, data: bytes) -> Request | None:
        """None for a command that is not in `Code`."""
        known = bool(data) and data[0] in list(Code)
        return cls(Code(data[0]), data[1:]) if known else None


def types_mask(types: frozenset[int]) -> bytes:
    """Three bytes: bill types 23 to 16, 15 to 8, 7 to 0."""
    return sum(1 << number for number in types).to_bytes(3, "big")


def types_of(mask: bytes) -> frozenset[int]:
    bits = int.from_bytes(mask, "big")
    return frozenset(number for number in range(8 * len(mask)) if bits >> number & 1)


def enable_bill_types(types: frozenset[int]) -> Request:
    """Lets these in, each by way of escrow; none disables the unit."""
    return Request(Code.ENABLE_BILL_TYPES, types_mask(types) * 2)


# --- replies that carry data ---------------------------------------------------------------------


@dataclass(frozen=True)
class BillStatus:
    """The reply to GET STATUS: bill types that are let in, and those of high security."""

    enabled: frozenset[int]
    high_security: frozenset[int]

    @classmethod
    def from_data(cls, data: bytes) -> BillStatus:
        """Raises CorruptFrame."""
        if len(data) != 6:
            raise CorruptFrame(data, "a status of 6 bytes", str(len(data)))
        return cls(types_of(data[:3]), types_of(data[3:]))

    def to_data(self) -> bytes:
        return types_mask(self.enabled) + types_mask(self.high_security)


PART, SERIAL, ASSET = 15, 12, 7  # bytes of the reply to IDENTIFICATION


@dataclass(frozen=True)
class Identification:
    """`part` names model and firmware, as `SM-RU1353`; `asset` is a number of the factory."""

    part: str
    serial: str
    asset: bytes = bytes(ASSET)

    @classmethod
    def from_data(cls, data: bytes) -> Identification:
        """Raises CorruptFrame."""
        if len(data) < PART + SERIAL:
            raise CorruptFrame(data, f"at least {PART + SERIAL} bytes", str(len(data)))
        return cls(_text(data[:PART]), _text(data[PART:][:SERIAL]), data[PART + SERIAL :])

    def to_data(self) -> bytes:
        return f"{self.part:15.15}{self.serial:>12.12}".encode() + self.asset


def _text(data: bytes) -> str:
    return data.decode("ascii", "replace").strip(" \x00")


DENOMINATION = 5  # bytes: digit, three letters of the country, exponent
LONGEST_TABLE = DENOMINATION * len(BILL_TYPES)
DIVIDES = 0x80  # of the exponent


@dataclass(frozen=True)
class Denomination:
    """One row of the bill table. `value` is in whole units of the currency, 0 for none."""

    value: int
    country: str = ""

    @classmethod
    def from_data(cls, data: bytes) -> Denomination:
        """`data` are the five bytes of one row. What is no whole unit is worth nothing here."""
        digit, exponent = data[0], data[4]
        is_whole = not exponent & DIVIDES and exponent < 10
        return cls(digit * 10**exponent if is_whole else 0, _text(data[1:4]))

    def to_data(self) -> bytes:
        """Raises ValueError for a value that is not one digit and zeros."""
        text = str(self.value)
        digit, zeros = int(text[0]), len(text) - 1
        if digit * 10**zeros != self.value:
            raise ValueError(f"denomination: expected one digit and zeros, got {self.value}")
        return bytes((digit,)) + self.country.encode().ljust(3, b"\x00")[:3] + bytes((zeros,))


NO_BILL = Denomination(0)


def bill_table(data: bytes) -> tuple[Denomination, ...]:
    """Denominations of the bill types 0, 1, 2 ...; raises CorruptFrame."""
    if not data or len(data) % DENOMINATION:
        raise CorruptFrame(data, f"rows of {DENOMINATION} bytes", f"{len(data)} bytes")
    starts = range(0, min(len(data), LONGEST_TABLE), DENOMINATION)
    return tuple(Denomination.from_data(data[start : start + DENOMINATION]) for start in starts)


def bill_table_data(rows: tuple[Denomination, ...]) -> bytes:
    filled = rows + (NO_BILL,) * (len(BILL_TYPES) - len(rows))
    return b"".join(row.to_data() for row in filled)


# --- states told at a poll -----------------------------------------------------------------------


class Unit(IntEnum):
    """What a bill validator is doing; the last three name a bill type."""

    POWER_UP = 0x10
    POWER_UP_IN_VALIDATOR = 0x11
    POWER_UP_IN_STACKER = 0x12
    INITIALIZE = 0x13
    IDLING = 0x14
    ACCEPTING = 0x15
    STACKING = 0x17
    RETURNING = 0x18
    DISABLED = 0x19
    HOLDING = 0x1A
    BUSY = 0x1B
    REJECTING = 0x1C
    CASSETTE_FULL = 0x41
    CASSETTE_OUT = 0x42
    VALIDATOR_JAMMED = 0x43
    CASSETTE_JAMMED = 0x44
    CHEATED = 0x45
    PAUSE = 0x46
    FAILURE = 0x47
    ESCROW = 0x80
    STACKED = 0x81
    RETURNED = 0x82


POWER_UPS = frozenset({Unit.POWER_UP, Unit.POWER_UP_IN_VALIDATOR, Unit.POWER_UP_IN_STACKER})
WITH_DETAIL = frozenset(
    {Unit.BUSY, Unit.REJECTING, Unit.FAILURE, Unit.ESCROW, Unit.STACKED, Unit.RETURNED}
)


@dataclass(frozen=True)
class Said:
    """The reply to one poll. `detail` is a bill type, a reason, or a time in 100 ms."""

    unit: Unit
    detail: int = 0

    @classmethod
    def from_data(cls, data: bytes) -> Said:
        """Raises CorruptFrame for a state that is not a bill validator's."""
        if not data or data[0] not in list(Unit):
            raise CorruptFrame(data, "the state of a bill validator", data[:1].hex() or "nothing")
        unit = Unit(data[0])
        expected = 2 if unit in WITH_DETAIL else 1
        if len(data) != expected:
            raise CorruptFrame(data, f"{expected} bytes of {unit.name}", str(len(data)))
        return cls(unit, data[1] if expected == 2 else 0)

    def to_data(self) -> bytes:
        return bytes((self.unit, self.detail) if self.unit in WITH_DETAIL else (self.unit,))


# Why a note was refused (1C), as the stable words of the device contract.
REJECT_REASONS: dict[int, str] = {
    0x60: "twisted",  # insertion
    0x61: "not_recognised",  # magnetic
    0x62: "mechanism",  # remained bill in head
    0x63: "not_recognised",  # multiplying
    0x64: "mechanism",  # conveying
    0x65: "not_recognised",  # identification
    0x66: "not_recognised",  # verification
    0x67: "not_recognised",  # optic
    0x68: "inhibited",
    0x69: "not_recognised",  # capacity
    0x6A: "mechanism",  # operation
    0x6C: "length",
    0x6D: "not_recognised",  # ultraviolet
    **dict.fromkeys(range(0x92, 0x96), "barcode"),
}


def reject_reason(code: int) -> str:
    """`unknown_2a` for a code that stands in no table of ours."""
    return REJECT_REASONS.get(code, f"unknown_{code:02x}")


# What broke (47), for a technician.
FAILURES: dict[int, str] = {
    0x50: "stack motor",
    0x51: "speed of the transport motor",
    0x52: "transport motor",
    0x53: "aligning motor",
    0x54: "cassette status at start",
    0x55: "optic canal",
    0x56: "magnetic canal",
    0x5F: "capacitance canal",
}


def failure(code: int) -> str:
    """With its number, for the maker's service manual."""
    return f"{FAILURES.get(code, 'unknown')} ({code:02x})"


def fits(request: Request, answer: Answer) -> bool:
    """Whether this can be the answer to that. Frames carry no number, so their shape must do."""
    size = len(answer.data)
    match request.code:
        case _ if answer.reply in (Reply.NAK, Reply.ILLEGAL):
            return True
        case Code.POLL:
            return size in (1, 2)
        case Code.GET_STATUS:
            return size == 6
        case Code.IDENTIFICATION:
            return size >= PART + SERIAL and size != LONGEST_TABLE
        case Code.GET_BILL_TABLE:
            return size > 0 and size % DENOMINATION == 0
        case _:
            return answer.reply is Reply.ACK
