"""What the host's side of SSP tells its driver, and what it can be asked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

# --- events: the link ---------------------------------------------------------------------------


@dataclass(frozen=True)
class LinkSilent:
    """Some answers are missing; the same command is being repeated."""


@dataclass(frozen=True)
class LinkLost:
    """The port went away, or every repeat was in vain. It is looked for again for ever."""


@dataclass(frozen=True)
class LinkRestored:
    """An answer came. What the unit is, is asked again."""


@dataclass(frozen=True)
class Refused:
    """The unit answers and will not start, or says what nobody understands."""

    what: str


# --- events: the unit ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Identified:
    """`values` are the paise of channels 1, 2, 3 ..."""

    serial: str
    firmware: str
    values: tuple[int, ...]


@dataclass(frozen=True)
class Counted:
    """The unit's own counters, over its life."""

    stacked: int
    rejected: int


@dataclass(frozen=True)
class Started:
    """The start-up sequence is through: the unit is being polled."""


@dataclass(frozen=True)
class DeviceReset:
    """The unit restarted: its settings are gone, and the start-up sequence begins again."""


@dataclass(frozen=True)
class Accepting:
    """The unit confirmed that it lets in these values (paise), and no others."""

    paise: frozenset[int]


class Condition(Enum):
    """What lasts. The value is the fault's code in the device contract."""

    SAFE_JAM = "notes.jam.safe"
    UNSAFE_JAM = "notes.jam.unsafe"
    STACKER_FULL = "notes.stacker.full"
    CASH_BOX_REMOVED = "notes.cashbox.removed"
    FRAUD = "notes.fraud"
    PATH_OPEN = "notes.path.open"


@dataclass(frozen=True)
class ConditionsChanged:
    present: frozenset[Condition]


@dataclass(frozen=True)
class CashBoxMoved:
    is_present: bool


@dataclass(frozen=True)
class CheatAttempt:
    channel: int


# --- events: a note -----------------------------------------------------------------------------


@dataclass(frozen=True)
class NoteMoving:
    """Something entered the mouth."""


@dataclass(frozen=True)
class NoteInEscrow:
    """Answer with Stack or Return. It is held until then."""

    channel: int
    paise: int


@dataclass(frozen=True)
class NoteStacking:
    """On its way to the cash box; no credit yet."""


@dataclass(frozen=True)
class NoteCredited:
    """Past the recovery point, told once. Answer with Acknowledge once it is on disk."""

    channel: int
    paise: int  # 0 for a note that the unit found at power-up and cannot name
    at_power_up: bool = False


@dataclass(frozen=True)
class CreditCleared:
    """The unit has forgotten the oldest such credit: it will not be repeated."""

    channel: int
    at_power_up: bool = False


@dataclass(frozen=True)
class NoteReturned:
    """The note that was in escrow went back to the hand."""


@dataclass(frozen=True)
class NoteRejected:
    """A note that never was in escrow went back; `reason` is a stable word."""

    reason: str


@dataclass(frozen=True)
class NoteUnaccounted:
    """The note that was in escrow is there no more, and the unit says nothing about it."""


Event = (
    LinkSilent
    | LinkLost
    | LinkRestored
    | Refused
    | Identified
    | Counted
    | Started
    | DeviceReset
    | Accepting
    | ConditionsChanged
    | CashBoxMoved
    | CheatAttempt
    | NoteMoving
    | NoteInEscrow
    | NoteStacking
    | NoteCredited
    | CreditCleared
    | NoteReturned
    | NoteRejected
    | NoteUnaccounted
)


# --- commands -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Accept:
    """Let in notes of these values (paise) that the unit knows; an empty set disables it."""

    paise: frozenset[int]


@dataclass(frozen=True)
class Stack:
    """Take the note in escrow."""


@dataclass(frozen=True)
class Return:
    """Give the note in escrow back."""


@dataclass(frozen=True)
class Acknowledge:
    """All credits told so far are on disk: let the unit forget them."""


Command = Accept | Stack | Return | Acknowledge
