"""SSP on the wire: bytes <-> frozen messages, in the order of the manual.

Follows ITL's "SSP Implementation / Protocol Manual" GA138_2_2_2 (below: GA138): packets, generic
replies, commands, the replies that carry data, poll events. Wire: 9600 baud, 8 data bits, no
parity, 2 stop bits. What may stand around the data, eSSP's encryption, is cipher.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import msgspec

from drivers.base.crc import cms

STX = 0x7F
SEQUENCE_FLAG = 0x80  # bit 7 of SEQ/ID; bits 6 to 0 are the slave's address
OVERHEAD = 4  # SEQ/ID, LEN, CRCL, CRCH
SEALED = 0x7E  # first of the DATA: the rest is encrypted (eSSP)
LONGEST_DATA = 255  # LEN is one byte
FRAME_GAP = 0.1  # seconds; GA138 gives none: half a poll, room enough for a busy USB adapter


class CorruptFrame(ValueError):
    """Bytes that look like a packet or a reply and are none: which bytes, expected, got."""

    def __init__(self, raw: bytes, expected: str, got: str) -> None:
        super().__init__(f"{raw.hex(' ')}: expected {expected}, got {got}")


# --- packets: 7F | SEQ/ID | LEN | DATA | CRCL | CRCH, all but the first stuffed -----------------


class Frame(msgspec.Struct, frozen=True):
    """One packet. `sequence` is the flag that tells a new command from a repeated one."""

    sequence: bool
    data: bytes
    address: int = 0

    def to_bytes(self) -> bytes:
        first = self.address | (SEQUENCE_FLAG if self.sequence else 0)
        body = bytes((first, len(self.data))) + self.data
        body += cms(body).to_bytes(2, "little")
        return bytes((STX,)) + body.replace(b"\x7f", b"\x7f\x7f")

    @classmethod
    def from_body(cls, body: bytes) -> Frame:
        """Read an unstuffed packet without its STX; raises CorruptFrame."""
        if len(body) < OVERHEAD or len(body) != body[1] + OVERHEAD:
            raise CorruptFrame(body, "LEN + 4 bytes", f"{len(body)}")
        expected, got = cms(body[:-2]), body[-1] << 8 | body[-2]
        if got != expected:
            raise CorruptFrame(body, f"CRC {expected:04x}", f"{got:04x}")
        return cls(bool(body[0] & SEQUENCE_FLAG), body[2:-2], body[0] & ~SEQUENCE_FLAG)


class FrameReader:
    """Cuts a stream of bytes into packets, and never keeps more than one.

    A single 7F begins a packet wherever it stands, so a hurt one is over when the next begins. A
    silence ends one too: what comes after it has nothing to do with what came before.
    """

    def __init__(self) -> None:
        self._body: bytearray | None = None
        self._is_stuffed = False  # the last byte was a 7F inside a packet
        self._fed_at = 0.0
        self.corrupt = 0

    def reset(self) -> None:
        self._body, self._is_stuffed = None, False

    def feed(self, data: bytes, now: float) -> list[Frame]:
        if now - self._fed_at > FRAME_GAP:
            self.reset()
        self._fed_at = now
        if self._body is None and is_one_packet(data):
            found = self._checked(data[1:])
            return [] if found is None else [found]
        frames = [self._take(byte) for byte in data]
        return [frame for frame in frames if frame is not None]

    def _take(self, byte: int) -> Frame | None:
        if self._is_stuffed:
            self._is_stuffed = False
            if byte != STX:
                self._body = bytearray()
        elif byte == STX:
            if self._body:
                self._is_stuffed = True
            else:  # no address is 7F: this is the STX, or another one
                self._body = bytearray()
            return None
        if self._body is None:
            return None
        self._body.append(byte)
        return self._whole()

    def _whole(self) -> Frame | None:
        body = self._body
        if body is None or len(body) < OVERHEAD or len(body) < body[1] + OVERHEAD:
            return None
        self._body = None
        return self._checked(bytes(body))

    def _checked(self, body: bytes) -> Frame | None:
        try:
            return Frame.from_body(body)
        except CorruptFrame:
            self.corrupt += 1
            return None


def is_one_packet(data: bytes) -> bool:
    """Whether this is a packet from STX to CRC with nothing stuffed: most are, read whole."""
    return len(data) > OVERHEAD and len(data) - 1 == data[2] + OVERHEAD and data.rfind(STX) == 0


# --- generic replies: the first byte of every answer --------------------------------------------


class Generic(IntEnum):
    OK = 0xF0
    NOT_KNOWN = 0xF2
    WRONG_PARAMETERS = 0xF3
    OUT_OF_RANGE = 0xF4
    CANNOT_BE_PROCESSED = 0xF5
    SOFTWARE_ERROR = 0xF6
    FAIL = 0xF8
    KEY_NOT_SET = 0xFA


@dataclass(frozen=True)
class Answer:
    """What a slave says to one command."""

    generic: Generic
    data: bytes = b""

    def to_data(self) -> bytes:
        return bytes((self.generic,)) + self.data

    @classmethod
    def from_data(cls, data: bytes) -> Answer:
        """Raises CorruptFrame."""
        if not data or data[0] not in list(Generic):
            raise CorruptFrame(data, "a generic reply first", data[:1].hex() or "nothing")
        return cls(Generic(data[0]), data[1:])


# --- commands -----------------------------------------------------------------------------------


class Code(IntEnum):
    """The commands a note validator needs; GA138 numbers them so."""

    RESET = 0x01
    SET_INHIBITS = 0x02
    SETUP_REQUEST = 0x05
    HOST_PROTOCOL = 0x06
    POLL = 0x07
    REJECT = 0x08
    DISABLE = 0x09
    ENABLE = 0x0A
    SERIAL_NUMBER = 0x0C
    SYNC = 0x11
    LAST_REJECT = 0x17
    HOLD = 0x18
    FIRMWARE = 0x20
    DATASET = 0x21
    SET_GENERATOR = 0x4A
    SET_MODULUS = 0x4B
    KEY_EXCHANGE = 0x4C
    POLL_WITH_ACK = 0x56
    EVENT_ACK = 0x57
    COUNTERS = 0x58


ALWAYS_PLAIN = frozenset({Code.SYNC, Code.SET_GENERATOR, Code.SET_MODULUS, Code.KEY_EXCHANGE})
POLLS = frozenset({Code.POLL, Code.POLL_WITH_ACK})
CHANNELS = range(1, 17)  # SET_INHIBITS as sent here has two bytes


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


def set_inhibits(enabled: frozenset[int]) -> Request:
    """A bit that is set lets its channel in, whatever the name of the command suggests."""
    mask = sum(1 << channel - 1 for channel in enabled)
    return Request(Code.SET_INHIBITS, mask.to_bytes(2, "little"))


def enabled_channels(data: bytes) -> frozenset[int]:
    """What the data of SET_INHIBITS (one to three bytes) lets in."""
    mask = int.from_bytes(data, "little")
    return frozenset(bit + 1 for bit in range(8 * len(data)) if mask >> bit & 1)


# --- replies that carry data --------------------------------------------------------------------

HOPPER = 0x03  # its set-up reply has another layout
EXTENDED_SINCE = 6  # protocol version from which the set-up reply has four-byte values


@dataclass(frozen=True)
class Setup:
    """The set-up reply. `values` are minor units (paise) of channels 1, 2, 3 ..."""

    unit: int
    firmware: str
    country: str
    values: tuple[int, ...]
    version: int

    @classmethod
    def from_data(cls, data: bytes) -> Setup:
        """`data` follows the F0; raises CorruptFrame, also for a unit of another layout."""
        if data[:1] == bytes((HOPPER,)):
            raise CorruptFrame(data[:1], "a note validator", "a hopper")
        if len(data) < 12 or len(data) < 16 + 2 * data[11]:
            raise CorruptFrame(data, "unit, firmware, country, multiplier, n channels", "less")
        count, end = data[11], 12 + 2 * data[11]
        multiplier = int.from_bytes(data[end : end + 3], "big")
        version, tail = data[end + 3], data[end + 4 :]
        if version >= EXTENDED_SINCE:
            if len(tail) < 7 * count:
                raise CorruptFrame(data, f"{7 * count} bytes of extension", str(len(tail)))
            fours = [tail[3 * count + 4 * i :][:4] for i in range(count)]
            values = tuple(int.from_bytes(four, "little") * multiplier for four in fours)
        else:
            ones = data[12 : 12 + count]
            values = tuple(one * int.from_bytes(data[8:11], "big") * multiplier for one in ones)
        return cls(data[0], _text(data[1:5]), _text(data[5:8]), values, version)

    def to_data(self, multiplier: int = 100) -> bytes:
        """As a unit of protocol 6 or later answers, one-byte values cut short as it does."""
        wholes = [value // multiplier for value in self.values]
        count = len(wholes)
        head = bytes((self.unit,)) + self.firmware.encode() + self.country.encode()
        head += (1).to_bytes(3, "big") + bytes((count,))
        head += bytes(whole if whole < 256 else 0 for whole in wholes) + b"\x02" * count
        head += multiplier.to_bytes(3, "big") + bytes((self.version,))
        fours = b"".join(whole.to_bytes(4, "little") for whole in wholes)
        return head + self.country.encode() * count + fours


def _text(data: bytes) -> str:
    return data.decode("ascii", "replace")


def serial_number(data: bytes) -> int:
    """Four bytes, big endian; raises CorruptFrame."""
    if len(data) != 4:
        raise CorruptFrame(data, "a serial number of 4 bytes", str(len(data)))
    return int.from_bytes(data, "big")


@dataclass(frozen=True)
class Counters:
    """Notes over the life of the unit. Those of payout units are read past."""

    stacked: int
    rejected: int

    @classmethod
    def from_data(cls, data: bytes) -> Counters:
        """Raises CorruptFrame."""
        if len(data) < 21:
            raise CorruptFrame(data, "n and 5 counters of 4 bytes", f"{len(data)} bytes")
        fours = [int.from_bytes(data[place : place + 4], "little") for place in range(1, 21, 4)]
        return cls(fours[0], fours[4])

    def to_data(self) -> bytes:
        fours = (self.stacked, 0, 0, 0, self.rejected)
        return b"\x05" + b"".join(four.to_bytes(4, "little") for four in fours)


# Why a note was refused (LAST_REJECT), as the stable words of the device contract.
REJECT_REASONS: dict[int, str] = {
    0x00: "accepted",
    0x01: "length",
    **dict.fromkeys(range(0x02, 0x06), "not_recognised"),
    0x06: "inhibited",
    0x07: "second_note",
    0x08: "host",
    0x09: "not_recognised",  # looks like two channels at once
    0x0A: "rear_sensor",
    0x0B: "too_long",
    0x0C: "disabled",
    0x0D: "slow_mechanism",
    0x0E: "fraud",  # pulled on a string
    0x0F: "fraud",
    0x10: "no_note",
    0x11: "not_recognised",
    0x12: "twisted",
    0x13: "escrow_timeout",
    0x14: "barcode",
    0x15: "mechanism",
    0x16: "mechanism",
    0x17: "mechanism",
    0x18: "not_recognised",
    0x19: "width",
    0x1A: "too_short",
    0x1B: "payout",
    0x1C: "double",
    0x1D: "unable_to_stack",
}


def reject_reason(data: bytes) -> str:
    """`unknown_2a` for a code that stands in no table of ours."""
    if not data:
        return "not_told"
    return REJECT_REASONS.get(data[0], f"unknown_{data[0]:02x}")


# --- poll events --------------------------------------------------------------------------------


class Poll(IntEnum):
    """What a note validator reports; the events of payout units are not among them."""

    ALL_INHIBITED = 0xB5
    INITIALISING = 0xB6
    STACKING = 0xCC
    PATH_OPEN = 0xE0
    CLEARED_FROM_FRONT = 0xE1
    CLEARED_TO_CASH_BOX = 0xE2
    CASH_BOX_REMOVED = 0xE3
    CASH_BOX_REPLACED = 0xE4
    FRAUD_ATTEMPT = 0xE6
    STACKER_FULL = 0xE7
    DISABLED = 0xE8
    UNSAFE_JAM = 0xE9
    SAFE_JAM = 0xEA
    STACKED = 0xEB
    REJECTED = 0xEC
    REJECTING = 0xED
    CREDIT = 0xEE
    READ = 0xEF  # channel 0: moving, not yet known; else: valid, and in escrow
    SLAVE_RESET = 0xF1


WITH_CHANNEL = frozenset(
    {
        Poll.CLEARED_FROM_FRONT,
        Poll.CLEARED_TO_CASH_BOX,
        Poll.FRAUD_ATTEMPT,
        Poll.CREDIT,
        Poll.READ,
    }
)
REPEATED_UNTIL_ACKNOWLEDGED = frozenset(
    {Poll.CREDIT, Poll.FRAUD_ATTEMPT, Poll.CLEARED_TO_CASH_BOX}
)  # to POLL_WITH_ACK


@dataclass(frozen=True)
class PollEvent:
    code: Poll
    channel: int = 0

    def to_bytes(self) -> bytes:
        return bytes((self.code, self.channel) if self.code in WITH_CHANNEL else (self.code,))


def parse_poll(data: bytes) -> tuple[list[PollEvent], bytes]:
    """The events of a poll reply (after F0), and the bytes from the first unknown one on.

    An unknown event has an unknown length, so nothing behind it can be read.
    """
    events: list[PollEvent] = []
    place = 0
    while place < len(data) and data[place] in list(Poll):
        code = Poll(data[place])
        width = 2 if code in WITH_CHANNEL else 1
        if place + width > len(data):
            break
        events.append(PollEvent(code, data[place + 1] if width == 2 else 0))
        place += width
    return events, data[place:]
