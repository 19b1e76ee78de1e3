"""The receipt of a paid bill: the paper without which, to a citizen, the bill counts as unpaid.

Every amount stands on a line of its own, the fee too, because over-charging begins where a fee is
not printed. An acknowledgement is the same paper before the back end has answered.
"""

from __future__ import annotations

import msgspec

from firmware.contract.money import ZERO, Money
from firmware.contract.ticket import Code, Pair, Rule, Style, Text, Ticket
from firmware.documents.catalogue import words_of
from firmware.documents.dates import day, moment, month
from firmware.documents.lines import Line, duplicate_mark, footer, heading, rupees_exact
from firmware.runtime.words import Words


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of one paid bill. Raises ValueError when the money does not add up."""

    kiosk: str  # the kiosk's id
    place: str  # in the language of the receipt
    number: str  # the receipt number; also what the QR code holds
    paid_at: str  # ISO 8601 with offset; a duplicate carries that of the original
    service: str  # words under `service.<service>` and `account.<service>`
    account: str
    name: str
    bill_number: str
    period: str  # YYYY-MM
    due_date: str  # YYYY-MM-DD
    amount: Money  # what was paid of the bill
    fee: Money = ZERO
    notes: Money = ZERO  # paid with notes
    coins: Money = ZERO  # paid with coins
    advance: Money = ZERO  # over the due: credited to the next bill
    is_posted: bool  # False: taken here, not yet acknowledged by the back end
    reference: str = ""  # the back end's own, when posted
    helpline: str = "181"
    duplicate: int = 0  # 0 is the original

    def __post_init__(self) -> None:
        paid, due = self.notes + self.coins, self.total
        if paid != due:
            raise ValueError(f"receipt {self.number}: expected {due} in cash, got {paid}")

    @property
    def total(self) -> Money:
        return self.amount + self.fee + self.advance


def receipt(facts: Receipt, language: str = "hi") -> Ticket:
    """The receipt, or the acknowledgement where `is_posted` is False."""
    words = words_of(language)
    title = words("receipt.title" if facts.is_posted else "acknowledgement.title")
    lines: list[Line] = [
        *heading(title, facts.place, facts.kiosk, words),
        *duplicate_mark(facts.duplicate, words),
        Rule(),
        Pair(words("receipt.number"), facts.number, Style.STRONG),
        Pair(words("receipt.date"), moment(facts.paid_at, words)),
        Rule(),
        *_bill(facts, words),
        Rule(),
        *_money(facts, words),
        Rule(),
        *_posting(facts, words),
        Code(facts.number),
        *footer(words("receipt.keep"), facts.helpline, words),
    ]
    return Ticket(lines, language)


def _bill(facts: Receipt, words: Words) -> list[Line]:
    return [
        Text(words(f"service.{facts.service}"), Style.STRONG),
        Pair(words(f"account.{facts.service}"), facts.account),
        Pair(words("receipt.name"), facts.name),
        Pair(words("receipt.bill_number"), facts.bill_number),
        Pair(words("receipt.period"), month(facts.period, words)),
        Pair(words("receipt.due_date"), day(facts.due_date, words)),
    ]


def _money(facts: Receipt, words: Words) -> list[Line]:
    lines: list[Line] = [
        Pair(words("receipt.amount"), rupees_exact(facts.amount)),
        Pair(words("receipt.fee"), rupees_exact(facts.fee)),
    ]
    if facts.advance:
        lines.append(Pair(words("receipt.advance"), rupees_exact(facts.advance)))
    lines += [Rule(), Pair(words("receipt.total"), rupees_exact(facts.total), Style.TITLE)]
    for key, money in (("receipt.notes", facts.notes), ("receipt.coins", facts.coins)):
        if money:
            lines.append(Pair(words(key), rupees_exact(money)))
    if facts.advance:
        lines.append(Text(words("receipt.advance_note"), Style.SMALL))
    return lines


def _posting(facts: Receipt, words: Words) -> list[Line]:
    if facts.is_posted:
        return [Pair(words("receipt.reference"), facts.reference)]
    return [
        Text(words("acknowledgement.promise"), Style.STRONG),
        Text(words("acknowledgement.number", number=facts.number)),
    ]
