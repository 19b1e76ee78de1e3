"""What the till tells the district of money and of the enclosure around it: told once, and in the
journal for ever."""

from __future__ import annotations

import msgspec

from firmware.contract.content import ConductSet
from firmware.contract.money import Money


class BoxPulled(msgspec.Struct, frozen=True, tag=True):
    """The cash box was taken out with no operator in, as `device` says."""

    device: str


class DoorOpened(msgspec.Struct, frozen=True, tag=True):
    """The door was opened with no operator in, as `device` says."""

    device: str


class Tampered(msgspec.Struct, frozen=True, tag=True):
    """The tamper switch was opened, be it for a moment, as `device` says."""

    device: str


class CollectionDiffered(msgspec.Struct, frozen=True, tag=True):
    """The sides of a collection do not agree: which, and the transactions that may be why."""

    number: int
    by: str
    sides: list[str]  # device_notes device_coins counted_notes counted_coins tubes counted booked
    doubts: list[str]


class CountersDiffered(msgspec.Struct, frozen=True, tag=True):
    """An acceptor counted other pieces than the journal since it was read last (M8)."""

    device: str
    expected: int
    found: int
    doubts: list[str]


class SupplyRefilled(msgspec.Struct, frozen=True, tag=True):
    """`by` said that a new `consumable` is in `device`."""

    device: str
    consumable: str
    by: str


class PaymentRefused(msgspec.Struct, frozen=True, tag=True):
    """The back end will not book a payment that a receipt was printed for: its money went to a
    claim, or back to the card. `order` is the number of the receipt."""

    order: str
    service: str
    amount: Money
    problem: str  # no_such_account already_paid refused


class RequestRefused(msgspec.Struct, frozen=True, tag=True):
    """What was accepted here without money, and is on a citizen's paper, the office refuses."""

    order: str
    service: str
    problem: str


class FeesDiffered(msgspec.Struct, frozen=True, tag=True):
    """The back end asked another fee than the signed rate table has: the service is off.

    `version` is that of the table, 0 where this kiosk has none; `amount` and `fee` were asked.
    """

    service: str
    version: int
    amount: Money
    fee: Money


TillEvent = (
    BoxPulled
    | DoorOpened
    | Tampered
    | CollectionDiffered
    | CountersDiffered
    | SupplyRefilled
    | PaymentRefused
    | RequestRefused
    | FeesDiffered
    | ConductSet
)
