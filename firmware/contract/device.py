"""What every device tells and obeys, whatever its wire.

Three topics a device: `state` (retained, the whole present truth), `event` (what happened, each
with a durable id, told again until acknowledged) and `command` (what to do, answered by a Reply).
The acceptors have a fourth, `lease`: they take money only while one holds (M4).
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from firmware.contract.card import Arm, CardRejected, CardSwiped, Disarm
from firmware.contract.document import (
    CancelDocument,
    DocumentFailed,
    DocumentPrinted,
    PagePrinted,
    PrintDocument,
)
from firmware.contract.finger import FingerCommand, FingerEvent
from firmware.contract.money import Money
from firmware.contract.payout import PaidOut, PayOut, PayOutFailed
from firmware.contract.ticket import Ticket


class Kind(StrEnum):
    """What a device is for; the till and health look for devices by kind, not by maker."""

    NOTES = "notes"
    COINS = "coins"
    RECEIPT = "receipt"
    PANEL = "panel"
    CARD = "card"
    PVC = "pvc"
    PAGE = "page"
    FINGER = "finger"


class Switch(StrEnum):
    """The panel's switches, by the fact that each tells when it is not as it should be."""

    DOOR_IS_OPEN = "door_is_open"
    TAMPER = "tamper"  # latched: true from a moment's opening until ClearTamper
    CASH_BOX_IS_OUT = "cash_box_is_out"
    MAINS_IS_OFF = "mains_is_off"
    BATTERY_IS_LOW = "battery_is_low"
    NOBODY_IS_NEAR = "nobody_is_near"  # a sensor before the kiosk; nothing is wrong with that


class Guide(StrEnum):
    """The light beside each slot."""

    NOTES = "notes_guide"
    COINS = "coins_guide"
    RECEIPT = "receipt_guide"
    CARD = "card_guide"
    PAGE = "page_guide"
    PVC = "pvc_guide"


class Status(StrEnum):
    STARTING = "starting"
    READY = "ready"
    BUSY = "busy"
    DEGRADED = "degraded"  # works, and somebody should come: paper near end
    OUT_OF_SERVICE = "out_of_service"  # the device answers and cannot work: jam, paper out
    GONE = "gone"  # the last will of a driver, or a device that does not answer


USABLE = frozenset({Status.READY, Status.BUSY, Status.DEGRADED})


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """A condition that lasts. `code` is stable and dotted: `notes.jam.stacker`."""

    code: str
    detail: str = ""


class Source(StrEnum):
    MEASURED = "measured"
    COUNTED = "counted"


class Consumable(msgspec.Struct, frozen=True):
    """What runs out. `level` in `unit`s left; None where the device only says enough or not.

    `full` is the level of a new one, where a person puts it in and only says so (Refill).
    """

    name: str
    level: int | None
    unit: str
    source: Source
    full: int | None = None

    @property
    def is_of_money(self) -> bool:
        """Room in a box, or coins in a tube: the till's business, and nothing that is used up."""
        return self.unit in ("notes", "coins")


class Identity(msgspec.Struct, frozen=True, omit_defaults=True):
    maker: str = ""
    model: str = ""
    serial: str = ""
    firmware: str = ""


class EventId(msgspec.Struct, frozen=True):
    """Names one physical happening for ever: the same note has the same id after any restart.

    `epoch` moves when the driver's own record of the device was lost, so that a counter that
    starts again cannot repeat an id.
    """

    serial: str
    epoch: int
    counter: int

    def __str__(self) -> str:
        return f"{self.serial}/{self.epoch}/{self.counter}"


class HeldNote(msgspec.Struct, frozen=True):
    """A note that is in escrow now: what a restarted till matches with its open intent (M11)."""

    id: EventId
    value: Money


class DeviceState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The retained truth of one device."""

    name: str
    kind: Kind
    family: str
    status: Status
    faults: list[Fault] = []
    consumables: list[Consumable] = []
    identity: Identity = Identity()
    counters: dict[str, int] = {}
    denominations: list[Money] = []  # what an acceptor could take, were it leased
    accepting: list[Money] = []  # what it takes just now
    held: HeldNote | None = None
    payable: dict[int, int] = {}  # a changer's: paise of a coin -> how many it can pay out now
    inputs: dict[str, bool] = {}  # the panel's switches, as facts (Switch)
    outputs: dict[str, bool] = {}  # the panel's lights and fan, lit and running


# --- events --------------------------------------------------------------------------------


class NoteEscrowed(msgspec.Struct, frozen=True, tag=True):
    """A valid note waits in escrow. Answer with Stack or Return of the same id."""

    id: EventId
    value: Money


class NoteStacked(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The credit of a note. Told again until Acknowledge; the device forgets it only then."""

    id: EventId
    value: Money
    at_power_up: bool = False


class NoteReturned(msgspec.Struct, frozen=True, tag=True):
    """The note of this id went back to the hand it came from. Told again until Acknowledge."""

    id: EventId
    value: Money


class NoteUnaccounted(msgspec.Struct, frozen=True, tag=True):
    """The note left escrow and the device said neither stacked nor returned (M11)."""

    id: EventId
    value: Money


class NoteRejected(msgspec.Struct, frozen=True, tag=True):
    """A note was never taken: `reason` is a stable word such as `inhibited` or `not_recognised`.

    The words of SUSPICIOUS mean that the device suspects a forged note or a cheat.
    """

    reason: str


# A worn note is no suspicion: `not_recognised` is not among them.
SUSPICIOUS = frozenset({"fraud", "counterfeit"})


class CoinAccepted(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The credit of a coin. Told again until Acknowledge.

    `session` is that of the lease under which it fell, however late it is told: a coin has no
    escrow in which the till could have claimed it. Empty when the device's record was lost.
    """

    id: EventId
    value: Money
    session: str = ""


class CoinRejected(msgspec.Struct, frozen=True, tag=True):
    reason: str


class CreditsLost(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The device counted more events than its buffer holds: `count` of them cannot be known."""

    id: EventId
    count: int
    session: str = ""  # as of CoinAccepted


class CashBoxMoved(msgspec.Struct, frozen=True, tag=True):
    is_present: bool


class CheatAttempt(msgspec.Struct, frozen=True, tag=True):
    """A note or coin on a string, a slug, a forced slot; may be told beside the refusal."""

    detail: str = ""


class TicketPrinted(msgspec.Struct, frozen=True, tag=True):
    """The printer said itself that all of this job is on paper. Told again until Acknowledge."""

    job: str


class TicketFailed(msgspec.Struct, frozen=True, tag=True):
    """The job did not end on paper, and will not. Told again until Acknowledge."""

    job: str
    fault: str  # a fault code: receipt.paper.end


class SwitchMoved(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A switch of the panel: `door_is_open` became `value`.

    Door, tamper and cash box are facts for the record: they have an id, and are told again until
    Acknowledge. Mains and battery have none: their state is retained, and that is all that counts.
    """

    switch: str
    value: bool
    id: EventId | None = None


DeviceEvent = (
    NoteEscrowed
    | NoteStacked
    | NoteReturned
    | NoteUnaccounted
    | NoteRejected
    | CoinAccepted
    | CoinRejected
    | CreditsLost
    | PaidOut
    | PayOutFailed
    | CashBoxMoved
    | CheatAttempt
    | TicketPrinted
    | TicketFailed
    | PagePrinted
    | DocumentPrinted
    | DocumentFailed
    | SwitchMoved
    | CardSwiped
    | CardRejected
    | FingerEvent
)
CREDITS = (NoteStacked, CoinAccepted)
LASTING = (
    NoteStacked,
    NoteReturned,
    NoteUnaccounted,
    CoinAccepted,
    CreditsLost,
    PaidOut,
    PayOutFailed,
    TicketPrinted,
    TicketFailed,
    DocumentPrinted,
    DocumentFailed,
    SwitchMoved,
)  # told again until acknowledged


def event_key(event: DeviceEvent) -> str | None:
    """What Acknowledge must name to end the repeats of `event`; None for events told once."""
    match event:
        case TicketPrinted(job=job) | TicketFailed(job=job):
            return job
        case PaidOut(id=order) | PayOutFailed(id=order):
            return order
        case DocumentPrinted(job=job) | DocumentFailed(job=job):
            return job
        case NoteStacked(id=name) | NoteReturned(id=name) | NoteUnaccounted(id=name):
            return str(name)
        case CoinAccepted(id=name) | CreditsLost(id=name) | SwitchMoved(id=EventId() as name):
            return str(name)
        case _:
            return None


# --- commands ------------------------------------------------------------------------------


class Stack(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Take the note in escrow; its intent is on disk (M2)."""

    id: EventId


class Return(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Give the note in escrow back."""

    id: EventId


class Acknowledge(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """The event named by `event_key` is on disk: stop telling it, and let the device forget."""

    key: str


class Print(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Print once: a repeat of the same job prints nothing and tells again what became of it."""

    job: str
    ticket: Ticket


class Light(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Switch a guide light of the panel: `notes_guide`."""

    output: str
    is_on: bool


class Refill(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """A person put a new one in: count this consumable from its `full` level."""

    consumable: str


class ClearTamper(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """A technician has looked; refused while the tamper switch still is open."""


DeviceCommand = (
    Stack
    | Return
    | PayOut
    | Acknowledge
    | Print
    | PrintDocument
    | CancelDocument
    | Light
    | ClearTamper
    | Refill
    | Arm
    | Disarm
    | FingerCommand
)


class Outcome(StrEnum):
    DONE = "done"
    REFUSED = "refused"
    MISSING = "missing"  # refused for its document: put that into the spool again


class Reply(msgspec.Struct, frozen=True):
    """The answer to a command: taken, or refused and why. What follows is told by events."""

    outcome: Outcome
    detail: str = ""


class Lease(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For `seconds` from its arrival, take these values for this session; empty ends it (M4)."""

    session: str
    seconds: float
    denominations: list[Money]
