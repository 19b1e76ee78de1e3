"""What can be written in the journal. Each row is a fact or an intent; corrections are new rows.

An intent row is on disk before the act (M2); its outcome is a second row. What power interrupted
is an intent without an outcome, found by a query.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from firmware.contract.device import EventId
from firmware.contract.fees import Fees
from firmware.contract.gateway import Bill
from firmware.contract.money import ZERO, Money
from firmware.journal.change_rows import ChangeInDoubt, ChangeIntended, ChangePaid
from firmware.journal.desk_rows import DeskRow, desk_key_of
from firmware.journal.paper_rows import PaperRow
from firmware.journal.practice_rows import PracticeRow
from firmware.journal.row import Row
from firmware.journal.tender_rows import TenderRow, tender_key_of


class KioskStarted(Row, frozen=True):
    """Core began to run, on the `boot`-th start of the machine, which Linux calls `boot_id`."""

    version: str
    boot: int = 0
    boot_id: str = ""


class JournalBegun(Row, frozen=True):
    """Rows that are known to have been are not in this file: no cash until JournalConfirmed.

    `previous_head` (hex), `previous_length` and `brought_forward`, money that is in the box and
    that no row of this file tells of, come from outside the file; empty and 0 when nobody knows.
    No number below `next_order` may be given to an order. Where `archive` names a file, the rows
    are not missing but there, and nobody need look; `open_claims` of them are not redeemed, and
    `collected` is what was taken out with the box before. A release before that knows no
    `collected` wrote archives of files from which nothing was.
    """

    previous_head: str
    previous_length: int
    why: str
    brought_forward: Money
    next_order: int
    archive: str = ""
    open_claims: int = 0
    collected: Money = ZERO


class JournalConfirmed(Row, frozen=True):
    """An operator has looked at what JournalBegun says; `by` is who."""

    by: str


class ClockDoubted(Row, frozen=True):
    """From this row on the clock is not believed: it says `says`, after rows of `last`."""

    says: str  # ISO 8601 with offset, as `last`
    last: str  # the newest time that was believed; empty if there was none


class ClockTrusted(Row, frozen=True):
    """From this row on the clock is believed again."""

    says: str


class Line(msgspec.Struct, frozen=True):
    """One bill of a basket: its own idempotency key from birth, its own answer of the back end."""

    key: str
    service: str
    bill: Bill
    payable: Money


BASKET = "basket"  # the service of an order of many bills
REQUEST, VERIFICATION = "request", "verification"  # OrderCreated.kind, of orders of zero rupees


class OrderCreated(Row, frozen=True, omit_defaults=True):
    """A citizen agreed to pay this bill. `key` makes posting idempotent, from birth.

    What the office is asked without money is an order of zero rupees: then `kind` says what it is,
    the bill has an account and nothing else, and OrderPaid in the same commit says that it is
    accepted and waits to be posted. A release that knows no `kind` posts nothing of it: it waits.

    A release that knows no `texts` posts a request without them; they stay here.

    Of a basket the bills are the `lines`; `payable` is their total, `bill` is that of the first,
    and `service` is BASKET, under which a release that knows no lines can book nothing: it waits.
    """

    order: str
    key: str
    service: str
    language: str
    bill: Bill
    payable: Money
    lines: list[Line] = msgspec.field(default_factory=list)
    gives: str = ""  # the kind of the printer whose paper is handed out before it is posted
    owners: list[str] = msgspec.field(default_factory=list)  # of each bill: till/owners.py
    kind: str = ""  # REQUEST or VERIFICATION; empty of what takes money
    fees: list[Fees] = msgspec.field(default_factory=list)  # of each bill, as it was shown
    texts: dict[str, str] = msgspec.field(default_factory=dict)  # a request's: own words, by ask


class CashOpened(Row, frozen=True):
    """Intent: the acceptors may take money for this order (M2: a coin path opens).

    `limit` is what it may keep, the advance included; more only where change goes back for it.
    """

    order: str
    session: str
    limit: Money


class CashClosed(Row, frozen=True):
    """Outcome of CashOpened: `why` is `paid_in_full` or the cause that stopped it."""

    order: str
    session: str
    why: str


class StackIntended(Row, frozen=True):
    """Intent: the note in escrow is taken."""

    order: str
    id: EventId
    value: Money


class ReturnIntended(Row, frozen=True):
    """Intent: the note in escrow is given back."""

    order: str
    id: EventId
    value: Money
    why: str


class NoteCredited(Row, frozen=True):
    """Outcome: the device says that this note is in the box. `order` is None for an orphan."""

    order: str | None
    id: EventId
    value: Money
    at_power_up: bool


class NoteGivenBack(Row, frozen=True):
    """Outcome: the device says that this note went back to the hand."""

    order: str | None
    id: EventId
    value: Money


class NoteInDoubt(Row, frozen=True):
    """Outcome: the device cannot say, or did not say in time (M11): goes to a claim."""

    order: str | None
    id: EventId
    value: Money


class CoinCredited(Row, frozen=True):
    order: str | None
    id: EventId
    value: Money


class CoinsInDoubt(Row, frozen=True):
    """The coin acceptor counted `count` events that its buffer no longer holds."""

    order: str | None
    id: EventId
    count: int


class CheatSuspected(Row, frozen=True):
    """`device` suspected a forged note or a cheat, `what` in its own stable word; kept nothing."""

    order: str
    device: str
    what: str


class OrderPaid(Row, frozen=True):
    """The money is given to the bills; also the intent to post `payable` + `advance`, or, of an
    order of zero rupees, its request.

    `advance` is below zero where less than the due is paid: a part payment, or a basket of which
    the money covers only some bills (`division.py` says which).
    """

    order: str
    inserted: Money
    advance: Money


class OrderPosted(Row, frozen=True):
    """Outcome: the back end's own acknowledgement."""

    order: str
    reference: str


class PostRefused(Row, frozen=True):
    """Outcome: the back end answered, and no. The money goes to a claim."""

    order: str
    problem: str
    detail: str


class LinePosted(Row, frozen=True):
    """Outcome for one line of a basket, counted from 1; when every line is answered, OrderPosted
    or PostRefused follows in the same commit and says so of the whole."""

    order: str
    line: int
    reference: str


class LineRefused(Row, frozen=True):
    """Outcome for one line of a basket: its money goes to a claim, the others stay paid."""

    order: str
    line: int
    problem: str
    detail: str


class TenderCredited(Row, frozen=True):
    """The money of `claim` pays this order now. In one commit with its ClaimRedeemed (M3)."""

    order: str
    claim: str
    amount: Money


class PrintIntended(Row, frozen=True, omit_defaults=True):
    """Intent: this job goes to a printer. `document`: `receipt`, `claim`, `refund`, `document`."""

    order: str | None
    job: str
    document: str
    on: str = "receipt"  # the kind of the printer


class Printed(Row, frozen=True):
    """Outcome: the printer says that all of it is on paper."""

    order: str | None
    job: str


class PrintFailed(Row, frozen=True):
    order: str | None
    job: str
    fault: str


class ProofShown(Row, frozen=True):
    """The paper died: the number and its QR were on the screen (M6). Of the document `fate` there
    is no paper: the back end had not said what became of a payment, and the screen told that."""

    order: str | None
    document: str


class ClaimIssued(Row, frozen=True):
    """Money that could not be used for what it was given for (M7). `in_doubt` is part of it."""

    order: str | None
    claim: str
    amount: Money
    in_doubt: Money
    cause: str


class ClaimRedeemed(Row, frozen=True):
    """The money of a claim went to its citizen: once, for the journal refuses a second.

    `amount` is what was paid, which is less than was claimed when a note in doubt came back.
    """

    order: str | None
    claim: str
    amount: Money
    how: str  # cash_by_operator, other; bill: it pays the order `reference`
    by: str
    reference: str


class End(StrEnum):
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"  # no money had gone in, or all of it went back
    CLAIMED = "claimed"


class OrderClosed(Row, frozen=True):
    """Nothing more will happen to this order at the kiosk; posting may still be outstanding.

    A no of the back end after that writes a second one: the last counts.
    """

    order: str
    end: End


AnyRow = (
    KioskStarted | JournalBegun | JournalConfirmed | ClockDoubted | ClockTrusted | OrderCreated
    | CashOpened | CashClosed | StackIntended | ReturnIntended | NoteCredited | NoteGivenBack
    | NoteInDoubt | CoinCredited | CoinsInDoubt | CheatSuspected | OrderPaid | ChangeIntended
    | ChangePaid | ChangeInDoubt | OrderPosted | PostRefused | LinePosted | LineRefused
    | TenderCredited | PrintIntended | Printed | PrintFailed | ProofShown | ClaimIssued
    | ClaimRedeemed | OrderClosed | PaperRow | PracticeRow | TenderRow | DeskRow
)  # fmt: skip


@dataclass(frozen=True)
class UnknownRow:
    """A row of a release to come: it counts in the chain, and changes no order here."""

    kind: str
    body: str  # its JSON


ReadRow = AnyRow | UnknownRow


def event_key_of(row: AnyRow) -> str | None:
    """What makes a device's happening unique in the journal (M3); None for our own rows.

    A credit has the bare id. The other outcomes have a word before it, because a note whose
    fate was in doubt may be credited later, and that credit must not be refused as a repeat.
    """
    match row:
        case NoteCredited(id=name) | CoinCredited(id=name):
            return str(name)
        case NoteGivenBack(id=name):
            return f"returned {name}"
        case NoteInDoubt(id=name):
            return f"in doubt {name}"
        case CoinsInDoubt(id=name):
            return f"lost {name}"
        case ChangePaid(id=name):
            return f"change {name}"
        case ClaimRedeemed(claim=claim):
            return f"redeemed {claim}"
        case _:
            return desk_key_of(row) or tender_key_of(row)


def credited_paise(row: ReadRow) -> int:
    """What this row adds to the money inside, in paise; change that was paid out takes away."""
    match row:
        case NoteCredited(value=value) | CoinCredited(value=value):
            return value.paise
        case ChangePaid(paid=paid):
            return -paid.paise
        case JournalBegun(brought_forward=inside, collected=collected):
            return inside.paise + collected.paise
        case _:
            return 0


def number_of(order: str) -> int:
    """17 of `TDR 0417 0017`; 0 of a name without one."""
    last = order.rsplit(" ", 1)[-1]
    return int(last) if last.isdecimal() else 0
