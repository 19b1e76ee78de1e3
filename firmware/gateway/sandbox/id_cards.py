"""The sandbox's Aadhaar and Jan Aadhaar cards: applications that were granted, drawn and signed.

The people and their numbers are made up; the Aadhaar number is of the issuer's test range, and
shown as far as a card of a kiosk needs it. What a citizen types is the number of an application.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

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
from firmware.documents.card_canvas import DOTS_AN_INCH
from firmware.gateway.sandbox.office import BillRow, Office, Refusal
from firmware.gateway.sandbox.pdf import pdf_of_pictures
from firmware.gateway.sandbox.signature import signature

FEE = 5000  # paise
PAGES = 2  # front and back
ISSUED_ON = "2026-11-22"
TEST_NUMBER = "999999990019"  # Aadhaar
FAMILY, HEAD, SON = "4812345678", "10012345671", "10012345672"  # Jan Aadhaar
ADDRESS = Address(
    "मकान संख्या १२, वार्ड ४, ग्राम पंचायत भवन के पीछे, टोडारायसिंह, टोंक, राजस्थान 304505",
    "House 12, Ward 4, behind the Gram Panchayat Bhawan, Todaraisingh, Tonk, Rajasthan 304505",
)
SHANTI, RAM, PRAGYA = "SHANTI DEVI MEENA", "RAMSWAROOP TRIPATHI", "PRAGYA RATHORE"
IN_HINDI = {
    SHANTI: "श्रीमती शान्ति देवी मीणा",
    RAM: "श्री रामस्वरूप त्रिपाठी",
    PRAGYA: "सुश्री प्रज्ञा राठौड़",
}

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


@dataclass(frozen=True)
class Granted:
    """The applications for one kind of card, and who draws it.

    `forged`: somebody on the way changed a byte; `withdrawn`: the office says no, after all. Every
    number of `digits` that begins with `tests` is granted, for tests that need many.
    """

    service: str
    digits: int
    tests: str
    names: Mapping[str, str]
    forged: str
    withdrawn: str
    draw: Callable[[str, str], Sides] = field(repr=False)

    def name(self, number: str) -> str:
        """Raises Refusal 404."""
        if number.startswith(self.tests) and len(number) == self.digits:
            return SHANTI
        if number not in self.names:
            raise Refusal(404, f"no application {number}")
        return self.names[number]


AADHAAR = Granted(
    service="aadhaar_card",
    digits=14,
    tests="10259900",
    names={"10250001700417": SHANTI, "10250001700425": RAM, "10250001700433": PRAGYA},
    forged="10250001700425",
    withdrawn="10250001700433",
    draw=aadhaar,
)
JAN_AADHAAR = Granted(
    service="jan_aadhaar_card",
    digits=13,
    tests="48229900",
    names={"4822600170417": SHANTI, "4822600170425": RAM, "4822600170433": PRAGYA},
    forged="4822600170425",
    withdrawn="4822600170433",
    draw=jan_aadhaar,
)


class IdCardOffice:
    """Sells one kind of card; the fees stand in the books of the one office."""

    def __init__(self, granted: Granted, office: Office) -> None:
        self._granted, self._office = granted, office

    @property
    def service(self) -> str:
        return self._granted.service

    def bill(self, number: str) -> dict[str, object]:
        """What the card costs; raises Refusal 404 for no such application, 409 when paid."""
        name = self._granted.name(number)
        row: BillRow = (number, f"PVC-{number[-6:]}", name, "", "", FEE, 0)
        self._office.add(row)
        found = self._office.bill(number)
        return {key: value for key, value in found.items() if value != ""}

    def document(self, number: str) -> tuple[bytes, int, str]:
        """The PDF, its pages and the signature; raises Refusal 404, and 422 for what was
        withdrawn."""
        name = self._granted.name(number)
        if number == self._granted.withdrawn:
            raise Refusal(422, f"application {number} was withdrawn")
        content = pdf_of_pictures(self._granted.draw(name, number), DOTS_AN_INCH)
        signed = signature(self.service, number, PAGES, content)
        if number == self._granted.forged:
            content += b"\n"
        return content, PAGES, signed


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
