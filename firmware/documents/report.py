"""The day report: X, which is only looked at, and Z, which closes a day under a number."""

from __future__ import annotations

import msgspec

from firmware.contract.ticket import Pair, Rule, Style, Text, Ticket
from firmware.documents.both import both, line, money, signature, title
from firmware.documents.catalogue import words_of
from firmware.documents.dates import moment
from firmware.documents.lines import Line, duplicate_mark
from firmware.journal.desk_rows import DayFigures, Redemption, ServiceSum
from firmware.journal.shift_rows import Shift
from firmware.runtime.words import Words

NONE = "-"


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of one paper. `number` is None for X. Times are ISO 8601 with offset."""

    kiosk: str
    place: str
    by: str
    at: str
    since_at: str  # of the closing before; empty when no day was ever closed
    number: int | None
    figures: DayFigures
    duplicate: int = 0


def day_report(facts: Report) -> Ticket:
    """Both languages on one paper."""
    figures, hindi = facts.figures, words_of("hi")
    lines: list[Line] = [
        Text(both("document.owner"), Style.STRONG, is_centred=True),
        Text(hindi("document.kiosk", place=facts.place, kiosk=facts.kiosk), Style.SMALL, True),
        *_title(facts),
        *duplicate_mark(facts.duplicate, hindi),
        Rule(),
        line("report.at", moment(facts.at, hindi)),
        line("report.since", moment(facts.since_at, hindi) if facts.since_at else NONE),
        line("report.by", facts.by or NONE),
        line("report.first", figures.first_receipt or NONE),
        line("report.last", figures.last_receipt or NONE),
        *(each for service in figures.services for each in _service(service)),
        *_requests(figures),
        Rule(),
        Text(both("report.cash"), Style.STRONG),
        money("collection.notes", figures.notes),
        money("collection.coins", figures.coins),
        *([money("collection.change", figures.change)] if figures.change else []),
        money("report.cash_total", figures.notes + figures.coins - figures.change, Style.TITLE),
        *_without_cash(figures),
        Rule(),
        line("report.claims", f"{figures.claims_issued} / ₹{figures.claims_amount.exact()}"),
        *_redeemed(figures),
        line("report.refused", str(figures.refused)),
        line("report.unposted", str(figures.unposted)),
        *(line("report.refused_request", number) for number in figures.refused_requests),
        line("report.returned", str(figures.returned_notes)),
        line("report.suspected", str(figures.suspected)),
        money("report.collected", figures.collected),
        *_shifts(figures),
        *([] if facts.number is None else signature("collection.sign.operator")),
    ]
    return Ticket(lines, "hi")


def _shifts(figures: DayFigures) -> list[Line]:
    """Who was at the kiosk: nothing on a day on which nobody said so."""
    if not figures.shifts:
        return []
    hindi = words_of("hi")
    told = (
        Pair(each.by, f"{moment(each.began, hindi)} - {_until(each, hindi)}")
        for each in figures.shifts
    )
    return [Rule(), Text(both("report.shifts"), Style.STRONG), *told]


def _until(shift: Shift, hindi: Words) -> str:
    """On the same day the time alone."""
    if not shift.ended:
        return NONE
    same = shift.ended[:10] == shift.began[:10]
    return shift.ended[11:16] if same else moment(shift.ended, hindi)


def _requests(figures: DayFigures) -> list[Line]:
    """What was accepted without money: how many, and no sum of zero rupees."""
    if not figures.requests:
        return []
    counted = (Pair(both(f"service.{r.service}"), str(r.count)) for r in figures.requests)
    return [Rule(), Text(both("report.requests"), Style.STRONG), *counted]


def _redeemed(figures: DayFigures) -> list[Line]:
    """All of them, then each way: what an operator paid is his own money, and is in no box."""
    ways = (Redemption("all", figures.redeemed, figures.redeemed_amount), *figures.redemptions)
    return [
        line(f"report.redeemed.{each.how}", f"{each.count} / ₹{each.amount.exact()}")
        for each in ways
    ]


def _without_cash(figures: DayFigures) -> list[Line]:
    """What is not in the box, by tender; nothing on a day on which nobody paid so."""
    if not (figures.upi or figures.card or figures.card_refunds):
        return []
    lines: list[Line] = [
        Rule(),
        Text(both("report.without_cash"), Style.STRONG),
        line("receipt.upi", f"{figures.upi_count} / ₹{figures.upi.exact()}"),
        line("receipt.card", f"{figures.card_count} / ₹{figures.card.exact()}"),
    ]
    if figures.card_refunds:
        lines.append(money("report.card_refunds", figures.card_refunds))
    came = figures.upi + figures.card - figures.card_refunds
    return [*lines, money("report.without_cash_total", came, Style.STRONG)]


def _title(facts: Report) -> list[Line]:
    if facts.number is None:
        return [
            *title("report.title.x"),
            Text(both("report.changes_nothing"), Style.SMALL, is_centred=True),
        ]
    return [
        *title("report.title.z"),
        Text(f"Z {facts.number}", Style.TITLE, is_centred=True),
    ]


def _service(service: ServiceSum) -> list[Line]:
    total = service.amount + service.fees + service.advances
    return [
        Rule(),
        Text(both(f"service.{service.service}"), Style.STRONG),
        line("report.count", str(service.count)),
        money("receipt.amount", service.amount),
        money("receipt.fee", service.fees),
        money("receipt.advance", service.advances),
        money("receipt.total", total, Style.STRONG),
    ]
