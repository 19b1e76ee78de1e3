"""Every kind of paper as somebody looked at it, on both rolls, A4 and plastic; codes are read."""

from __future__ import annotations

import msgspec
import pytest

from drivers.escpos.raster import MARGIN, Rasteriser
from firmware.documents.a4 import typeset
from firmware.documents.card import aadhaar_sides
from firmware.documents.receipt import receipt
from tests.firmware.documents.cards import AADHAAR, PERSON
from tests.firmware.documents.papers import AT, CODES
from tests.firmware.documents.pictures import (
    A4_DPI,
    GOLDEN,
    MOST_DIFFERENT,
    ROLLS,
    codes,
    dots_different,
    draw,
    files,
    goldens,
    names,
    opened,
    pages,
)
from tests.firmware.documents.test_documents import BILL, RECEIPT

NAMES = names()
MARGIN_MM, MM_IN_AN_INCH = 14, 25.4  # the poster's, which is the smallest


@pytest.mark.parametrize("name", NAMES)
def test_each_paper_is_as_it_was_when_somebody_looked_at_it(name: str) -> None:
    seen, drawn = goldens(name), draw(name)
    assert len(drawn) == len(seen)
    for one, other in zip(seen, drawn, strict=True):
        assert dots_different(one, other) <= MOST_DIFFERENT


def test_no_picture_is_left_of_a_paper_that_is_gone() -> None:
    assert set(GOLDEN.glob("*.png")) == {path for name in NAMES for path in files(name)}


@pytest.mark.parametrize("name", [name for name in NAMES if CODES.get(name)])
def test_every_code_is_read_by_a_phone(name: str) -> None:
    assert codes(name) == CODES[name]


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("a4-")])
def test_no_letter_is_nearer_to_the_edge_of_a_page_than_a_printer_prints(name: str) -> None:
    for page in draw(name):
        box = page.convert("L").point(lambda grey: 255 * (grey < 128)).getbbox()
        assert box is not None
        margin = round(MARGIN_MM / MM_IN_AN_INCH * A4_DPI) - 10
        assert box[0] >= margin and box[2] <= page.width - margin


@pytest.mark.parametrize("name", [name for name in NAMES if name.partition("-")[0] in ROLLS])
def test_no_letter_is_at_the_edge_of_a_roll(name: str) -> None:
    """Rules run over the edge; letters stand a millimetre from it, less a serif."""
    (page,) = draw(name)
    left = page.convert("L").crop((0, 0, MARGIN - 4, page.height))
    for y in range(page.height):
        row = left.crop((0, y, left.width, y + 1)).getextrema()
        assert row in ((255, 255), (0, 0)), f"row {y}"


# --- the comparison sees what matters ----------------------------------------------------------


def test_it_sees_one_letter_of_a_name_on_a_roll() -> None:
    """देवी and देबी: one stroke."""
    other = msgspec.structs.replace(RECEIPT, bills=[msgspec.structs.replace(BILL, name="सीता देबी")])
    for roll, width in ROLLS.items():
        picture = Rasteriser(width).draw(receipt(other))
        assert dots_different(goldens(f"{roll}-receipt-hi")[0], picture) > MOST_DIFFERENT


def test_it_sees_one_letter_of_a_name_on_a_page() -> None:
    other = msgspec.structs.replace(RECEIPT, bills=[msgspec.structs.replace(BILL, name="सीता देबी")])
    (page,) = pages(typeset(receipt(other), AT).pdf, A4_DPI)
    assert dots_different(goldens("a4-receipt-hi")[0], page) > MOST_DIFFERENT


def test_it_sees_one_letter_of_a_name_on_a_card() -> None:
    other = msgspec.structs.replace(PERSON, name_hi="सुश्री द्रौपदी राष्ट्रवर्धन श्रीवास्तन")
    front, _ = aadhaar_sides(msgspec.structs.replace(AADHAAR, person=other))
    assert dots_different(opened(front), goldens("cr80-aadhaar-front")[0]) > MOST_DIFFERENT


def test_a_paper_that_grew_is_not_the_same() -> None:
    one, other = draw("80mm-receipt-hi")[0], draw("80mm-receipt-long-hi")[0]
    assert dots_different(one, other) > MOST_DIFFERENT
