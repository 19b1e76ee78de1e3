"""A citizen pays a bill with the money of a claim slip: by the code on it, at this kiosk only.

Only this kiosk's journal can say that a claim was not paid before, so a slip of another kiosk is
paid there or through the office. The redemption and the credit are one commit: what the bill does
not take is a claim of the new order in the same one.
"""

from __future__ import annotations

import logging
from collections import deque

from firmware.contract.money import ZERO, Money
from firmware.core.book import Book
from firmware.core.endings import claim_number
from firmware.journal import rows
from firmware.journal.journal import AlreadyRecorded
from firmware.journal.orders import Order
from firmware.journal.rows import AnyRow, ClaimIssued
from firmware.till.codes import Codes, may_be_tendered
from firmware.till.redemption import payable

log = logging.getLogger("core")

GUESSES = 5  # wrong codes of one kiosk, whoever typed them ...
FORGOTTEN_AFTER = 600.0  # ... within so many seconds; then no slip is asked for
BY = "citizen"
HOW = "bill"


class Tendering:
    """Takes codes. `codes` is None on a kiosk without a key: its slips have none."""

    def __init__(self, book: Book, codes: Codes | None) -> None:
        self._book, self._codes = book, codes
        self._wrong: deque[float] = deque(maxlen=GUESSES)  # in RAM: docs/claims.md says why it may

    def is_offered(self, now: float) -> bool:
        """Whether there can be a slip at all, and nobody has been guessing."""
        is_guessed = len(self._wrong) == GUESSES and now - self._wrong[0] < FORGOTTEN_AFTER
        has_claims = self._book.journal.claims_count > 0
        return self._codes is not None and has_claims and not is_guessed

    def tender(self, order: Order, code: str, now: float) -> Money | str:
        """What the slip brought into this order, on disk; or the message key of why not."""
        issued = self._find(code)
        if issued is None or not self.is_offered(now):
            self._wrong.append(now)
            log.warning("%s: a code that is on no slip of this kiosk", order.number)
            return "slip.unknown"
        if self._book.journal.knows_event(f"redeemed {issued.claim}"):
            return "slip.used"
        return self._spend(order, issued)

    def _find(self, code: str) -> ClaimIssued | None:
        if self._codes is None:
            return None
        for entry in self._book.journal.of_kind(ClaimIssued):
            row = entry.row
            if isinstance(row, ClaimIssued) and row.order and self._codes.fits(row.claim, code):
                return row if may_be_tendered(row, self._book.order(row.order)) else None
        return None

    def _spend(self, order: Order, issued: ClaimIssued) -> Money | str:
        """What is still in doubt, or of a visit that is not over, is for the operator to judge."""
        source = self._book.order(issued.order or "")
        found = payable(source, issued.claim)
        why_not = None
        if source.end is None or found.unconfirmed:
            why_not = "slip.office"
        elif not found.amount:
            why_not = "slip.nothing"
        try:
            if why_not is None:
                self._book.write(*_rows(order, source, issued.claim))
        except AlreadyRecorded:
            why_not = "slip.used"
        if source is not order:  # of a visit that is not over the live order is the visit's own
            self._book.forget(source.number)
        if why_not is None:
            log.info("%s: pays %s of %s", issued.claim, found.amount, order.number)
        return found.amount if why_not is None else why_not


def _rows(order: Order, source: Order, claim: str) -> list[AnyRow]:
    found = payable(source, claim)
    redeemed = [
        rows.ClaimRedeemed(source.number, part, amount, HOW, BY, order.number)
        for part, amount in found.parts.items()
    ]
    rest = order.inserted + found.amount - order.claimed - order.payable
    over = rows.ClaimIssued(order.number, claim_number(order), rest, ZERO, "trouble.rest_of_slip")
    return [
        *redeemed,
        rows.TenderCredited(order.number, claim, found.amount),
        *([over] if rest > ZERO else []),
    ]
