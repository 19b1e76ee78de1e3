"""What the protocol of any note acceptor tells its driver, and what it can be asked.

Every maker's wire ends here, so that ids, ledger, leases and states are written once (notes.py).
A channel is the maker's own number of a denomination: SSP's channel, the bill type of CCNET and
MDB, the denomination code of ID-003. It is 0 where a unit cannot say which note it means.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

# Faults of the link, and of a unit that answers and will not start. What lasts is a Condition.
LINK_LOST = "notes.link.lost"
LINK_SILENT = "notes.link.silent"
REFUSED = "notes.device.refuses"

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
    """`values` are the paise of all notes that the unit knows; `serial` is empty where it has none.

    `model` is what the unit calls itself, where it does.
    """

    serial: str
    firmware: str
    values: tuple[int, ...]
    model: str = ""


@dataclass(frozen=True)
class Counted:
    """The unit's own counters, over its life."""

    stacked: int
    rejected: int


@dataclass(frozen=True)
class Started:
    """The start-up sequence is through, and polls go on."""


@dataclass(frozen=True)
class DeviceReset:
    """The unit restarted: its settings are gone, and the start-up sequence begins again."""


@dataclass(frozen=True)
class Accepting:
    """The unit confirmed that it lets in these values (paise), and no others."""

    paise: frozenset[int]


class Condition(Enum):
    """What lasts. The value is the fault's code in the device contract, whoever made the unit.

    A maker says where a note is stuck (transport, stacker) or whether a hand can reach it (safe,
    unsafe); what a unit does not say is not made up.
    """

    SAFE_JAM = "notes.jam.safe"
    UNSAFE_JAM = "notes.jam.unsafe"
    TRANSPORT_JAM = "notes.jam.transport"
    STACKER_JAM = "notes.jam.stacker"
    STACKER_FULL = "notes.stacker.full"
    CASH_BOX_REMOVED = "notes.cashbox.removed"
    FRAUD = "notes.fraud"
    PATH_OPEN = "notes.path.open"
    BLOCKED = "notes.path.blocked"  # something is in the mouth and does not go in or out
    FAILURE = "notes.failure"  # a part is broken; the detail says which


PASSING = frozenset({Condition.FRAUD})  # somebody should look, and notes are taken all the same


@dataclass(frozen=True)
class ConditionsChanged:
    """`detail` is the maker's word on a FAILURE."""

    present: frozenset[Condition]
    detail: str = ""


@dataclass(frozen=True)
class CashBoxMoved:
    is_present: bool


@dataclass(frozen=True)
class CheatAttempt:
    """Somebody pulls at a note. `channel` is 0 where the unit does not say at which."""

    channel: int = 0


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
    """No hand gets it out again, told once. Answer with Acknowledge once it is on disk.

    The value of a note that was in escrow is the one it had there.
    """

    channel: int
    paise: int  # 0 for a note that the unit found at power-up and cannot name
    at_power_up: bool = False


@dataclass(frozen=True)
class CreditCleared:
    """The unit has forgotten the oldest such credit: it will not be repeated."""

    channel: int
    at_power_up: bool = False


@dataclass(frozen=True)
class ReadUpTo:
    """All that the unit's own log says up to `mark` has been told, and is never told again.

    For units that keep a log of numbered events instead of repeating one until it is acknowledged.
    """

    mark: str


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
    | ReadUpTo
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
