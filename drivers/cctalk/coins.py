"""What the numbers of a coin acceptor mean: coin ids, error codes, and which of them are trouble.

Follows the ccTalk Generic Specification 4.7: header 184 and appendix 3.1 (coin ids), header 229
(error codes), header 232 (fault codes).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum

CATEGORY = "Coin Acceptor"  # what header 245 must say, exactly

MULTIPLIERS = {".": Decimal(1), "m": Decimal("0.001"), "K": Decimal(1_000),
               "M": Decimal(1_000_000), "G": Decimal(1_000_000_000)}  # fmt: skip
COIN_ID = re.compile(r"([A-Z]{2})((?=[0-9.mKMG]*\d)\d{0,3}[.mKMG]?\d{0,3})([A-Z])")
TOKEN = "TK"  # stands in place of the country


@dataclass(frozen=True)
class CoinId:
    """`IN500A`: country, value in the unit that the maker chose, issue.

    For reference only: makers disagree about the unit, so what a coin is worth to us stands in the
    table of `kiosk.toml` and nowhere else.
    """

    country: str
    value: Decimal
    issue: str


def parse_coin_id(text: str) -> CoinId | None:
    """Read the six characters CCVVVI; None for an empty position, a token, or another scheme."""
    match = COIN_ID.fullmatch(text) if len(text) == 6 else None
    if match is None or match[1] == TOKEN:
        return None
    letter = next((letter for letter in MULTIPLIERS if letter in match[2]), ".")
    value = Decimal(match[2].replace(letter, ".")) * MULTIPLIERS[letter]
    return CoinId(match[1], value, match[3])


class CoinError(IntEnum):
    """The code of an event that is no coin. The name, in lower case, is the reason we tell."""

    NULL = 0
    REJECTED = 1
    INHIBITED = 2
    MULTIPLE_WINDOW = 3
    WAKE_UP_TIMEOUT = 4
    VALIDATION_TIMEOUT = 5
    CREDIT_SENSOR_TIMEOUT = 6
    SORTER_OPTO_TIMEOUT = 7
    SECOND_CLOSE_COIN = 8
    ACCEPT_GATE_NOT_READY = 9
    CREDIT_SENSOR_NOT_READY = 10
    SORTER_NOT_READY = 11
    REJECT_COIN_NOT_CLEARED = 12
    VALIDATION_SENSOR_NOT_READY = 13
    CREDIT_SENSOR_BLOCKED = 14
    SORTER_OPTO_BLOCKED = 15
    CREDIT_SEQUENCE_ERROR = 16
    COIN_GOING_BACKWARDS = 17
    COIN_TOO_FAST_AT_CREDIT = 18
    COIN_TOO_SLOW_AT_CREDIT = 19
    COIN_ON_STRING = 20
    DCE_OPTO_TIMEOUT = 21
    DCE_OPTO_NOT_SEEN = 22
    CREDIT_SENSOR_REACHED_TOO_EARLY = 23
    REPEATED_REJECT = 24
    SLUG = 25
    REJECT_SENSOR_BLOCKED = 26
    GAMES_OVERLOAD = 27
    METER_PULSES_EXCEEDED = 28
    ACCEPT_GATE_OPEN_NOT_CLOSED = 29
    ACCEPT_GATE_CLOSED_NOT_OPEN = 30
    MANIFOLD_OPTO_TIMEOUT = 31
    MANIFOLD_OPTO_BLOCKED = 32
    MANIFOLD_NOT_READY = 33
    SECURITY_STATUS_CHANGED = 34
    MOTOR_EXCEPTION = 35
    SWALLOWED = 36
    COIN_TOO_FAST_AT_VALIDATION = 37
    COIN_TOO_SLOW_AT_VALIDATION = 38
    INCORRECTLY_SORTED = 39
    EXTERNAL_LIGHT = 40
    INHIBITED_TYPE_1 = 128
    DATA_BLOCK_REQUEST = 253
    RETURN_LEVER = 254
    UNSPECIFIED_ALARM = 255


INHIBITED_TYPES = range(128, 160)  # 128 says that type 1 is inhibited, and so on
INHIBITED_CODES = frozenset({CoinError.INHIBITED, *INHIBITED_TYPES})

# Classes of our own facts sheet: what needs a hand, and what smells of a cheat.
JAM_CODES = frozenset({4, 5, 6, 7, 14, 15, 21, 26, 31, 32, 36, 254})
FRAUD_CODES = frozenset({16, 17, 18, 19, 20, 23, 24, 25, 34, 36, 40})
HARMLESS_FRAUD_CODES = frozenset({24, 25})  # a bad disc in an honest hand: told, and no pause


def reason(code: int) -> str:
    """The stable word for an error code: `inhibited`, `slug`; `code_99` where it has no name."""
    if code in INHIBITED_CODES:
        return "inhibited"
    return CoinError(code).name.lower() if code in set(CoinError) else f"code_{code}"
