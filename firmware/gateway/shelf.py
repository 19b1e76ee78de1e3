"""What is sealed and waits, for minutes and in RAM, until core asks to use it: cards and fingers.

Each is there for one request: its first key. That key may come again, because a network may eat
an answer; another key never gets it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from firmware.contract.card import SealedCard
from firmware.contract.finger import SealedFinger

KEPT_FOR = 180.0  # seconds; a visit aims at three minutes
FINGER_KEPT_FOR = 60.0  # seconds; it is used at once, and UIDAI refuses an old one
MOST_CARDS = 4  # one citizen at a time, and a few swipes that led nowhere

Sealed = TypeVar("Sealed", SealedCard, SealedFinger)


@dataclass
class _Waiting(Generic[Sealed]):
    sealed: Sealed
    until: float
    key: str | None = None


class Shelf(Generic[Sealed]):
    """By reference. Times are seconds of one monotonic clock, given by the caller."""

    def __init__(self, kept_for: float = KEPT_FOR) -> None:
        self._kept_for = kept_for
        self._waiting: dict[str, _Waiting[Sealed]] = {}

    def put(self, sealed: Sealed, now: float) -> None:
        """The oldest goes when there are too many; a reference never changes what it is of."""
        self.forget_old(now)
        self._waiting.setdefault(sealed.reference, _Waiting(sealed, now + self._kept_for))
        while len(self._waiting) > MOST_CARDS:
            del self._waiting[next(iter(self._waiting))]

    def take(self, reference: str, key: str, now: float) -> Sealed | None:
        """What is for this request; None when it is not here, or another request's."""
        self.forget_old(now)
        found = self._waiting.get(reference)
        if found is None or found.key not in (None, key):
            return None
        found.key = key
        return found.sealed

    def forget(self, reference: str) -> None:
        """Its request is decided."""
        self._waiting.pop(reference, None)

    def forget_old(self, now: float) -> None:
        """What nobody used; the clock calls it too, so that an idle kiosk keeps nothing."""
        self._waiting = {name: each for name, each in self._waiting.items() if each.until > now}

    def __len__(self) -> int:
        return len(self._waiting)
