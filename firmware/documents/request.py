"""The acknowledgement of what is asked of an office without money: a request, or a verification.

It is the citizen's only proof that he asked, so it says plainly whether the office has it already,
will get it, or has not said yet.
"""

from __future__ import annotations

import msgspec

from firmware.contract.ticket import Code, Pair, Rule, Style, Text, Ticket
from firmware.documents.catalogue import words_of
from firmware.documents.dates import moment
from firmware.documents.lines import Line, duplicate_mark, footer, heading
from firmware.runtime.words import Words

BESIDE = 32  # characters of an answer that stands beside its label; longer ones below it


class Asked(msgspec.Struct, frozen=True):
    """One thing that the citizen said, as a line of the paper. `label` is a key of words."""

    label: str
    text: str


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of one acknowledgement."""

    kiosk: str
    place: str  # in the language of the paper
    number: str  # of the order; also what the QR code holds
    made_at: str  # ISO 8601 with offset; a duplicate carries that of the original
    service: str  # words under `service.<service>`
    asked: list[Asked]
    is_verification: bool = False  # else a request
    reference: str = ""  # the office's own; empty until it has it
    helpline: str = "181"
    duplicate: int = 0  # 0 is the original

    @property
    def kind(self) -> str:
        return "verification" if self.is_verification else "request"


def acknowledgement(facts: Request, language: str = "hi") -> Ticket:
    """The paper; raises MissingWords."""
    words = words_of(language)
    has_answer = "done" if facts.reference else "pending"
    lines: list[Line] = [
        *heading(words(f"{facts.kind}.title.{has_answer}"), facts.place, facts.kiosk, words),
        *duplicate_mark(facts.duplicate, words),
        Rule(),
        Pair(words("request.number"), facts.number, Style.STRONG),
        Pair(words("receipt.date"), moment(facts.made_at, words)),
        Rule(),
        Text(words(f"service.{facts.service}"), Style.STRONG),
        *(line for each in facts.asked for line in _asked(each, words)),
        Rule(),
        *_standing(facts, words),
        Text(words("request.free"), Style.SMALL),
        Code(facts.number),
        *footer(words("request.keep"), facts.helpline, words),
    ]
    return Ticket(lines, language)


def _asked(asked: Asked, words: Words) -> list[Line]:
    """Words of one's own have lines of their own, and begin where lines begin."""
    label = words(asked.label)
    if len(asked.text) <= BESIDE:
        return [Pair(label, asked.text)]
    return [Text(label), Text(asked.text, Style.STRONG)]


def _standing(facts: Request, words: Words) -> list[Line]:
    """What the office has said of it."""
    if facts.reference:
        return [
            Pair(words("receipt.reference"), facts.reference, Style.STRONG),
            Text(words(f"{facts.kind}.done")),
        ]
    return [
        Text(words(f"{facts.kind}.pending"), Style.STRONG),
        Text(words(f"{facts.kind}.ask", number=facts.number)),
    ]
