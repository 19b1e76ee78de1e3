"""What a citizen reads on paper: every word in both languages, every rupee on a line of its own."""

from __future__ import annotations

import ast
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

import firmware.documents
from firmware.contract.money import ZERO, Money, rupees
from firmware.contract.ticket import Code, Pair, Text, Ticket
from firmware.documents.catalogue import words_of
from firmware.documents.claim import Claim, claim_slip
from firmware.documents.dates import day, moment, month
from firmware.documents.receipt import PaidBill, Receipt, receipt
from firmware.runtime.words import MissingWords

BILL = PaidBill(
    service="electricity",
    account="2104 0305 1187",
    name="सीता देवी",
    bill_number="884213",
    period="2026-10",
    due_date="2026-11-28",
    amount=Money(123_447_50),
    fee=rupees(23),
    advance=rupees(35),
    is_posted=True,
    reference="BBPS-77120034519",
)
RECEIPT = Receipt(
    kiosk="rj-tonk-014",
    place="ग्राम पंचायत टोडारायसिंह",
    number="RJ 2026 000123",
    paid_at="2026-11-22T14:05:00+05:30",
    bills=[BILL],
    notes=rupees(123_500),
    coins=Money(5_50),
)
CLAIM = Claim(
    kiosk="rj-tonk-014",
    place="ग्राम पंचायत टोडारायसिंह",
    number="CL 2026 000007",
    amount=rupees(500),
    cause="claim.cause.note_in_doubt",
    order="RJ 2026 000124",
    made_at="2026-11-22T14:09:00+05:30",
)


def pairs(ticket: Ticket) -> dict[str, str]:
    return {line.label: line.value for line in ticket.lines if isinstance(line, Pair)}


def texts(ticket: Ticket) -> list[str]:
    return [line.text for line in ticket.lines if isinstance(line, Text)]


def codes(ticket: Ticket) -> list[str]:
    return [line.content for line in ticket.lines if isinstance(line, Code)]


def changed(notes: Money = RECEIPT.notes, **of_the_bill: object) -> Receipt:
    bill = msgspec.structs.replace(BILL, **of_the_bill)
    return msgspec.structs.replace(RECEIPT, bills=[bill], notes=notes)


def keys_in_code() -> set[str]:
    """Every constant key that the documents ask for."""
    found: set[str] = set()
    for path in Path(firmware.documents.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                first = node.value.partition(".")[0]
                if first in ("receipt", "acknowledgement", "claim", "document", "date"):
                    found.add(node.value)
    return {key for key in found if "." in key and " " not in key and "<" not in key}


def test_every_key_has_words_in_both_languages() -> None:
    hindi, english = words_of("hi"), words_of("en")
    assert hindi.keys == english.keys
    assert all(key in hindi and key in english for key in hindi.keys)
    assert len(keys_in_code()) > 20
    assert keys_in_code() <= hindi.keys


def test_hindi_is_hindi() -> None:
    words = words_of("hi")
    formats = ("date.day", "date.month")
    latin = [
        key
        for key in words.keys - set(formats)
        if not any("\u0900" <= character <= "\u097f" for character in words._texts[key])
    ]
    assert latin == []


def test_a_receipt_says_all_that_was_paid_for() -> None:
    assert pairs(receipt(RECEIPT)) == {
        "रसीद संख्या": "RJ 2026 000123",
        "दिनांक": "22 नवम्बर 2026, 14:05 बजे",
        "के. नम्बर (K No.)": "2104 0305 1187",
        "नाम": "सीता देवी",
        "बिल संख्या": "884213",
        "बिल का महीना": "अक्टूबर 2026",
        "अंतिम तिथि": "28 नवम्बर 2026",
        "बिल की राशि": "₹1,23,447.50",
        "सेवा शुल्क": "₹23.00",
        "अग्रिम जमा": "₹35.00",
        "कुल भुगतान": "₹1,23,505.50",
        "नोट से": "₹1,23,500.00",
        "सिक्कों से": "₹5.50",
        "विभाग की संदर्भ सं.": "BBPS-77120034519",
    }
    assert codes(receipt(RECEIPT)) == ["RJ 2026 000123"]
    assert "बिजली बिल" in texts(receipt(RECEIPT))
    assert not any("DUPLICATE" in text for text in texts(receipt(RECEIPT)))


def test_a_fee_of_nothing_is_printed_too() -> None:
    free = changed(fee=ZERO, notes=rupees(123_477))
    assert pairs(receipt(free))["सेवा शुल्क"] == "₹0.00"


def test_no_advance_no_line() -> None:
    exact = changed(advance=ZERO, notes=rupees(123_465))
    assert "अग्रिम जमा" not in pairs(receipt(exact))
    assert not any("अगले बिल" in text for text in texts(receipt(exact)))


def test_a_receipt_that_does_not_add_up_cannot_be_made() -> None:
    with pytest.raises(ValueError, match=r"RJ 2026 000123: expected ₹123505.50 paid, got ₹5.50"):
        Receipt(**(msgspec.structs.asdict(RECEIPT) | {"notes": ZERO}))


def test_an_acknowledgement_promises_and_names_its_number() -> None:
    ticket = receipt(changed(is_posted=False, reference=""))
    assert "भुगतान पावती" in texts(ticket) and "भुगतान रसीद" not in texts(ticket)
    assert any("RJ 2026 000123" in text for text in texts(ticket))
    assert "विभाग की संदर्भ सं." not in pairs(ticket)


def test_a_duplicate_is_marked_with_its_number() -> None:
    assert "प्रतिलिपि 2 · DUPLICATE 2" in texts(
        receipt(msgspec.structs.replace(RECEIPT, duplicate=2))
    )


def test_a_claim_says_how_much_why_and_what_to_do() -> None:
    ticket = claim_slip(CLAIM)
    assert "₹500.00" in texts(ticket)
    assert any("पक्का नहीं कर सकी" in text for text in texts(ticket))
    assert any("181" in text and "किसी भी" in text for text in texts(ticket))
    assert codes(ticket) == ["CL 2026 000007"]
    assert pairs(ticket)["लेन-देन संख्या"] == "RJ 2026 000124"


def test_money_without_an_order_has_a_claim_too() -> None:
    """A note stacked at power-up that no order knows."""
    ticket = claim_slip(msgspec.structs.replace(CLAIM, order=""))
    assert "लेन-देन संख्या" not in pairs(ticket)


def test_english_for_who_chose_it() -> None:
    assert pairs(receipt(RECEIPT, "en"))["Total paid"] == "₹1,23,505.50"
    assert pairs(receipt(RECEIPT, "en"))["Date"] == "22 November 2026, 14:05"
    assert "Your money is safe" in texts(claim_slip(CLAIM, "en"))
    assert claim_slip(CLAIM, "en").language == "en"


def test_a_cause_without_words_is_named() -> None:
    with pytest.raises(MissingWords, match=r"claim\.cause\.comet"):
        claim_slip(msgspec.structs.replace(CLAIM, cause="claim.cause.comet"))


def test_dates_are_written_as_people_do() -> None:
    hindi, english = words_of("hi"), words_of("en")
    assert day("2026-11-28", hindi) == "28 नवम्बर 2026"
    assert month("2027-01", hindi) == "जनवरी 2027"
    assert moment("2026-11-22T09:05:59+05:30", english) == "22 November 2026, 09:05"
    months = [month(f"2026-{number:02d}", hindi) for number in range(1, 13)]
    assert len(set(months)) == 12
    assert all(one != other for one, other in pairwise(months))


@pytest.mark.parametrize("wrong", ["28-11-2026", "2026-13-01", ""])
def test_what_is_no_date_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError):
        day(wrong, words_of("hi"))
