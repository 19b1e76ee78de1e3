"""Where the note is and what became of it, concluded from one status after another.

A unit says what it is doing, not what it has done; only VEND VALID, POWER UP WITH BILL IN STACKER
and STACKED say that a note is in the box. One note is owed an outcome from the moment it is in
escrow: credited, returned or unaccounted.
"""

from __future__ import annotations

from collections import deque

from drivers.base.notes_events import (
    CreditCleared,
    Event,
    NoteCredited,
    NoteInEscrow,
    NoteMoving,
    NoteRejected,
    NoteReturned,
    NoteStacking,
    NoteUnaccounted,
)
from drivers.base.notes_protocol import Note, OpenCredit, Order, Unfinished
from drivers.id003.codec import POWER_UPS, Said, Status, reject_reason

UNACCOUNTED_AFTER = 10.0  # seconds at rest in a fault without a word; a travel takes about one

PLACES: dict[Status, Note] = {
    Status.ACCEPTING: Note.MOVING_IN,
    Status.ESCROW: Note.IN_ESCROW,
    Status.HOLDING: Note.IN_ESCROW,
    Status.STACKING: Note.BEING_STACKED,
    Status.VEND_VALID: Note.BEING_STACKED,
    Status.STACKED: Note.BEING_STACKED,
    Status.REJECTING: Note.MOVING_OUT,
    Status.RETURNING: Note.MOVING_OUT,
    Status.ENABLED: Note.NOWHERE,
    Status.DISABLED: Note.NOWHERE,
}  # any other status does not say where the note is
NOTHING_INSIDE = frozenset({Status.ENABLED, Status.DISABLED, Status.ACCEPTING})  # of the one before
NO_CREDIT_OPEN = NOTHING_INSIDE | {Status.ESCROW, Status.HOLDING}
AT_REST = frozenset({Status.STACKER_FULL, Status.STACKER_OPEN})
PERHAPS_AT_REST = AT_REST | {Status.PAUSE, Status.CHEATED, Status.FAILURE}


class NoteTracker:
    """`unfinished` is from the ledger. `values` are paise by denomination code, when known."""

    def __init__(self, events: deque[Event], unfinished: Unfinished) -> None:
        self._events = events
        self.values: dict[int, int] = {}
        self.owed = unfinished.owed  # the denomination of the note that has no outcome yet
        self.open_credits = list(unfinished.credits)  # told, and perhaps said again
        self.note = Note.NOWHERE if self.owed is None else Note.LEFT
        self.order = Order.HOLD
        self._was_ordered = unfinished.was_ordered  # the one that is owed: it may be in the box
        self._went_back = False  # the unit said that it moves, or moved, the note to the mouth
        self._refusal = ""  # why the note that moves out does so
        self._rests_since: float | None = None

    def on_status(self, said: Said, now: float) -> None:
        status = said.status
        if status in NOTHING_INSIDE:
            self._conclude()
        if status in NO_CREDIT_OPEN:
            self._clear_credits()
        match status:
            case Status.ACCEPTING if self.note is not Note.MOVING_IN:
                self._events.append(NoteMoving())
            case Status.ESCROW | Status.HOLDING:
                self._on_escrow(said.data)
            case Status.STACKING if self.note in (Note.IN_ESCROW, Note.LEFT):
                self._was_ordered = True
                self._events.append(NoteStacking())
            case Status.VEND_VALID | Status.STACKED | Status.POWER_UP_NOTE_IN_STACKER:
                self._on_box(status)
            case Status.REJECTING | Status.RETURNING:
                self._went_back = True
                is_refused = status is Status.REJECTING
                self._refusal = reject_reason(said.data) if is_refused else "host"
            case _ if status in POWER_UPS:
                self._on_power_up(status)
            case _:
                pass
        self.note = PLACES.get(status, self.note)
        self._watch_for_rest(status, now)

    def was_told(self, order: Order) -> None:
        """The till has decided; from `STACK` on the note may be in the box."""
        self.order = order
        self._was_ordered = self._was_ordered or order is Order.STACK

    def lost_contact(self) -> None:
        """After a gap or a power cut nobody's order holds: what is found in escrow goes back."""
        self.note = Note.NOWHERE if self.owed is None else Note.LEFT
        self.order = Order.HOLD
        self._rests_since = None

    def unit_was_swapped(self) -> None:
        """The note left with the other one, and so did what that one would have repeated."""
        if self.owed is not None:
            self._end(NoteUnaccounted())
        self._clear_credits()
        self.note = Note.NOWHERE

    # --- inside -----------------------------------------------------------------------------

    def _on_escrow(self, code: int) -> None:
        """`code` is 0 where the unit does not say it (HOLDING)."""
        if self.owed is not None and code in (0, self.owed):
            if self.note in (Note.LEFT, Note.MOVING_OUT):
                self.order = Order.RETURN
            return
        if self.owed is None and self.note is Note.IN_ESCROW:
            return  # not ours, and on its way back
        if self.owed is not None:
            self._conclude()  # another note: the one before is not there
        self._went_back, self._refusal = False, ""
        if code not in self.values:
            self.order = Order.RETURN  # no value, no credit: not a note of ours
            return
        self.owed, self.order, self._was_ordered = code, Order.HOLD, False
        self._events.append(NoteInEscrow(code, self.values[code]))

    def _on_power_up(self, status: Status) -> None:
        """What is in the acceptor goes back at RESET; what was on its way back, went."""
        self.lost_contact()
        if status is Status.POWER_UP_NOTE_IN_ACCEPTOR:
            self._went_back, self._refusal = True, "power_up"

    def _on_box(self, status: Status) -> None:
        """The note that is owed an outcome; or one told before; or, but for STACKED, a new one."""
        if self.owed is None and (self.open_credits or status is Status.STACKED):
            return
        at_power_up = status is Status.POWER_UP_NOTE_IN_STACKER
        code = self.owed or 0
        self.owed, self.order = None, Order.HOLD
        self._was_ordered = self._went_back = False
        self.open_credits.append(OpenCredit(code, at_power_up))
        self._events.append(NoteCredited(code, self.values.get(code, 0), at_power_up))

    def _conclude(self) -> None:
        """Nothing is inside any more, and nobody said that it went into the box.

        A note that nobody ordered to be stacked cannot be there: ID-003 stacks none by itself.
        """
        if self.owed is not None:
            is_back = self._went_back or not self._was_ordered
            self._end(NoteReturned() if is_back else NoteUnaccounted())
        elif self._refusal:
            self._events.append(NoteRejected(self._refusal))
        self._went_back, self._refusal, self.order = False, "", Order.HOLD

    def _end(self, outcome: NoteReturned | NoteUnaccounted) -> None:
        self.owed, self._was_ordered, self.order = None, False, Order.HOLD
        self._events.append(outcome)

    def _clear_credits(self) -> None:
        for credit in self.open_credits:
            self._events.append(CreditCleared(credit.channel, credit.at_power_up))
        self.open_credits.clear()

    def _watch_for_rest(self, status: Status, now: float) -> None:
        """A full or open stacker hides that the note has gone; a jam does not end by itself."""
        if status not in PERHAPS_AT_REST:
            self._rests_since = None
        elif self._rests_since is None:
            self._rests_since = now
        is_long = self._rests_since is not None and now - self._rests_since >= UNACCOUNTED_AFTER
        if is_long or (status in AT_REST and self._went_back):
            self._conclude()
            self.note = Note.NOWHERE
