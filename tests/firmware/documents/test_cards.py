"""What a citizen carries in a wallet for years: nothing cut, nothing said of its holder.

How both sides look: test_goldens.py.
"""

from __future__ import annotations

import io

import msgspec
import pytest
from PIL import Image

from firmware.contract.check_digit import has_verhoeff_check
from firmware.documents.aadhaar_number import in_groups, is_aadhaar, masked
from firmware.documents.card import CardError, Member, aadhaar_sides, jan_aadhaar_sides
from firmware.documents.card_canvas import DOTS_AN_INCH, MARGIN, SIZE
from tests.firmware.documents.cards import AADHAAR, ADDRESS, JAN_AADHAAR, PERSON
from tests.firmware.documents.papers import CARDS
from tests.firmware.documents.pictures import opened


@pytest.mark.parametrize("name", CARDS)
def test_a_side_is_a_whole_card_at_300_dpi(name: str) -> None:
    with Image.open(io.BytesIO(CARDS[name])) as side:
        assert side.size == SIZE
        assert [round(each) for each in side.info["dpi"]] == [DOTS_AN_INCH, DOTS_AN_INCH]


@pytest.mark.parametrize("name", CARDS)
def test_nothing_that_is_read_is_nearer_to_the_edge_than_3_mm(name: str) -> None:
    """Black is letters and code; bands of colour may run over the edge."""
    shown = opened(CARDS[name]).convert("L").point(lambda value: 255 * (value < 40))
    box = shown.getbbox()
    assert box is not None
    assert box[0] >= MARGIN - 4 and box[1] >= MARGIN - 10
    assert box[2] <= SIZE[0] - MARGIN + 4 and box[3] <= SIZE[1] - MARGIN + 10


def test_a_code_that_no_phone_could_read_is_refused() -> None:
    for length in (3500, 9000):
        with pytest.raises(CardError, match=f"QR code of {length} characters"):
            aadhaar_sides(msgspec.structs.replace(AADHAAR, code="7" * length))


def test_a_name_too_long_for_the_card_is_refused_and_not_cut() -> None:
    longer = msgspec.structs.replace(PERSON, name_en="Draupadi " * 8)
    with pytest.raises(CardError, match="72 letters: expected 648 dots at most"):
        aadhaar_sides(msgspec.structs.replace(AADHAAR, person=longer))


def test_an_address_too_long_for_the_card_is_refused_and_not_cut() -> None:
    longer = msgspec.structs.replace(ADDRESS, hi=ADDRESS.hi * 4)
    with pytest.raises(CardError, match="expected room of"):
        aadhaar_sides(msgspec.structs.replace(AADHAAR, address=longer))


def test_a_family_of_nine_says_how_many_are_not_shown() -> None:
    members = [*JAN_AADHAAR.members, *(Member("राम", f"1001234568{n}") for n in range(5))]
    _, back = jan_aadhaar_sides(msgspec.structs.replace(JAN_AADHAAR, members=members))
    six = msgspec.structs.replace(JAN_AADHAAR, members=members[:6])
    assert back != jan_aadhaar_sides(six)[1]


def test_a_photograph_that_is_none() -> None:
    no_photo = msgspec.structs.replace(PERSON, photo=b"GIF89a")
    with pytest.raises(CardError, match="photo of 6 bytes"):
        aadhaar_sides(msgspec.structs.replace(AADHAAR, person=no_photo))


# --- numbers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("digits", ["2363", "123451", "1428570", "234123412346", "999999990019"])
def test_check_digits_of_the_document(digits: str) -> None:
    """protocols/india.md 10.2."""
    assert has_verhoeff_check(digits)
    wrong = [f"{digits[:-1]}{last}" for last in "0123456789" if last != digits[-1]]
    assert not any(has_verhoeff_check(each) for each in wrong)


@pytest.mark.parametrize("number", ["123412341234", "23412341234", "23412341234६", "034123412346"])
def test_what_is_no_aadhaar_number(number: str) -> None:
    assert not is_aadhaar(number)
    with pytest.raises(ValueError, match="expected an Aadhaar number"):
        msgspec.structs.replace(AADHAAR, number=number)


def test_a_masked_card_shows_four_digits() -> None:
    hidden = msgspec.structs.replace(AADHAAR, is_masked=True)
    assert (AADHAAR.shown_number, hidden.shown_number) == ("9999 9999 0019", "XXXX XXXX 0019")
    assert (in_groups("234123412346"), masked("234123412346")) == (
        "2341 2341 2346",
        "XXXX XXXX 2346",
    )


def test_family_and_member_numbers_have_their_lengths() -> None:
    with pytest.raises(ValueError, match="family: expected 10 digits"):
        msgspec.structs.replace(JAN_AADHAAR, family="12345")
    with pytest.raises(ValueError, match="member: expected 11 digits"):
        msgspec.structs.replace(JAN_AADHAAR, members=[Member("राम", "1234567890")])


def test_a_card_in_a_log_says_nothing_of_its_holder() -> None:
    for text in (repr(AADHAAR), repr(JAN_AADHAAR), repr(PERSON), repr(JAN_AADHAAR.members)):
        assert "Draupadi" not in text and "द्रौपदी" not in text
        assert "99999999" not in text and "1001234567" not in text
