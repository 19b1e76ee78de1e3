"""What becomes of the money when no more comes in: the bill, an advance, a claim, or nothing.

Each decision is one commit, so that a power cut leaves the money before it or after it.
"""

from __future__ import annotations

from copy import deepcopy

from firmware.contract.device import CoinAccepted, NoteReturned, NoteStacked, NoteUnaccounted
from firmware.contract.money import ZERO, Money
from firmware.contract.payout import PaidOut, PayOutFailed
from firmware.core.book import Book
from firmware.core.change import ChangeDesk
from firmware.core.posting import claim_number
from firmware.core.resuming import POWER
from firmware.core.visit import Signal
from firmware.journal import rows
from firmware.journal.division import offer
from firmware.journal.orders import Order
from firmware.till.limits import advance_of
from firmware.till.session import Outcome

LateRow = rows.NoteCredited | rows.NoteGivenBack | rows.NoteInDoubt | rows.CoinCredited
CITIZENS_OWN_DOING = frozenset({"trouble.cancelled_with_money", "trouble.timed_out_with_money"})

# Coins are given into a hand, and whoever put the money in may be gone.
NOBODY_IS_HERE = frozenset({"trouble.timed_out_with_money", POWER})


class Settling:
    """Writes the rows that end the taking of money."""

    def __init__(self, book: Book, change: ChangeDesk) -> None:
        self._book, self._change = book, change

    def settle(self, order: Order, cause: str, least: Money | None) -> Signal:
        """Close the cash session and say where the order goes; all in one commit.

        What is too little is only closed where the citizen may still choose: OFFERED. `least` is
        as in `offer_of`.
        """
        closing = _closing(order, cause)
        if order.remaining == ZERO:
            return self._pay(order, closing, cause)
        if cause in CITIZENS_OWN_DOING and offer_of(order, least):
            self._book.write(*closing)
            return Signal.OFFERED
        if order.owed:
            if cause not in NOBODY_IS_HERE and (refund := self._change.for_refund(order)):
                self._book.write(*closing, *refund)
                return Signal.SHORT
            self._book.write(*closing, _claim(order, cause))
            return Signal.SHORT
        self._book.write(*closing)
        is_quiet = cause in CITIZENS_OWN_DOING and not order.coins_unknown
        return Signal.EMPTY if is_quiet else Signal.FAILED

    def accept(self, order: Order, least: Money | None) -> Signal:
        """The citizen takes the offer: pay what it says, claim the rest, in one commit."""
        pays = offer_of(order, least)
        if order.remaining == ZERO or not pays:
            return self._pay(order, [], "")  # a coin that fell late was the last one
        paid = rows.OrderPaid(order.number, order.inserted, pays - order.payable)
        rest = order.beyond(pays)
        self._book.write(paid, *_claim_of(order, rest, "trouble.rest_of_money"))
        return Signal.PAID

    def decline(self, order: Order, cause: str) -> Signal:
        """A claim of all that is in."""
        self._book.write(_claim(order, cause))
        return Signal.SHORT

    def _pay(self, order: Order, closing: list[rows.CashClosed], cause: str) -> Signal:
        money = order.inserted - order.claimed  # the rest of a slip has its claim already
        change = [] if cause in NOBODY_IS_HERE else self._change.for_surplus(order)
        advance = advance_of(money, order.payable, order.allowed_advance)
        paid = rows.OrderPaid(order.number, order.inserted, ZERO if change else advance)
        self._book.write(*closing, paid, *change)
        return Signal.PAID

    def claim_rest(self, order: Order) -> bool:
        """Claim what came in too late or beyond the advance; True when there was something."""
        found = self._rest(order)
        self._book.write(*found)
        return bool(found)

    def _rest(self, order: Order) -> list[rows.ClaimIssued]:
        if not order.owed:
            return []
        cause = "trouble.note_unaccounted" if order.in_doubt else self._why_over(order)
        return [_claim(order, cause)]

    @staticmethod
    def _why_over(order: Order) -> str:
        """More than the bill takes; or, unpaid, what could not be given back in coins."""
        return "trouble.over_paid" if order.is_paid else order.why_closed or "trouble.over_paid"

    def close(self, order: Order) -> None:
        """The citizen has the proof of everything: nothing more happens at the kiosk."""
        if order.end is None:
            self._change.give_up(order)
            self.claim_rest(order)
            self._book.write(rows.OrderClosed(order.number, _end_of(order)))

    def on_change(self, event: PaidOut | PayOutFailed, visiting: Order | None) -> None:
        """What became of a pay-out is on disk when this returns; and the rest goes to a claim."""
        order = self._change.take(event)
        if order is not None and order is not visiting:
            self.claim_rest(order)
            self._book.forget(order.number)

    def orphan_note(self, event: Outcome) -> None:
        """A note ended after its order did, or with no order at all: never to nobody (M11)."""
        number = self._book.journal.order_of_note(event.id)
        match event:
            case NoteStacked(id=name, value=value, at_power_up=at_power_up):
                self._late(rows.NoteCredited(number, name, value, at_power_up), value)
            case NoteReturned(id=name, value=value):
                self._late(rows.NoteGivenBack(number, name, value), ZERO)
            case NoteUnaccounted(id=name, value=value):
                self._late(rows.NoteInDoubt(number, name, value), value)

    def orphan_coin(self, event: CoinAccepted) -> None:
        """A coin that is told after its visit: told late, or its device's record was lost."""
        number = self._book.journal.order_of_session(event.session)
        self._late(rows.CoinCredited(number, event.id, event.value), event.value)

    def _late(self, row: LateRow, value: Money) -> None:
        """One commit with its claim: nobody looks again at an order that is closed."""
        if row.order is None:
            self._book.write(row, *self._claim_of_nobody(row, value))
            return
        after = deepcopy(self._book.order(row.order))
        after.apply(row, "")
        self._book.write(row, *self._rest(after))
        self._book.forget(row.order)

    def _claim_of_nobody(self, row: LateRow, value: Money) -> list[rows.ClaimIssued]:
        """One claim a note or coin, and none for what went back or was claimed in doubt before."""
        if not value or self._book.journal.knows_event(f"in doubt {row.id}"):
            return []
        in_doubt = value if isinstance(row, rows.NoteInDoubt) else ZERO
        cause = "trouble.note_unaccounted"
        return [rows.ClaimIssued(None, f"C {row.id}", value, in_doubt, cause)]


def offer_of(order: Order, least: Money | None) -> Money:
    """What the money that is in could pay of an order that it does not pay in full."""
    return offer([line.payable for line in order.lines], order.inserted, least)


def _closing(order: Order, cause: str) -> list[rows.CashClosed]:
    """Nothing, when power was cut between the closing and what followed it."""
    is_open = order.cash_is_open
    return [rows.CashClosed(order.number, order.session or "", cause)] if is_open else []


def _claim(order: Order, cause: str) -> rows.ClaimIssued:
    in_doubt = min(order.unconfirmed, order.owed)
    return rows.ClaimIssued(order.number, claim_number(order), order.owed, in_doubt, cause)


def _claim_of(order: Order, amount: Money, cause: str) -> list[rows.ClaimIssued]:
    if amount <= ZERO:
        return []
    return [rows.ClaimIssued(order.number, claim_number(order), amount, order.in_doubt, cause)]


def _end_of(order: Order) -> rows.End:
    if order.is_paid and order.refusal is None:
        return rows.End.FULFILLED
    return rows.End.CLAIMED if order.claims else rows.End.CANCELLED
