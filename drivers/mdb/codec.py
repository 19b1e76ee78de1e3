"""MDB/ICP on the wire: nine-bit words and blocks, and what the commands and answers say.

Follows NAMA's "MDB/ICP" 4.2: section 2 (words, blocks, checksum), and what both peripherals say
alike of 5.3 and 6.3; coins.py and bills.py have the rest. Every byte travels with a ninth "mode"
bit, which a UART of eight bits cannot send: the adapter does (adapter.py). Multi-byte values have
the most significant byte first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

MODE = 0x100  # the ninth bit: on a master's first byte, and on a slave's last
LONGEST_BLOCK = 36  # bytes, the checksum among them
ACK, RET, NAK = 0x00, 0xAA, 0xFF  # RET (say it again) is the master's alone
TYPES = range(16)  # coin or bill types


class CorruptBlock(ValueError):
    """Words that are no block, or data that are no such answer: which bytes, expected, got."""

    def __init__(self, data: Iterable[int], expected: str, got: str) -> None:
        shown = " ".join(f"{word & 0xFF:02x}" + "*" * bool(word & MODE) for word in data)
        super().__init__(f"[{shown}]: expected {expected}, got {got}")


# --- words and blocks (2.1 to 2.4) ------------------------------------------------------------


def checksum(data: bytes) -> int:
    """The low eight bits of the sum: of a master's address too, of a slave's data."""
    return sum(data) & 0xFF


def master_block(command: bytes) -> tuple[int, ...]:
    """The words of a command: the mode bit is on its first byte, the address."""
    _check_length(command)
    return (command[0] | MODE, *command[1:], checksum(command))


def slave_block(data: bytes) -> tuple[int, ...]:
    """The words of an answer: the mode bit is on its last byte, the checksum."""
    _check_length(data)
    return (*data, checksum(data) | MODE)


def read_master(words: Sequence[int]) -> bytes:
    """The command in a master's block; raises CorruptBlock."""
    if len(words) < 2 or not words[0] & MODE or any(word & MODE for word in words[1:]):
        raise CorruptBlock(words, "the mode bit on the first of two words or more", "other")
    return _summed(words)


def read_slave(words: Sequence[int]) -> bytes:
    """The data in a slave's block; raises CorruptBlock. ACK and NAK alone are no block."""
    if len(words) < 2 or not words[-1] & MODE or any(word & MODE for word in words[:-1]):
        raise CorruptBlock(words, "the mode bit on the last of two words or more", "other")
    return _summed(words)


def _summed(words: Sequence[int]) -> bytes:
    data, said = bytes(word & 0xFF for word in words[:-1]), words[-1] & 0xFF
    if said != checksum(data):
        raise CorruptBlock(words, f"checksum {checksum(data):02x}", f"{said:02x}")
    return data


def _check_length(data: bytes) -> None:
    if not 0 < len(data) < LONGEST_BLOCK:
        raise ValueError(f"expected 1 to {LONGEST_BLOCK - 1} bytes, got {len(data)}")


def mask_of(types: Iterable[int]) -> bytes:
    """Two bytes, bit 0 of the last is type 0."""
    return sum(1 << number for number in types).to_bytes(2, "big")


def types_in(mask: bytes) -> frozenset[int]:
    bits = int.from_bytes(mask, "big")
    return frozenset(number for number in TYPES if bits >> number & 1)


# --- currency (appendix A1) -------------------------------------------------------------------

RUPEE = frozenset({b"\x13\x56", b"\x00\x91"})  # ISO 4217 numeric 356, or the telephone code 91
PAISE_DECIMALS = 2  # a rupee has a hundred paise


def scaled(credit: int, factor: int, decimals: int, data: bytes) -> int:
    """The paise of a credit byte; 0 for a type that is not used, or a token."""
    if credit in (0, 0xFF):
        return 0
    if decimals > PAISE_DECIMALS:
        raise CorruptBlock(data, "at most two decimals of a rupee", str(decimals))
    return credit * factor * (100, 10, 1)[decimals]


def of_length(data: bytes, length: int) -> None:
    if len(data) != length:
        raise CorruptBlock(data, f"{length} bytes", str(len(data)))


def _text(raw: bytes) -> str:
    """ASCII as it may stand in a log."""
    return "".join(chr(byte) if 32 <= byte < 127 else "?" for byte in raw).strip()


# --- who it is (EXPANSION ID) ---------------------------------------------------------------


@dataclass(frozen=True)
class Identification:
    """The answer to EXPANSION ID, of a changer (33 bytes) or a validator (29 or 33)."""

    maker: str
    serial: str
    model: str
    software: str
    options: int  # as bits

    @classmethod
    def from_data(cls, data: bytes) -> Identification:
        """Raises CorruptBlock."""
        if len(data) not in (29, 33):
            raise CorruptBlock(data, "29 or 33 bytes", str(len(data)))
        names = _text(data[:3]), _text(data[3:15]), _text(data[15:27])
        return cls(*names, data[27:29].hex(), int.from_bytes(data[29:], "big"))

    def to_data(self, has_options: bool) -> bytes:
        names = f"{self.maker:<3.3}{self.serial:>12.12}{self.model:<12.12}".encode("ascii")
        options = self.options.to_bytes(4, "big") if has_options else b""
        return names + bytes.fromhex(self.software) + options


# --- what a poll may say of either -------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """A status word."""

    status: IntEnum


@dataclass(frozen=True)
class Unknown:
    """A byte that the document does not know."""

    code: int
