"""The input report of a swipe, and the commands in feature reports: MagneSafe V5, 99875475."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag

from drivers.base.transfers import Pipe, framed

VENDOR, PRODUCT = 0x0801, 0x0011

# --- the input report, offsets in bytes (manual 99875475, HID card data) -----------------------

TRACKS = (1, 2, 3)
STATUS_AT = 0  # one byte a track; bit 0 is an error
LENGTH_AT = 3  # of the encrypted data, one byte a track
ENCODE_TYPE_AT = 6
ENCRYPTED_AT = 7
FIELD = 112  # bytes of each track's field, encrypted or masked
SERIAL_AT, SERIAL_SIZE = 477, 16
ENCRYPTION_AT = 493  # two bytes, big endian
KSN_AT, KSN_SIZE = 495, 10
MASKED_LENGTH_AT = 505
MASKED_AT = 508
ABSOLUTE_LENGTH_AT = 852
SHORTEST_REPORT = 856
REPORT_SIZE = 888


class EncodeType(IntEnum):
    """What the reader takes the card for."""

    ISO = 0
    AAMVA = 1
    CADL = 2
    BLANK = 3
    OTHER = 4
    UNDETERMINED = 5
    NONE = 6


class Encryption(IntFlag):
    """The reader encryption status."""

    KEYS_EXHAUSTED = 1 << 0
    KEY_INJECTED = 1 << 1
    ENABLED = 1 << 2
    AUTHENTICATION_REQUIRED = 1 << 3
    TIMED_OUT = 1 << 4
    COUNTER_EXPIRED = 1 << 8
    DATA_VARIANT = 1 << 11  # of the newer readers; the others encrypt tracks with the PIN variant


@dataclass(frozen=True)
class Report:
    """One swipe. Views into what was received, good as long as that is.

    `tracks` are encrypted; where `encryption` says that nothing is, they are in clear.
    """

    errors: tuple[bool, ...]
    encode_type: int
    tracks: dict[int, memoryview]
    masked: dict[int, memoryview]
    serial: str
    encryption: Encryption
    ksn: bytes

    def __repr__(self) -> str:
        return f"Report(type {self.encode_type}, {self.encryption!r}, tracks {sorted(self.tracks)})"


def read_report(data: memoryview) -> Report | None:
    """None for what is too short, or says lengths that no field has."""
    if len(data) < SHORTEST_REPORT:
        return None
    lengths = data[LENGTH_AT : LENGTH_AT + 3], data[MASKED_LENGTH_AT : MASKED_LENGTH_AT + 3]
    if max(max(each) for each in lengths) > FIELD:
        return None
    return Report(
        errors=tuple(bool(status & 1) for status in data[STATUS_AT : STATUS_AT + 3]),
        encode_type=data[ENCODE_TYPE_AT],
        tracks=_fields(data[ENCRYPTED_AT:], lengths[0]),
        masked=_fields(data[MASKED_AT:], lengths[1]),
        serial=text_of(data[SERIAL_AT : SERIAL_AT + SERIAL_SIZE]),
        encryption=Encryption(int.from_bytes(data[ENCRYPTION_AT : ENCRYPTION_AT + 2])),
        ksn=bytes(data[KSN_AT : KSN_AT + KSN_SIZE]),
    )


def _fields(data: memoryview, lengths: memoryview) -> dict[int, memoryview]:
    """The tracks that have anything."""
    return {
        number: data[place * FIELD : place * FIELD + lengths[place]]
        for place, number in enumerate(TRACKS)
        if lengths[place]
    }


def text_of(data: memoryview | bytes) -> str:
    """NUL padded ASCII."""
    return bytes(data).split(b"\0")[0].decode("ascii", "replace")


def write_report(
    tracks: dict[int, bytes],
    masked: dict[int, bytes],
    errors: tuple[bool, ...],
    serial: str,
    encryption: Encryption,
    ksn: bytes,
    encode_type: EncodeType = EncodeType.ISO,
) -> bytes:
    """The report a reader sends; for the emulator and for tests."""
    report = bytearray(REPORT_SIZE)
    report[ENCODE_TYPE_AT] = encode_type
    for place, number in enumerate(TRACKS):
        report[STATUS_AT + place] = errors[place]
        for data, length_at, start in (
            (tracks, LENGTH_AT, ENCRYPTED_AT),
            (masked, MASKED_LENGTH_AT, MASKED_AT),
        ):
            field = data.get(number, b"")
            report[length_at + place] = len(field)
            at = start + place * FIELD
            report[at : at + len(field)] = field
        report[ABSOLUTE_LENGTH_AT + place] = len(masked.get(number, b""))
    report[SERIAL_AT : SERIAL_AT + len(serial)] = serial.encode()
    report[ENCRYPTION_AT : ENCRYPTION_AT + 2] = encryption.to_bytes(2)
    report[KSN_AT : KSN_AT + KSN_SIZE] = ksn
    return bytes(report)


# --- feature reports: command, length, data; result code, length, data ---------------------------

FEATURE_SIZE = 60  # bytes; the report is as long as the descriptor says, and padded with zeros


class Command(IntEnum):
    GET_PROPERTY = 0x00
    SET_PROPERTY = 0x01
    GET_KSN = 0x09  # DUKPT KSN and counter


class Property(IntEnum):
    SOFTWARE_ID = 0x00
    DEVICE_SERIAL = 0x03
    ISO_MASK = 0x07


class Result(IntEnum):
    SUCCESS = 0x00
    FAILURE = 0x01
    BAD_PARAMETER = 0x02
    REDUNDANT = 0x03
    BAD_CRYPTOGRAPHY = 0x04
    DELAYED = 0x05
    NO_KEYS = 0x06
    INVALID_OPERATION = 0x07  # also: a setting that this security level keeps


@dataclass(frozen=True)
class Request:
    """One command and what goes with it."""

    command: Command
    data: bytes = b""

    def to_transfers(self) -> bytes:
        """Set_Report with the command, Get_Report for its answer."""
        report = bytes((self.command, len(self.data))) + self.data
        padded = report + bytes(FEATURE_SIZE - len(report))
        answer = framed(Pipe.GET_FEATURE, FEATURE_SIZE.to_bytes(2))
        return framed(Pipe.SET_FEATURE, padded) + answer


@dataclass(frozen=True)
class Answer:
    result: int
    data: bytes


def read_answer(data: memoryview) -> Answer | None:
    """None for what is too short for its own length."""
    if len(data) < 2 or len(data) < 2 + data[1]:
        return None
    return Answer(data[0], bytes(data[2 : 2 + data[1]]))


@dataclass(frozen=True)
class Mask:
    """The ISO track mask property, `04040Y`: digits shown in front and behind, what hides them."""

    first: int
    last: int
    hides: str

    @property
    def is_too_open(self) -> bool:
        """More than PCI DSS 3.4 lets anybody show."""
        return self.first > 6 or self.last > 4

    @classmethod
    def read(cls, data: bytes) -> Mask | None:
        text = data.decode("ascii", "replace")
        if len(text) != 6 or not text[:4].isdigit():
            return None
        return cls(int(text[:2]), int(text[2:4]), text[4])


DEFAULT_MASK = Mask(4, 4, "0")
WANTED_MASK = b"06040Y"
