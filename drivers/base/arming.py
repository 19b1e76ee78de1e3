"""The till's permission to read one card, and what a reader's protocol tells of a swipe (M4)."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.base.protocol import NEVER
from firmware.contract.card import Arm, CardClass, Sealing, SwipeProblem

# Seconds. As of a lease: core says Arm again every few seconds, and one that died leaves no reader
# open behind it.
LONGEST_ARM = 10.0


@dataclass
class Permission:
    """None is given at first; `end` takes it back."""

    session: str = ""
    until: float = NEVER

    def give(self, arm: Arm, now: float) -> None:
        self.session, self.until = arm.session, now + min(arm.seconds, LONGEST_ARM)

    def end(self) -> str:
        """Take it back; returns whose it was."""
        session, self.session, self.until = self.session, "", NEVER
        return session

    @property
    def is_given(self) -> bool:
        return bool(self.session)

    def has_run_out(self, now: float) -> bool:
        return now >= self.until


@dataclass(frozen=True)
class Swipe:
    """A card as its family hands it on: nothing in clear but what may be shown."""

    session: str
    masked_pan: str
    card_class: CardClass
    sealing: Sealing
    key: str  # hex, capitals
    tracks: dict[str, bytes]

    def __repr__(self) -> str:
        return f"Swipe({self.session!r}, {self.masked_pan})"


@dataclass(frozen=True)
class SwipeRejected:
    """`session` is empty when nobody had asked."""

    session: str
    reason: SwipeProblem
