"""What lasts at a validator: jams, a full stacker, a missing cash box, fraud.

A validator names a condition in its polls for as long as it lasts, and says nothing when it ends.
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
from drivers.itl_ssp.codec import Poll, PollEvent

SEEN_AS: dict[Poll, Condition] = {
    Poll.SAFE_JAM: Condition.SAFE_JAM,
    Poll.UNSAFE_JAM: Condition.UNSAFE_JAM,
    Poll.STACKER_FULL: Condition.STACKER_FULL,
    Poll.FRAUD_ATTEMPT: Condition.FRAUD,
    Poll.PATH_OPEN: Condition.PATH_OPEN,
    Poll.CASH_BOX_REMOVED: Condition.CASH_BOX_REMOVED,
}
GONE_AFTER = 2.0  # seconds unmentioned: ten polls
FRAUD_LASTS = 30.0  # seconds; it is said once, and somebody should look


class Conditions:
    """Tells each change once."""

    def __init__(self, events: deque[Event]) -> None:
        self._events = events
        self._ends_at: dict[Condition, float] = {}
        self._told: frozenset[Condition] = frozenset()
        self.fraud_is_open = False  # the unit repeats it until EVENT ACK

    def on_poll(self, events: list[PollEvent], now: float, is_repeating: bool) -> None:
        fraud = [event.channel for event in events if event.code is Poll.FRAUD_ATTEMPT]
        if fraud and not self.fraud_is_open:
            self._events.append(CheatAttempt(fraud[0]))
        self.fraud_is_open = bool(fraud) and is_repeating
        self._on_cash_box({event.code for event in events})
        for event in events:
            if (condition := SEEN_AS.get(event.code)) is not None:
                self._ends_at[condition] = now + self._lasts(condition)
        self._tell(now)

    def _lasts(self, condition: Condition) -> float:
        match condition:
            case Condition.FRAUD:
                return FRAUD_LASTS
            case Condition.CASH_BOX_REMOVED:
                return float("inf")  # until it is said to be back
            case _:
                return GONE_AFTER

    def _on_cash_box(self, codes: set[Poll]) -> None:
        is_out = Condition.CASH_BOX_REMOVED in self._ends_at
        if Poll.CASH_BOX_REMOVED in codes and not is_out:
            self._events.append(CashBoxMoved(is_present=False))
        if Poll.CASH_BOX_REPLACED in codes:
            self._ends_at.pop(Condition.CASH_BOX_REMOVED, None)
            self._events.append(CashBoxMoved(is_present=True))
        elif Poll.SLAVE_RESET in codes:
            self._ends_at.pop(Condition.CASH_BOX_REMOVED, None)  # said again if it is so

    def _tell(self, now: float) -> None:
        self._ends_at = {what: end for what, end in self._ends_at.items() if end > now}
        present = frozenset(self._ends_at)
        if present != self._told:
            self._told = present
            self._events.append(ConditionsChanged(present))
