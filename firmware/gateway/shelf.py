"""The sealed cards that wait, for minutes and in RAM, until core asks to charge one of them.

A card is there for one payment: its first key. That key may come again, because a network may eat
an answer; another key never gets it.
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware.contract.card import SealedCard

KEPT_FOR = 180.0  # seconds; a visit aims at three minutes
MOST_CARDS = 4  # one citizen at a time, and a few swipes that led nowhere


@dataclass
class _Waiting:
    card: SealedCard
    until: float
    key: str | None = None


class Shelf:
    """Cards by their reference. Times are seconds of one monotonic clock, given by the caller."""

    def __init__(self) -> None:
        self._waiting: dict[str, _Waiting] = {}

    def put(self, card: SealedCard, now: float) -> None:
        """The oldest goes when there are too many; a reference never changes its card."""
        self.forget_old(now)
        self._waiting.setdefault(card.reference, _Waiting(card, now + KEPT_FOR))
        while len(self._waiting) > MOST_CARDS:
            del self._waiting[next(iter(self._waiting))]

    def take(self, reference: str, key: str, now: float) -> SealedCard | None:
        """The card for this payment; None when it is not here, or another payment's."""
        self.forget_old(now)
        found = self._waiting.get(reference)
        if found is None or found.key not in (None, key):
            return None
        found.key = key
        return found.card

    def forget(self, reference: str) -> None:
        """Its payment is decided."""
        self._waiting.pop(reference, None)

    def forget_old(self, now: float) -> None:
        """What nobody paid with; the clock calls it too, so that an idle kiosk keeps nothing."""
        self._waiting = {name: each for name, each in self._waiting.items() if each.until > now}

    def __len__(self) -> int:
        return len(self._waiting)
