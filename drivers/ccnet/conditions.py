"""What lasts at a unit: jams, a full or missing cassette, fraud, a broken part.

A poll says one thing at a time. So trouble lasts from the poll that names it to the one that shows
the unit at work, and what is said while a note is on its way proves nothing.
"""

from __future__ import annotations

from collections import deque

from drivers.base.notes_events import (
    CashBoxMoved,
    CheatAttempt,
    Condition,
    ConditionsChanged,
    Event,
)
from drivers.base.protocol import NEVER
from drivers.ccnet.codec import Said, Unit, failure

SEEN_AS: dict[Unit, Condition] = {
    Unit.CASSETTE_FULL: Condition.STACKER_FULL,
    Unit.CASSETTE_OUT: Condition.CASH_BOX_REMOVED,
    Unit.VALIDATOR_JAMMED: Condition.TRANSPORT_JAM,
    Unit.CASSETTE_JAMMED: Condition.STACKER_JAM,
    Unit.FAILURE: Condition.FAILURE,
}
AT_WORK = frozenset({Unit.IDLING, Unit.ACCEPTING, Unit.DISABLED, Unit.ESCROW})
FRAUD_LASTS = 30.0  # seconds; it is said once, and somebody should look
PAUSE_LASTS = 10.0  # seconds until a second note in the mouth is one that blocks it


class Conditions:
    """Tells each change once."""

    def __init__(self, events: deque[Event]) -> None:
        self._events = events
        self._trouble: Condition | None = None
        self._detail = ""
        self._fraud_ends_at = 0.0
        self._sticks_at = NEVER
        self._unit: Unit | None = None  # of the poll before
        self._told = ConditionsChanged(frozenset())

    def on_said(self, said: Said, now: float) -> None:
        before, self._unit = self._unit, said.unit
        if said.unit is Unit.CHEATED:
            if before is not Unit.CHEATED:
                self._events.append(CheatAttempt())
            self._fraud_ends_at = now + FRAUD_LASTS
        self._on_trouble(said)
        self._on_pause(said.unit is Unit.PAUSE, now)
        self._tell(now)

    def _on_trouble(self, said: Said) -> None:
        was_out = self._trouble is Condition.CASH_BOX_REMOVED
        if (trouble := SEEN_AS.get(said.unit)) is not None:
            self._trouble = trouble
            self._detail = failure(said.detail) if trouble is Condition.FAILURE else ""
        elif said.unit in AT_WORK:
            self._trouble, self._detail = None, ""
        if was_out is not (self._trouble is Condition.CASH_BOX_REMOVED):
            self._events.append(CashBoxMoved(is_present=was_out))

    def _on_pause(self, is_paused: bool, now: float) -> None:
        self._sticks_at = min(self._sticks_at, now + PAUSE_LASTS) if is_paused else NEVER

    def _tell(self, now: float) -> None:
        present = {self._trouble} if self._trouble is not None else set()
        present |= {Condition.FRAUD} if now < self._fraud_ends_at else set()
        present |= {Condition.BLOCKED} if now >= self._sticks_at else set()
        change = ConditionsChanged(frozenset(present), self._detail)
        if change != self._told:
            self._told = change
            self._events.append(change)
