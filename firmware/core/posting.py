"""The journal is the outbox: paid orders are posted until the back end itself acknowledges them."""

from __future__ import annotations

from firmware.contract.gateway import Failed, GatewayReply, Posted, PostPayment, Problem
from firmware.contract.request import PostRequest, PostVerification
from firmware.contract.till import RequestRefused
from firmware.core.book import Book
from firmware.core.endings import give_back
from firmware.journal import rows
from firmware.journal.orders import Order
from firmware.journal.rows import AnyRow
from firmware.till.effects import Ask, Outbox, Say

ASK_AGAIN_AFTER = 10.0  # seconds between attempts; the key makes a repeat the same payment
NO_FINGER = "0" * 32  # a capture that is nowhere any more: the office says whether it has the key

Post = PostPayment | PostRequest | PostVerification


class Posting:
    """Posts one order at a time; at least once on the wire, exactly once by each line's key."""

    def __init__(self, book: Book, outbox: Outbox) -> None:
        self._book, self._outbox = book, outbox
        self._asked_at: float | None = None
        self._asked_for = ""  # the order of the last attempt

    def ask(self, order: Order, now: float, finger: str = NO_FINGER) -> None:
        """Post now what of this order is not answered. Its OrderPaid row is on disk.

        What is paid for is handed out first: money that is not posted can go back whole. `finger`
        is the gateway's reference of a print that was just captured; it is on no disk.
        """
        self._asked_at, self._asked_for = now, order.number
        if order.awaits_paper:
            return
        for number in order.unanswered:
            self._outbox.add(Ask(_post_of(order, number, finger)))

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

    def on_answer(self, request: Post, reply: GatewayReply | None) -> Order:
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
                self._tell_refusal(order, problem)
            case _:
                pass
        return order

    def _tell_refusal(self, order: Order, problem: Problem) -> None:
        """Of what takes no money there is no claim: somebody must look. Not of a finger that the
        office does not know: who put it on is told at once, and has no paper."""
        if order.created.kind == rows.REQUEST or (order.is_free and order.has_proof("receipt")):
            service = order.created.service
            self._outbox.add(Say(RequestRefused(order.number, service, problem)))


def _post_of(order: Order, number: int, finger: str) -> Post:
    line = order.lines[number - 1]
    match order.created.kind:
        case rows.REQUEST:
            return PostRequest(line.key, line.service, line.bill.account, order.number)
        case rows.VERIFICATION:
            account = line.bill.account
            return PostVerification(line.key, line.service, account, order.number, finger)
        case _:
            return PostPayment(
                key=line.key,
                service=line.service,
                account=line.bill.account,
                bill_number=line.bill.number,
                amount=order.parts[number - 1],
                receipt=order.number,
            )


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
    is_without_claim = order.is_free or order.cashless.paid_by_card
    end = rows.End.CANCELLED if is_without_claim else rows.End.CLAIMED
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
