"""Where the note is and which credits the unit may repeat, followed through the events of polls.

One note is owed an outcome from the moment it is in escrow: credited, returned or unaccounted. A
device may skip states between two polls, so each event is judged by itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

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
from drivers.base.notes_protocol import Note, OpenCredit, Order
from drivers.itl_ssp.codec import Poll, PollEvent

UNACCOUNTED_AFTER = 10.0  # seconds of answered polls without a word; a travel takes about one


# An event that is not in the row of the present state changes nothing.
TRANSITIONS: dict[Note, dict[Poll, Note]] = {
    Note.NOWHERE: {Poll.READ: Note.MOVING_IN, Poll.REJECTING: Note.MOVING_OUT},
    Note.MOVING_IN: {Poll.REJECTING: Note.MOVING_OUT, Poll.REJECTED: Note.NOWHERE},
    Note.IN_ESCROW: {
        Poll.STACKING: Note.BEING_STACKED,
        Poll.REJECTING: Note.MOVING_OUT,
        Poll.REJECTED: Note.NOWHERE,
    },
    Note.BEING_STACKED: {
        Poll.REJECTING: Note.MOVING_OUT,
        Poll.REJECTED: Note.NOWHERE,
        Poll.READ: Note.MOVING_IN,
    },
    Note.MOVING_OUT: {Poll.REJECTED: Note.NOWHERE, Poll.READ: Note.MOVING_IN},
    Note.LEFT: {
        Poll.STACKING: Note.BEING_STACKED,
        Poll.REJECTING: Note.MOVING_OUT,
        Poll.REJECTED: Note.NOWHERE,
        Poll.READ: Note.MOVING_IN,
    },
}  # READ stands for its channel 0 here; a channel is always a note in escrow

CREDITS = (Poll.CREDIT, Poll.CLEARED_TO_CASH_BOX)
STILL_MOVING = frozenset(
    {
        Poll.STACKING,
        Poll.REJECTING,
        Poll.SAFE_JAM,
        Poll.UNSAFE_JAM,
        Poll.INITIALISING,
        Poll.SLAVE_RESET,
    }
)  # the unit is busy with a note, or cannot know yet


def as_poll_event(credit: OpenCredit) -> PollEvent:
    """The words in which the unit may say it again."""
    code = Poll.CLEARED_TO_CASH_BOX if credit.at_power_up else Poll.CREDIT
    return PollEvent(code, credit.channel)


class NoteTracker:
    """`owed` and `credits` may come from a ledger: what a driver before this one left open."""

    def __init__(
        self,
        events: deque[Event],
        owed: int | None,
        credits: Sequence[PollEvent],
        was_ordered: bool,
    ) -> None:
        self._events = events
        self.values: tuple[int, ...] = ()
        self.note = Note.NOWHERE if owed is None else Note.LEFT
        self.order = Order.HOLD
        self.owed = owed  # the channel of the note that has no outcome yet
        self.open_credits = list(credits)  # oldest first, as the unit may repeat them
        self.reason_is_wanted = False  # a note went back, and nobody asked why yet
        self._is_in_doubt = was_ordered  # it may be in the box, and not in escrow
        self._was_reset = False  # since the note was in escrow
        self._quiet_since: float | None = None

    def on_poll(self, events: list[PollEvent], now: float, is_repeating: bool) -> None:
        """`is_repeating`: the unit repeats each credit until it is acknowledged.

        Credits are taken first: what a poll says besides may already be of the next note, which
        came in while nobody could poll; its own credit cannot be there before it is accepted.
        """
        self._is_in_doubt &= not is_repeating  # what is in the box is said until acknowledged
        unseen = list(self.open_credits)
        for event in events:
            if event.code in CREDITS:
                self._on_credit(event, unseen)
        for event in events:
            self._on_motion(event)
        for credit in unseen if is_repeating else list(self.open_credits):
            self.open_credits.remove(credit)
            self._clear(credit)
        self._watch_for_silence({event.code for event in events}, now)

    def acknowledged(self) -> None:
        """The unit confirmed that it forgets its credits."""
        for credit in self.open_credits:
            self._clear(credit)
        self.open_credits.clear()

    def found_in_escrow(self) -> None:
        """The link came up with a note in escrow: whoever ordered what, it goes back.

        A unit that restarted has cleared its escrow: what is there now came in afterwards.
        """
        if self._was_reset:
            self._lose_sight()
        self._is_in_doubt |= self.order is Order.STACK or self.note is Note.BEING_STACKED
        self.note, self.order = Note.IN_ESCROW, Order.RETURN

    def found_escrow_empty(self) -> None:
        self.note = Note.NOWHERE if self.owed is None else Note.LEFT
        self.order = Order.HOLD

    def accepted(self) -> None:
        """The unit heard the poll that lets the note go on."""
        self.note, self.order = Note.BEING_STACKED, Order.HOLD

    def refused(self) -> None:
        """The unit heard the order to give the note back."""
        self.note, self.order = Note.MOVING_OUT, Order.HOLD

    def rejected_because(self, reason: str) -> None:
        self._events.append(NoteRejected(reason))

    def unit_was_swapped(self) -> None:
        """Another serial number: nobody will ever say what became of the note."""
        self._lose_sight()
        self.acknowledged()

    def clock_starts_again(self) -> None:
        """After a gap, the silence before it counts for nothing."""
        self._quiet_since = None

    def _on_motion(self, event: PollEvent) -> None:
        if event.code is Poll.READ and event.channel:
            self._on_escrow(event.channel)
            return
        before = self.note
        self.note = TRANSITIONS[before].get(event.code, before)
        match event.code:
            case Poll.READ if self.note is Note.MOVING_IN and before is not Note.MOVING_IN:
                self._lose_sight()  # the next note comes in: the one before is not there
                self._events.append(NoteMoving())
            case Poll.STACKING if self.note is not before:
                self._events.append(NoteStacking())
            case Poll.REJECTED:
                self._on_went_back(Poll.REJECTED)
            case Poll.CLEARED_FROM_FRONT:
                self._on_went_back(Poll.CLEARED_FROM_FRONT)
            case Poll.SLAVE_RESET:
                self._was_reset = True
                self.found_escrow_empty()
            case _:
                pass

    def _on_escrow(self, channel: int) -> None:
        if channel == self.owed and self.note in (Note.IN_ESCROW, Note.BEING_STACKED):
            return  # said again
        if channel == self.owed and self.note is Note.MOVING_OUT:
            self.note, self.order = Note.IN_ESCROW, Order.RETURN  # it has not begun
            return
        self._lose_sight()
        self.note = Note.IN_ESCROW
        if channel > len(self.values):
            self.order = Order.RETURN  # no value, no credit: not a note of ours
            return
        self.order, self.owed = Order.HOLD, channel
        self._is_in_doubt = self._was_reset = False
        self._events.append(NoteInEscrow(channel, self.values[channel - 1]))

    def _on_went_back(self, how: Poll) -> None:
        self.note, self.order = Note.NOWHERE, Order.HOLD
        if self._is_in_doubt:  # a unit that says a credit once may have said it to nobody
            self._lose_sight()
        elif self.owed is not None:
            self.owed = None
            self._events.append(NoteReturned())
        elif how is Poll.REJECTED:
            self.reason_is_wanted = True
        else:
            self._events.append(NoteRejected("power_up"))

    def _on_credit(self, event: PollEvent, unseen: list[PollEvent]) -> None:
        """New, of the note that is owed an outcome or of one that nobody saw; or said again."""
        known = self._as_known(event, unseen)
        if known in unseen:
            unseen.remove(known)
            return
        channel = event.channel or self.owed or 0
        if channel == self.owed:
            self._is_in_doubt = self._was_reset = False
            self.owed, self.note, self.order = None, Note.NOWHERE, Order.HOLD
        self.open_credits.append(PollEvent(event.code, channel))
        paise = self.values[channel - 1] if 0 < channel <= len(self.values) else 0
        at_power_up = event.code is Poll.CLEARED_TO_CASH_BOX
        self._events.append(NoteCredited(channel, paise, at_power_up))

    def _as_known(self, event: PollEvent, unseen: list[PollEvent]) -> PollEvent:
        """Under which name it may have been heard before.

        At power-up the unit may not know the channel (0), and might say as "cleared to cash box"
        what it had said as a credit: that is one note, unless there was another one on its way.
        """
        if event.code is Poll.CREDIT or event in unseen:
            return event
        alike = [known for known in unseen if event.channel in (0, known.channel)]
        same = [known for known in alike if known.code is event.code]
        if same:
            return same[0]
        is_of_note = self.owed is not None and event.channel in (0, self.owed)
        return alike[0] if alike and not is_of_note else event

    def _watch_for_silence(self, codes: set[Poll], now: float) -> None:
        is_waiting = self.owed is not None and self.note is not Note.IN_ESCROW
        if not is_waiting or codes & STILL_MOVING:
            self._quiet_since = None
        elif self._quiet_since is None:
            self._quiet_since = now
        elif now - self._quiet_since >= UNACCOUNTED_AFTER:
            self.note = Note.NOWHERE
            self._lose_sight()

    def _clear(self, credit: PollEvent) -> None:
        at_power_up = credit.code is Poll.CLEARED_TO_CASH_BOX
        self._events.append(CreditCleared(credit.channel, at_power_up))

    def _lose_sight(self) -> None:
        self._is_in_doubt = self._was_reset = False
        if self.owed is not None:
            self.owed = None
            self._events.append(NoteUnaccounted())
