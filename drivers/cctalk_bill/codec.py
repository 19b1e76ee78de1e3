"""What a bill validator's bytes mean beyond ccTalk's frames: bill ids, routes, modes, events.

Follows the ccTalk Generic Specification 4.7, headers 159 to 152 and their appendices, in that order
of subjects. Frames, checksums, inhibits and the event counter are drivers/cctalk/codec.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from drivers.cctalk.codec import CorruptFrame, Pair

CATEGORIES = frozenset({"Bill Validator", "Bill Acceptor"})  # appendix 3; the example of 16
BILL_VALIDATOR = 40  # the default address of the category

# --- bill ids (157) and the scaling factor of a country (156) -----------------------------------

COUNTRY = "IN"
ID_LENGTH = 7
NO_BILL = "......."
BILL_ID = re.compile(r"([A-Z]{2})(\d{4})[A-Z]")  # country, value, issue
PAISE = 100  # a rupee


@dataclass(frozen=True)
class Scaling:
    """`IN0010A` is 10 x factor of the smallest unit; `decimals` of its digits are behind a point.

    A country that the validator does not know has the factor 0.
    """

    factor: int
    decimals: int

    @classmethod
    def from_data(cls, data: bytes) -> Scaling:
        """Factor (two bytes, the low one first) and decimals; raises CorruptFrame."""
        if len(data) != 3:
            raise CorruptFrame(f"[{data.hex(' ')}]: expected a scaling of 3 bytes, got {len(data)}")
        return cls(int.from_bytes(data[:2], "little"), data[2])

    def to_data(self) -> bytes:
        return self.factor.to_bytes(2, "little") + bytes((self.decimals,))


def paise_of(name: str, scaling: Scaling) -> int:
    """What a bill id is worth by the rule of the document; 0 for one that is no Indian note."""
    match = BILL_ID.fullmatch(name)
    if match is None or match[1] != COUNTRY:
        return 0
    paise, rest = divmod(int(match[2]) * scaling.factor * PAISE, 10**scaling.decimals)
    return 0 if rest else paise


def values_of(
    names: Mapping[int, str], table: Mapping[str, int], scaling: Scaling
) -> dict[int, int]:
    """Paise by bill type. A table, where there is one, is the only word on what a bill is worth."""
    found = {
        number: table.get(name, 0) if table else paise_of(name, scaling)
        for number, name in names.items()
    }
    return {number: paise for number, paise in found.items() if paise}


# --- routing a bill (154) and operating mode (153) ----------------------------------------------


class Route(IntEnum):
    RETURN = 0
    STACK = 1
    EXTEND = 255  # the escrow time-out begins anew


ESCROW_EMPTY, FAILED_TO_ROUTE = 254, 255  # answers to a route; an ACK has no data
USES_STACKER, USES_ESCROW = 1, 2
OPERATING_MODE = USES_STACKER | USES_ESCROW  # every note waits for the till (M2)

# --- events (159) -------------------------------------------------------------------------------

STACKED, ESCROWED = 0, 1  # the second of a pair whose first is a bill type, or 255, a bar code


class Status(IntEnum):
    """The second of a pair whose first is 0."""

    MASTER_INHIBIT = 0
    RETURNED = 1
    INVALID_VALIDATION = 2
    INVALID_TRANSPORT = 3
    INHIBITED_SERIAL = 4
    INHIBITED_DIP = 5
    JAM_UNSAFE = 6
    JAM_IN_STACKER = 7
    PULLED_BACKWARDS = 8
    TAMPER = 9
    STACKER_OK = 10
    STACKER_REMOVED = 11
    STACKER_INSERTED = 12
    STACKER_FAULTY = 13
    STACKER_FULL = 14
    STACKER_JAMMED = 15
    JAM_SAFE = 16
    OPTO_FRAUD = 17
    STRING_FRAUD = 18
    ANTI_STRING_FAULTY = 19
    BARCODE = 20
    UNKNOWN_STACKED = 21


REJECT_REASONS: dict[int, str] = {
    Status.INVALID_VALIDATION: "not_recognised",
    Status.INVALID_TRANSPORT: "mechanism",
    Status.INHIBITED_SERIAL: "inhibited",
    Status.INHIBITED_DIP: "inhibited",
}  # as the stable words of the device contract


@dataclass(frozen=True)
class Stacked:
    """`number` is 0 where the validator does not know, or says what nobody understands."""

    number: int


@dataclass(frozen=True)
class Escrowed:
    number: int


@dataclass(frozen=True)
class Said:
    """`status` is none of `Status` where the maker has more of them."""

    status: int


def meaning(pair: Pair) -> Stacked | Escrowed | Said:
    """One event. A bill that went anywhere else than the document knows is one in doubt."""
    first, second = pair
    if first == 0:
        return Stacked(0) if second == Status.UNKNOWN_STACKED else Said(second)
    if second == ESCROWED:
        return Escrowed(first)
    return Stacked(first if second == STACKED else 0)


# --- the self-check (232) -----------------------------------------------------------------------


class Fault(IntEnum):
    """The codes that have a name of their own in the device contract."""

    NONE = 0
    BILL_JAMMED = 39
    STACKER_MISSING = 44
    STACKER_FULL = 45


FAULT_WORDS: dict[int, str] = {
    30: "ROM checksum",
    33: "supply voltage",
    34: "temperature",
    36: "bill validation sensor",
    37: "bill transport motor",
    38: "stacker",
    40: "RAM",
    41: "string sensor",
    49: "opto",
}


def fault_word(code: int, detail: int) -> str:
    """`fault 37, bill transport motor`: for a technician."""
    word = f"fault {code}" + (f", {FAULT_WORDS[code]}" if code in FAULT_WORDS else "")
    return f"{word}, {detail}" if detail else word
