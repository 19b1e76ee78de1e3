"""The month on one page: what could be had, what could not and for whose sake, who was there.

A page that the district and the vendor settle their accounts by, so it ends with the hash that was
signed, and says how to compute it all again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta

import msgspec

from firmware.contract.downtime import Cause
from firmware.contract.ticket import Code, Pair, Rule, Style, Text
from firmware.documents.both import both, line, title
from firmware.documents.catalogue import words_of
from firmware.documents.dates import moment, month
from firmware.documents.sheet import Mark, Row, Sheet, Table

MOST_CAUSES = 2  # of one service, in words; the file has all
MOST_ROWS = 8
MOST_NAMES = 2
POOR, BAD = 0.98, 0.9  # of the month

Lines = Iterator[Text | Pair | Rule | Code | Table]


class Attendance(msgspec.Struct, frozen=True):
    """One operator in the month."""

    by: str
    days: int
    seconds: int


class DowntimeMonth(msgspec.Struct, frozen=True, kw_only=True):
    """`month` is `2026-11`; `seconds` by service and cause; times are ISO 8601 with offset."""

    kiosk: str
    place: str
    month: str
    since: str
    until: str
    seconds: Mapping[str, Mapping[str, int]]
    attendance: list[Attendance]
    signed_day: str  # the last that is signed; empty: none
    head: str  # the hash of the last row, hex


def downtime_page(facts: DowntimeMonth) -> Sheet:
    """Both languages on one page; raises MissingWords for a cause or a service without words."""
    return Sheet([*_head(facts), *_causes(facts), *_services(facts), *_attendance(facts),
                  *_end(facts)])  # fmt: skip


def _head(facts: DowntimeMonth) -> Lines:
    hindi = words_of("hi")
    yield Text(both("document.owner"), Style.STRONG, is_centred=True)
    yield Text(hindi("document.kiosk", place=facts.place, kiosk=facts.kiosk), Style.SMALL, True)
    yield from title("downtime.title")
    yield Text(month(facts.month, hindi), Style.STRONG, is_centred=True)
    yield Rule()
    yield line("downtime.since", moment(facts.since, hindi))
    yield line("downtime.until", moment(facts.until, hindi))


def _causes(facts: DowntimeMonth) -> Lines:
    """Of all services together: shares of their time."""
    total: dict[str, int] = defaultdict(int)
    for sums in facts.seconds.values():
        for cause, seconds in sums.items():
            total[cause] += seconds
    whole = sum(total.values())
    if not whole:
        return
    yield Text(both("downtime.causes"), Style.STRONG)
    rows = [
        Row([both(f"downtime.{cause}"), percent(seconds / whole)],
            Mark.GOOD if cause == Cause.NONE else Mark.PLAIN)
        for cause, seconds in sorted(total.items(), key=lambda it: (it[0] != Cause.NONE, -it[1]))
    ]  # fmt: skip
    yield Table([both("downtime.column.cause"), both("downtime.column.share")], rows, [8, 3])


def _services(facts: DowntimeMonth) -> Lines:
    """The worst first. Services that went the same way share a row: mostly nearly all do. What is
    behind the MOST_ROWS worst is one row, and whole in the file."""
    alike: dict[tuple[tuple[str, int], ...], list[str]] = defaultdict(list)
    for service, sums in facts.seconds.items():
        alike[tuple(sorted(sums.items()))].append(service)
    groups = sorted(((names, dict(sums)) for sums, names in alike.items()), key=_share)
    shown, rest = groups[:MOST_ROWS], groups[MOST_ROWS:]
    rows = [_service(names, sums) for names, sums in shown]
    if rest:
        count = sum(len(names) for names, _ in rest)
        better = f"\N{GREATER-THAN OR EQUAL TO} {percent(_share(rest[0]))}"
        rows.append(Row([both("downtime.others", count=count), better, "", ""]))
    yield Text(both("downtime.services"), Style.STRONG)
    heads = [both(f"downtime.column.{each}") for each in ("service", "share", "lost", "causes")]
    yield Table(heads, rows, [7, 3, 2, 7])


def _share(group: tuple[list[str], dict[str, int]]) -> float:
    _, sums = group
    whole = sum(sums.values())
    return sums.get(Cause.NONE, 0) / whole if whole else 0.0


def _service(names: list[str], sums: dict[str, int]) -> Row:
    share, hindi = _share((names, sums)), words_of("hi")
    lost = sorted(((s, c) for c, s in sums.items() if c != Cause.NONE), reverse=True)
    why = [f"{hindi(f'downtime.{c}')} {hours(s)}" for s, c in lost[:MOST_CAUSES]]
    mark = Mark.BAD if share < BAD else Mark.POOR if share < POOR else Mark.PLAIN
    named = ", ".join(hindi(f"service.{each}") for each in names[:MOST_NAMES])
    if len(names) > MOST_NAMES:
        named = f"{named}, +{len(names) - MOST_NAMES}"
    away = hours(sum(sums.values()) - sums.get(Cause.NONE, 0))
    return Row([named, percent(share), away, ", ".join(why) or "-"], mark)


def _attendance(facts: DowntimeMonth) -> Lines:
    yield Text(both("downtime.attendance"), Style.STRONG)
    if not facts.attendance:
        yield Text(both("downtime.nobody"))
        return
    rows = [Row([each.by, str(each.days), hours(each.seconds)]) for each in facts.attendance]
    heads = [both(f"downtime.column.{each}") for each in ("operator", "days", "hours")]
    yield Table(heads, rows, [6, 3, 3])


def _end(facts: DowntimeMonth) -> Lines:
    signed = facts.signed_day or "-"
    yield line("downtime.signed", signed)
    yield Text(facts.head, Style.SMALL)
    yield Text(both("downtime.check"), Style.SMALL)


def percent(share: float) -> str:
    """`97.4 %`; never 100.0 for what was away for a minute."""
    tenths = int(share * 1000)
    return f"{tenths // 10}.{tenths % 10} %"


def hours(seconds: int) -> str:
    """`26:47`, hours and minutes."""
    minutes = round(timedelta(seconds=seconds).total_seconds() / 60)
    return f"{minutes // 60}:{minutes % 60:02d}"
