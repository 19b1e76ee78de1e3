"""Which notes and coins may come in just now: by arithmetic before the slot, not by luck behind it.

A machine that gives no change takes a value only when it does not exceed what is still due plus the
advance that the service may credit to the next bill. A coin changer widens that to what its tubes
can pay back to the rupee. Neither exceeds what the limits of this kiosk and of the service leave.
Coins have no escrow: those that fall between two polls may pass a limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import gcd

from firmware.contract.change import coins_for
from firmware.contract.money import ZERO, Money, rupees
from firmware.contract.screen import Hint, NoteButton

MOST_CHANGE = rupees(100)  # a handful of coins, of which each takes a third of a second
MOST_REFUND = rupees(50)  # in coins, for a payment that was broken off; more goes to a claim


@dataclass(frozen=True)
class Limits:
    """Of `[limits]` in kiosk.toml and `[cash]` of the service. None: no limit."""

    per_visit: Money | None = None
    per_day: Money | None = None
    least: Money = ZERO  # a smaller bill is not paid in cash
    most: Money | None = None  # of one order
    refused: frozenset[Money] = frozenset()  # values that this kiosk does not take


@dataclass(frozen=True)
class Taken:
    """What came in so far: for this order, in this visit and today, each with what is before it."""

    order: Money = ZERO
    visit: Money = ZERO
    day: Money = ZERO


@dataclass(frozen=True)
class Bounds:
    """What the limits leave: at most `room` more (None: no limit), and nothing of `refused`.

    `payable` is what a changer can give back: paise of a coin -> how many. Nothing is to be
    reserved in it: a value that exceeds what is due is the last that may enter.
    """

    room: Money | None = None
    refused: frozenset[Money] = frozenset()
    payable: Mapping[int, int] = field(default_factory=dict)


def tightest(limits: Limits, taken: Taken) -> tuple[str, Money] | None:
    """The limit that leaves least, as a message key, and what it leaves; None without a limit."""
    left = [
        (key, max(limit - so_far, ZERO))
        for key, limit, so_far in (
            ("limit.most", limits.most, taken.order),
            ("limit.visit", limits.per_visit, taken.visit),
            ("limit.day", limits.per_day, taken.day),
        )
        if limit is not None
    ]
    return min(left, key=lambda found: found[1], default=None)


def bounds(limits: Limits, taken: Taken) -> Bounds:
    found = tightest(limits, taken)
    return Bounds(None if found is None else found[1], limits.refused)


def why_not(value: Money, remaining: Money, advance: Money, within: Bounds) -> str | None:
    """The message key of what speaks against this value when `remaining` is due, or None."""
    if value in within.refused:
        return "note.not_taken"
    is_covered = value <= remaining + advance or can_be_paid(
        value - remaining, within.payable, MOST_CHANGE
    )
    if remaining <= ZERO or not is_covered:
        return "note.no_change"
    if within.room is not None and value > within.room:
        return "note.limit"
    return None


def can_be_paid(amount: Money, payable: Mapping[int, int], most: Money) -> bool:
    """Whether these coins make exactly this amount, and it is not more than `most`."""
    return ZERO < amount <= most and coins_for(amount.paise, payable) is not None


def acceptable(
    remaining: Money, advance: Money, values: Iterable[Money], within: Bounds
) -> list[Money]:
    """The values that may enter when `remaining` is due; none when nothing is due."""
    return sorted(v for v in values if why_not(v, remaining, advance, within) is None)


def note_buttons(
    could: Iterable[Money], remaining: Money, advance: Money, within: Bounds
) -> list[NoteButton]:
    """Every denomination of the acceptor for the screen: taken now, or not and why."""
    reasons = ((value, why_not(value, remaining, advance, within)) for value in sorted(could))
    return [NoteButton(value, reason is None, reason) for value, reason in reasons]


def extra(remaining: Money, advance: Money, within: Bounds) -> Money:
    """How much over the due may still come in: the advance, or what a limit leaves of it."""
    if within.room is None:
        return advance
    return max(min(advance, within.room - remaining), ZERO)


def why_no_cash(
    payable: Money, advance: Money, limits: Limits, taken: Taken, could: Iterable[Money]
) -> Hint | None:
    """Why a bill cannot be paid in cash here and now, with the amount concerned; None if it can.

    `could` is what the acceptors know. Said on the bill, before any money.
    """
    if payable < limits.least:
        return Hint("limit.least", limits.least)
    found = tightest(limits, taken)
    if found is not None and found[1] < payable:
        return Hint(*found)
    within = bounds(limits, taken)
    values = acceptable(payable, advance, could, within)
    most = payable + extra(payable, advance, within)
    if could and not can_reach(payable, most, values):
        return Hint("limit.values")
    return None


def can_reach(least: Money, most: Money, values: Iterable[Money]) -> bool:
    """Whether notes and coins of these values can come to a sum from `least` (0 or more) to `most`.

    A bit for every sum: shifting by one value, then by two, four ... of it adds any number of them.
    """
    steps = sorted({value.paise for value in values if value > ZERO})
    unit = gcd(*steps) if steps else 1
    top = most.paise // unit
    sums = 1
    for step in (value // unit for value in steps):
        while step <= top:
            sums |= sums << step
            step *= 2
    first = -(-least.paise // unit)
    return bool(first <= top and (sums & ((1 << top + 1) - 1)) >> first)


def advance_of(inserted: Money, payable: Money, allowed: Money) -> Money:
    """What of the money over the due goes to the next bill; the rest is owed to the citizen."""
    return max(min(inserted - payable, allowed), ZERO)
