"""The collection slip: what should be in the cash box that was just taken out, by every count.

It is printed twice, once for the box and once for the operator; both say the same and which of the
two they are. It can be printed again from the journal at any time, marked as a duplicate.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from firmware.contract.money import ZERO, Money
from firmware.contract.ticket import Code, Pair, Rule, Style, Text, Ticket
from firmware.documents.both import both, line, money, signature, title
from firmware.documents.catalogue import words_of
from firmware.documents.dates import moment
from firmware.documents.lines import Line, duplicate_mark, rupees_exact
from firmware.journal.desk_rows import CollectionClosed, Doubt, How, Pieces

NONE = "-"  # a side that was not counted, or could not be


class Part(StrEnum):
    """For whom this copy is."""

    BOX = "box"
    OPERATOR = "operator"


class Slip(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of one copy. `at` is ISO 8601 with offset."""

    kiosk: str
    place: str
    at: str
    since_at: str  # of the collection before; empty for the first
    closed: CollectionClosed
    part: Part
    differs: bool
    doubts: list[Doubt] = []
    duplicate: int = 0


def collection_slip(facts: Slip) -> Ticket:
    """Both languages on one paper."""
    closed = facts.closed
    hindi = words_of("hi")
    lines: list[Line] = [
        Text(both("document.owner"), Style.STRONG, is_centred=True),
        Text(hindi("document.kiosk", place=facts.place, kiosk=facts.kiosk), Style.SMALL, True),
        *title("collection.title"),
        Text(both(f"collection.part.{facts.part}"), Style.STRONG, is_centred=True),
        *duplicate_mark(facts.duplicate, hindi),
        *_interrupted(closed),
        Rule(),
        line("collection.number", str(closed.number), Style.STRONG),
        line("report.at", moment(facts.at, hindi)),
        line("report.since", moment(facts.since_at, hindi) if facts.since_at else NONE),
        line("report.by", closed.by),
        *_pieces("collection.notes", closed.expected.notes),
        *_pieces("collection.coins", closed.expected.coins),
        *_beside_the_pieces(closed),
        Rule(),
        money("collection.expected", closed.expected.amount, Style.TITLE),
        Rule(),
        *_counts(closed),
        *_office(closed),
        *_pulled(closed),
        *_doubts(facts),
        Code(f"{facts.kiosk} C{closed.number}"),
        *signature("collection.sign.operator"),
        *signature("collection.sign.receiver"),
    ]
    return Ticket(lines, "hi")


def _interrupted(closed: CollectionClosed) -> list[Line]:
    if closed.how is not How.INTERRUPTED:
        return []
    return [Text(both("collection.interrupted"), Style.STRONG, is_centred=True)]


def _pieces(key: str, pieces: list[Pieces]) -> list[Line]:
    """One line a value: `₹500 × 12      ₹6,000.00`."""
    if not pieces:
        return []
    lines: list[Line] = [Rule(), Text(both(key), Style.STRONG)]
    for each in pieces:
        lines.append(Pair(f"₹{each.value.short()} × {each.count}", rupees_exact(each.amount)))
    return lines


def _beside_the_pieces(closed: CollectionClosed) -> list[Line]:
    """Change that was paid out, what the tubes gained, and money of a record before this one."""
    cash = closed.expected
    lines: list[Line] = []
    if cash.change:
        lines.append(money("collection.change", cash.change))
    if closed.tubes is not None and closed.tubes_before is not None:
        lines.append(line("collection.tubes", _difference(closed.tubes, closed.tubes_before)))
    if cash.brought_forward:
        lines.append(money("collection.brought_forward", cash.brought_forward))
    return [Rule(), *lines] if lines else []


def _counts(closed: CollectionClosed) -> list[Line]:
    """What the acceptors counted, what the hand counted, and what is between."""
    expected = closed.expected
    lines: list[Line] = []
    for kind, pieces, device, money_in, hand in (
        ("notes", expected.notes, closed.device_notes, expected.in_notes, closed.counted_notes),
        ("coins", expected.coins, closed.device_coins, closed.in_coin_box, closed.counted_coins),
    ):
        count = sum(each.count for each in pieces)
        told = NONE if device is None else f"{device} / {count}"
        lines += [
            Text(both(f"collection.{kind}"), Style.STRONG),
            line("collection.device", told),
            line("collection.counted", NONE if hand is None else rupees_exact(hand)),
            line("collection.difference", _difference(hand, money_in)),
        ]
    return lines


def _difference(hand: Money | None, expected: Money) -> str:
    if hand is None:
        return NONE
    difference = hand - expected
    sign = "+" if difference > ZERO else "−" if difference < ZERO else ""
    return f"{sign}{rupees_exact(max(difference, ZERO - difference))}"


def _office(closed: CollectionClosed) -> list[Line]:
    office = closed.office
    if office is None:
        return [Rule(), line("collection.booked", NONE)]
    booked = both("collection.later") if office.booked is None else rupees_exact(office.booked)
    return [
        Rule(),
        money("collection.posted", office.posted),
        money("collection.unposted", office.unposted),
        line("collection.booked", booked),
    ]


def _pulled(closed: CollectionClosed) -> list[Line]:
    if not closed.pulled:
        return []
    when = ", ".join(moment(f"{at}+05:30", words_of("hi")) for at in closed.pulled)
    return [
        Rule(),
        Text(both("collection.pulled"), Style.STRONG),
        Text(when),
        money("collection.inside_then", closed.inside_when_pulled),
    ]


def _doubts(facts: Slip) -> list[Line]:
    """The names of what to look into are those of the journal: `kioskctl journal show NAME`."""
    if not facts.differs:
        return [Rule(), Text(both("collection.agrees"), Style.STRONG, is_centred=True)]
    return [
        Rule(),
        Text(both("collection.differs"), Style.STRONG, is_centred=True),
        Text(both("collection.doubts"), Style.STRONG),
        *(_doubt(each) for each in facts.doubts),
    ]


def _doubt(doubt: Doubt) -> Pair:
    amount = rupees_exact(doubt.amount) if doubt.amount else str(doubt.count)
    return Pair(f"{doubt.name}: {both(f'collection.doubt.{doubt.what}')}", amount, Style.SMALL)
