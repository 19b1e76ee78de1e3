"""Rows that operators make: who came in, which money left the box, which day was closed.

They move no order. Money leaves the kiosk in one place only: a CollectionClosed row says how much
of what was ever credited has been taken out with the box.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from firmware.contract.device import EventId
from firmware.contract.money import ZERO, Money, total
from firmware.journal.row import Row
from firmware.journal.shift_rows import Shift, ShiftRow


class OperatorEntered(Row, frozen=True):
    """A right PIN; also what ends the count of wrong ones."""

    by: str
    role: str


class OperatorRefused(Row, frozen=True):
    """A wrong PIN. When it was is told by the clock that only grows, which no network can set:
    `uptime_ms` on the `boot`-th start of the machine (see KioskStarted)."""

    boot: int
    uptime_ms: int


class BoxMoved(Row, frozen=True):
    """A cash box left its place or came back, as `device` says; `by` is empty where no operator
    was in."""

    device: str
    is_out: bool
    by: str
    id: EventId | None = None  # of the panel's event; None where only a state said so


class SwitchRecorded(Row, frozen=True):
    """The door or the tamper switch moved, as the panel says, and who was in: `by`, or nobody."""

    device: str
    id: EventId
    switch: str  # door_is_open, tamper
    value: bool
    by: str


class AlarmsCleared(Row, frozen=True):
    """`by` has looked at what door and tamper switch told before this row."""

    by: str


class SupplyRenewed(Row, frozen=True):
    """`by` said that a new `consumable` is in `device`, which counts from full again."""

    by: str
    device: str
    consumable: str


class Pieces(msgspec.Struct, frozen=True):
    """So many notes, or coins, of one value."""

    value: Money
    count: int

    @property
    def amount(self) -> Money:
        return self.value * self.count


class Cash(msgspec.Struct, frozen=True):
    """Money by its pieces; `brought_forward` is money whose pieces no row knows (JournalBegun),
    `change` what a changer gave back out of its coins."""

    notes: list[Pieces] = []
    coins: list[Pieces] = []
    brought_forward: Money = ZERO
    change: Money = ZERO

    @property
    def in_notes(self) -> Money:
        return total([each.amount for each in self.notes])

    @property
    def in_coins(self) -> Money:
        return total([each.amount for each in self.coins]) - self.change

    @property
    def amount(self) -> Money:
        return self.in_notes + self.in_coins + self.brought_forward


class Reading(msgspec.Struct, frozen=True):
    """What an acceptor counts. `epoch` is that of the newest credit of this serial, 0 for none."""

    device: str
    serial: str
    counter: str
    count: int
    epoch: int = 0


class Doubt(msgspec.Struct, frozen=True, omit_defaults=True):
    """A transaction that may be why counts differ. `what` is a word of DOUBTS; `name` an order, a
    claim or a device's event."""

    what: str
    name: str
    amount: Money = ZERO
    count: int = 1

    def __str__(self) -> str:
        amount = f" {self.amount}" if self.amount else ""
        return f"{self.name} ({self.what.replace('_', ' ')}{amount})"


# note_in_doubt, coins_in_doubt, change_in_doubt: the device could not say. unposted: paid, and the
# back end has not acknowledged it. claim_open: money that went back, or will. orphan: money of no
# order. cash: an order in which cash could come in. more: so many others.
DOUBTS = (
    "note_in_doubt",
    "coins_in_doubt",
    "change_in_doubt",
    "unposted",
    "claim_open",
    "orphan",
    "cash",
    "more",
)


class CountersRead(Row, frozen=True):
    """From here on the pieces that this acceptor counts are held against those in the rows."""

    reading: Reading


class TubesRead(Row, frozen=True):
    """What a coin changer says its tubes hold; the next collection counts from the first of these
    after the one before."""

    device: str
    serial: str
    held: Money


class CountersDiffer(Row, frozen=True):
    """The acceptor counted other pieces than the rows since its last reading (M8)."""

    device: str
    serial: str
    expected: int  # pieces in the rows
    found: int  # pieces by the device
    since: int  # the row of the last reading
    doubts: list[Doubt]


class CollectionOpened(Row, frozen=True):
    """Intent: an operator is going to empty the boxes. `since` is the row up to which the money
    was collected before, below 1 in the file of a year before; `expected` stands in the rows after
    it."""

    number: int
    by: str
    since: int
    expected: Cash
    readings: list[Reading]


class BoxEmptied(Row, frozen=True):
    """The operator says that the money of this collection was taken out."""

    number: int
    by: str


class How(StrEnum):
    """How a collection ended. Only after the first two the box counts as emptied."""

    COLLECTED = "collected"
    INTERRUPTED = "interrupted"  # the box was out or emptied, and the rest never came
    CANCELLED = "cancelled"  # nothing was taken out


EMPTIED = frozenset({How.COLLECTED, How.INTERRUPTED})


class Booked(msgspec.Struct, frozen=True):
    """What the back end says it booked for the receipts `first` to `last`, and what we posted."""

    first: int
    last: int
    posted: Money
    unposted: Money
    booked: Money | None = None  # None: it did not answer

    @property
    def differs(self) -> bool:
        return self.booked is not None and self.booked != self.posted


class CollectionClosed(Row, frozen=True):
    """Outcome of CollectionOpened. `expected` is what the rows after `since` say was inside, up to
    this row, and `total` all that was ever taken out, this collection included."""

    number: int
    by: str
    how: How
    since: int
    expected: Cash
    total: Money
    device_notes: int | None = None  # pieces by the acceptors' own counts; None: not comparable
    device_coins: int | None = None
    counted_notes: Money | None = None  # by the operator's hand; None: not counted
    counted_coins: Money | None = None
    office: Booked | None = None
    pulled: tuple[str, ...] = ()  # when the box was out with no operator in
    inside_when_pulled: Money = ZERO  # what was inside when it was pulled last
    tubes_before: Money | None = None  # in a changer's tubes at `since`; None: nobody can say
    tubes: Money | None = None  # and now

    @property
    def collected(self) -> Money:
        return self.expected.amount if self.how in EMPTIED else ZERO

    @property
    def in_coin_box(self) -> Money:
        """What a hand should find there: the coins that came in, less the change, less what the
        tubes gained. Below zero: the tubes have more than that, or lack what was paid out."""
        if self.tubes is None or self.tubes_before is None:
            return self.expected.in_coins
        return self.expected.in_coins - (self.tubes - self.tubes_before)

    @property
    def counted(self) -> Money | None:
        """By hand, notes and coins together; None unless both were."""
        if self.counted_notes is None or self.counted_coins is None:
            return None
        return self.counted_notes + self.counted_coins


class CollectionDiffers(Row, frozen=True):
    """The sides of a collection do not agree: which, and the transactions that may be why (M8).

    `sides` are words: device_notes device_coins counted_notes counted_coins tubes counted
    booked.
    """

    number: int
    sides: list[str]
    doubts: list[Doubt]


class BookingsCompared(Row, frozen=True):
    """The back end answered after a collection that could not ask it."""

    number: int
    office: Booked


class ServiceSum(msgspec.Struct, frozen=True):
    """The paid orders of one service."""

    service: str
    count: int
    amount: Money  # of the bills, without the fees
    fees: Money
    advances: Money


class RequestCount(msgspec.Struct, frozen=True):
    """What was asked of the office without money, of one service: requests that were accepted here,
    and verifications that it confirmed."""

    service: str
    count: int


class Redemption(msgspec.Struct, frozen=True):
    """The claims that were redeemed in one way: `how` is as in ClaimRedeemed."""

    how: str
    count: int
    amount: Money


class DayFigures(msgspec.Struct, frozen=True):
    """What happened between two closings of the day."""

    services: list[ServiceSum]
    notes: Money  # cash that came in
    coins: Money
    claims_issued: int
    claims_amount: Money
    redeemed: int
    redeemed_amount: Money
    refused: int  # payments to which the back end said no
    returned_notes: int
    collected: Money  # with the cash box
    unposted: int  # paid in this time, and not acknowledged by the back end
    first_receipt: str
    last_receipt: str
    suspected: int = 0  # forged notes and cheats that devices suspected in visits
    change: Money = ZERO  # given back in coins
    upi: Money = ZERO  # that came
    upi_count: int = 0
    card: Money = ZERO
    card_count: int = 0
    card_refunds: Money = ZERO  # that went back to cards
    redemptions: list[Redemption] = []  # `redeemed` by its ways; a release before knows none
    requests: list[RequestCount] = []  # without money
    refused_requests: list[str] = []  # orders that were accepted, and that the office then refused
    shifts: list[Shift] = []  # who was at the kiosk, from when to when


class DayClosed(Row, frozen=True):
    """The `number`-th Z report: the rows after `since`, up to this one. No number is left out."""

    number: int
    by: str
    since: int
    figures: DayFigures


DeskRow = (
    OperatorEntered
    | OperatorRefused
    | BoxMoved
    | SwitchRecorded
    | AlarmsCleared
    | SupplyRenewed
    | CountersRead
    | TubesRead
    | CountersDiffer
    | CollectionOpened
    | BoxEmptied
    | CollectionClosed
    | CollectionDiffers
    | BookingsCompared
    | DayClosed
    | ShiftRow
)


def desk_key_of(row: Row) -> str | None:
    """What the journal holds at most once: each number of a collection and of a day."""
    match row:
        case BoxMoved(id=EventId() as name) | SwitchRecorded(id=name):
            return str(name)
        case CollectionOpened(number=number):
            return f"collection {number}"
        case CollectionClosed(number=number):
            return f"collected {number}"
        case BookingsCompared(number=number):
            return f"bookings {number}"
        case DayClosed(number=number):
            return f"day {number}"
        case _:
            return None
