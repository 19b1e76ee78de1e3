"""Change in coins: what may be promised, the pay-out from intent to outcome, and what is in doubt.

The row with the intent is on disk in the same commit as what it belongs to, before the changer
hears of it (M2). Its own word is the outcome, counted once (M3). What it could not pay, or cannot
say, the order owes again, and a claim takes it (M7, M11).
"""

from __future__ import annotations

import logging

from firmware.contract.device import DeviceState, Kind
from firmware.contract.money import ZERO, Money
from firmware.contract.payout import PaidOut, PayOut, PayOutFailed
from firmware.core.book import Book
from firmware.core.floor import Floor
from firmware.journal import rows
from firmware.journal.change_rows import ChangeInDoubt, ChangeIntended, ChangePaid
from firmware.journal.orders import Order
from firmware.till.effects import Outbox, Tell
from firmware.till.limits import MOST_CHANGE, MOST_REFUND, can_be_paid

log = logging.getLogger("core")

ASK_AGAIN_AFTER = 1.0  # seconds: a repeat pays nothing twice
GIVE_UP_AFTER = 60.0  # seconds: a hundred coins take thirty, a changer that restarts ten
TOLD_WITHIN = 20.0  # seconds after a power cut: its driver starts, and has the tubes counted
STEM = "/change/"


class ChangeDesk:
    """`now` is monotonic seconds."""

    def __init__(self, book: Book, floor: Floor, outbox: Outbox) -> None:
        self._book, self._floor, self._outbox = book, floor, outbox
        self._asked_for = ""
        self._since = self._asked_at = 0.0

    def for_surplus(self, order: Order) -> list[ChangeIntended]:
        """The intent to pay back what exceeds the bill: all of it, or none."""
        return self._intent(order, order.inserted - order.claimed - order.payable, MOST_CHANGE)

    def for_refund(self, order: Order) -> list[ChangeIntended]:
        """The intent to give back what was put in, when no bill is paid: a little, and certain.

        A slip is paid back in cash by an operator alone.
        """
        is_plain = not order.in_doubt and not order.tender
        return self._intent(order, order.owed, MOST_REFUND) if is_plain else []

    def _intent(self, order: Order, amount: Money, most: Money) -> list[ChangeIntended]:
        if order.cashless.received or not can_be_paid(amount, self._floor.payable, most):
            return []
        return [ChangeIntended(order.number, f"{order.number}{STEM}1", amount)]

    # --- from intent to outcome ------------------------------------------------------------

    def step(self, order: Order, is_here: bool, now: float) -> None:
        """Ask for the pay-out of this order until the changer says what became of it. Where nobody
        may be there to take coins, only wait: what it had heard of before, it tells by itself."""
        intent = order.changing
        if intent is None:
            return
        if intent.id != self._asked_for:
            self._asked_for, self._since, self._asked_at = intent.id, now, -ASK_AGAIN_AFTER
        if now - self._since >= (GIVE_UP_AFTER if is_here else TOLD_WITHIN):
            self.give_up(order)
        elif is_here and now - self._asked_at >= ASK_AGAIN_AFTER:
            self._ask(intent, now)

    def _ask(self, intent: ChangeIntended, now: float) -> None:
        if (changer := self._changer()) is not None:
            self._asked_at = now
            self._outbox.add(Tell(changer.name, PayOut(intent.id, intent.amount)))

    def give_up(self, order: Order) -> None:
        """Nobody said what became of it: in doubt, until somebody does."""
        if order.changing is not None:
            intent = order.changing
            log.warning("%s: %s of change in doubt", order.number, intent.amount)
            self._book.write(ChangeInDoubt(order.number, intent.id, intent.amount))

    def take(self, event: PaidOut | PayOutFailed) -> Order | None:
        """The outcome, on disk when this returns; the order that it belongs to, if one is known."""
        order = self._order_of(event.id)
        number = None if order is None else order.number
        paid = event.amount if isinstance(event, PaidOut) else event.paid
        found: list[rows.AnyRow] = [ChangePaid(number, event.id, paid, event.coins)]
        if isinstance(event, PayOutFailed) and not event.is_certain and number is not None:
            found.append(ChangeInDoubt(number, event.id, max(event.asked - paid, ZERO)))
        self._book.write(*found)
        return order

    def _order_of(self, name: str) -> Order | None:
        number = name.split(STEM)[0]
        return self._book.order(number) if self._book.knows(number) else None

    def _changer(self) -> DeviceState | None:
        """The coin acceptor, if it is one that pays: also while it is busy with that."""
        return self._floor.usable(Kind.COINS)
