"""The refund slip: what was paid with a card pays no bill, and goes back to the same card.

The acquirer is asked until it has given the money back; the citizen need do nothing, and has this
paper in case it does not come (M7).
"""

from __future__ import annotations

import msgspec

from firmware.contract.money import Money
from firmware.contract.ticket import Code, Pair, Rule, Style, Text, Ticket
from firmware.documents.catalogue import words_of
from firmware.documents.dates import moment
from firmware.documents.lines import Line, duplicate_mark, footer, heading, rupees_exact


class Refund(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of what goes back to one card."""

    kiosk: str
    place: str  # in the language of the slip
    order: str  # the receipt number
    amount: Money
    card: str  # masked
    cause: str  # message key: claim.cause.<word>
    made_at: str  # ISO 8601 with offset: of the charge
    helpline: str = "181"
    duplicate: int = 0  # 0 is the original


def refund_slip(facts: Refund, language: str = "hi") -> Ticket:
    """The slip; raises MissingWords for a cause without words."""
    words = words_of(language)
    lines: list[Line] = [
        *heading(words("refund.title"), facts.place, facts.kiosk, words),
        *duplicate_mark(facts.duplicate, words),
        Rule(),
        Text(words("refund.goes_back"), is_centred=True),
        Text(rupees_exact(facts.amount), Style.TITLE, is_centred=True),
        Rule(),
        Pair(words("receipt.card_number"), facts.card),
        Pair(words("receipt.number"), facts.order, Style.STRONG),
        Pair(words("receipt.date"), moment(facts.made_at, words)),
        Rule(),
        Text(words("claim.why"), Style.STRONG),
        Text(words(facts.cause)),
        Rule(),
        Text(words("refund.days"), Style.STRONG),
        Text(words("refund.advice")),
        Code(facts.order),
        *footer(words("refund.keep"), facts.helpline, words),
    ]
    return Ticket(lines, language)
