"""One card payment: the reader armed, the charge asked for by key, and its fate until it is known.

docs/cards.md has the steps. A charge whose answer did not come is looked for by its key, never made
a second time; one that nobody uses any more is undone, and the intent to undo it is on disk first,
so that no later start of core confirms what a request on its way will void.
"""

from __future__ import annotations

import logging

from firmware.contract.card import (
    Arm,
    AuthoriseCard,
    CardPayment,
    CardRequest,
    CardStatus,
    CardSwiped,
    ConfirmCard,
    Disarm,
    FindCard,
    RefundCard,
    VoidCard,
)
from firmware.contract.device import Kind
from firmware.contract.gateway import Failed, GatewayReply, Problem
from firmware.contract.money import ZERO
from firmware.core.book import Book
from firmware.core.endings import claim_number, nothing_came, paid
from firmware.core.floor import Floor
from firmware.journal import rows
from firmware.journal.orders import Order
from firmware.journal.tender_rows import (
    CardApproved,
    CardAsked,
    CardConfirmed,
    CardDeclined,
    CardGivenUp,
    CardRefundAsked,
    CardRefunded,
    CardRefundRefused,
    CardVoided,
)
from firmware.till.effects import Ask, Outbox, Tell

log = logging.getLogger("core")

ARM_SECONDS = 10.0  # the longest lease that a reader grants
ARM_AGAIN_AFTER = 3.0  # seconds; two may be lost


class CardDesk:
    """Works on one order at a time. `now` is monotonic seconds."""

    def __init__(self, book: Book, floor: Floor, outbox: Outbox) -> None:
        self._book, self._floor, self._outbox = book, floor, outbox
        self._armed_at = 0.0
        self._armed = ""  # the reader that was
        self._said_no: dict[str, str] = {}  # refunds that the acquirer would not make, and why

    # --- the reader ------------------------------------------------------------------------

    def arm(self, order: Order, now: float) -> None:
        """Keep the reader listening for this order."""
        reader = self._floor.usable(Kind.CARD)
        if reader is None or (self._armed and now - self._armed_at < ARM_AGAIN_AFTER):
            return
        self._armed, self._armed_at = reader.name, now
        self._outbox.add(Tell(reader.name, Arm(order.number, ARM_SECONDS)))

    def disarm(self) -> None:
        if self._armed:
            self._outbox.add(Tell(self._armed, Disarm()))
            self._armed = ""

    # --- the charge ------------------------------------------------------------------------

    def charge(self, order: Order, card: CardSwiped) -> AuthoriseCard:
        """The row, and then what is to be asked. Each swipe has a key of its own."""
        self._armed = ""  # a good card ends the lease
        key = f"{order.created.key}-{order.cashless.cards + 1}"
        self._book.write(CardAsked(order.number, key, order.payable, card.masked_pan))
        return AuthoriseCard(key, card.reference, order.payable, order.number)

    def question(self, order: Order, is_wanted: bool) -> CardRequest | None:
        """What to ask of the acquirer now. `is_wanted`: the citizen waits for it."""
        asked = order.cashless.open_card
        if asked is None:
            return None
        if not is_wanted:
            self._give_up(order, asked)
        if order.cashless.is_given_up:
            return VoidCard(asked.key)
        return ConfirmCard(asked.key) if order.cashless.approval else FindCard(asked.key)

    def _give_up(self, order: Order, asked: CardAsked) -> None:
        if not order.cashless.is_given_up:
            log.info("%s: the charge %s is undone", order.number, asked.key)
            self._book.write(CardGivenUp(order.number, asked.key))

    def take(
        self, order: Order, request: CardRequest, reply: GatewayReply | None, is_here: bool
    ) -> None:
        """Put on disk what the acquirer said of the open charge; silence is no row.

        An answer to an older question says nothing of a charge that is being undone.
        """
        asked = order.cashless.open_card
        if asked is None or not isinstance(reply, CardPayment) or reply.key != asked.key:
            return
        if order.cashless.is_given_up and not isinstance(request, VoidCard):
            return
        match reply.status:
            case CardStatus.APPROVED:
                self._approve(order, asked, reply)
            case CardStatus.CONFIRMED:
                row = CardConfirmed(order.number, asked.key, reply.amount)
                self._book.write(*paid(order, row, is_here))
            case CardStatus.DECLINED:
                no = CardDeclined(order.number, asked.key, reply.reason)
                self._book.write(*nothing_came(order, no, is_here))
            case CardStatus.VOIDED:
                void = CardVoided(order.number, asked.key)
                self._book.write(*nothing_came(order, void, is_here))
            case CardStatus.UNKNOWN:
                self._give_up(order, asked)  # it may still be on its way: it must not arrive

    def _approve(self, order: Order, asked: CardAsked, reply: CardPayment) -> None:
        if not order.cashless.is_given_up and not order.cashless.approval:
            approval = reply.approval or "-"
            self._book.write(CardApproved(order.number, asked.key, approval))

    # --- what goes back --------------------------------------------------------------------

    def ask_refunds(self, order: Order) -> None:
        """Ask, as often as need be: a key gives back once. A no is looked at before it counts."""
        for key in sorted(order.cashless.open_refunds):
            row = order.cashless.refunds[key]
            said_no = key in self._said_no
            self._outbox.add(
                Ask(FindCard(row.of) if said_no else RefundCard(key, row.of, row.amount))
            )

    def take_refund(
        self, order: Order, request: RefundCard | FindCard, reply: GatewayReply | None
    ) -> None:
        """What went back is a row; the acquirer's own no is one, and a claim (M7), where it also
        says that nothing went back: an answer may have been lost weeks ago, and the key with it."""
        match request, reply:
            case RefundCard(key=key), Failed(problem=Problem.REFUSED, detail=detail):
                if key in order.cashless.open_refunds:
                    self._said_no[key] = detail
                    self._outbox.add(Ask(FindCard(request.of)))
            case RefundCard(key=key), CardPayment():
                self._said_no.pop(key, None)  # it is no no any more
                self._look_at(order, key, reply)
            case FindCard(), CardPayment():
                for key in sorted(order.cashless.open_refunds & self._said_no.keys()):
                    self._look_at(order, key, reply)
            case _:
                pass

    def _look_at(self, order: Order, key: str, payment: CardPayment) -> None:
        """It says what went back of the whole charge: what was counted before is not counted as
        this one. Of a charge that was undone all is back."""
        row = order.cashless.refunds.get(key)
        if row is None or key not in order.cashless.open_refunds or payment.key != row.of:
            return
        is_undone = payment.status is CardStatus.VOIDED
        if is_undone or payment.refunded >= order.cashless.returned + row.amount:
            self._book.write(CardRefunded(order.number, key, row.amount))
        elif key in self._said_no:
            self._book.write(*_refused(order, row, self._said_no[key]))
        else:
            return  # it is on its way
        self._said_no.pop(key, None)


def _refused(order: Order, row: CardRefundAsked, detail: str) -> list[rows.AnyRow]:
    claim = rows.ClaimIssued(order.number, claim_number(order), row.amount, ZERO, row.cause)
    closed = [] if order.end is None else [rows.OrderClosed(order.number, rows.End.CLAIMED)]
    return [CardRefundRefused(order.number, row.key, detail), claim, *closed]
