"""What may still be paid of a claim, computed from the journal at the moment it is redeemed.

A slip says what was claimed when it was written. A note that was in doubt then may have come back
to the hand since, and its part must not be paid a second time.
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware.contract.money import ZERO, Money, total
from firmware.journal.orders import Order


@dataclass(frozen=True)
class Payable:
    """`parts` are the open claims that this slip covers, each with what is paid of it."""

    parts: dict[str, Money]
    claimed: Money  # of the open claims, as issued
    unconfirmed: Money  # of what is paid: the machine never said what became of it

    @property
    def amount(self) -> Money:
        return total(list(self.parts.values()))

    @property
    def came_back(self) -> Money:
        return self.claimed - self.amount


def payable(order: Order, number: str) -> Payable:
    """Of the claim `number` and the earlier ones of its order, whose money its slip includes.

    Raises ValueError for a number that the order does not have.
    """
    upto = [claim.claim for claim in order.claims].index(number) + 1
    covered = [claim for claim in order.claims[:upto] if claim.claim not in order.redeemed]
    left = max(order.refundable - total(list(order.redeemed.values())), ZERO)
    parts = {}
    for claim in covered:
        parts[claim.claim] = min(claim.amount, left)
        left = left - parts[claim.claim]
    amount = total(list(parts.values()))
    return Payable(parts, total([c.amount for c in covered]), min(order.unconfirmed, amount))
