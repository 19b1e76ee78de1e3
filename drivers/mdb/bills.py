"""The bill validator's commands and answers, as MDB/ICP 4.2, 6.3 has them. No recycler."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from drivers.mdb.codec import Said, Unknown, mask_of, of_length, scaled

# --- bill validator (6.3) ---------------------------------------------------------------------


class Bills(IntEnum):
    """First bytes of the validator's commands, at address 30."""

    RESET = 0x30
    SETUP = 0x31
    SECURITY = 0x32
    POLL = 0x33
    BILL_TYPE = 0x34
    ESCROW = 0x35
    STACKER = 0x36
    EXPANSION = 0x37


ESCROW_RETURN, ESCROW_STACK = b"\x35\x00", b"\x35\x01"
BILL_ID = b"\x37\x00"


def bill_type(accepted: Iterable[int]) -> bytes:
    """Which types come in; each stops in escrow."""
    mask = mask_of(accepted)
    return bytes((Bills.BILL_TYPE,)) + mask + mask


@dataclass(frozen=True)
class BillSetup:
    """The answer to SETUP of a validator. `values` are paise of types 0 to 15."""

    level: int
    currency: bytes
    factor: int
    decimals: int
    capacity: int  # of the stacker
    security: bytes
    has_escrow: bool
    credits: tuple[int, ...]

    @classmethod
    def from_data(cls, data: bytes) -> BillSetup:
        """Raises CorruptBlock."""
        of_length(data, 27)
        factor, capacity = int.from_bytes(data[3:5], "big"), int.from_bytes(data[6:8], "big")
        currency, security = data[1:3], data[8:10]
        credits = tuple(data[11:])
        return cls(
            data[0], currency, factor, data[5], capacity, security, data[10] == 0xFF, credits
        )

    def to_data(self) -> bytes:
        numbers = self.factor.to_bytes(2, "big") + bytes((self.decimals,))
        rest = self.capacity.to_bytes(2, "big") + self.security
        escrow = bytes((0xFF if self.has_escrow else 0,))
        return bytes((self.level,)) + self.currency + numbers + rest + escrow + bytes(self.credits)

    @property
    def values(self) -> tuple[int, ...]:
        """Paise; raises CorruptBlock for a currency with parts smaller than a paisa."""
        raw = self.to_data()
        return tuple(scaled(each, self.factor, self.decimals, raw) for each in self.credits)


FULL = 0x8000  # of the two bytes that answer STACKER; the rest is the count


class BillStatus(IntEnum):
    DEFECTIVE_MOTOR = 0x01
    SENSOR = 0x02
    BUSY = 0x03
    ROM_CHECKSUM = 0x04
    JAMMED = 0x05
    JUST_RESET = 0x06
    REMOVED_FROM_ESCROW = 0x07
    CASH_BOX_OUT = 0x08
    DISABLED = 0x09
    INVALID_ESCROW = 0x0A
    REJECTED = 0x0B
    CREDITED_BILL_REMOVAL = 0x0C


class BillWord(IntEnum):
    """What became of a bill."""

    STACKED = 0
    IN_ESCROW = 1  # in every poll
    RETURNED = 2
    TO_RECYCLER = 3
    DISABLED_REJECTED = 4
    MANUAL_FILL = 5
    MANUAL_DISPENSE = 6
    RECYCLER_TO_BOX = 7


@dataclass(frozen=True)
class Bill:
    number: int
    word: BillWord


@dataclass(frozen=True)
class Attempts:
    """Bills that were put to a validator that takes none."""

    count: int


BillActivity = Bill | Attempts | Said | Unknown


def bill_activities(data: bytes) -> list[BillActivity]:
    """What an answer to the validator's POLL says, in its order."""
    return [_bill_word(code) for code in data]


def _bill_word(code: int) -> BillActivity:
    if code & 0x80:
        return Bill(code & 0x0F, BillWord(code >> 4 & 7))
    if code & 0xE0 == 0x40:
        return Attempts(code & 0x1F)
    return Said(BillStatus(code)) if code in set(BillStatus) else Unknown(code)


def bill_byte(activity: BillActivity) -> bytes:
    """The other way round, for the device's side."""
    match activity:
        case Bill(number, word):
            return bytes((0x80 | word << 4 | number,))
        case Attempts(count):
            return bytes((0x40 | count,))
        case Said(status):
            return bytes((status,))
        case Unknown(code):
            return bytes((code,))
