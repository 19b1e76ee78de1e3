"""The coin changer's commands and answers: bytes <-> frozen dataclasses, after MDB/ICP 4.2, 5.3."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from drivers.mdb.codec import (
    CorruptBlock,
    Said,
    Unknown,
    mask_of,
    of_length,
    scaled,
    types_in,
)

# --- coin changer: commands (5.3) -------------------------------------------------------------


class Changer(IntEnum):
    """First bytes of the changer's commands, at address 08."""

    RESET = 0x08
    SETUP = 0x09
    TUBE_STATUS = 0x0A
    POLL = 0x0B
    COIN_TYPE = 0x0C
    DISPENSE = 0x0D
    EXPANSION = 0x0F


EXPAND_ID, EXPAND_ENABLE = b"\x0f\x00", b"\x0f\x01"
PAY_OUT, PAY_OUT_STATUS = b"\x0f\x02", b"\x0f\x03"
ALTERNATIVE_PAY_OUT = 1  # bit 0 of the options: PAY_OUT and PAY_OUT_STATUS are known
MOST_DISPENSED = 15  # coins of one DISPENSE: its count has four bits
MOST_PAID = 255  # units of the scaling factor, in one PAY_OUT


def coin_type(accepted: Iterable[int], by_hand: Iterable[int]) -> bytes:
    """Which types come in, and which a technician may dispense with the changer's buttons."""
    return bytes((Changer.COIN_TYPE,)) + mask_of(accepted) + mask_of(by_hand)


def dispense(number: int, count: int) -> bytes:
    """`count` (1 to 15) coins of one type."""
    return bytes((Changer.DISPENSE, count << 4 | number))


# --- coin changer: answers --------------------------------------------------------------------


@dataclass(frozen=True)
class ChangerSetup:
    """The answer to SETUP. `values` are paise of types 0 to 15; 0 is not used."""

    level: int
    currency: bytes
    factor: int
    decimals: int
    tubes: frozenset[int]  # types that are kept in tubes, and can be paid out
    credits: tuple[int, ...]

    @classmethod
    def from_data(cls, data: bytes) -> ChangerSetup:
        """Raises CorruptBlock."""
        of_length(data, 23)
        return cls(data[0], data[1:3], data[3], data[4], types_in(data[5:7]), tuple(data[7:]))

    def to_data(self) -> bytes:
        head = bytes((self.level,)) + self.currency + bytes((self.factor, self.decimals))
        return head + mask_of(self.tubes) + bytes(self.credits)

    @property
    def values_unit(self) -> int:
        """Paise of one unit of the scaling factor: what PAY_OUT counts in."""
        return scaled(1, self.factor, self.decimals, self.to_data())

    @property
    def values(self) -> tuple[int, ...]:
        """Paise; raises CorruptBlock for a currency with parts smaller than a paisa."""
        raw = self.to_data()
        return tuple(scaled(each, self.factor, self.decimals, raw) for each in self.credits)


@dataclass(frozen=True)
class TubeStatus:
    """Coins in the tubes of types 0 to 15, as far as the changer can tell."""

    full: frozenset[int]
    counts: tuple[int, ...]

    @classmethod
    def from_data(cls, data: bytes) -> TubeStatus:
        """Raises CorruptBlock."""
        of_length(data, 18)
        return cls(types_in(data[:2]), tuple(data[2:]))

    def to_data(self) -> bytes:
        return mask_of(self.full) + bytes(self.counts)

    @property
    def defective(self) -> frozenset[int]:
        """Tubes that are said to be full of no coins: their sensor is broken (5.3, 0A)."""
        return frozenset(number for number in self.full if not self.counts[number])


class Route(IntEnum):
    CASH_BOX = 0
    TUBE = 1
    UNUSED = 2
    REJECT = 3  # no credit


class ChangerStatus(IntEnum):
    ESCROW_REQUEST = 0x01
    PAY_OUT_BUSY = 0x02  # in every poll
    NO_CREDIT = 0x03
    TUBE_SENSOR = 0x04
    DOUBLE_ARRIVAL = 0x05
    ACCEPTOR_UNPLUGGED = 0x06  # in every poll
    TUBE_JAM = 0x07
    ROM_CHECKSUM = 0x08
    ROUTING_ERROR = 0x09
    BUSY = 0x0A  # in every poll
    JUST_RESET = 0x0B
    COIN_JAM = 0x0C
    CREDITED_COIN_REMOVAL = 0x0D


@dataclass(frozen=True)
class Deposited:
    """A coin of a type came in; `in_tube` coins of its type are in the tube now."""

    number: int
    route: Route
    in_tube: int


@dataclass(frozen=True)
class DispensedByHand:
    number: int
    count: int
    in_tube: int


@dataclass(frozen=True)
class Slugs:
    count: int


Activity = Deposited | DispensedByHand | Slugs | Said | Unknown


def changer_activities(data: bytes) -> list[Activity]:
    """What an answer to the changer's POLL says, in its order; raises CorruptBlock."""
    found: list[Activity] = []
    place = 0
    while place < len(data):
        first = data[place]
        if first >= 0x40:
            if place + 1 == len(data):
                raise CorruptBlock(data, "a second byte of the last activity", "none")
            found.append(_coins(first, data[place + 1]))
            place += 2
        else:
            found.append(_changer_word(first))
            place += 1
    return found


def _coins(first: int, second: int) -> Activity:
    if first & 0x80:
        return DispensedByHand(first & 0x0F, first >> 4 & 7, second)
    return Deposited(first & 0x0F, Route(first >> 4 & 3), second)


def _changer_word(code: int) -> Activity:
    if code & 0x20:
        return Slugs(code & 0x1F)
    return Said(ChangerStatus(code)) if code in set(ChangerStatus) else Unknown(code)


def activity_bytes(activity: Activity) -> bytes:
    """The other way round, for the device's side."""
    match activity:
        case Deposited(number, route, in_tube):
            return bytes((0x40 | route << 4 | number, in_tube))
        case DispensedByHand(number, count, in_tube):
            return bytes((0x80 | count << 4 | number, in_tube))
        case Slugs(count):
            return bytes((0x20 | count,))
        case Said(status):
            return bytes((status,))
        case Unknown(code):
            return bytes((code,))
