"""The account must see money that was paid back and not owed."""

from __future__ import annotations

import pytest

from firmware.contract.device import EventId
from firmware.contract.gateway import Bill
from firmware.contract.money import ZERO, rupees
from firmware.demo.account import Account
from firmware.journal import rows
from firmware.journal.orders import Order
from firmware.journal.tender_rows import UpiAsked, UpiConfirmed

NOTE = EventId("SN1", 7, 1)
NUMBER = "TDR 0417 0001"


def claimed_order(paid_back: int) -> Order:
    """₹100 in doubt, claimed, and this much paid back of it."""
    bill = Bill("B1", "1", "x", "2026-10", "2026-11-28", rupees(470), ZERO)
    order = Order(rows.OrderCreated(NUMBER, "key", "electricity", "hi", bill, rupees(470)))
    claim = f"{NUMBER} C1"
    for row in (
        rows.NoteInDoubt(NUMBER, NOTE, rupees(100)),
        rows.ClaimIssued(NUMBER, claim, rupees(100), rupees(100), "trouble.note_unaccounted"),
        rows.PrintIntended(NUMBER, f"{NUMBER}/claim/1", "claim"),
        rows.Printed(NUMBER, f"{NUMBER}/claim/1"),
        rows.OrderClosed(NUMBER, rows.End.CLAIMED),
        rows.ClaimRedeemed(NUMBER, claim, rupees(paid_back), "other", "R. Meena", "voucher 17"),
    ):
        order.apply(row, "2026-11-22T10:00:00+05:30")
    return order


def faults(order: Order) -> list[str]:
    account = Account(
        inside=ZERO, unreported=ZERO, journalled=ZERO, posted=ZERO, orders=[order],
        orphans=ZERO, office={}, tickets=1, redeemed=rupees(100),
    )  # fmt: skip
    return account.faults()


@pytest.mark.parametrize(("paid_back", "is_right"), [(99, False), (100, True), (101, False)])
def test_more_paid_back_than_was_owed_is_a_fault(paid_back: int, is_right: bool) -> None:
    assert (faults(claimed_order(paid_back)) == []) == is_right


def test_a_note_that_comes_back_after_it_was_paid_back_is_a_fault() -> None:
    order = claimed_order(100)
    order.apply(rows.NoteGivenBack(NUMBER, NOTE, rupees(100)), "2026-11-22T10:05:00+05:30")
    assert faults(order) == [f"{NUMBER}: ₹0.00 was owed, ₹100.00 paid back"]


@pytest.mark.parametrize(("how", "is_right"), [("cash", False), ("upi", True)])
def test_telephone_money_booked_as_cash_is_a_fault(how: str, is_right: bool) -> None:
    bill = Bill("B1", "1", "x", "2026-10", "2026-11-28", rupees(470), ZERO)
    order = Order(rows.OrderCreated(NUMBER, "key", "electricity", "hi", bill, rupees(470)))
    for row in (
        UpiAsked(NUMBER, "KIOSK1", rupees(470), "2026-11-22T10:05:00+05:30"),
        UpiConfirmed(NUMBER, "KIOSK1", rupees(470), "BANK1"),
        rows.OrderPaid(NUMBER, rupees(470), ZERO),
        rows.OrderPosted(NUMBER, "REF1"),
        rows.PrintIntended(NUMBER, f"{NUMBER}/receipt/1", "receipt"),
        rows.Printed(NUMBER, f"{NUMBER}/receipt/1"),
        rows.OrderClosed(NUMBER, rows.End.FULFILLED),
    ):
        order.apply(row, "2026-11-22T10:00:00+05:30")
    account = Account(
        inside=ZERO, unreported=ZERO, journalled=ZERO, posted=rupees(470), orders=[order],
        orphans=ZERO, office={"key": 47000}, tickets=1, upi={"KIOSK1": 47000},
        tenders={"key": how},
    )  # fmt: skip
    assert (account.faults() == []) == is_right
