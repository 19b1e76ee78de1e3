"""Money as an integer number of paise (M1): no float gets in, and none comes out."""

from __future__ import annotations

import re

import msgspec

PAISE_IN_A_RUPEE = 100
RUPEES = re.compile(r"(\d{1,9})(?:\.(\d{2}))?")


class Money(msgspec.Struct, frozen=True, order=True):
    """An amount of Indian money, in paise. May be negative: what is left to pay can be."""

    paise: int

    def __post_init__(self) -> None:
        if type(self.paise) is not int:
            raise TypeError(f"expected a whole number of paise, got {self.paise!r}")

    def __add__(self, other: Money) -> Money:
        return Money(self.paise + other.paise)

    def __sub__(self, other: Money) -> Money:
        return Money(self.paise - other.paise)

    def __mul__(self, count: int) -> Money:
        return Money(self.paise * count)

    def __bool__(self) -> bool:
        return self.paise != 0

    def __str__(self) -> str:
        """As a log reads it: `₹470.00`."""
        sign = "-" if self.paise < 0 else ""
        rupees, paise = divmod(abs(self.paise), PAISE_IN_A_RUPEE)
        return f"{sign}₹{rupees}.{paise:02d}"

    def short(self) -> str:
        """As a screen shows it: `470`, or `470.50` where there are paise. Indian grouping."""
        rupees, paise = divmod(abs(self.paise), PAISE_IN_A_RUPEE)
        text = indian_grouping(rupees) + (f".{paise:02d}" if paise else "")
        return f"-{text}" if self.paise < 0 else text

    def exact(self) -> str:
        """As a receipt prints it: `1,470.00`."""
        rupees, paise = divmod(abs(self.paise), PAISE_IN_A_RUPEE)
        text = f"{indian_grouping(rupees)}.{paise:02d}"
        return f"-{text}" if self.paise < 0 else text


ZERO = Money(0)


def rupees(amount: int) -> Money:
    """That many whole rupees."""
    return Money(amount * PAISE_IN_A_RUPEE)


def total(amounts: list[Money]) -> Money:
    return Money(sum(amount.paise for amount in amounts))


def parse_rupees(text: str) -> Money:
    """Read `470` or `470.50`; raises ValueError that says what was expected."""
    match = RUPEES.fullmatch(text)
    if match is None:
        raise ValueError(f"expected rupees like 470 or 470.50, got {text!r}")
    return Money(int(match[1]) * PAISE_IN_A_RUPEE + int(match[2] or 0))


def indian_grouping(number: int) -> str:
    """12,34,567: the last three digits, then pairs."""
    digits = str(number)
    head, tail = digits[:-3], digits[-3:]
    pairs = re.sub(r"(?<=\d)(?=(\d\d)+$)", ",", head)
    return f"{pairs},{tail}" if pairs else tail
