"""Sample documents of fees, line by line, and of their poster: part of samples.py."""

from __future__ import annotations

from msgspec.structs import replace

from firmware.contract.fees import CHARGE, STATUTORY, TAX, FeeLine, Fees
from firmware.contract.gateway import Bill
from firmware.contract.money import Money, rupees
from firmware.contract.screen import Basket, ListedBill, ScreenData, ShowBill
from firmware.contract.screen_ends import PosterOut

BILL = Bill(
    "RC-000417", "110026000417", "SHANTI DEVI MEENA", "", "", amount=rupees(10), fee=rupees(40)
)
CERTIFICATE = Fees(
    1,
    [
        FeeLine(STATUTORY, rupees(10)),
        FeeLine(CHARGE, Money(3390)),
        FeeLine(TAX, Money(610)),
    ],
)
BY_PAGE = Fees(12, [FeeLine(STATUTORY, rupees(30), 3), *CERTIFICATE.lines[1:]])


def screens() -> dict[str, ScreenData]:
    """By file name, as in the gallery."""
    with_fee = replace(BILL, name="श्रीमती राजेश्वरी देवी त्रिपाठी", amount=rupees(750), fee=rupees(5))
    listed = ListedBill("electricity", with_fee, rupees(755))
    by_page = replace(BILL, amount=rupees(30))
    return {
        "5-bill-fees": ShowBill("aadhaar_card", BILL, rupees(50), fees=CERTIFICATE),
        "5-bill-fees-by-page": ShowBill("aadhaar_card", by_page, rupees(70), fees=BY_PAGE),
        "5-basket-fees": Basket([listed, replace(listed, fees=None)], rupees(1510), 8),
        "7-poster-out": PosterOut(12),
    }
