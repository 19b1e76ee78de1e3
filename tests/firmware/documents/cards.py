"""Cards of people who do not exist, for the tests of the layout."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

from firmware.documents.card import AadhaarCard, Address, Gender, JanAadhaarCard, Member, Person

SIGNED = "".join(str(place * 7919 % 10) for place in range(1500))  # about as long as a signed one


def photo() -> bytes:
    """A face, as far as a test needs one: shades of skin and cloth before a grey wall."""
    picture = Image.new("RGB", (480, 600), "#b9c4cc")
    canvas = ImageDraw.Draw(picture)
    canvas.ellipse((60, 400, 420, 800), fill="#7a3b52")
    canvas.ellipse((140, 110, 340, 380), fill="#b98560")
    canvas.chord((135, 90, 345, 300), 180, 360, fill="#221a18")
    for eye in (190, 270):
        canvas.ellipse((eye, 225, eye + 22, 240), fill="#221a18")
    canvas.arc((200, 270, 280, 330), 20, 160, fill="#6d2b2b", width=6)
    file = io.BytesIO()
    picture.save(file, "jpeg", quality=90)
    return file.getvalue()


PERSON = Person(
    name_hi="सुश्री द्रौपदी राष्ट्रवर्धन श्रीवास्तव",
    name_en="Draupadi Rashtravardhan Shrivastava",
    born="1975-02-01",
    gender=Gender.FEMALE,
    photo=photo(),
)
ADDRESS = Address(
    "पुत्री श्री कृष्णकान्त, मकान संख्या १२, वार्ड ४, ग्राम पंचायत भवन के पीछे, टोडारायसिंह, टोंक, राजस्थान 304505",
    "D/o Krishnakant, House 12, Ward 4, behind the Gram Panchayat Bhawan, "
    "Todaraisingh, Tonk, Rajasthan 304505",
)
AADHAAR = AadhaarCard(
    number="999999990019",  # of the issuer's test range
    person=PERSON,
    address=ADDRESS,
    code=SIGNED,
    printed_on="2026-11-22",
)
JAN_AADHAAR = JanAadhaarCard(
    family="4812345678",
    head=PERSON,
    members=[
        Member("द्रौपदी श्रीवास्तव", "10012345671"),
        Member("कृष्णकान्त श्रीवास्तव", "10012345672"),
        Member("अर्जुन श्रीवास्तव", "10012345673"),
        Member("सुभद्रा श्रीवास्तव", "10012345674"),
    ],
    address=ADDRESS,
    code="JANAADHAAR:4812345678:" + SIGNED[:600],
    printed_on="2026-11-22",
)
