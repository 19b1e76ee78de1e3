"""The slip of a lookup: what the office knows of a number, and when it knew that.

It is information and no certificate, and says so: nothing on it is signed, and nothing can be had
for it.
"""

from __future__ import annotations

import msgspec

from firmware.contract.accounts import as_one_word
from firmware.contract.facts import FactLine
from firmware.contract.ticket import Pair, Rule, Style, Text, Ticket
from firmware.documents.catalogue import words_of
from firmware.documents.dates import moment
from firmware.documents.lines import Line, footer, heading
from firmware.runtime.words import Words


class FactsSlip(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of one number."""

    kiosk: str
    place: str  # in the language of the slip
    service: str
    account: str
    lines: list[FactLine]
    as_of: str  # ISO 8601 with offset
    is_kept: bool = False  # the office could not be reached, and this is what it said before
    helpline: str = "181"

    def __repr__(self) -> str:
        return f"FactsSlip({self.service!r}, {len(self.lines)} lines)"


def facts_slip(slip: FactsSlip, language: str = "hi") -> Ticket:
    """The slip; raises ValueError for an `as_of` that is no moment."""
    words = words_of(language)
    lines: list[Line] = [
        *heading(words(f"service.{slip.service}"), slip.place, slip.kiosk, words),
        Rule(),
        Pair(words(f"account.{slip.service}"), as_one_word(slip.account), Style.STRONG),
        *(_line(slip.service, line, language, words) for line in slip.lines),
        Rule(),
        Pair(words("facts.as_of"), moment(slip.as_of, words)),
        *([Text(words("facts.kept"), Style.STRONG)] if slip.is_kept else []),
        Rule(),
        Text(words("facts.no_certificate"), Style.STRONG, is_centred=True),
        *footer(words("facts.free"), slip.helpline, words),
    ]
    return Ticket(lines, language)


def _line(service: str, line: FactLine, language: str, words: Words) -> Pair:
    """An office that is newer than this kiosk may tell what has no label here."""
    label = f"facts.{service}.{line.id}"
    return Pair(words(label if label in words else "facts.other"), line.said(language))
