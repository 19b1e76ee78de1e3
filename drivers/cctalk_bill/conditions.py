"""What lasts at a validator: jams, a full or missing stacker, broken parts, fraud.

A validator tells of trouble once, when it begins, and of its end mostly not at all. So while any of
it stands, the self-check (232) is asked, and its word ends what it began or what a hand has mended.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from drivers.base.notes_events import (
    CashBoxMoved,
    CheatAttempt,
    Condition,
    ConditionsChanged,
    Event,
)
from drivers.base.protocol import NEVER
from drivers.cctalk_bill.codec import Fault, Status, fault_word

BEGINS: dict[int, Condition] = {
    Status.JAM_UNSAFE: Condition.UNSAFE_JAM,
    Status.JAM_IN_STACKER: Condition.STACKER_JAM,
    Status.STACKER_REMOVED: Condition.CASH_BOX_REMOVED,
    Status.STACKER_FAULTY: Condition.FAILURE,
    Status.STACKER_FULL: Condition.STACKER_FULL,
    Status.STACKER_JAMMED: Condition.STACKER_JAM,
    Status.JAM_SAFE: Condition.SAFE_JAM,
    Status.ANTI_STRING_FAULTY: Condition.FAILURE,
}
ENDS: dict[int, frozenset[Condition]] = {
    Status.STACKER_OK: frozenset(
        {Condition.STACKER_FULL, Condition.STACKER_JAM, Condition.CASH_BOX_REMOVED}
    ),
    Status.STACKER_REMOVED: frozenset({Condition.STACKER_FULL}),
    Status.STACKER_INSERTED: frozenset({Condition.CASH_BOX_REMOVED}),
}
CHECKED_AS: dict[int, Condition] = {
    Fault.BILL_JAMMED: Condition.TRANSPORT_JAM,
    Fault.STACKER_MISSING: Condition.CASH_BOX_REMOVED,
    Fault.STACKER_FULL: Condition.STACKER_FULL,
}
# A self-check that finds nothing ends these. Some validators look at their motors only, so that a
# stacker that was said to be full or missing in an event is so until another event says otherwise.
ENDED_BY_CHECK = frozenset(Condition) - {
    Condition.STACKER_FULL,
    Condition.CASH_BOX_REMOVED,
    Condition.FRAUD,
}
FRAUDS = frozenset({Status.PULLED_BACKWARDS, Status.TAMPER, Status.OPTO_FRAUD, Status.STRING_FRAUD})
FRAUD_LASTS = 30.0  # seconds; it is said once, and somebody should look


class Conditions:
    """Tells each change once."""

    def __init__(self, events: deque[Event]) -> None:
        self._events = events
        self._present: set[Condition] = set()
        self._checked: Condition | None = None  # named by the self-check, not by an event
        self._detail = ""
        self._fraud_ends_at = -NEVER
        self._told = ConditionsChanged(frozenset())

    @property
    def is_in_trouble(self) -> bool:
        """Something stands that a self-check may find to be over."""
        return bool(self._present)

    @property
    def is_jammed(self) -> bool:
        """A note that is stuck has no outcome yet."""
        jams = {Condition.SAFE_JAM, Condition.UNSAFE_JAM}
        return bool(self._present & {*jams, Condition.STACKER_JAM, Condition.TRANSPORT_JAM})

    def forget(self) -> None:
        """A new beginning: the buffer and the self-check say what stands."""
        self._present.clear()
        self._checked, self._detail = None, ""

    def recall(self, statuses: Iterable[int]) -> None:
        """What the buffer says of the time before us: it stands, and is no news."""
        for status in statuses:
            self._apply(status)

    def on_status(self, status: int, now: float) -> None:
        """One event that is no bill."""
        was_out = Condition.CASH_BOX_REMOVED in self._present
        self._apply(status)
        if status in FRAUDS:
            self._fraud_ends_at = now + FRAUD_LASTS
            self._events.append(CheatAttempt())
        is_out = Condition.CASH_BOX_REMOVED in self._present
        if is_out is not was_out:
            self._events.append(CashBoxMoved(is_present=not is_out))
        self.tell(now)

    def _apply(self, status: int) -> None:
        self._present -= ENDS.get(status, frozenset())
        if (condition := BEGINS.get(status)) is not None:
            self._present.add(condition)
            if condition is Condition.FAILURE:
                self._detail = Status(status).name.lower().replace("_", " ")

    def on_check(self, fault: int, detail: int, now: float) -> None:
        """The answer to the self-check; 0 finds nothing."""
        if self._checked is not None:
            self._present.discard(self._checked)
        self._checked, self._detail = None, "" if fault == Fault.NONE else self._detail
        if fault == Fault.NONE:
            self._present -= ENDED_BY_CHECK
        elif fault != Fault.BILL_JAMMED or not self.is_jammed:  # an event said where, and how
            condition = CHECKED_AS.get(fault, Condition.FAILURE)
            self._checked = None if condition in self._present else condition
            self._present.add(condition)
            if condition is Condition.FAILURE:
                self._detail = fault_word(fault, detail)
        self.tell(now)

    def tell(self, now: float) -> None:
        """The fault of a fraud ends by itself."""
        present = frozenset(self._present)
        if now < self._fraud_ends_at:
            present |= {Condition.FRAUD}
        detail = self._detail if Condition.FAILURE in present else ""
        if (changed := ConditionsChanged(present, detail)) != self._told:
            self._told = changed
            self._events.append(changed)
