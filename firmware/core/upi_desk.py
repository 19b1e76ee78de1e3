"""One UPI payment from its row to its end: registered, asked about, cancelled until it is final.

The row is on disk before the back end hears of the reference, and so before any QR (M2). What the
back end says at last is a second row, counted once (M3).
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import uuid4

from firmware.contract.gateway import GatewayReply
from firmware.contract.money import Money
from firmware.contract.upi import CancelUpi, CheckUpi, StartUpi, UpiPayment, UpiRequest, UpiStatus
from firmware.core.book import Book
from firmware.core.endings import nothing_came, paid
from firmware.journal.orders import Order
from firmware.journal.tender_rows import UpiAsked, UpiConfirmed, UpiEnded

log = logging.getLogger("core")

UPI_SECONDS = 180.0  # that the QR is shown: open the app, scan, look, type the UPI PIN


def intent(order: str, amount: Money, at: str) -> UpiAsked:
    """The first row; `at` is the time of day, ISO 8601 with offset."""
    expires = datetime.fromisoformat(at) + timedelta(seconds=UPI_SECONDS)
    return UpiAsked(order, uuid4().hex, amount, expires.isoformat())


def question(order: Order, is_wanted: bool, is_registered: bool) -> UpiRequest | None:
    """What to ask of the back end now. `is_wanted`: the citizen may still pay."""
    asked = order.cashless.open_upi
    if asked is None:
        return None
    if not is_wanted:
        return CancelUpi(asked.reference)
    if not is_registered:
        return StartUpi(asked.reference, asked.amount, order.number)
    return CheckUpi(asked.reference)


def take(
    book: Book, order: Order, request: UpiRequest, reply: GatewayReply | None, is_here: bool
) -> None:
    """Put on disk what the back end said, once; silence and `waiting` are no row."""
    if not isinstance(reply, UpiPayment) or reply.reference != request.reference:
        return
    match reply.status:
        case UpiStatus.PAID if not book.journal.knows_event(f"upi {reply.reference}"):
            row = UpiConfirmed(order.number, reply.reference, reply.amount, reply.bank_reference)
            book.write(*paid(order, row, is_here))
            log.info("%s: %s came by UPI", order.number, reply.amount)
        case UpiStatus.CANCELLED if order.cashless.open_upi is not None:
            book.write(*nothing_came(order, UpiEnded(order.number, reply.reference), is_here))
        case _:
            pass
