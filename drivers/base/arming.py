"""The till's permission to read one card, what ends it, and what a reader tells of a swipe (M4)."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Generic, TypeVar

from drivers.base.protocol import NEVER, Protocol
from firmware.contract.card import Arm, CardClass, Disarm, Sealing, SwipeProblem

Event = TypeVar("Event")

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


class ReaderProtocol(Protocol[Event, Arm | Disarm], Generic[Event]):
    """The host's side of a reader: permission runs out by itself, whatever the wire does."""

    def __init__(self) -> None:
        super().__init__()
        self._permission = Permission()
        self._due = NEVER  # an answer, the next question, or whatever else the family waits for

    def send(self, command: Arm | Disarm, now: float) -> None:
        match command:
            case Arm():
                self._arm(command, now)
            case Disarm():
                self._disarm(now)

    def tick(self, now: float) -> None:
        if self._permission.has_run_out(now):
            self._disarm(now)
        if now >= self._due:
            self._on_due(now)

    def next_deadline(self) -> float:
        return min(self._due, self._permission.until)

    @abstractmethod
    def _arm(self, arm: Arm, now: float) -> None:
        """Raises CommandRefused where the reader's state forbids it."""

    @abstractmethod
    def _disarm(self, now: float) -> None:
        """Take the permission back, in whatever state."""

    @abstractmethod
    def _on_due(self, now: float) -> None:
        """`_due` has come."""
