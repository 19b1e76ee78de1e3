"""What lasts at a unit: jams, a full or open stacker, a failure, fraud.

A unit has one status at a time. So a fault is over when the unit says that it works, and not when
it says something in between, as it does after each RESET in vain.
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
from drivers.id003.codec import Said, Status, failure

SEEN_AS: dict[Status, Condition] = {
    Status.STACKER_FULL: Condition.STACKER_FULL,
    Status.STACKER_OPEN: Condition.CASH_BOX_REMOVED,
    Status.JAM_IN_ACCEPTOR: Condition.TRANSPORT_JAM,
    Status.JAM_IN_STACKER: Condition.STACKER_JAM,
    Status.PAUSE: Condition.BLOCKED,
    Status.FAILURE: Condition.FAILURE,
}
WORKS = frozenset(
    {
        Status.ENABLED,
        Status.DISABLED,
        Status.ACCEPTING,
        Status.ESCROW,
        Status.HOLDING,
        Status.STACKING,
        Status.VEND_VALID,
        Status.STACKED,
    }
)
PAUSE_IS_LONG = 5.0  # seconds; before that it is somebody with a second note in the hand
FRAUD_LASTS = 30.0  # seconds; it is said for a moment, and somebody should look
RESET_AFTER = 15.0  # seconds in one fault; some units stay in it until they are told


class Conditions:
    """Tells each change once."""

    def __init__(self, events: deque[Event]) -> None:
        self._events = events
        self._status: Status | None = None
        self._since = 0.0
        self._fault: Condition | None = None
        self._detail = ""
        self._fraud_ends_at = -NEVER
        self._box_is_out = False
        self._told = ConditionsChanged(frozenset())

    def on_status(self, said: Said, now: float) -> None:
        if said.status is not self._status:
            self._status, self._since = said.status, now
            if said.status is Status.CHEATED:
                self._fraud_ends_at = now + FRAUD_LASTS
                self._events.append(CheatAttempt())
        self._on_fault(said, now)
        self._on_box(said.status)
        self._tell(now)

    def wants_reset(self, now: float) -> bool:
        """The unit stands in one fault, and it may be that it has gone."""
        is_fault = self._status in SEEN_AS or self._status is Status.CHEATED
        return is_fault and now - self._since >= RESET_AFTER

    def was_reset(self, now: float) -> None:
        self._since = now

    def _on_fault(self, said: Said, now: float) -> None:
        found = SEEN_AS.get(said.status)
        is_short = found is Condition.BLOCKED and now - self._since < PAUSE_IS_LONG
        if found is not None and not is_short:
            self._fault = found
            self._detail = failure(said.data) if found is Condition.FAILURE else ""
        elif said.status in WORKS:
            self._fault, self._detail = None, ""

    def _on_box(self, status: Status) -> None:
        is_out = status is Status.STACKER_OPEN or (self._box_is_out and status not in WORKS)
        if is_out is not self._box_is_out:
            self._box_is_out = is_out
            self._events.append(CashBoxMoved(is_present=not is_out))

    def _tell(self, now: float) -> None:
        present = set() if self._fault is None else {self._fault}
        if now < self._fraud_ends_at:
            present.add(Condition.FRAUD)
        changed = ConditionsChanged(frozenset(present), self._detail)
        if changed != self._told:
            self._told = changed
            self._events.append(changed)
