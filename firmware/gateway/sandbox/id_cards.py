"""The sandbox's Aadhaar and Jan Aadhaar cards, drawn.

The people and their numbers are made up; the Aadhaar number is of the issuer's test range, and
shown as far as a card of a kiosk needs it. What a citizen types is the number of an application.
"""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

from firmware.documents.card import (
    AadhaarCard,
    Address,
    Gender,
    JanAadhaarCard,
    Member,
    Person,
    aadhaar_sides,
    jan_aadhaar_sides,
)
from firmware.gateway.sandbox.people import FAMILY, HEAD, IN_HINDI, RAM, SON

ISSUED_ON = "2026-11-22"
TEST_NUMBER = "999999990019"  # Aadhaar
ADDRESS = Address(
    "मकान संख्या १२, वार्ड ४, ग्राम पंचायत भवन के पीछे, टोडारायसिंह, टोंक, राजस्थान 304505",
    "House 12, Ward 4, behind the Gram Panchayat Bhawan, Todaraisingh, Tonk, Rajasthan 304505",
)
Sides = tuple[bytes, bytes]


def aadhaar(name: str, number: str) -> Sides:
    """Both sides; of the Aadhaar number the last four digits."""
    card = AadhaarCard(
        number=TEST_NUMBER,
        person=_person(name),
        address=ADDRESS,
        code=f"SANDBOX AADHAAR {number} {name}",
        printed_on=ISSUED_ON,
        is_masked=True,
    )
    return aadhaar_sides(card)


def jan_aadhaar(name: str, number: str) -> Sides:
    """Both sides, with a family of two."""
    card = JanAadhaarCard(
        family=FAMILY,
        head=_person(name),
        members=[Member(IN_HINDI[name], HEAD), Member("अर्जुन", SON)],
        address=ADDRESS,
        code=f"SANDBOX JAN AADHAAR {number} {name}",
        printed_on=ISSUED_ON,
    )
    return jan_aadhaar_sides(card)


def _person(name: str) -> Person:
    is_man = name == RAM
    return Person(
        name_hi=IN_HINDI[name],
        name_en=name.title(),
        born="1975-02-01",
        gender=Gender.MALE if is_man else Gender.FEMALE,
        photo=_photo(),
    )


def _photo() -> bytes:
    """Nobody: a grey head and shoulders."""
    picture = Image.new("RGB", (480, 600), "#d5dce1")
    canvas = ImageDraw.Draw(picture)
    canvas.ellipse((60, 400, 420, 800), fill="#8494a0")
    canvas.ellipse((140, 110, 340, 380), fill="#8494a0")
    file = io.BytesIO()
    picture.save(file, "png")
    return file.getvalue()
