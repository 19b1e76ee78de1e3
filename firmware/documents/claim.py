"""The claim slip: proof of money that the kiosk holds and could not use.

No visit ends in silence (M7): whoever has put in money leaves with the service, the money or this
slip, which any kiosk can verify offline by its signed QR (docs/claims.md).
"""

from __future__ import annotations

import msgspec

from firmware.contract.money import ZERO, Money
from firmware.contract.ticket import Code, Pair, Rule, Style, Text, Ticket
from firmware.documents.catalogue import words_of
from firmware.documents.dates import moment
from firmware.documents.lines import (
    Line,
    duplicate_mark,
    footer,
    heading,
    lost_coins,
    rupees_exact,
)
from firmware.runtime.words import Words
from firmware.till.claims import CODE_MARK


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of one claim."""

    kiosk: str
    place: str  # in the language of the slip
    number: str  # the claim number, which people read
    amount: Money
    cause: str  # message key: claim.cause.<word>
    order: str  # receipt or order number that the money was put in for; empty when none is known
    made_at: str  # ISO 8601 with offset
    in_doubt: Money = ZERO  # part of `amount` that the machine could not confirm
    helpline: str = "181"
    duplicate: int = 0  # 0 is the original
    token: str = ""  # the signed claim for the QR; empty when this kiosk could not sign
    code: str = ""  # pays a bill at this kiosk; empty when the slip cannot be used so
    coins_unknown: int = 0  # that fell in, and whose value the machine forgot
    paid_by_upi: str = ""  # the network's reference: this money is not paid out in cash
    paid_by_card: str = ""  # the masked number: the same


def claim_slip(facts: Claim, language: str = "hi") -> Ticket:
    """The slip; raises MissingWords for a cause without words."""
    words = words_of(language)
    lines: list[Line] = [
        *heading(words("claim.title"), facts.place, facts.kiosk, words),
        *duplicate_mark(facts.duplicate, words),
        Rule(),
        Text(words("claim.safe"), is_centred=True),
        Text(rupees_exact(facts.amount), Style.TITLE, is_centred=True),
        *_in_doubt(facts.in_doubt, words),
        *lost_coins(facts.coins_unknown, words),
        Rule(),
        Text(words("claim.number"), is_centred=True),
        Text(facts.number, Style.TITLE, is_centred=True),
        Rule(),
        *_order(facts.order, words),
        Pair(words("receipt.date"), moment(facts.made_at, words)),
        *_without_cash(facts, words),
        Rule(),
        Text(words("claim.why"), Style.STRONG),
        Text(words(facts.cause)),
        Rule(),
        Text(words("claim.what_to_do"), Style.STRONG),
        Text(words("claim.advice", helpline=facts.helpline)),
        Code(_in_qr(facts), caption=facts.number),
        *_unsigned(facts.token, words),
        *_code(facts, words),
        *footer(words("claim.keep"), facts.helpline, words),
    ]
    return Ticket(lines, language)


def _order(order: str, words: Words) -> list[Line]:
    return [Pair(words("claim.order"), order)] if order else []


def _without_cash(facts: Claim, words: Words) -> list[Line]:
    """How the money came, by which the office finds it and sends it back the same way."""
    found: list[Line] = []
    if facts.paid_by_upi:
        found.append(Pair(words("receipt.upi_reference"), facts.paid_by_upi))
    if facts.paid_by_card:
        found.append(Pair(words("receipt.card_number"), facts.paid_by_card))
    return [*found, Text(words("claim.no_cash"))] if found else []


def _in_doubt(in_doubt: Money, words: Words) -> list[Line]:
    if not in_doubt:
        return []
    return [Text(words("claim.in_doubt", amount=rupees_exact(in_doubt)), is_centred=True)]


def _unsigned(token: str, words: Words) -> list[Line]:
    return [] if token else [Text(words("claim.unsigned"), Style.SMALL, is_centred=True)]


def _in_qr(facts: Claim) -> str:
    """For whoever verifies it, and, with its code, for the kiosk that takes it as money. All of it
    is of the QR's alphanumeric mode, so that the code makes no larger QR."""
    said = facts.token or facts.number
    return f"{said}{CODE_MARK}{facts.code}" if facts.code else said


def _code(facts: Claim, words: Words) -> list[Line]:
    """The code that makes the slip money at this kiosk, in fours as the screen asks for it."""
    if not facts.code:
        return []
    fours = " ".join(facts.code[at : at + 4] for at in range(0, len(facts.code), 4))
    return [
        Rule(),
        Text(words("claim.code", kiosk=facts.kiosk), is_centred=True),
        Text(fours, Style.TITLE, is_centred=True),
        Text(words("claim.code_note"), Style.SMALL, is_centred=True),
    ]
