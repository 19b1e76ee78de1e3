"""An operator redeems a claim: once, at the kiosk that issued it, with the row before the reply.

Verifying needs no network and works at every kiosk; paying needs the journal in which the claim
stands, because only that journal can say that it was not paid before.
"""

from __future__ import annotations

import logging

from firmware.contract.command import How, RedeemClaim
from firmware.contract.device import Outcome, Reply
from firmware.contract.money import ZERO
from firmware.core.book import Book
from firmware.journal import rows
from firmware.journal.journal import AlreadyRecorded, Entry, Journal
from firmware.journal.tender_rows import CardConfirmed, UpiConfirmed
from firmware.till.claims import PREFIX, Refused, verify, without_code
from firmware.till.redemption import Payable, payable

log = logging.getLogger("core")

NOT_IN_CASH = (
    "this money came by UPI or card and is not paid out in cash: the office sends it back the same"
    " way (--how other), or it pays a bill here"
)
ELSEWHERE = "it is paid only there, or through the back end: ask the office"


class Redeeming:
    """Answers RedeemClaim. `fleet_key` is None on a kiosk without keys: then by number only."""

    def __init__(self, book: Book, kiosk: str, fleet_key: bytes | None = None) -> None:
        self._book, self._kiosk, self._fleet_key = book, kiosk, fleet_key

    def redeem(self, command: RedeemClaim) -> Reply:
        """Writes ClaimRedeemed and says what to pay, or refuses and says why."""
        number = self._number_of(without_code(command.claim))
        if isinstance(number, Reply):
            return number
        issued = find_issued(self._book.journal, number)
        if issued is None:
            return refused(f"{number} is not a claim of {self._kiosk}; {ELSEWHERE}")
        if (before := find_redeemed(self._book.journal, issued.claim)) is not None:
            return refused(f"{issued.claim} was redeemed before: {told(before)}")
        found = self._payable(issued)
        return found if isinstance(found, Reply) else self._pay(command, issued, found)

    def _number_of(self, claim: str) -> str | Reply:
        """A number as it is; a QR text only when it is genuine and of this kiosk."""
        if not claim.startswith(PREFIX):
            return claim
        if self._fleet_key is None:
            return refused("no fleet key here, so no QR can be checked: give the claim number")
        result = verify(claim, self._fleet_key)
        if isinstance(result, Refused):
            return refused(f"not a genuine claim: {result.reason}: {result.detail}")
        if result.claim.kiosk != self._kiosk:
            number, kiosk = result.claim.number, result.claim.kiosk
            return refused(f"{number} is genuine and of the kiosk {kiosk}; {ELSEWHERE}")
        return result.claim.number

    def _payable(self, issued: rows.ClaimIssued) -> Payable | Reply:
        if issued.order is None:
            return self._payable_of_nobody(issued)
        order = self._book.order(issued.order)
        if order.end is None:
            return refused(f"{issued.claim}: the visit is not over yet")
        found = payable(order, issued.claim)
        self._book.forget(issued.order)
        return found

    def _payable_of_nobody(self, issued: rows.ClaimIssued) -> Payable:
        """Of a note or coin that no order owned: its number names the device's event."""
        event = issued.claim.removeprefix("C ")
        journal = self._book.journal
        is_credited = journal.knows_event(event)
        came_back = not is_credited and journal.knows_event(f"returned {event}")
        amount = ZERO if came_back else issued.amount
        is_sure = came_back or is_credited
        return Payable({issued.claim: amount}, issued.amount, ZERO if is_sure else issued.in_doubt)

    def _pay(self, command: RedeemClaim, issued: rows.ClaimIssued, found: Payable) -> Reply:
        if command.how is How.CASH_BY_OPERATOR and came_without_cash(self._book, issued.order):
            return refused(f"{issued.claim}: {NOT_IN_CASH}")
        if not found.amount and command.how is How.CASH_BY_OPERATOR:
            return refused(f"{issued.claim}: nothing to pay: {found.claimed} came back to the hand")
        redeemed = [
            rows.ClaimRedeemed(
                issued.order, claim, amount, command.how, command.by, command.reference
            )
            for claim, amount in found.parts.items()
        ]
        try:
            self._book.write(*redeemed)
        except AlreadyRecorded:
            return refused(f"{issued.claim} was redeemed before")
        log.info("%s: redeemed by %s, %s", issued.claim, command.by, command.reference)
        return Reply(Outcome.DONE, words_of(found))


def came_without_cash(book: Book, number: str | None) -> bool:
    """Whether money of this order came by UPI or card, also through slips that paid it."""
    if number is None:
        return False
    history = book.journal.of_order(number)
    if any(isinstance(entry.row, UpiConfirmed | CardConfirmed) for entry in history):
        return True
    slips = [entry.row.claim for entry in history if isinstance(entry.row, rows.TenderCredited)]
    return any(came_without_cash(book, claim.rpartition(" ")[0]) for claim in slips)


def find_issued(journal: Journal, number: str) -> rows.ClaimIssued | None:
    """The claim of that number, which may be written small."""
    for entry in journal.of_kind(rows.ClaimIssued):
        row = entry.row
        if isinstance(row, rows.ClaimIssued) and row.claim.casefold() == number.casefold():
            return row
    return None


def find_redeemed(journal: Journal, number: str) -> Entry | None:
    """How the money of that claim went back, if it did."""
    for entry in journal.of_kind(rows.ClaimRedeemed):
        if isinstance(entry.row, rows.ClaimRedeemed) and entry.row.claim == number:
            return entry
    return None


def words_of(found: Payable) -> str:
    """What the operator does now, the amount first."""
    told = [f"pay {found.amount}"]
    if found.came_back:
        told.append(f"not {found.claimed}: {found.came_back} of it came back to the hand since")
    if found.unconfirmed:
        told.append(f"{found.unconfirmed} of it the machine never confirmed: count the cash box")
    return "; ".join(told)


def told(entry: Entry) -> str:
    """`₹200.00 on 2026-11-22T10:05:00+05:30 by R. Meena, voucher 17`."""
    row = entry.row
    assert isinstance(row, rows.ClaimRedeemed)
    return f"{row.amount} on {entry.at} by {row.by}, {row.how}, {row.reference}"


def refused(why: str) -> Reply:
    return Reply(Outcome.REFUSED, why)
