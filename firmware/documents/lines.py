"""What every printed document begins and ends with, and how it writes money."""

from __future__ import annotations

from firmware.contract.money import Money
from firmware.contract.ticket import Code, Pair, Rule, Style, Text
from firmware.runtime.words import Words

Line = Text | Pair | Rule | Code


def rupees_exact(money: Money) -> str:
    """`₹1,470.00`: paise always, so that nothing can be added by hand."""
    return f"₹{money.exact()}"


def heading(title: str, place: str, kiosk: str, words: Words) -> list[Line]:
    """Whose paper it is, what it is, where it was printed."""
    return [
        Text(words("document.owner"), Style.STRONG, is_centred=True),
        Text(words("document.kiosk", place=place, kiosk=kiosk), Style.SMALL, is_centred=True),
        Text(title, Style.TITLE, is_centred=True),
    ]


def duplicate_mark(duplicate: int, words: Words) -> list[Line]:
    """Nothing on the original; which copy it is on every other paper."""
    if not duplicate:
        return []
    return [Text(words("receipt.duplicate", number=duplicate), Style.STRONG, is_centred=True)]


def lost_coins(count: int, words: Words) -> list[Line]:
    """Coins that the machine took and whose value it forgot: said, because nobody can count them
    for the citizen before the box is opened."""
    return [Text(words("document.coins_unknown", count=count), Style.STRONG)] if count else []


def footer(advice: str, helpline: str, words: Words) -> list[Line]:
    """What to do with the paper, and whom to call."""
    return [
        Text(advice, Style.SMALL, is_centred=True),
        Text(words("document.helpline", number=helpline), Style.STRONG, is_centred=True),
    ]
