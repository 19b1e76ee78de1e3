"""Which notes and coins may come in just now: by arithmetic before the slot, not by luck behind it.

A machine that gives no change takes a value only when it does not exceed what is still due plus the
advance that the service may credit to the next bill. A coin changer widens that to what its tubes
can pay back to the rupee.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from firmware.contract.change import coins_for
from firmware.contract.money import ZERO, Money, rupees
from firmware.contract.screen import NoteButton

MOST_CHANGE = rupees(100)  # a handful of coins, of which each takes a third of a second
MOST_REFUND = rupees(50)  # in coins, for a payment that was broken off; more goes to a claim
NO_COINS: Mapping[int, int] = {}


def acceptable(
    remaining: Money,
    advance: Money,
    values: Iterable[Money],
    payable: Mapping[int, int] = NO_COINS,
) -> list[Money]:
    """The values that may enter when `remaining` is due; none when nothing is due.

    `payable` is what a changer can pay back: paise of a coin -> how many. There is nothing to be
    reserved in it: a value that exceeds what is due is the last that may enter.
    """
    if remaining <= ZERO:
        return []
    most = remaining + advance
    return sorted(
        v for v in values if v <= most or can_be_paid(v - remaining, payable, MOST_CHANGE)
    )


def can_be_paid(amount: Money, payable: Mapping[int, int], most: Money) -> bool:
    """Whether these coins make exactly this amount, and it is not more than `most`."""
    return ZERO < amount <= most and coins_for(amount.paise, payable) is not None


def note_buttons(taken: list[Money], could: Iterable[Money]) -> list[NoteButton]:
    """Every denomination of the acceptor for the screen: taken now, or not and why."""
    return [
        NoteButton(value, value in taken, None if value in taken else "note.no_change")
        for value in sorted(could)
    ]


def advance_of(inserted: Money, payable: Money, allowed: Money) -> Money:
    """What of the money over the due goes to the next bill; the rest is owed to the citizen."""
    return max(min(inserted - payable, allowed), ZERO)
