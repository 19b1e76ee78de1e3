"""ESC/POS: bytes <-> values, in the order of protocols/escpos.md: status, ASB, replies, printing.

Facts of the document are cited by section. What the printer reads is built here and taken apart
by stream.py, which the emulator uses; what the printer says is built and read here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from enum import IntEnum, IntFlag

DLE, EOT, ENQ, DC4, ESC, GS = 0x10, 0x04, 0x05, 0x14, 0x1B, 0x1D
XON, XOFF = 0x11, 0x13
DOTS_PER_MM = 8  # 203 dpi (7.6)
BAND_ROWS = 256  # the most rows of one GS v 0 (7.6)

# --- 7.2 real-time status ------------------------------------------------------------------

FIXED = 0x93  # bits that tell the kinds of answer apart
REAL_TIME, ASB_FIRST = 0x12, 0x10  # values of the fixed bits
ASB_NEXT_FIXED = 0x90  # both zero in bytes 2 to 4 of an ASB


class CorruptReply(ValueError):
    """Bytes that no printer says; tells the bytes, what was expected and what came."""


class About(IntEnum):
    """The n of DLE EOT: what the one byte of the answer is about."""

    PRINTER = 1
    OFFLINE_CAUSE = 2
    ERROR_CAUSE = 3
    PAPER = 4


class PrinterBit(IntFlag):
    OFFLINE = 0x08


class OfflineBit(IntFlag):
    COVER_OPEN = 0x04
    PAPER_STOP = 0x20
    ERROR = 0x40


class ErrorBit(IntFlag):
    MECHANICAL = 0x04
    CUTTER = 0x08
    UNRECOVERABLE = 0x20
    HOT = 0x40  # recovers by itself: head temperature or voltage


class PaperBit(IntFlag):
    NEAR_END = 0x0C
    END = 0x60


@dataclass(frozen=True)
class Condition:
    """What the printer says of itself, by real-time status or ASB."""

    is_offline: bool = False
    cover_is_open: bool = False
    mechanical_error: bool = False
    cutter_error: bool = False
    unrecoverable: bool = False
    is_hot: bool = False
    paper_near_end: bool = False
    paper_end: bool = False

    @property
    def has_error(self) -> bool:
        return self.mechanical_error or self.cutter_error or self.unrecoverable or self.is_hot

    def __str__(self) -> str:
        true = [field.name for field in fields(self) if getattr(self, field.name)]
        return ", ".join(true) or "all clear"


def ask_status(about: About) -> bytes:
    return bytes((DLE, EOT, about))


def status_byte(about: About, now: Condition) -> int:
    """The answer to DLE EOT `about`."""
    bits = {
        About.PRINTER: PrinterBit.OFFLINE * now.is_offline,
        About.OFFLINE_CAUSE: OfflineBit.COVER_OPEN * now.cover_is_open
        | OfflineBit.PAPER_STOP * now.paper_end
        | OfflineBit.ERROR * now.has_error,
        About.ERROR_CAUSE: ErrorBit.MECHANICAL * now.mechanical_error
        | ErrorBit.CUTTER * now.cutter_error
        | ErrorBit.UNRECOVERABLE * now.unrecoverable
        | ErrorBit.HOT * now.is_hot,
        About.PAPER: PaperBit.NEAR_END * now.paper_near_end | PaperBit.END * now.paper_end,
    }
    return REAL_TIME | bits[about]


def with_status(before: Condition, about: About, status: int) -> Condition:
    """What is known after this answer; raises CorruptReply where the fixed bits are wrong."""
    if status & FIXED != REAL_TIME:
        raise CorruptReply(
            f"{status:02x}: expected fixed bits {REAL_TIME:02x}, got {status & FIXED:02x}"
        )
    match about:
        case About.PRINTER:
            return replace(before, is_offline=bool(status & PrinterBit.OFFLINE))
        case About.OFFLINE_CAUSE:
            return replace(before, cover_is_open=bool(status & OfflineBit.COVER_OPEN))
        case About.ERROR_CAUSE:
            return replace(
                before,
                mechanical_error=bool(status & ErrorBit.MECHANICAL),
                cutter_error=bool(status & ErrorBit.CUTTER),
                unrecoverable=bool(status & ErrorBit.UNRECOVERABLE),
                is_hot=bool(status & ErrorBit.HOT),
            )
        case About.PAPER:
            return replace(
                before,
                paper_near_end=bool(status & PaperBit.NEAR_END),
                paper_end=bool(status & PaperBit.END),
            )


# --- 7.3 automatic status back -------------------------------------------------------------

ASB_LENGTH = 4
ASB_ALL = 0x0E  # online/offline, error, paper sensor; not the drawer


class Asb1(IntFlag):
    FIXED = 0x10
    OFFLINE = 0x08
    COVER_OPEN = 0x20


class Asb3(IntFlag):
    NEAR_END = 0x03
    END = 0x0C


def enable_asb(mask: int = ASB_ALL) -> bytes:
    return bytes((GS, ord("a"), mask))


def asb_bytes(now: Condition) -> bytes:
    first = Asb1.FIXED | Asb1.OFFLINE * now.is_offline | Asb1.COVER_OPEN * now.cover_is_open
    second = status_byte(About.ERROR_CAUSE, now) & ~REAL_TIME  # the same bits as in 7.2, n = 3
    third = Asb3.NEAR_END * now.paper_near_end | Asb3.END * now.paper_end
    return bytes((first, second, third, 0))


def read_asb(raw: bytes) -> Condition:
    """Raises CorruptReply."""
    if len(raw) != ASB_LENGTH or raw[0] & FIXED != ASB_FIRST:
        raise CorruptReply(f"{raw.hex(' ')}: expected 4 bytes, the first with bit 4 alone fixed")
    if any(byte & ASB_NEXT_FIXED for byte in raw[1:]):
        raise CorruptReply(f"{raw.hex(' ')}: expected bits 4 and 7 clear in bytes 2 to 4")
    return Condition(
        is_offline=bool(raw[0] & Asb1.OFFLINE),
        cover_is_open=bool(raw[0] & Asb1.COVER_OPEN),
        mechanical_error=bool(raw[1] & ErrorBit.MECHANICAL),
        cutter_error=bool(raw[1] & ErrorBit.CUTTER),
        unrecoverable=bool(raw[1] & ErrorBit.UNRECOVERABLE),
        is_hot=bool(raw[1] & ErrorBit.HOT),
        paper_near_end=bool(raw[2] & Asb3.NEAR_END),
        paper_end=bool(raw[2] & Asb3.END),
    )


# --- 7.4 solicited: identity and process id ------------------------------------------------


class IdentityItem(IntEnum):
    """The n of GS I whose answer is a text."""

    FIRMWARE = 65
    MAKER = 66
    MODEL = 67
    SERIAL = 68


IDENTITY_HEADER, PROCESS_HEADER = 0x5F, 0x37
PROCESS_MARK, KEYS_MARK = 0x22, 0x72
PROCESS_ID_LENGTH = 4
PROCESS_REQUEST = bytes((GS, ord("("), ord("H"), 6, 0, 0x30, 0x30))
LONGEST_BLOCK = 84  # bytes of a block answer: 40 keys; texts have 20


def ask_identity(item: IdentityItem) -> bytes:
    return bytes((GS, ord("I"), item))


def identity_reply(text: str) -> bytes:
    return bytes((IDENTITY_HEADER,)) + text.encode("ascii") + b"\0"


def process_id(number: int) -> bytes:
    """Four printable characters, as GS ( H wants them; comes round after 65536."""
    return b"%04X" % (number & 0xFFFF)


def request_process_id(name: bytes) -> bytes:
    """Asks the printer to say `name` once everything before it has been processed."""
    if len(name) != PROCESS_ID_LENGTH:
        raise ValueError(f"{name!r}: expected {PROCESS_ID_LENGTH} bytes, got {len(name)}")
    return PROCESS_REQUEST + name


def process_reply(name: bytes) -> bytes:
    return bytes((PROCESS_HEADER, PROCESS_MARK)) + name + b"\0"


def keys_reply(keys: Iterable[bytes]) -> bytes:
    return bytes((PROCESS_HEADER, KEYS_MARK, 0x40)) + b"".join(keys) + b"\0"


@dataclass(frozen=True)
class StatusAnswer:
    """One byte to a DLE EOT; it does not say which n it answers."""

    byte: int


@dataclass(frozen=True)
class AsbReport:
    condition: Condition


@dataclass(frozen=True)
class IdentityAnswer:
    text: str


@dataclass(frozen=True)
class Processed:
    """Everything before this process id is on paper."""

    name: bytes


@dataclass(frozen=True)
class StoredKeys:
    """The keys of the pictures in the printer's memory, two characters each."""

    data: bytes


ReplyFromPrinter = StatusAnswer | AsbReport | IdentityAnswer | Processed | StoredKeys


class ReplyReader:
    """Cuts what the printer says into replies; skips noise, and never keeps more than a block."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.corrupt = 0

    def feed(self, data: bytes) -> Iterator[ReplyFromPrinter]:
        self._buffer += bytes(byte for byte in data if byte not in (XON, XOFF))
        while self._buffer:
            reply, used = self._next()
            if not used:
                return
            del self._buffer[:used]
            if reply is None:
                self.corrupt += 1
            else:
                yield reply

    def _next(self) -> tuple[ReplyFromPrinter | None, int]:
        """A reply and its length; (None, 1) for noise; (None, 0) when more must come."""
        first = self._buffer[0]
        if first in (IDENTITY_HEADER, PROCESS_HEADER):
            return self._next_block()
        if first & FIXED == REAL_TIME:
            return StatusAnswer(first), 1
        if first & FIXED == ASB_FIRST:
            return self._next_asb()
        return None, 1

    def _next_asb(self) -> tuple[ReplyFromPrinter | None, int]:
        raw = bytes(self._buffer[:ASB_LENGTH])
        if any(byte & ASB_NEXT_FIXED for byte in raw[1:]):
            return None, 1
        return (AsbReport(read_asb(raw)), ASB_LENGTH) if len(raw) == ASB_LENGTH else (None, 0)

    def _next_block(self) -> tuple[ReplyFromPrinter | None, int]:
        end = self._buffer.find(0, 0, LONGEST_BLOCK)
        if end < 0:
            return None, 1 if len(self._buffer) >= LONGEST_BLOCK else 0
        body = bytes(self._buffer[1:end])
        if self._buffer[0] == PROCESS_HEADER:
            if len(body) == 1 + PROCESS_ID_LENGTH and body[0] == PROCESS_MARK:
                return Processed(body[1:]), end + 1
            if body[:1] == bytes((KEYS_MARK,)) and len(body) % 2 == 0 and len(body) > 1:
                return StoredKeys(body[2:]), end + 1  # behind its status, 40 or 41
            return None, 1
        is_text = all(0x20 <= byte < 0x7F for byte in body)
        return (IdentityAnswer(body.decode("ascii")), end + 1) if is_text else (None, 1)


# --- 7.5 recovery --------------------------------------------------------------------------

INITIALISE = bytes((ESC, ord("@")))
RECOVER_AND_CLEAR = bytes((DLE, ENQ, 2))  # once the cause is gone
CLEAR_BUFFERS = bytes.fromhex("10 14 08 01 03 14 01 06 02 08")  # at once, offline too


# --- 7.6 printing --------------------------------------------------------------------------


def raster(row_bytes: int, rows: int, dots: bytes) -> bytes:
    """GS v 0, normal size: `rows` rows of `row_bytes`, leftmost dot in bit 7, 1 is black."""
    if not 0 < rows <= BAND_ROWS or len(dots) != row_bytes * rows:
        raise ValueError(
            f"raster: expected 1 to {BAND_ROWS} rows and {row_bytes} bytes each, "
            f"got {rows} rows and {len(dots)} bytes"
        )
    size = row_bytes.to_bytes(2, "little") + rows.to_bytes(2, "little")
    return bytes((GS, ord("v"), ord("0"), 0)) + size + dots


def feed_dots(dots: int) -> bytes:
    """ESC J: up to 255 rows of blank paper."""
    return bytes((ESC, ord("J"), dots))


def feed_and_cut(dots: int) -> bytes:
    """GS V 66: feed to the cutter and `dots` more, then cut all but one point."""
    return bytes((GS, ord("V"), 66, dots))
