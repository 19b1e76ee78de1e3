"""Where the note is and which credit the unit may repeat, followed from poll to poll.

One note is owed an outcome from the moment it is in escrow: credited, returned or unaccounted. A
poll says where the note is, not what happened to it; what happened are the three states with a bill
type, and 12 at power-up. A unit that says "bill stacked" does nothing else until that is
acknowledged, so at most one credit is open, and none together with a note in escrow.

A channel is the bill type plus one, for 0 means that the unit cannot say which.
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
from drivers.ccnet.codec import Said, Unit, reject_reason

UNACCOUNTED_AFTER = 2.0  # seconds of polls in which the unit has no note: ten of them

NOTE_AT: dict[Unit, Note] = {
    Unit.ACCEPTING: Note.MOVING_IN,
    Unit.ESCROW: Note.IN_ESCROW,
    Unit.HOLDING: Note.IN_ESCROW,
    Unit.STACKING: Note.BEING_STACKED,
    Unit.RETURNING: Note.MOVING_OUT,
    Unit.REJECTING: Note.MOVING_OUT,
    Unit.POWER_UP_IN_VALIDATOR: Note.MOVING_OUT,  # goes back after RESET
}
EMPTY = frozenset({Unit.IDLING, Unit.DISABLED, Unit.CASSETTE_FULL})  # and has no note inside
FORGETS = EMPTY | {Unit.ACCEPTING, Unit.ESCROW, Unit.HOLDING}  # the credit before: it went on


class NoteTracker:
    """`unfinished` is what a driver before this one left open."""

    def __init__(self, events: deque[Event], unfinished: Unfinished) -> None:
        self._events = events
        self.values: tuple[int, ...] = ()  # paise of the channels 1, 2, 3 ...
        self.owed = unfinished.owed  # the channel of the note that has no outcome yet
        self.note = Note.NOWHERE if self.owed is None else Note.LEFT
        self.order = Order.HOLD
        self.open_credit = unfinished.credits[0] if unfinished.credits else None
        self._was_ordered = unfinished.was_ordered  # it may be in the box
        self._was_reset = False  # since the note was in escrow
        self._refusal = ""  # why a note is on its way out that never was in escrow
        self._said: Said | None = None
        self._empty_since: float | None = None

    def on_said(self, said: Said, now: float, may_take: bool) -> None:
        """One poll. `may_take`: a new note may wait in escrow for the till; else it goes back."""
        before, self._said = self._said, said
        if said.unit not in EMPTY:
            self._empty_since = None
        if said.unit in FORGETS:
            self._forget_credit()
        if said.unit is not Unit.REJECTING and self._refusal:
            self._events.append(NoteRejected(self._refusal))  # it is out now
            self._refusal = ""
        match said.unit:
            case Unit.STACKED:
                self._on_stacked(said.detail + 1)
            case Unit.POWER_UP_IN_STACKER:
                self._on_found_in_stacker()
            case Unit.RETURNED if said != before:
                self._on_returned(said.detail + 1)
            case Unit.ESCROW:
                self._on_escrow(said.detail + 1, may_take)
            case Unit.HOLDING:
                self._on_held()
            case _:
                self._on_moved(said, said != before, now)

    # --- what was ordered -------------------------------------------------------------------

    def ordered(self, order: Order) -> None:
        """To be sent; a poll may show that it was heard before its answer is there."""
        self.order = order
        self._was_ordered |= order is Order.STACK

    def obeyed(self) -> None:
        """The unit heard the order."""
        if self.note is Note.IN_ESCROW:
            is_in = self.order is Order.STACK
            self.note = Note.BEING_STACKED if is_in else Note.MOVING_OUT
        self.order = Order.HOLD

    def lost_touch(self) -> None:
        """Answers were missed for long: nobody's order holds any more."""
        self.order, self._said, self._empty_since = Order.HOLD, None, None
        if self.note is not Note.MOVING_OUT:
            self.note = self._nowhere

    def unit_was_swapped(self) -> None:
        """Another serial number: nobody will ever say what became of the note."""
        self.note = Note.NOWHERE
        self._lose_sight()
        self._forget_credit()

    # --- what is said -----------------------------------------------------------------------

    def _on_stacked(self, channel: int) -> None:
        self.note, self.order = Note.NOWHERE, Order.HOLD
        if self.owed not in (None, channel):
            self._lose_sight()  # another note than the one that was in escrow
        if self.open_credit is not None:
            if self.open_credit.channel in (0, channel):
                return  # said again
            self._forget_credit()
        self._credit(channel, at_power_up=False)

    def _on_found_in_stacker(self) -> None:
        """Said until RESET; of a credit that is open it is that one's other name."""
        self.note, self.order = Note.NOWHERE, Order.HOLD
        if self.open_credit is None:
            self._credit(self.owed or 0, at_power_up=True)

    def _credit(self, channel: int, at_power_up: bool) -> None:
        self._settle()
        self.open_credit = OpenCredit(channel, at_power_up)
        self._events.append(NoteCredited(channel, self._value(channel), at_power_up))

    def _on_returned(self, channel: int) -> None:
        was_owed, was_reset = self.owed, self._was_reset
        self.note, self.order = Note.NOWHERE, Order.HOLD
        if was_owed == channel:
            self._settle()
            self._events.append(NoteReturned())
        elif was_owed is not None:
            self._lose_sight()
        else:
            self._was_reset = False
            self._events.append(NoteRejected("power_up" if was_reset else "host"))

    def _on_escrow(self, channel: int, may_take: bool) -> None:
        is_known = self.owed == channel
        if is_known and self.note in (Note.IN_ESCROW, Note.BEING_STACKED, Note.MOVING_OUT):
            return  # said again, or the unit has not begun yet
        if is_known:
            self._return_it()
            return
        if self.owed is None and self.note in (Note.IN_ESCROW, Note.MOVING_OUT):
            return  # one that goes back
        self._lose_sight()
        paise = self._value(channel)
        if not may_take or not paise:
            self._return_it()
            return
        self.note, self.order, self.owed = Note.IN_ESCROW, Order.HOLD, channel
        self._was_ordered = self._was_reset = False
        self._events.append(NoteInEscrow(channel, paise))

    def _on_held(self) -> None:
        """HOLDING does not say which note: ours, or one that nobody told us of."""
        if self.note in (Note.NOWHERE, Note.MOVING_IN, Note.LEFT):
            self._return_it()

    def _return_it(self) -> None:
        self.note, self.order = Note.IN_ESCROW, Order.RETURN

    def _on_moved(self, said: Said, is_new: bool, now: float) -> None:
        before, self.note = self.note, NOTE_AT.get(said.unit, self.note)
        match said.unit:
            case Unit.ACCEPTING if before is not Note.MOVING_IN:
                self._lose_sight()  # the next note comes in: the one before is not there
                self._events.append(NoteMoving())
            case Unit.STACKING if before is not Note.BEING_STACKED:
                self._was_ordered = True  # whoever did
                self._events.append(NoteStacking())
            case Unit.REJECTING if self.owed is None:
                self._refusal = reject_reason(said.detail)
            case Unit.PAUSE if is_new:
                self._events.append(NoteRejected("second_note"))
            case Unit.POWER_UP_IN_VALIDATOR:
                self._was_reset = True
            case Unit.POWER_UP:
                self._on_power_up()
            case unit if unit in EMPTY:
                self._on_empty(before, now)
            case _:
                pass
        if self.note is not Note.IN_ESCROW:
            self.order = Order.HOLD

    def _on_power_up(self) -> None:
        self._was_reset = True
        if self.owed is None or self.note is not Note.MOVING_OUT:
            self.note = self._nowhere

    def _on_empty(self, before: Note, now: float) -> None:
        """No note inside, and no word of one. What was on its way out is in a hand.

        So is what no power-up found inside and nobody ordered in. Of another one the unit must
        speak, or nobody knows.
        """
        went_out = before is Note.MOVING_OUT or (self._was_reset and not self._was_ordered)
        self.note = self._nowhere
        if self.owed is None:
            if before is Note.MOVING_OUT and self._was_reset:
                self._events.append(NoteRejected("power_up"))
            self._was_reset = False
        elif went_out:
            self._settle()
            self.note = Note.NOWHERE
            self._events.append(NoteReturned())
        elif self._empty_since is None:
            self._empty_since = now
        elif now - self._empty_since >= UNACCOUNTED_AFTER:
            self.note = Note.NOWHERE
            self._lose_sight()

    # --- inside -----------------------------------------------------------------------------

    @property
    def _nowhere(self) -> Note:
        return Note.NOWHERE if self.owed is None else Note.LEFT

    def _value(self, channel: int) -> int:
        return self.values[channel - 1] if 0 < channel <= len(self.values) else 0

    def _settle(self) -> None:
        """The note has its outcome."""
        self.owed, self._was_ordered, self._was_reset = None, False, False

    def _forget_credit(self) -> None:
        """The unit repeats it no more."""
        if (credit := self.open_credit) is not None:
            self.open_credit = None
            self._events.append(CreditCleared(credit.channel, credit.at_power_up))

    def _lose_sight(self) -> None:
        if self.owed is not None:
            self._settle()
            self._events.append(NoteUnaccounted())
