"""The cash desk of a visit: leases while money may come, notes and coins as they end, the stop."""

from __future__ import annotations

from firmware.contract.device import (
    CoinAccepted,
    EventId,
    HeldNote,
    Kind,
    NoteEscrowed,
    NoteReturned,
    NoteStacked,
    NoteUnaccounted,
    Status,
)
from firmware.contract.money import ZERO, Money
from firmware.contract.screen import Hint
from firmware.core.allowance import Allowance
from firmware.core.book import Book
from firmware.core.change import ChangeDesk
from firmware.core.floor import Floor
from firmware.core.resuming import POWER
from firmware.core.settling import Settling
from firmware.core.visit import Signal, Stage, Visit
from firmware.journal import rows
from firmware.journal.orders import Order
from firmware.till.decision import Obstacle
from firmware.till.effects import Outbox
from firmware.till.leases import Leases
from firmware.till.limits import Bounds
from firmware.till.session import CashSession, Note, Outcome

OUTCOME_HINTS: dict[type[Outcome], str] = {
    NoteStacked: "cash.accepted",
    NoteReturned: "cash.returned",
    NoteUnaccounted: "cash.in_doubt",
}
NOTE_HINTS = {
    Note.STACKING: "cash.checking",
    Note.RETURNING: "cash.take_back_note",
    Note.WAITING: "cash.note_waits",
}
SETTLE_AFTER = 0.6  # seconds: a coin falls in 0.15 and is told at the next poll, 0.2 later
OBSTACLE_PATIENCE = 6.0  # seconds: a driver that restarts is back in two, a cable in five
ATTEMPTS_AT_MOST = 3  # suspected cheats in one order: one is a bad note, three are a trial
SAME_ATTEMPT = 2.0  # seconds: devices tell one attempt as a refusal and as a cheat


class CashDesk:
    """Works on the visit's session. `now` is monotonic seconds."""

    def __init__(self, book: Book, floor: Floor, outbox: Outbox, allowance: Allowance) -> None:
        self._book, self._floor, self.allowance = book, floor, allowance
        self.leases = Leases(outbox)
        self.change = ChangeDesk(book, floor, outbox)
        self.settling = Settling(book, self.change)
        self._attempt: tuple[str, float] | None = None  # the last one: device and time

    def on_note(self, visit: Visit, event: NoteEscrowed | Outcome, device: str, now: float) -> None:
        """A note is in escrow, or ended. Without a session the driver returns it itself (M4)."""
        session = visit.session
        if isinstance(event, NoteEscrowed):
            if session is not None and self._may_decide(session, event.id):
                session.on_escrow(event, device, self._obstacle_for_note(visit), now)
                self.show(visit, Hint(NOTE_HINTS[session.note], event.value), now)
        elif session is not None and self._is_of(session, event):
            session.on_outcome(event)
            self.show(visit, Hint(OUTCOME_HINTS[type(event)], event.value), now)
        else:
            self.settling.orphan_note(event)

    def settle(self, visit: Visit, least: Money | None, now: float) -> Signal | None:
        """When no note is on its way any more: say in the journal what becomes of the money."""
        order, session, cause = visit.order, visit.session, visit.cause
        assert order is not None and session is not None
        if now - visit.entered_at < SETTLE_AFTER or not session.is_quiet:
            return None
        if visit.is_resumed and order.owed:
            cause = POWER  # nobody has said that it is his: nothing is offered
        signal = self.settling.settle(order, cause, least)
        if signal is Signal.FAILED and order.coins_unknown:
            visit.cause = "trouble.coins_unknown"  # no paper tells of them
        return signal

    def close(self, visit: Visit) -> None:
        """The order of the visit is over, if it has one."""
        if (order := visit.order) is None:
            return
        if order.inserted or order.in_doubt:
            visit.basket = []  # else its bills may be tried again
        if not order.cashless.is_open:  # else it stays open, and is asked about
            self.settling.close(order)
        self._book.forget(order.number)
        visit.taken = visit.taken + order.cash - order.changed
        visit.order = visit.session = None
        visit.is_resumed = False

    def on_held(self, visit: Visit, held: HeldNote, device: str, now: float) -> None:
        """The retained state shows a note in escrow: decide on it, if its event never came (M11).

        A core that dies between the event and its row hears of the note only in this way.
        """
        session = visit.session
        if session is not None and session.held is None:
            self.on_note(visit, NoteEscrowed(held.id, held.value), device, now)

    def _may_decide(self, session: CashSession, name: EventId) -> bool:
        """Whether this note may still be this order's: not of an order before, and not ended."""
        keys = (str(name), f"returned {name}", f"in doubt {name}")
        has_ended = any(self._book.journal.knows_event(key) for key in keys)
        return not has_ended and self._book.journal.order_of_note(name) in (
            None,
            session.order.number,
        )

    def on_coin(self, visit: Visit, event: CoinAccepted, now: float) -> None:
        """A coin is of the session under which it fell, and that may be one of a visit before."""
        session = visit.session
        if session is not None and event.session == session.order.session:
            session.on_coin(event)
            self.show(visit, Hint("cash.coin", event.value), now)
        else:
            self.settling.orphan_coin(event)

    def on_coins_lost(self, visit: Visit, number: str | None, now: float) -> None:
        """Say it while the citizen is there: nobody can count those coins for him now."""
        if visit.order is not None and visit.order.number == number:
            self.show(visit, Hint("cash.coins_unknown"), now)

    def on_suspicion(self, visit: Visit, device: str, what: str, now: float) -> None:
        """A device suspects a forged note or a cheat: nothing of it was kept.

        A row without money while an order is open; what is tried at a closed slot is the device's
        own fault, which health shows, and must not fill the journal.
        """
        last = self._attempt
        if last is not None and last[0] == device and now - last[1] < SAME_ATTEMPT:
            return
        self._attempt = (device, now)
        if visit.stage is Stage.CASH and visit.order is not None:
            self._book.write(rows.CheatSuspected(visit.order.number, device, what))

    def show(self, visit: Visit, hint: Hint, now: float) -> None:
        """Say in one sentence what just happened; a citizen who feeds money is not idle."""
        if visit.stage is Stage.CASH:
            visit.hint, visit.patience_from = hint, now

    def tick(self, visit: Visit, now: float) -> Signal | None:
        """Renew the leases; the signal that ends the taking, with its cause in the visit."""
        session = visit.session
        assert session is not None
        if session.order.remaining == ZERO:
            visit.cause = "paid_in_full"
            return Signal.FULL
        if session.order.suspicions >= ATTEMPTS_AT_MOST:
            visit.cause = "trouble.suspected"
            return Signal.STOPPED
        obstacle = self._obstacle(visit)
        if obstacle is None:
            visit.obstacle_from = None
            wanted = {s.name: session.wanted(s.denominations) for s in self._floor.acceptors()}
            self.leases.renew(session.order.session or "", wanted, now)
            return None
        return self._wait_out(visit, obstacle, now)

    def is_open(self, visit: Visit) -> bool:
        """Whether money may come in: not while a lease is there for a note that waits, alone."""
        return self.leases.are_given and visit.obstacle_from is None

    def stop(self, session: CashSession, now: float) -> None:
        self.leases.end_all(session.order.session or "", now)

    def tick_session(self, visit: Visit, now: float) -> None:
        if visit.order is not None:
            self.change.step(visit.order, not visit.is_resumed, now)
        self._floor.day_is_full = self.allowance.day_is_full
        if (session := visit.session) is None:
            return
        notes = next(self._floor.of_kind(Kind.NOTES), None)
        held, doubted, was = session.held, session.order.in_doubt, session.note
        session.tick(now, None if notes is None else notes.name)
        session.look_again(self._obstacle_for_note(visit), now)
        if held is not None and session.order.in_doubt > doubted:
            self.show(visit, Hint(OUTCOME_HINTS[NoteUnaccounted], held.value), now)
        elif held is not None and was is Note.WAITING and session.note is not was:
            self.show(visit, Hint(NOTE_HINTS[session.note], held.value), now)

    def session(self, visit: Visit, order: Order) -> CashSession:
        """The cash session of an order, within the limits of each moment."""

        def within() -> Bounds:
            return self.allowance.within(visit, order)

        return CashSession(order, self._book.write, self.leases.outbox, within)

    def _wait_out(self, visit: Visit, obstacle: str, now: float) -> Signal | None:
        """No money while something is in the way; and no waiting for ever.

        A note that waits for the obstacle to pass keeps its lease, or its acceptor would give it
        back (M4): of its own value and no other. The path holds one note, so nothing can follow it.
        """
        session = visit.session
        assert session is not None
        kept = session.waiting or self._moving_in(session, obstacle)
        self.leases.renew(session.order.session or "", kept, now)
        visit.obstacle_from = now if visit.obstacle_from is None else visit.obstacle_from
        if now - visit.obstacle_from < OBSTACLE_PATIENCE:
            return None
        visit.cause = obstacle
        return Signal.STOPPED

    def _moving_in(self, session: CashSession, obstacle: str) -> dict[str, list[Money]]:
        """A note that was already moving when the obstacle came may reach escrow, and wait there:
        a lease to enter is none to be stacked."""
        if not self._floor.is_passing(obstacle):
            return {}
        acceptors = (state for state in self._floor.acceptors() if state.kind is Kind.NOTES)
        moving = (state for state in acceptors if state.status is Status.BUSY)
        return {state.name: session.wanted(state.denominations) for state in moving}

    def _obstacle_for_note(self, visit: Visit) -> Obstacle | None:
        if visit.stage is not Stage.CASH:
            return Obstacle("closing")
        why = self._obstacle(visit)
        return None if why is None else Obstacle(why, self._floor.is_passing(why))

    def _obstacle(self, visit: Visit) -> str | None:
        """Also the printer of what is paid for (M5)."""
        return self._floor.obstacle() or self._floor.document_trouble(visit.gives)

    def _is_of(self, session: CashSession, event: Outcome) -> bool:
        """Whether this order decided on this note, or has it waiting: no other order may have its
        money (M3)."""
        if session.held is not None and session.held.id == event.id:
            return True
        return self._book.journal.order_of_note(event.id) == session.order.number
