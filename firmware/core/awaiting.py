"""While a citizen waits for the back end's word on what was paid or asked: how long, and what
follows."""

from __future__ import annotations

from firmware.contract.gateway import GatewayReply
from firmware.core.book import Book
from firmware.core.paying import Paying
from firmware.core.posting import Post, Posting, waits_for_more
from firmware.core.requesting import Requesting
from firmware.core.resuming import REFUSED
from firmware.core.visit import Signal, Stage, Visit
from firmware.journal.orders import Order

ASK_AGAIN_AFTER = 3.0  # seconds between two questions about one print, which the gateway forgets


class Awaiting:
    """The stage POSTING. `now` is monotonic seconds."""

    def __init__(
        self, book: Book, posting: Posting, paying: Paying, requesting: Requesting
    ) -> None:
        self._book, self._posting = book, posting
        self._paying, self._requesting = paying, requesting
        self._asked_at = 0.0

    def enter(self, order: Order, now: float) -> None:
        self._asked_at = now
        self._posting.ask(order, self._requesting.finger_of(order))

    def tick(self, visit: Visit, order: Order, now: float) -> Signal | None:
        if now - visit.entered_at >= self._requesting.patience_of(order):
            return Signal.ANSWERED
        if order.is_free and now - self._asked_at >= ASK_AGAIN_AFTER:
            self.enter(order, now)
        return None

    def on_answer(
        self, visit: Visit, request: Post, reply: GatewayReply | None, now: float
    ) -> Signal | None:
        """Record it, whosever it is; the step that follows for who waits."""
        order = self._posting.on_answer(request, reply, now)
        self._paying.ask_refunds(order, is_visiting=True)
        if visit.order is not order:
            self._book.forget(order.number)
            return None
        if visit.stage is not Stage.POSTING:
            if order.is_free and order.refusal is not None and visit.stage is Stage.PROVING:
                visit.cause = REFUSED[order.created.kind]  # no claim says it
            return None
        if order.is_free:
            return self._requesting.answered(visit, order)
        return None if waits_for_more(order, reply) else Signal.ANSWERED
