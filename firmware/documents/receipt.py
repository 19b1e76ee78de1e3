"""The receipt of a paid bill: the paper without which, to a citizen, the bill counts as unpaid.

Every amount stands on a line of its own, the fee too, because over-charging begins where a fee is
not printed. An acknowledgement is the same paper before the back end has answered.
"""

from __future__ import annotations

import msgspec

from firmware.contract.accounts import answers_of
from firmware.contract.fees import STATUTORY, FeeLine, Fees
from firmware.contract.money import ZERO, Money, total
from firmware.contract.ticket import Code, Pair, Rule, Style, Text, Ticket
from firmware.documents.catalogue import words_of
from firmware.documents.dates import day, moment, month
from firmware.documents.fees import fee_lines
from firmware.documents.lines import (
    Line,
    duplicate_mark,
    footer,
    heading,
    lost_coins,
    rupees_exact,
)
from firmware.runtime.words import Words


class PaidBill(msgspec.Struct, frozen=True, kw_only=True):
    """One bill of a receipt, and what was paid of it."""

    service: str  # words under `service.<service>` and `account.<service>`
    account: str
    name: str
    bill_number: str
    period: str  # YYYY-MM; empty of what is paid for no month
    due_date: str  # YYYY-MM-DD; empty of what is not due
    amount: Money  # what was paid of the bill
    fee: Money = ZERO
    advance: Money = ZERO  # over the due: credited to the next bill
    rest: Money = ZERO  # part payment: what is still due
    is_posted: bool  # False: taken here, not yet acknowledged by the back end
    reference: str = ""  # the back end's own, when posted
    fees: Fees | None = None  # what amount and fee are made of, by the rate table

    @property
    def total(self) -> Money:
        return self.amount + self.fee + self.advance


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of paid bills, one or many. Raises ValueError when the money does not add up."""

    kiosk: str  # the kiosk's id
    place: str  # in the language of the receipt
    number: str  # the receipt number; also what the QR code holds
    paid_at: str  # ISO 8601 with offset; a duplicate carries that of the original
    bills: list[PaidBill]
    notes: Money = ZERO  # put in
    coins: Money = ZERO
    change: Money = ZERO  # that came back of it
    slips: Money = ZERO  # paid with the money of claim slips
    upi: Money = ZERO
    upi_reference: str = ""  # the network's own
    card: Money = ZERO
    card_number: str = ""  # masked
    coins_unknown: int = 0  # that fell in, and whose value the machine forgot
    helpline: str = "181"
    duplicate: int = 0  # 0 is the original
    line: str = ""  # of the district's content, at the foot

    def __post_init__(self) -> None:
        cash, due = self.notes + self.coins - self.change, self.total
        paid = cash + self.slips + self.upi + self.card
        if paid != due:
            raise ValueError(f"receipt {self.number}: expected {due} paid, got {paid}")

    @property
    def total(self) -> Money:
        return total([bill.total for bill in self.bills])

    @property
    def is_posted(self) -> bool:
        return all(bill.is_posted for bill in self.bills)


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
        *(_bill(facts.bills[0], words) if len(facts.bills) == 1 else _bills(facts, words)),
        *_money(facts, words),
        *_rates(facts, words),
        Rule(),
        *_posting(facts, words),
        *lost_coins(facts.coins_unknown, words),
        Code(facts.number),
        *footer(words("receipt.keep"), facts.helpline, words),
        *([Text(facts.line, Style.SMALL, is_centred=True)] if facts.line else []),
    ]
    return Ticket(lines, language)


def _bill(bill: PaidBill, words: Words) -> list[Line]:
    return [
        Text(words(f"service.{bill.service}"), Style.STRONG),
        *_whose(bill, words),
        *([Pair(words("receipt.period"), month(bill.period, words))] if bill.period else []),
        *([Pair(words("receipt.due_date"), day(bill.due_date, words))] if bill.due_date else []),
        Rule(),
        *_sums(bill, words),
    ]


def _bills(facts: Receipt, words: Words) -> list[Line]:
    """Each in a few lines, with its number, its amount and its own word of the department."""
    lines: list[Line] = [Text(words("receipt.bills", count=len(facts.bills)), Style.STRONG)]
    for number, bill in enumerate(facts.bills, 1):
        posted = bill.reference if bill.is_posted else words("receipt.not_yet")
        lines += [
            Rule(),
            Text(f"{number}. {words(f'service.{bill.service}')}", Style.STRONG),
            *_whose(bill, words),
            Pair(words("receipt.reference"), posted),
            *_sums(bill, words),
        ]
    return lines


def _whose(bill: PaidBill, words: Words) -> list[Line]:
    return [
        Pair(words(f"account.{bill.service}"), " · ".join(answers_of(bill.account))),
        Pair(words(words.own("receipt.name", bill.service)), bill.name),
        Pair(words(words.own("receipt.bill_number", bill.service)), bill.bill_number),
    ]


def _sums(bill: PaidBill, words: Words) -> list[Line]:
    fees = bill.fees.lines if bill.fees is not None else []
    of_state = _whole([line for line in fees if line.kind == STATUTORY], bill.amount)
    on_top = _whole([line for line in fees if line.kind != STATUTORY], bill.fee)
    whole = words.own("receipt.amount", bill.service)
    amount = Pair(words("receipt.part" if bill.rest else whole), rupees_exact(bill.amount))
    fee = Pair(words("receipt.fee"), rupees_exact(bill.fee))
    lines: list[Line] = [
        *(fee_lines(of_state, words) or [amount]),
        *(fee_lines(on_top, words) or [fee]),
    ]
    if bill.advance:
        lines.append(Pair(words("receipt.advance"), rupees_exact(bill.advance)))
    return lines


def _whole(lines: list[FeeLine], paid: Money) -> list[FeeLine]:
    """None where they do not come to what was paid: of a part payment there is one sum."""
    return lines if total([line.amount for line in lines]) == paid else []


def _rates(facts: Receipt, words: Words) -> list[Line]:
    """Which table the fees are from, so that anybody can look them up."""
    known = {bill.fees.version for bill in facts.bills if bill.fees is not None}
    said = ", ".join(map(str, sorted(known - {0})))
    return [Pair(words("receipt.rates"), said, Style.SMALL)] if said else []


def _money(facts: Receipt, words: Words) -> list[Line]:
    lines: list[Line] = [
        Rule(),
        Pair(words("receipt.total"), rupees_exact(facts.total), Style.TITLE),
    ]
    for key, money in (
        ("receipt.notes", facts.notes),
        ("receipt.coins", facts.coins),
        ("receipt.slips", facts.slips),
        ("receipt.upi", facts.upi),
        ("receipt.card", facts.card),
        ("receipt.change", facts.change),
    ):
        if money:
            lines.append(Pair(words(key), rupees_exact(money)))
    if facts.upi_reference:
        lines.append(Pair(words("receipt.upi_reference"), facts.upi_reference))
    if facts.card:
        lines.append(Pair(words("receipt.card_number"), facts.card_number))
    if any(bill.advance for bill in facts.bills):
        lines.append(Text(words("receipt.advance_note"), Style.SMALL))
    if rest := total([bill.rest for bill in facts.bills]):
        lines.append(Pair(words("receipt.rest"), rupees_exact(rest), Style.STRONG))
        lines.append(Text(words("receipt.part_note"), Style.SMALL))
    return lines


def _posting(facts: Receipt, words: Words) -> list[Line]:
    if not facts.is_posted:
        return [
            Text(words("acknowledgement.promise"), Style.STRONG),
            Text(words("acknowledgement.number", number=facts.number)),
        ]
    is_one = len(facts.bills) == 1
    return [Pair(words("receipt.reference"), facts.bills[0].reference)] if is_one else []
