"""Papers of many bills, of part payments, and of slips that are money at their kiosk."""

from __future__ import annotations

import msgspec
import pytest

from drivers.escpos.raster import Rasteriser
from firmware.contract.money import ZERO, Money, rupees, total
from firmware.contract.ticket import Pair, Text, Ticket
from firmware.core.floor import LONGEST_TICKET
from firmware.core.visit import MOST_BILLS
from firmware.documents.claim import claim_slip
from firmware.documents.receipt import PaidBill, Receipt, receipt
from tests.firmware.documents.test_documents import BILL, CLAIM, RECEIPT, pairs, texts

DOTS_PER_MM = 8  # of an 80 mm roll: 576 dots on 72 mm


def of(bills: list[PaidBill], **facts: object) -> Receipt:
    paid = total([bill.total for bill in bills])
    return msgspec.structs.replace(RECEIPT, bills=bills, notes=paid, coins=ZERO, **facts)


def bills(count: int) -> list[PaidBill]:
    plain = msgspec.structs.replace(BILL, amount=rupees(470), fee=ZERO, advance=ZERO)
    return [
        msgspec.structs.replace(plain, account=f"2103 4400 17{at:02d}", reference=f"BBPS{at}")
        for at in range(count)
    ]


def values(ticket: Ticket, label: str) -> list[str]:
    return [line.value for line in ticket.lines if isinstance(line, Pair) and line.label == label]


def test_each_bill_stands_with_its_account_its_amount_and_its_reference() -> None:
    ticket = receipt(of(bills(3)), "en")
    assert values(ticket, "K number") == ["2103 4400 1700", "2103 4400 1701", "2103 4400 1702"]
    assert values(ticket, "Department ref.") == ["BBPS0", "BBPS1", "BBPS2"]
    assert values(ticket, "Bill amount") == ["₹470.00"] * 3
    assert values(ticket, "Total paid") == ["₹1,410.00"]
    assert "3 bills paid together" in texts(ticket)
    assert "Payment receipt" in texts(ticket)


def test_one_of_three_is_not_yet_recorded_and_the_paper_is_an_acknowledgement() -> None:
    first, second, third = bills(3)
    waits = msgspec.structs.replace(second, is_posted=False, reference="")
    ticket = receipt(of([first, waits, third]), "en")
    assert values(ticket, "Department ref.") == ["BBPS0", "not yet recorded", "BBPS2"]
    assert "Payment receipt" not in texts(ticket)


def test_a_part_payment_says_so_and_what_remains() -> None:
    part = msgspec.structs.replace(bills(1)[0], amount=rupees(300), rest=rupees(170))
    said = pairs(receipt(of([part]), "hi"))
    assert (said["इस बिल में जमा"], said["अभी बाकी"]) == ("₹300.00", "₹170.00")
    assert any("आंशिक भुगतान" in text for text in texts(receipt(of([part]))))
    assert not any("आंशिक" in text for text in texts(receipt(RECEIPT)))


def test_slips_are_money_of_a_third_kind_and_must_add_up() -> None:
    paid = of(bills(1))
    mixed = msgspec.structs.replace(paid, notes=rupees(270), slips=rupees(200))
    assert pairs(receipt(mixed, "en"))["By claim slip"] == "₹200.00"
    with pytest.raises(ValueError, match=r"expected ₹470\.00 paid, got ₹270\.00"):
        Receipt(**(msgspec.structs.asdict(paid) | {"notes": rupees(270)}))


@pytest.mark.parametrize("language", ["hi", "en"])
def test_the_code_stands_in_fours_with_its_kiosk_and_only_where_there_is_one(
    language: str,
) -> None:
    slip = msgspec.structs.replace(CLAIM, code="407199231188")
    told = texts(claim_slip(slip, language))
    assert "4071 9923 1188" in told
    assert any(CLAIM.kiosk in text and ":" in text for text in told)
    without = texts(claim_slip(CLAIM, language))
    assert len(told) - len(without) == 3


@pytest.mark.parametrize("language", ["hi", "en"])
def test_coins_of_unknown_value_stand_on_both_papers(language: str) -> None:
    paid = msgspec.structs.replace(RECEIPT, coins_unknown=2)
    claimed = msgspec.structs.replace(CLAIM, coins_unknown=2)
    for ticket in (receipt(paid, language), claim_slip(claimed, language)):
        assert len([t for t in ticket.lines if isinstance(t, Text) and "2" in t.text]) > 0
    assert len(texts(receipt(paid, language))) == len(texts(receipt(RECEIPT, language))) + 1


def test_the_longest_receipt_fits_on_the_paper_that_must_be_left() -> None:
    """Cash is not taken when less than LONGEST_TICKET is left of the roll (M5)."""
    picture = Rasteriser().draw(receipt(of(bills(MOST_BILLS), slips=Money(0)), "hi"))
    assert 300 < picture.height / DOTS_PER_MM < LONGEST_TICKET
