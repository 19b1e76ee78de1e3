"""Fees on the screen: line by line before money, and nothing hidden in a sum."""

from __future__ import annotations

from msgspec.structs import replace

from firmware.contract.fees import CHARGE, FeeLine, Fees
from firmware.contract.money import ZERO, rupees
from firmware.contract.screen import ShowBill
from firmware.contract.screen_ends import PosterOut
from tests.ui.test_orders_models import english
from ui import samples, samples_fees
from ui.screens.basket.model import BasketModel
from ui.screens.done.model import DoneModel
from ui.screens.show_bill.model import ShowBillModel


def sums(data: ShowBill) -> list[tuple[str, str]]:
    shown = english(data)
    assert isinstance(shown, ShowBillModel)
    return [(row.label, row.value) for row in shown.sums]


def test_a_card_says_what_each_rupee_is_for() -> None:
    fees = samples_fees.CERTIFICATE
    assert sums(ShowBill("aadhaar_card", samples_fees.BILL, rupees(50), fees=fees)) == [
        ("Government fee", "₹\u00a010.00"),
        ("Service fee (fixed)", "₹\u00a033.90"),
        ("Tax (GST)", "₹\u00a06.10"),
    ]


def test_a_fee_by_the_page_says_of_how_many() -> None:
    shown = sums(ShowBill("aadhaar_card", samples_fees.BILL, rupees(70), fees=samples_fees.BY_PAGE))
    assert shown[0] == ("Government fee, 3 pages", "₹\u00a030.00")


def test_a_bill_keeps_its_own_line_and_a_charge_of_nothing_is_said() -> None:
    nothing = Fees(1, [FeeLine(CHARGE, ZERO)])
    rows = [("Bill amount", "₹\u00a0470.00"), ("Service fee (fixed)", "₹\u00a00.00")]
    assert sums(ShowBill("electricity", samples.bill(), rupees(470), fees=nothing)) == rows
    assert [value for _, value in sums(ShowBill("electricity", samples.bill(), rupees(470)))] == [
        value for _, value in rows
    ]


def test_a_line_of_a_later_release_is_a_fee_all_the_same() -> None:
    later = Fees(9, [FeeLine("cess", rupees(2))])
    shown = sums(ShowBill("electricity", samples.bill(), rupees(470), fees=later))
    assert shown[-1] == ("Service fee (fixed)", "₹\u00a02.00")


def test_each_bill_of_a_basket_says_its_fee() -> None:
    shown = english(samples_fees.screens()["5-basket-fees"])
    assert isinstance(shown, BasketModel)
    assert all(line.who.endswith("· with a fee of ₹\u00a05") for line in shown.bills)
    basket = samples.basket(2)
    plain = english(replace(basket, bills=basket.bills[:1]))
    assert isinstance(plain, BasketModel) and "fee" not in plain.bills[0].who


def test_the_list_says_which_table_it_is_from() -> None:
    shown = english(PosterOut(12))
    assert isinstance(shown, DoneModel)
    assert (shown.receipt_label, shown.receipt) == ("Rate list no.", "12")
    unknown = english(PosterOut(0))
    assert isinstance(unknown, DoneModel) and unknown.receipt == "–"
