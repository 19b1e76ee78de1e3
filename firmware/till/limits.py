"""Which notes and coins may come in just now: by arithmetic before the slot, not by luck behind it.

Notes-only machines give no change, so a value is taken only when it does not exceed what is still
due plus the advance that the service may credit to the next bill.
"""

from __future__ import annotations

from collections.abc import Iterable

from firmware.contract.money import ZERO, Money
from firmware.contract.screen import NoteButton


def acceptable(remaining: Money, advance: Money, values: Iterable[Money]) -> list[Money]:
    """The values that may enter when `remaining` is due; none when nothing is due."""
    if remaining <= ZERO:
        return []
    return sorted(value for value in values if value <= remaining + advance)


def note_buttons(taken: list[Money], could: Iterable[Money]) -> list[NoteButton]:
    """Every denomination of the acceptor for the screen: taken now, or not and why."""
    return [
        NoteButton(value, value in taken, None if value in taken else "note.no_change")
        for value in sorted(could)
    ]


def advance_of(inserted: Money, payable: Money, allowed: Money) -> Money:
    """What of the money over the due goes to the next bill; the rest is owed to the citizen."""
    return max(min(inserted - payable, allowed), ZERO)
