"""What the host's side of a coin changer tells its driver, and what it can be asked.

A bill validator speaks the words of all note acceptors (drivers/base/notes_events.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from drivers.mdb.codec import Identification
from drivers.mdb.coins import Activity, TubeStatus

# --- link and start-up --------------------------------------------------------------------------


class Break(Enum):
    """Where the link is broken. The value is the end of the fault's code."""

    WIRE = "link.lost"  # the port is gone
    ADAPTER = "link.adapter"  # the port is there, and nobody answers on it
    DEVICE = "link.silent"  # the adapter answers, the peripheral does not


@dataclass(frozen=True)
class LinkLost:
    where: Break


@dataclass(frozen=True)
class LinkRestored:
    """It answers. Who it is, is asked again."""


@dataclass(frozen=True)
class Identified:
    """`values` are paise of types 0 to 15; `tubes` the types that can be paid out."""

    identity: Identification
    values: tuple[int, ...]
    tubes: frozenset[int] = frozenset()
    level: int = 2


@dataclass(frozen=True)
class Started:
    """The start-up is through: it is polled, and takes nothing until it is told what."""


@dataclass(frozen=True)
class Refused:
    """It answers, and not as the document says, or it is another device."""

    why: str


@dataclass(frozen=True)
class DeviceReset:
    """It began anew: everything is forbidden again, and the start-up begins."""


@dataclass(frozen=True)
class AnswerLost:
    """A poll went out and no answer came: what it said, it says no more."""


@dataclass(frozen=True)
class Accepting:
    """It confirmed that it takes these types, and no others."""

    types: frozenset[int]


# --- coins ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Polled:
    """What one poll said, in its order. `tubes` were counted just before it."""

    activities: tuple[Activity, ...]
    tubes: TubeStatus | None = None


@dataclass(frozen=True)
class ReadUp:
    """No coin is taken, none still falls, and all that fell has been told: what comes after the
    next Accept belongs to whoever is let in then. Said once until then."""


@dataclass(frozen=True)
class PayOutEnded:
    """No coin of the pay-out moves any more. `coins` by type are the changer's own count of it;
    None where it gave none: then the tubes tell."""

    coins: dict[int, int] | None


Event = (
    LinkLost
    | LinkRestored
    | Identified
    | Started
    | Refused
    | DeviceReset
    | AnswerLost
    | Accepting
    | Polled
    | ReadUp
    | PayOutEnded
)

# --- commands -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Accept:
    """Take coins of these types, and no others."""

    types: frozenset[int]


@dataclass(frozen=True)
class PayOut:
    """Pay `paise` in these coins (type -> count). `is_largest_first`: the changer would choose the
    same, and may be left to it; it then counts for itself what it paid."""

    coins: dict[int, int]
    paise: int
    is_largest_first: bool


Command = Accept | PayOut
