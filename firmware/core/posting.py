"""The journal is the outbox: paid orders are posted until the back end itself acknowledges them.

One order at a time, the oldest first, so that the office's books are in the order of the receipts,
and a moment between two: after weeks a whole district comes back at once. Whose citizen stands at
the screen is asked for at once, whatever waits. What is not decided is asked for again, the same
order, ever less often; that it is the order and not the line shows only when another one goes
through, and then it steps aside.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from random import Random

from firmware.contract.gateway import Failed, GatewayReply, Posted, PostPayment, Problem
from firmware.contract.request import PostRequest, PostVerification
from firmware.contract.till import PaymentRefused, RequestRefused
from firmware.core.book import Book
from firmware.core.endings import give_back
from firmware.journal import rows
from firmware.journal.orders import Order
from firmware.journal.rows import AnyRow
from firmware.till.effects import Ask, Outbox, Say

log = logging.getLogger("core")

# Seconds between the beginnings of two orders; half of it is drawn to either side. A district of
# 300 kiosks that come back together then asks 300 times a second, and 2,000 orders take 40 minutes.
NEXT_AFTER = 1.0
FIRST, LONGEST = 2.0, 300.0  # seconds until what was not decided is asked for again, doubled
LEAST_PART = 0.5  # of such a wait; the rest of it is drawn
TRIES = 6  # of one order in a row; then another one is tried, to know which is sick
ASIDE, ASIDE_AT_MOST = 600.0, 6 * 3600.0  # seconds, doubled each time
ANSWERS_WITHIN = 180.0  # seconds; longer than the longest `[gateway] timeout` lets a payment take


NO_FINGER = "0" * 32  # a capture that is nowhere any more: the office says whether it has the key

Post = PostPayment | PostRequest | PostVerification


@dataclass
class _Aside:
    until: float
    wait: float


class Posting:
    """At least once on the wire, exactly once by each line's key. `now` is monotonic seconds.

    What it remembers is in RAM: a restart begins with the oldest again.
    """

    def __init__(self, book: Book, outbox: Outbox, kiosk_id: str) -> None:
        self._book, self._outbox = book, outbox
        self._draw = Random(kiosk_id).random  # another one's are others, and each can be replayed
        self._under_way, self._began_at = "", 0.0  # the order that was asked for behind the visits
        self._not_before = 0.0
        self._oldest, self._tries = "", 0  # and how often in a row it was not decided
        self._in_vain: list[str] = []  # tried for it since, and not decided either
        self._aside: dict[str, _Aside] = {}

    def ask(self, order: Order, finger: str = NO_FINGER) -> None:
        """Post now what of this order is not answered. Its OrderPaid row is on disk.

        What is paid for is handed out first: money that is not posted can go back whole. `finger`
        is the gateway's reference of a print that was just captured; it is on no disk.
        """
        if order.awaits_paper:
            return
        for number in order.unanswered:
            self._outbox.add(Ask(_post_of(order, number, finger)))

    # --- behind the visits -----------------------------------------------------------------

    def tick(self, is_online: bool, now: float) -> None:
        """Take up the next of what is still unposted, when it is time."""
        is_waiting = self._under_way and now - self._began_at < ANSWERS_WITHIN
        if not is_online or is_waiting or now < self._not_before:
            return
        self._not_before = now + NEXT_AFTER * (0.5 + self._draw())
        self._under_way = self._next(now)
        if self._under_way:
            self._began_at = now
            self._ask_behind(self._book.order(self._under_way), now)

    def _next(self, now: float) -> str:
        """The oldest that is not aside; at times one after it. Empty: nothing to do."""
        unposted = self._book.journal.unposted_orders()
        if not unposted:
            self._aside.clear()
        wanted = [each for each in unposted if not self._is_aside(each, now)]
        if not wanted:
            return ""
        if wanted[0] != self._oldest:
            self._oldest, self._tries = wanted[0], 0
        is_test = self._tries > 0 and self._tries % TRIES == 0
        return self._other(wanted) if is_test else wanted[0]

    def _other(self, wanted: list[str]) -> str:
        """The next in turn after the oldest: the one beside it may be as sick."""
        others = wanted[1:] or wanted
        fresh = [each for each in others if each not in self._in_vain]
        if not fresh:
            self._in_vain.clear()
        return (fresh or others)[0]

    def _is_aside(self, number: str, now: float) -> bool:
        return number in self._aside and now < self._aside[number].until

    def _ask_behind(self, order: Order, now: float) -> None:
        # Of a visit that a start has not taken up yet, or of a kind of a release to come.
        if order.awaits_paper or not order.unanswered:
            self._set_aside(order.number, now)
            self._under_way = ""
            self._book.forget(order.number)
        self.ask(order)

    def _set_aside(self, number: str, now: float) -> None:
        before = self._aside.get(number)
        wait = ASIDE if before is None else min(ASIDE_AT_MOST, before.wait * 2)
        self._aside[number] = _Aside(now + wait, wait)
        log.warning("%s: not posted, tried again in %.0f s; others go on", number, wait)

    # --- answers ---------------------------------------------------------------------------

    def on_answer(self, request: Post, reply: GatewayReply | None, now: float) -> Order:
        """Record what the back end said of a line, once; silence and `down` record nothing."""
        order = self._book.order(request.receipt)
        number = next((at for at in order.unanswered if _key(order, at) == request.key), None)
        if number is not None:
            match reply:
                case Posted(key=key, reference=reference) if key == request.key:
                    self._book.write(*_posted(order, number, reference))
                case Failed(problem=problem, detail=detail) if problem is not Problem.BACK_END_DOWN:
                    self._refuse(order, number, problem, detail)
                case _:
                    pass
        if order.number == self._under_way:
            self._end(order, is_undecided=number in order.unanswered, now=now)
        return order

    def _refuse(self, order: Order, number: int, problem: Problem, detail: str) -> None:
        amount, service = order.parts[number - 1], order.lines[number - 1].service
        self._book.write(*_refused(order, number, problem, detail))
        if not order.is_free:
            self._outbox.add(Say(PaymentRefused(order.number, service, amount, problem)))
        elif order.created.kind == rows.REQUEST or order.may_be_out("receipt"):
            # Of what takes no money there is no claim: somebody must look. Not of a finger that the
            # office does not know: who put it on is told at once, and has no paper.
            self._outbox.add(Say(RequestRefused(order.number, service, problem)))

    def _end(self, order: Order, is_undecided: bool, now: float) -> None:
        """Of the one that is under way: a line was answered, or was not."""
        if is_undecided:
            self._under_way = ""
            self._undecided(order.number, now)
        elif not order.unanswered:
            self._under_way = ""
            self._decided(order.number, now)

    def _decided(self, number: str, now: float) -> None:
        """The line works: what kept the oldest is its own."""
        self._aside.pop(number, None)
        if number != self._oldest and self._tries >= TRIES:
            for sick in (self._oldest, *self._in_vain):
                self._set_aside(sick, now)
        self._oldest, self._tries = "", 0
        self._in_vain.clear()

    def _undecided(self, number: str, now: float) -> None:
        """Known to be sick, it steps aside again; else everything waits with it."""
        if number in self._aside:
            self._set_aside(number, now)
            return
        self._tries += 1
        if number != self._oldest:
            self._in_vain.append(number)
        wait = min(LONGEST, FIRST * 2.0 ** min(self._tries - 1, 10))
        self._not_before = now + wait * (LEAST_PART + (1 - LEAST_PART) * self._draw())


def _post_of(order: Order, number: int, finger: str) -> Post:
    line = order.lines[number - 1]
    match order.created.kind:
        case rows.REQUEST:
            account, texts = line.bill.account, order.created.texts
            return PostRequest(line.key, line.service, account, order.number, texts)
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
                tender=order.paid_by,
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
