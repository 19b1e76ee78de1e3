"""What the kiosk says of itself: one retained document that a technician reads in one screen."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from firmware.contract.device import Status
from firmware.contract.money import ZERO, Money

Step = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]


class CoreState(msgspec.Struct, frozen=True, kw_only=True):
    """Retained by core: what the till is doing and what the journal holds."""

    status: Status
    screen: str
    session: str | None  # the cash session that holds a lease, or None
    inserted: Money
    in_cash_box: Money  # went in since the boxes were emptied, less change
    operator: str = ""  # who is at the operator's menu; no cash is taken meanwhile
    alarms: dict[str, str] = {}  # finding -> detail: what a person must look into
    unposted: int  # paid orders that the back end has not acknowledged
    claims: int  # claim slips issued and not redeemed
    unsigned_because: str = ""  # why slips carry no signature now; empty: they do
    claims_until: str = ""  # ISO 8601: when the certificate of the claim key ends
    journal_rows: int
    journal_head: str  # first 16 hex digits of the last row's hash
    journal_chain: str = ""  # first 16 hex digits of the first row's hash: which file it is
    to_confirm: int | None = None  # the JournalBegun row that keeps cash off until confirmed
    no_records_because: str = ""  # why the journal may soon not be written; cash is off
    taken_today: Money = ZERO  # notes and coins
    day_is_full: bool = False  # the limit of cash a day is reached; cash is off until midnight
    suspected_today: int = 0  # forged notes and cheats that devices suspected in visits
    # The power ends and nothing is under way: the machine may halt, and loses nothing (cash.md).
    may_halt: bool = False
    rates: int = 0  # the version of the rate table in force
    no_rates_because: str = ""  # why none is; then nothing is sold that has a fee
    other_fees: dict[str, str] = {}  # service -> what its office asked, other than the table
    closed_because: str = ""  # an operator has put the kiosk out of service: a word of WhyClosed
    content: int = 0  # the version of the content pack that is shown
    content_until: str = ""  # its last day
    no_content_because: str = ""  # why a pack that is here is not in force
    conduct: str = ""  # the code of conduct holds: since when, by whom, why; empty: it does not
    meeting: str = ""  # the meeting that is held now; the screen is the browser's


class Condition(StrEnum):
    """The kiosk in one word."""

    IN_SERVICE = "in_service"
    DEGRADED = "degraded"
    OUT_OF_SERVICE = "out_of_service"


class Finding(msgspec.Struct, frozen=True):
    """One thing that is not as it should be: which part, which stable code, since when."""

    part: str
    code: str
    since: str  # ISO 8601 with offset
    detail: str = ""


class DeviceTested(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A technician has tested a device by hand: each failed step in a few words."""

    device: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
    by: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    failed: Annotated[list[Step], msgspec.Meta(max_length=16)]
    left_out: Annotated[list[Step], msgspec.Meta(max_length=16)] = []  # nobody had hands for these


class LastTest(msgspec.Struct, frozen=True):
    """The last test of a device, and which part it was: another one fitted since is not tested."""

    at: str  # ISO 8601 with offset
    by: str
    serial: str
    firmware: str
    failed: list[str]
    left_out: list[str] = []


class Refill(msgspec.Struct, frozen=True, omit_defaults=True):
    """A level that rose, in units: `at` ISO 8601 with offset; `by` who said so, if anybody did."""

    at: str
    before: int
    after: int
    by: str = ""


class Supply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that runs out: what is left, and for how long by the use of the last four weeks."""

    device: str
    name: str  # as the device calls it: paper, toner, ribbon, cards, cutter
    level: int | None  # in units; None when not known
    unit: str
    source: str  # measured or counted
    jobs_left: int | None  # receipts, documents, cards
    days_left: int | None  # None before the first whole day, and while nothing is used
    refilled_at: str = ""  # ISO 8601 with offset
    refilled_by: str = ""  # who said so; empty where only the device did
    refills: list[Refill] = []  # the last ones, oldest first


class KioskHealth(msgspec.Struct, frozen=True):
    condition: Condition
    findings: list[Finding]
    devices: dict[str, Status]
    paper_mm: int | None  # receipt roll left, None when not known
    tickets_left: int | None
    tests: dict[str, LastTest] = {}  # by device
    supplies: list[Supply] = []


class Presence(msgspec.Struct, frozen=True):
    """Retained by every daemon that is no device: alive, or its last will."""

    is_alive: bool
    version: str = ""
