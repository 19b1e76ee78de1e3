"""One cash session: the note in the machine as a state table, every step in the journal first.

The table knows one note at a time, because an acceptor has one path. Coins have no escrow: they
are credited as they come. A row is on disk before its command leaves (M2), a credit counts once
(M3), and the checks are made again at every note (M5). A note that waits in escrow for an obstacle
to pass has no row: whoever dies then leaves it to the acceptor, which gives it back (M4).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import Enum, auto

from firmware.contract.device import (
    CoinAccepted,
    HeldNote,
    NoteEscrowed,
    NoteReturned,
    NoteStacked,
    NoteUnaccounted,
    Return,
    Stack,
)
from firmware.contract.money import ZERO, Money
from firmware.journal import rows
from firmware.journal.orders import Order
from firmware.journal.rows import AnyRow
from firmware.till.decision import Decision, Obstacle, Refuse, Take, Wait, decide
from firmware.till.effects import Outbox, Tell
from firmware.till.limits import Bounds, acceptable, why_not

NOTE_IN_DOUBT_AFTER = 20.0  # seconds: a note that is neither stacked nor back by then is in doubt
ORDER_AGAIN_AFTER = 1.0  # seconds: Stack and Return are repeated; a repeat does nothing twice


class Note(Enum):
    """Where the note is, as far as the till has decided."""

    NONE = auto()
    WAITING = auto()  # in escrow until an obstacle has passed: nothing is decided, nothing on disk
    STACKING = auto()  # the intent to stack is on disk
    RETURNING = auto()  # the intent to return is on disk


class UnexpectedEvent(RuntimeError):
    """A pair of state and event that the table does not know: a bug."""


TRANSITIONS: dict[Note, dict[type[object], Note]] = {
    Note.NONE: {
        Take: Note.STACKING,
        Refuse: Note.RETURNING,
        Wait: Note.WAITING,
        NoteStacked: Note.NONE,  # stacked at power-up, or decided by the core before this one
        NoteReturned: Note.NONE,
        NoteUnaccounted: Note.NONE,
    },
    Note.WAITING: {
        Take: Note.STACKING,
        Refuse: Note.RETURNING,
        Wait: Note.WAITING,
        NoteStacked: Note.NONE,  # the unit lost its power, and stacked when it came back
        NoteReturned: Note.NONE,  # the lease or the unit's own patience ended first
        NoteUnaccounted: Note.NONE,
    },
    Note.STACKING: {
        NoteStacked: Note.NONE,
        NoteReturned: Note.NONE,  # power or patience ended first: the citizen has it
        NoteUnaccounted: Note.NONE,
    },
    Note.RETURNING: {
        NoteReturned: Note.NONE,
        NoteStacked: Note.NONE,  # the order to return came too late: it is a credit
        NoteUnaccounted: Note.NONE,
    },
}

Outcome = NoteStacked | NoteReturned | NoteUnaccounted
Write = Callable[..., None]


class CashSession:
    """Takes money for one order. `write` puts rows on disk before it returns."""

    def __init__(
        self,
        order: Order,
        write: Write,
        outbox: Outbox,
        within: Callable[[], Bounds] = Bounds,
    ) -> None:
        """`within` says what the limits leave at this moment."""
        self.order = order
        self._write, self._outbox, self._within = write, outbox, within
        self.note = Note.NONE
        self.held: HeldNote | None = None
        self._device = ""
        self._escrowed_at = 0.0
        self._moved_at = 0.0
        self._ordered_at = 0.0

    def resume(self, now: float) -> None:
        """After a restart: an intent without an outcome is a note in flight (M11)."""
        if self.order.in_flight is not None:
            self.held = self.order.in_flight
            self.note = Note.RETURNING if self.order.is_going_back else Note.STACKING
            self._moved_at = self._ordered_at = now

    @property
    def is_quiet(self) -> bool:
        """No note is between escrow and its end."""
        return self.note is Note.NONE

    @property
    def waiting(self) -> dict[str, list[Money]]:
        """The lease under which a note waits: its acceptor, its value, nothing else (M4)."""
        if self.held is None or self.note is not Note.WAITING:
            return {}
        return {self._device: [self.held.value]}

    @property
    def expected(self) -> Money:
        """What is still due once the note in flight is stacked."""
        return max(self.order.remaining - self._coming, ZERO)

    @property
    def within(self) -> Bounds:
        """What the limits leave once the note in flight is stacked."""
        now = self._within()
        return now if now.room is None else replace(now, room=now.room - self._coming)

    @property
    def _coming(self) -> Money:
        return self.held.value if self.held and self.note is Note.STACKING else ZERO

    def wanted(self, values: list[Money]) -> list[Money]:
        """Which of an acceptor's values may enter just now."""
        return acceptable(self.expected, self.order.allowed_advance, values, self.within)

    def on_escrow(
        self, event: NoteEscrowed, device: str, obstacle: Obstacle | None, now: float
    ) -> None:
        """Decide on a note in escrow. `obstacle` is why no money may be taken now (M5)."""
        if self.held is not None and self.held.id == event.id and self.note is not Note.WAITING:
            self._order_again(now)
            return
        if self.held is not None and self.held.id != event.id:
            self._doubt()  # another note is in the path: the one before left without a word
        if self.held is None:
            self.held, self._device = HeldNote(event.id, event.value), device
            self._escrowed_at = now
        self._judge(obstacle, now)

    def look_again(self, obstacle: Obstacle | None, now: float) -> None:
        """The next check of a note that waits; of no other note."""
        if self.note is Note.WAITING:
            self._judge(obstacle, now)

    def on_outcome(self, event: Outcome) -> None:
        """A note ended: the row is on disk when this returns."""
        number = self.order.number
        match event:
            case NoteStacked(id=name, value=value, at_power_up=at_power_up):
                self._write(rows.NoteCredited(number, name, value, at_power_up))
            case NoteReturned(id=name, value=value):
                self._write(rows.NoteGivenBack(number, name, value))
            case NoteUnaccounted(id=name, value=value):
                self._write(rows.NoteInDoubt(number, name, value))
        if self.held is None or self.held.id == event.id:
            self._move(event)
            self.held = None

    def on_coin(self, event: CoinAccepted) -> None:
        self._write(rows.CoinCredited(self.order.number, event.id, event.value))

    def tick(self, now: float, acceptor: str | None) -> None:
        """Repeat an order that nobody answered; give a silent note up as in doubt.

        `acceptor` is the note acceptor of this kiosk: after a restart nothing else names it.
        """
        self._device = self._device or acceptor or ""
        if self.note in (Note.NONE, Note.WAITING):
            return
        if now - self._moved_at >= NOTE_IN_DOUBT_AFTER:
            self._doubt()
        elif self._device and now - self._ordered_at >= ORDER_AGAIN_AFTER:
            self._order_again(now)

    def _judge(self, obstacle: Obstacle | None, now: float) -> None:
        assert self.held is not None
        remaining, advance = self.order.remaining, self.order.allowed_advance
        against = why_not(self.held.value, remaining, advance, self._within())
        self._decide(decide(obstacle, against, now - self._escrowed_at), now)

    def _decide(self, decision: Decision, now: float) -> None:
        assert self.held is not None
        if isinstance(decision, Wait):
            self._move(decision)
            return
        name, value, number = self.held.id, self.held.value, self.order.number
        row: AnyRow = (
            rows.StackIntended(number, name, value)
            if isinstance(decision, Take)
            else rows.ReturnIntended(number, name, value, decision.why)
        )
        self._write(row)
        self._move(decision)
        self._moved_at = now
        self._order_again(now)

    def _order_again(self, now: float) -> None:
        assert self.held is not None
        self._ordered_at = now
        name = self.held.id
        command = Stack(name) if self.note is Note.STACKING else Return(name)
        self._outbox.add(Tell(self._device, command))

    def _doubt(self) -> None:
        """The device said neither stacked nor returned: the journal owes it until it does (M11).

        Of a note that waited no row names the order yet; without one the last word of the device
        would find no owner, and the doubt would stand for ever.
        """
        assert self.held is not None
        number, name, value = self.order.number, self.held.id, self.held.value
        if self.note is Note.WAITING:
            self._write(rows.ReturnIntended(number, name, value, "left_escrow"))
        self._write(rows.NoteInDoubt(number, name, value))
        self.note, self.held = Note.NONE, None

    def _move(self, event: object) -> None:
        try:
            self.note = TRANSITIONS[self.note][type(event)]
        except KeyError:
            raise UnexpectedEvent(f"{event} while {self.note.name}") from None
