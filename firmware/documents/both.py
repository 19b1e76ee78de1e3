"""Papers for the office carry Hindi and English side by side: who reads them is not known here."""

from __future__ import annotations

from firmware.contract.money import Money
from firmware.contract.ticket import Pair, Rule, Style, Text
from firmware.documents.catalogue import words_of
from firmware.documents.lines import Line, rupees_exact


def both(key: str, **facts: object) -> str:
    """`नोट · Notes`; raises MissingWords."""
    return f"{words_of('hi')(key, **facts)} · {words_of('en')(key, **facts)}"


def line(key: str, value: str, style: Style = Style.BODY) -> Pair:
    return Pair(both(key), value, style)


def money(key: str, amount: Money, style: Style = Style.BODY) -> Pair:
    return Pair(both(key), rupees_exact(amount), style)


def title(key: str) -> list[Line]:
    """Large in Hindi, and in English below."""
    return [
        Text(words_of("hi")(key), Style.TITLE, is_centred=True),
        Text(words_of("en")(key), Style.STRONG, is_centred=True),
    ]


def signature(key: str) -> list[Line]:
    """Room to sign above a line, and whose signature it is."""
    return [Text(" "), Text(" "), Rule(), Text(both(key), Style.SMALL)]
