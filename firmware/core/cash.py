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
)
from firmware.contract.money import ZERO
from firmware.contract.screen import Hint
from firmware.core.book import Book
from firmware.core.floor import Floor
from firmware.core.settling import Settling
from firmware.core.visit import Signal, Stage, Visit
from firmware.till.effects import Outbox
from firmware.till.leases import Leases
from firmware.till.session import CashSession, Note, Outcome

OUTCOME_HINTS: dict[type[Outcome], str] = {
    NoteStacked: "cash.accepted",
    NoteReturned: "cash.returned",
    NoteUnaccounted: "cash.in_doubt",
}
OBSTACLE_PATIENCE = 6.0  # seconds: a driver that restarts is back in two, a cable in five


class CashDesk:
    """Works on the visit's session. `now` is monotonic seconds."""

    def __init__(self, book: Book, floor: Floor, outbox: Outbox) -> None:
        self._book, self._floor = book, floor
        self.leases = Leases(outbox)
        self.settling = Settling(book)

    def on_note(self, visit: Visit, event: NoteEscrowed | Outcome, device: str, now: float) -> None:
        """A note is in escrow, or ended. Without a session the driver returns it itself (M4)."""
        session = visit.session
        if isinstance(event, NoteEscrowed):
            if session is not None and self._may_decide(session, event.id):
                session.on_escrow(event, device, self._obstacle_for_note(visit), now)
                is_taken = session.note is Note.STACKING
                key = "cash.checking" if is_taken else "cash.take_back_note"
                self.show(visit, Hint(key, event.value), now)
        elif session is not None and self._is_of(session, event):
            session.on_outcome(event)
            self.show(visit, Hint(OUTCOME_HINTS[type(event)], event.value), now)
        else:
            self.settling.orphan_note(event)

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
        obstacle = self._floor.obstacle()
        if obstacle is None:
            visit.obstacle_from = None
            wanted = {s.name: session.wanted(s.denominations) for s in self._floor.acceptors()}
            self.leases.renew(session.order.session or "", wanted, now)
            return None
        return self._wait_out(visit, obstacle, now)

    def stop(self, session: CashSession, now: float) -> None:
        self.leases.end_all(session.order.session or "", now)

    def tick_session(self, visit: Visit, now: float) -> None:
        if visit.session is not None:
            notes = next(self._floor.of_kind(Kind.NOTES), None)
            held, doubted = visit.session.held, visit.session.order.in_doubt
            visit.session.tick(now, None if notes is None else notes.name)
            if held is not None and visit.session.order.in_doubt > doubted:
                self.show(visit, Hint(OUTCOME_HINTS[NoteUnaccounted], held.value), now)

    def _wait_out(self, visit: Visit, obstacle: str, now: float) -> Signal | None:
        """No money while something is in the way; and no waiting for ever."""
        assert visit.session is not None
        self.stop(visit.session, now)
        visit.obstacle_from = now if visit.obstacle_from is None else visit.obstacle_from
        if now - visit.obstacle_from < OBSTACLE_PATIENCE:
            return None
        visit.cause = obstacle
        return Signal.STOPPED

    def _obstacle_for_note(self, visit: Visit) -> str | None:
        return self._floor.obstacle() if visit.stage is Stage.CASH else "closing"

    def _is_of(self, session: CashSession, event: Outcome) -> bool:
        """Whether this order decided on this note: no other order may have its money (M3)."""
        return self._book.journal.order_of_note(event.id) == session.order.number
