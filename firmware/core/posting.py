"""The journal is the outbox: paid orders are posted until the back end itself acknowledges them."""

from __future__ import annotations

from firmware.contract.gateway import Failed, GatewayReply, Posted, PostPayment, Problem
from firmware.core.book import Book
from firmware.core.endings import give_back
from firmware.journal import rows
from firmware.journal.orders import Order
from firmware.journal.rows import AnyRow
from firmware.till.effects import Ask, Outbox

ASK_AGAIN_AFTER = 10.0  # seconds between attempts; the key makes a repeat the same payment


class Posting:
    """Posts one order at a time; at least once on the wire, exactly once by each line's key."""

    def __init__(self, book: Book, outbox: Outbox) -> None:
        self._book, self._outbox = book, outbox
        self._asked_at: float | None = None
        self._asked_for = ""  # the order of the last attempt

    def ask(self, order: Order, now: float) -> None:
        """Post now what of this order is not answered. Its OrderPaid row is on disk.

        What is paid for is handed out first: money that is not posted can go back whole.
        """
        self._asked_at, self._asked_for = now, order.number
        if order.awaits_paper:
            return
        lines, parts = order.lines, order.parts
        for number in order.unanswered:
            line = lines[number - 1]
            self._outbox.add(
                Ask(
                    PostPayment(
                        key=line.key,
                        service=line.service,
                        account=line.bill.account,
                        bill_number=line.bill.number,
                        amount=parts[number - 1],
                        receipt=order.number,
                        tender=order.paid_by,
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
        """Record what the back end said of a line, once; silence and `down` record nothing."""
        order = self._book.order(request.receipt)
        number = next((at for at in order.unanswered if _key(order, at) == request.key), None)
        if number is None:
            return order
        match reply:
            case Posted(key=key, reference=reference) if key == request.key:
                self._book.write(*_posted(order, number, reference))
                self._asked_at = None  # the next one may follow at once
            case Failed(problem=problem, detail=detail) if problem is not Problem.BACK_END_DOWN:
                self._book.write(*_refused(order, number, problem, detail))
            case _:
                pass
        return order


def _posted(order: Order, number: int, reference: str) -> list[AnyRow]:
    whole = rows.OrderPosted(order.number, reference)
    if len(order.lines) == 1:
        return [whole]
    return [
        rows.LinePosted(order.number, number, reference),
        *([whole] if order.unanswered == [number] else []),
    ]


def _refused(order: Order, number: int, problem: Problem, detail: str) -> list[AnyRow]:
    """A no is final: the money of the line goes back in the same commit, or to a claim (M7)."""
    left = order.used - order.parts[number - 1]  # what the other lines keep
    taken = order.beyond(left)
    back = give_back(order, taken, f"trouble.{problem}")  # nothing: a claim of before covers it
    end = rows.End.CANCELLED if order.cashless.paid_by_card else rows.End.CLAIMED
    corrected = [rows.OrderClosed(order.number, end)] if order.end and not left else []
    return [*_no(order, number, problem, detail), *back, *corrected]


def _no(order: Order, number: int, problem: Problem, detail: str) -> list[AnyRow]:
    whole = rows.PostRefused(order.number, problem, detail)
    if len(order.lines) == 1:
        return [whole]
    line = rows.LineRefused(order.number, number, problem, detail)
    if order.unanswered != [number]:
        return [line]
    known = next(iter(order.references.values()), None)
    return [line, whole if known is None else rows.OrderPosted(order.number, known)]


def _key(order: Order, number: int) -> str:
    return order.lines[number - 1].key


def waits_for_more(order: Order, reply: GatewayReply | None) -> bool:
    """Of a basket: the office is there, and has not answered every line."""
    is_down = reply is None or (
        isinstance(reply, Failed) and reply.problem is Problem.BACK_END_DOWN
    )
    return bool(order.unanswered) and not is_down
