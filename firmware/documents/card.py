"""Aadhaar and Jan Aadhaar cards: the facts, and both sides of a CR80 card, Hindi and English.

The layout is our own and plain: no emblem, no seal, nothing that makes a print of a record look
like a document of somebody else. What can be trusted is the signed QR code, so it is as large as
it can be. Lengths of the numbers: protocols/india.md 10.2 and 10.5.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from firmware.documents.aadhaar_number import in_groups, is_aadhaar, masked
from firmware.documents.both import both
from firmware.documents.card_canvas import (
    BLACK,
    INK,
    MARGIN,
    PALE,
    SIZE,
    Box,
    CardCanvas,
    CardError,
)

FAMILY_DIGITS, MEMBER_DIGITS = 10, 11
MOST_MEMBERS = 6  # lines of the back; of a larger family it says how many more there are

WIDTH, HEIGHT = SIZE
ROOM = WIDTH - 2 * MARGIN
BAND = Box(0, 0, WIDTH, 104)
PHOTO = Box(MARGIN, 132, 260, 325)  # 22 x 27.5 mm
BESIDE_PHOTO = PHOTO.left + PHOTO.width + 36
FACTS_WIDTH = WIDTH - MARGIN - BESIDE_PHOTO
CODE = Box(WIDTH - MARGIN - 420, 116, 420, 420)
BESIDE_CODE = CODE.left - 24 - MARGIN  # the width that is left of the code
MEMBER_LINE = 36  # dots
FOOT = Box(MARGIN, 560, ROOM, 52)


class Gender(StrEnum):
    MALE = "male"
    FEMALE = "female"
    TRANSGENDER = "transgender"


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who is on the front. Names in both scripts, as the record has them; `born` is YYYY-MM-DD."""

    name_hi: str
    name_en: str
    born: str
    gender: Gender
    photo: bytes  # JPEG or PNG

    def __repr__(self) -> str:
        return "Person(***)"


class Address(msgspec.Struct, frozen=True):
    hi: str
    en: str

    def __repr__(self) -> str:
        return "Address(***)"


class AadhaarCard(msgspec.Struct, frozen=True, kw_only=True):
    """Raises ValueError for a number that is none. `code` is the signed text of the record."""

    number: str
    person: Person
    address: Address
    code: str
    printed_on: str  # YYYY-MM-DD
    is_masked: bool = False  # the holder may ask that the first eight digits are not shown

    def __post_init__(self) -> None:
        if not is_aadhaar(self.number):
            raise ValueError(f"expected an Aadhaar number, got {len(self.number)} characters")

    def __repr__(self) -> str:
        return f"AadhaarCard({masked(self.number)})"

    @property
    def shown_number(self) -> str:
        return masked(self.number) if self.is_masked else in_groups(self.number)


class Member(msgspec.Struct, frozen=True):
    """One line of the back: the name as the family's record has it, in Hindi."""

    name: str
    number: str  # 11 digits

    def __repr__(self) -> str:
        return "Member(***)"


class JanAadhaarCard(msgspec.Struct, frozen=True, kw_only=True):
    """Raises ValueError for numbers of another length, and for a family without members."""

    family: str  # 10 digits
    head: Person
    members: list[Member]  # the head first
    address: Address
    code: str
    printed_on: str  # YYYY-MM-DD

    def __post_init__(self) -> None:
        _check_digits("family", self.family, FAMILY_DIGITS)
        for member in self.members:
            _check_digits("member", member.number, MEMBER_DIGITS)
        if not self.members:
            raise ValueError("expected the head among the members, got none")

    def __repr__(self) -> str:
        return f"JanAadhaarCard(***{self.family[-4:]})"


def aadhaar_sides(card: AadhaarCard) -> tuple[bytes, bytes]:
    """Front and back as PNGs of 1016 x 648 dots; raises CardError for what does not fit."""
    front, back = CardCanvas(), CardCanvas()
    _front(front, "card.aadhaar", card.person)
    _large_number(front, "card.number", card.shown_number)
    _band(back, "card.address")
    _address(back, card.address, bottom=CODE.top + CODE.height)
    _code(back, card.code, card.printed_on)
    return front.png(), back.png()


def jan_aadhaar_sides(card: JanAadhaarCard) -> tuple[bytes, bytes]:
    """Front and back as PNGs of 1016 x 648 dots; raises CardError for what does not fit."""
    front, back = CardCanvas(), CardCanvas()
    _front(front, "card.jan_aadhaar", card.head, role="card.head")
    _large_number(front, "card.family", card.family)
    _band(back, "card.members")
    end = _members(back, card.members)
    _address(back, card.address, top=end + 12, bottom=CODE.top + CODE.height, largest=26)
    _code(back, card.code, card.printed_on)
    return front.png(), back.png()


# --- the parts of a side -----------------------------------------------------------------------


def _band(canvas: CardCanvas, key: str) -> None:
    canvas.fill(BAND, INK)
    canvas.text(Box(MARGIN, 28, ROOM, 64), both(key), "hi", weight=800, colour="white")


def _front(canvas: CardCanvas, title: str, person: Person, role: str = "card.name") -> None:
    _band(canvas, title)
    canvas.photo(PHOTO, person.photo)
    facts = [
        (both(role), 38, 400, INK, "hi"),
        (person.name_hi, 66, 800, BLACK, "hi"),
        (person.name_en, 58, 600, BLACK, "en"),
        (f"{both('card.born')}: {_day(person.born)}", 46, 400, BLACK, "hi"),
        (f"{both('card.gender')}: {both(f'card.gender.{person.gender}')}", 46, 400, BLACK, "hi"),
    ]
    top = PHOTO.top
    for text, height, weight, colour, language in facts:
        box = Box(BESIDE_PHOTO, top, FACTS_WIDTH, height)
        canvas.text(box, text, language, weight=weight, colour=colour)
        top += height + 10


def _large_number(canvas: CardCanvas, key: str, number: str) -> None:
    canvas.fill(Box(0, 482, WIDTH, 166), PALE)
    canvas.text(Box(MARGIN, 488, ROOM, 38), both(key), "hi", colour=INK, anchor="m")
    canvas.text(Box(MARGIN, 518, ROOM, 100), number, "en", weight=800, anchor="m")


def _address(canvas: CardCanvas, address: Address, bottom: int, top: int = 128,
             largest: int = 32) -> None:  # fmt: skip
    """Hindi, and English below; together in the room left of the code."""
    half = Box(MARGIN, top, BESIDE_CODE, (bottom - top - 16) // 2)
    end = canvas.paragraph(half, address.hi, "hi", largest)
    rest = Box(MARGIN, end + 16, BESIDE_CODE, bottom - end - 16)
    canvas.paragraph(rest, address.en, "en", largest)


def _members(canvas: CardCanvas, members: list[Member]) -> int:
    """Name and number a line; returns where they end."""
    shown = members if len(members) <= MOST_MEMBERS else members[: MOST_MEMBERS - 1]
    lines = [f"{member.name} · {member.number}" for member in shown]
    if more := len(members) - len(shown):
        lines.append(both("card.members.more", count=more))
    for number, line in enumerate(lines):
        canvas.text(Box(MARGIN, 120 + number * MEMBER_LINE, BESIDE_CODE, MEMBER_LINE), line, "hi")
    return 120 + len(lines) * MEMBER_LINE


def _code(canvas: CardCanvas, content: str, printed_on: str) -> None:
    canvas.code(CODE, content)
    advice = f"{both('card.verify')}   {both('card.printed')}: {_day(printed_on)}"
    canvas.text(FOOT, advice, "hi", colour=INK)


def _day(iso: str) -> str:
    """As cards have it, the same in both languages: 28/11/2026. Raises ValueError."""
    return f"{date.fromisoformat(iso):%d/%m/%Y}"


def _check_digits(what: str, number: str, length: int) -> None:
    if len(number) != length or not number.isascii() or not number.isdigit():
        raise ValueError(f"{what}: expected {length} digits, got {len(number)} characters")


__all__ = [
    "AadhaarCard",
    "Address",
    "CardError",
    "Gender",
    "JanAadhaarCard",
    "Member",
    "Person",
    "aadhaar_sides",
    "jan_aadhaar_sides",
]
