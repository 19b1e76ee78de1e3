"""Where the note is and what became of it, concluded from one counted event after another.

One note is owed an outcome from the moment it is in escrow: credited, returned or unaccounted. The
validator numbers its events and never repeats one, so what was told is known by the number alone.
"""

from __future__ import annotations

from collections import deque
from enum import Enum, auto

from drivers.base.notes_events import (
    Event,
    NoteCredited,
    NoteInEscrow,
    NoteRejected,
    NoteReturned,
    NoteStacking,
    NoteUnaccounted,
)
from drivers.base.notes_protocol import Note, Order, Unfinished
from drivers.base.protocol import NEVER
from drivers.cctalk_bill.codec import REJECT_REASONS, Escrowed, Said, Stacked, Status

# Seconds without an event, and with no jam, until nobody can say what became of a note. On its way
# out, it may hang in the mouth until a hand takes it.
PATIENCE: dict[Note, float] = {
    Note.BEING_STACKED: 10.0,
    Note.LEFT: 10.0,
    Note.MOVING_OUT: 60.0,
}


class When(Enum):
    """Of an event: seen as it happened, or told of a time when nobody listened."""

    NOW = auto()
    WHILE_AWAY = auto()  # the driver or the wire was gone
    AFTER_RESET = auto()  # the validator had no power, or was reset


class NoteTracker:
    """`unfinished` is what a driver before this one left open."""

    def __init__(self, events: deque[Event], unfinished: Unfinished) -> None:
        self._events = events
        self.values: dict[int, int] = {}  # paise by bill type
        self.owed = unfinished.owed  # the type of the note that has no outcome yet
        self.note = Note.NOWHERE if self.owed is None else Note.LEFT
        self.order = Order.HOLD
        self._was_ordered = unfinished.was_ordered  # the one that is owed: it may be in the box
        self._told = [credit.channel for credit in unfinished.credits]  # and the mark was not saved
        self._quiet_since: float | None = None

    # --- what is done with it -----------------------------------------------------------------

    def was_told(self, order: Order) -> None:
        """The till has decided."""
        self.order = order
        self._was_ordered = self._was_ordered or order is Order.STACK

    def obeyed(self) -> None:
        """The validator took the order."""
        if self.note is not Note.IN_ESCROW:
            return
        is_in = self.order is Order.STACK
        self.note, self.order = Note.BEING_STACKED if is_in else Note.MOVING_OUT, Order.HOLD
        if is_in:
            self._events.append(NoteStacking())

    def found_in_escrow(self) -> None:
        """After a gap or a reset nobody's order holds: it goes back."""
        self.note, self.order = Note.IN_ESCROW, Order.RETURN

    def found_empty(self) -> None:
        """An event says where the note went, or will."""
        if self.note is Note.IN_ESCROW:
            self.note, self.order = self._nowhere, Order.HOLD

    def lost_contact(self) -> None:
        self.note, self.order, self._quiet_since = self._nowhere, Order.HOLD, None

    def unit_was_swapped(self) -> None:
        """The note left with the other one."""
        self._told.clear()
        self._lose_sight()
        self.note = Note.NOWHERE

    # --- what the validator says --------------------------------------------------------------

    def on_event(self, event: Stacked | Escrowed | Said, when: When) -> None:
        self._quiet_since = None
        match event:
            case Stacked(number):
                self._on_stacked(number, when)
            case Escrowed(number):
                self._on_escrowed(number, when)
            case Said(Status.RETURNED):
                self._on_returned(when)
            case Said(status) if status in REJECT_REASONS:
                self._events.append(NoteRejected(REJECT_REASONS[status]))
            case _:
                pass  # a condition

    def on_lost_events(self) -> None:
        """More events than the buffer holds: one of them may have been a note in the box.

        If a note is owed, it can only have been that one, and its end will be told. If none is,
        somebody must count the box (M11).
        """
        self.note, self.order = self._nowhere, Order.HOLD
        if self.owed is None:
            self._events.append(NoteCredited(0, 0))

    def read_up(self) -> None:
        """The mark follows: from here on every event is a new one."""
        self._told.clear()

    def watch(self, is_jammed: bool, now: float) -> None:
        """A note that nobody speaks of any more is told as unaccounted."""
        patience = PATIENCE.get(self.note, NEVER)
        if is_jammed or patience == NEVER:
            self._quiet_since = None
        elif self._quiet_since is None:
            self._quiet_since = now
        elif now - self._quiet_since >= patience:
            self._lose_sight()
            self.note = Note.NOWHERE

    # --- inside -------------------------------------------------------------------------------

    @property
    def _nowhere(self) -> Note:
        return Note.NOWHERE if self.owed is None else Note.LEFT

    def _on_stacked(self, number: int, when: When) -> None:
        """Of the time before us, only the note that is owed is worth something: the box must be
        counted for any other, which a validator may also have told before it was reset."""
        if self.owed is None and when is not When.NOW and number in self._told:
            self._told.remove(number)  # the driver died between the credit and the mark
            return
        was_owed = self.owed == number
        if not was_owed:
            self._lose_sight()
        self.owed, self.note, self.order = None, Note.NOWHERE, Order.HOLD
        is_ours = was_owed or when is When.NOW
        paise = self.values.get(number, 0) if is_ours else 0
        self._events.append(NoteCredited(number, paise, when is When.AFTER_RESET))

    def _on_escrowed(self, number: int, when: When) -> None:
        if number == self.owed:  # its first word was told, and the mark was not saved
            self.found_in_escrow()
            return
        self._lose_sight()
        paise = self.values.get(number, 0)
        if when is not When.NOW or not paise:
            self.found_in_escrow()
            return
        self.owed, self.note, self.order = number, Note.IN_ESCROW, Order.HOLD
        self._was_ordered = False
        self._events.append(NoteInEscrow(number, paise))

    def _on_returned(self, when: When) -> None:
        was_inside = self.note is not Note.NOWHERE
        if self.owed is not None and when is When.AFTER_RESET and self._was_ordered:
            self._lose_sight()  # it may be in the box, and this another one that came in after it
        elif self.owed is not None:
            self._events.append(NoteReturned())
        elif was_inside and when is not When.AFTER_RESET:
            self._events.append(NoteRejected("host"))
        elif when is not When.NOW:  # it never came to escrow: the power failed on its way
            self._events.append(NoteRejected("power_up"))
        self.owed, self.note, self.order = None, Note.NOWHERE, Order.HOLD

    def _lose_sight(self) -> None:
        if self.owed is not None:
            self.owed, self.order = None, Order.HOLD
            self._events.append(NoteUnaccounted())
