"""What the journal says of money that came without cash, or that did not come."""

from __future__ import annotations

from firmware.contract.money import ZERO, Money
from firmware.journal import rows
from firmware.journal.orders import Order
from firmware.journal.rows import AnyRow
from firmware.journal.tender_rows import CardConfirmed, CardRefundAsked, UpiConfirmed

LATE = "trouble.paid_late"
OTHER_AMOUNT = "trouble.other_amount"


def claim_number(order: Order) -> str:
    """`TDR 0417 0001 C1`: the order's number and which claim of it."""
    return f"{order.number} C{len(order.claims) + 1}"


def paid(order: Order, row: UpiConfirmed | CardConfirmed, is_here: bool) -> list[AnyRow]:
    """The money is there: it pays the order while its citizen is, else it goes back (M7).

    `is_here` is false for a visit that is over: nobody knows whether the bill was paid elsewhere.
    A charge that was given up pays nothing: a void on its way may still undo it.
    """
    if is_here and row.amount == order.payable and not order.cashless.is_given_up:
        return [row, rows.OrderPaid(order.number, row.amount, ZERO)]
    cause = LATE if row.amount == order.payable else OTHER_AMOUNT
    if isinstance(row, UpiConfirmed):
        back: AnyRow = rows.ClaimIssued(order.number, claim_number(order), row.amount, ZERO, cause)
    else:
        back = refund_of(order, row, row.amount, cause)
    is_claim = isinstance(back, rows.ClaimIssued)
    end = rows.End.CLAIMED if is_claim else rows.End.CANCELLED
    return [row, back, *([] if is_here else [rows.OrderClosed(order.number, end)])]


def refund_of(order: Order, of: CardConfirmed, amount: Money, cause: str) -> CardRefundAsked:
    key = f"{of.key}-back-{len(order.cashless.refunds) + 1}"
    return CardRefundAsked(order.number, key, of.key, amount, cause)


def give_back(order: Order, amount: Money, cause: str) -> list[AnyRow]:
    """Money that pays nothing after all: to the card that it came from, else a claim."""
    if amount <= ZERO:
        return []
    if (of := order.cashless.paid_by_card) is not None:
        return [refund_of(order, of, amount, cause)]
    in_doubt = min(order.unconfirmed, amount)
    return [rows.ClaimIssued(order.number, claim_number(order), amount, in_doubt, cause)]


def nothing_came(order: Order, row: AnyRow, is_here: bool) -> list[AnyRow]:
    """The back end's word that it has nothing; it ends an order whose citizen has gone."""
    end = rows.OrderClosed(order.number, rows.End.CANCELLED)
    return [row] if is_here or order.end is not None else [row, end]
