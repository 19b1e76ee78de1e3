"""The journal is the outbox: paid orders are posted until the back end itself acknowledges them."""

from __future__ import annotations

from firmware.contract.gateway import Failed, GatewayReply, Posted, PostPayment, Problem
from firmware.core.book import Book
from firmware.journal import rows
from firmware.journal.orders import Order
from firmware.till.effects import Ask, Outbox

ASK_AGAIN_AFTER = 10.0  # seconds between attempts; the key makes a repeat the same payment


class Posting:
    """Posts one order at a time; at least once on the wire, exactly once by the key."""

    def __init__(self, book: Book, outbox: Outbox) -> None:
        self._book, self._outbox = book, outbox
        self._asked_at: float | None = None
        self._asked_for = ""  # the order of the last attempt

    def ask(self, order: Order, now: float) -> None:
        """Post this order now. Its OrderPaid row is on disk."""
        self._asked_at, self._asked_for = now, order.number
        bill = order.created.bill
        self._outbox.add(
            Ask(
                PostPayment(
                    key=order.created.key,
                    service=order.created.service,
                    account=bill.account,
                    bill_number=bill.number,
                    amount=order.payable + order.advance,
                    receipt=order.number,
                )
            )
        )

    def tick(self, is_online: bool, now: float) -> None:
        """Take up what is still unposted, each in its turn: one that never goes through must not
        keep the others waiting."""
        if not is_online or (self._asked_at and now - self._asked_at < ASK_AGAIN_AFTER):
            return
        self._asked_at = now
        if unposted := self._book.journal.unposted_orders():
            self.ask(self._book.order(self._next_of(unposted)), now)

    def _next_of(self, unposted: list[str]) -> str:
        """The one after the last asked for; the oldest when that one is done, or was the last."""
        after = unposted.index(self._asked_for) + 1 if self._asked_for in unposted else 0
        return unposted[after % len(unposted)]

    def on_answer(self, request: PostPayment, reply: GatewayReply | None) -> Order:
        """Record what the back end said, once; silence and `down` record nothing."""
        order = self._book.order(request.receipt)
        if order.reference is not None or order.refusal is not None:
            return order
        match reply:
            case Posted(key=key, reference=reference) if key == request.key:
                self._book.write(rows.OrderPosted(order.number, reference))
                self._asked_at = None  # the next one may follow at once
            case Failed(problem=problem, detail=detail) if problem is not Problem.BACK_END_DOWN:
                self._refuse(order, problem, detail)
            case _:
                pass
        return order

    def _refuse(self, order: Order, problem: Problem, detail: str) -> None:
        """A no is final: the money goes to a claim in the same commit (M7)."""
        taken = order.inserted + order.in_doubt - order.claimed
        claim = rows.ClaimIssued(
            order.number, claim_number(order), taken, order.in_doubt, f"trouble.{problem}"
        )
        corrected = [rows.OrderClosed(order.number, rows.End.CLAIMED)] if order.end else []
        self._book.write(rows.PostRefused(order.number, problem, detail), claim, *corrected)


def claim_number(order: Order) -> str:
    """`TDR 0417 0001 C1`: the order's number and which claim of it."""
    return f"{order.number} C{len(order.claims) + 1}"
