"""What a paper says of money that came by UPI or card."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from firmware.contract.money import ZERO, rupees
from firmware.contract.ticket import Pair, Text, Ticket
from firmware.documents.claim import Claim, claim_slip
from firmware.documents.receipt import PaidBill, Receipt, receipt
from firmware.documents.refund import Refund, refund_slip
from firmware.documents.report import Report, day_report
from firmware.journal.desk_rows import DayFigures, Redemption

CARD, NUMBER = "411111******1111", "632600000001"
BILL = PaidBill(
    service="electricity", account="210344001725", name="Shri K. C. Sharma", bill_number="B1",
    period="2026-10", due_date="2026-11-28", amount=rupees(470), is_posted=True, reference="R1",
)  # fmt: skip
PAID = Receipt(
    kiosk="tdr-0417", place="Todaraisingh", number="TDR 0417 0001",
    paid_at="2026-11-22T10:00:00+05:30", bills=[BILL], upi=rupees(470), upi_reference=NUMBER,
)  # fmt: skip


def pairs(ticket: Ticket) -> dict[str, str]:
    return {line.label: line.value for line in ticket.lines if isinstance(line, Pair)}


def texts(ticket: Ticket) -> str:
    return "\n".join(line.text for line in ticket.lines if isinstance(line, Text))


def test_a_receipt_names_the_payment_by_upi() -> None:
    said = pairs(receipt(PAID, "en"))
    assert (said["By UPI"], said["UPI reference"]) == ("₹470.00", NUMBER)
    assert "By card" not in said


def test_a_receipt_names_the_card_by_its_masked_number_alone() -> None:
    by_card = replace(PAID, upi=ZERO, upi_reference="", card=rupees(470), card_number=CARD)
    said = pairs(receipt(by_card, "en"))
    assert (said["By card"], said["Card"]) == ("₹470.00", CARD)


def test_a_receipt_whose_money_does_not_add_up_is_not_printed() -> None:
    with pytest.raises(ValueError, match="expected ₹470"):
        replace(PAID, upi=rupees(400))


def test_a_slip_of_money_from_a_telephone_says_that_it_is_not_paid_in_cash() -> None:
    slip = Claim(
        kiosk="tdr-0417", place="Todaraisingh", number="TDR 0417 0001 C1", amount=rupees(470),
        cause="claim.cause.left", order="TDR 0417 0001", made_at="2026-11-22T10:00:00+05:30",
        paid_by_upi=NUMBER,
    )  # fmt: skip
    assert pairs(claim_slip(slip, "en"))["UPI reference"] == NUMBER
    assert "not paid out in cash" in texts(claim_slip(slip, "en"))
    assert "not paid out in cash" not in texts(claim_slip(replace(slip, paid_by_upi=""), "en"))


@pytest.mark.parametrize("language", ["hi", "en"])
def test_a_refund_slip_says_how_much_goes_back_to_which_card(language: str) -> None:
    slip = Refund(
        kiosk="tdr-0417", place="Todaraisingh", order="TDR 0417 0001", amount=rupees(470),
        card=CARD, cause="claim.cause.already_paid", made_at="2026-11-22T10:00:00+05:30",
    )  # fmt: skip
    ticket = refund_slip(slip, language)
    assert CARD in pairs(ticket).values()
    assert "₹470.00" in texts(ticket)


def test_a_day_report_keeps_what_is_not_in_the_box_apart() -> None:
    figures = DayFigures([], rupees(500), ZERO, 0, ZERO, 0, ZERO, 0, 0, ZERO, 0, "", "")
    figures = replace(
        figures,
        upi=rupees(940),
        upi_count=2,
        card=rupees(470),
        card_count=1,
        card_refunds=rupees(100),
        redeemed=2,
        redeemed_amount=rupees(700),
        redemptions=[
            Redemption("bill", 1, rupees(505)), Redemption("cash_by_operator", 1, rupees(195))
        ],
    )  # fmt: skip
    facts = Report(
        kiosk="tdr-0417", place="टोडारायसिंह", by="R. Meena", at="2026-11-22T18:00:00+05:30",
        since_at="", number=None, figures=figures,
    )  # fmt: skip
    values = list(pairs(day_report(facts)).values())
    assert {"2 / ₹940.00", "1 / ₹470.00", "₹100.00", "₹1,310.00", "₹500.00"} <= set(values)
    said = pairs(day_report(facts))
    assert said["इनमें संचालक ने नकद दिए · of these, in cash by operators"] == "1 / ₹195.00"
    assert said["इनमें यहीं बिल में लगे · of these, paid a bill here"] == "1 / ₹505.00"
