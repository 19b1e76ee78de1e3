"""`kioskctl report` and `kioskctl collections`: the day's figures and the boxes that were emptied.

They read the journal's files, so they work while core runs, and when it does not.
"""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date
from typing import Any

import msgspec

from firmware.cli.asking import tell_core
from firmware.cli.exits import Exit
from firmware.cli.output import refuse, show, table
from firmware.cli.parsing import JSON, add_by
from firmware.contract.desk import PrintDay
from firmware.contract.money import Money
from firmware.core.daemon import journal_path
from firmware.journal.chain import Entry, only
from firmware.journal.desk_rows import CollectionClosed, CollectionDiffers, DayClosed, DayFigures
from firmware.journal.export import rupees_of
from firmware.journal.orders import Order, fold
from firmware.journal.years import Years
from firmware.runtime.config import Config
from firmware.till.report import figures_of

WAYS = {"cash_by_operator": "by operators", "bill": "paid a bill", "other": "by the office"}


def add_commands(commands: Any) -> None:
    """`report` and `collections`, below kioskctl's."""
    one = commands.add_parser("report", help="the figures of the day that is not closed yet (X)")
    which = one.add_mutually_exclusive_group()
    which.add_argument("--z", type=int, metavar="N", help="of the N-th closed day")
    which.add_argument("--day", type=_day, metavar="YYYY-MM-DD", help="by what the clock said")
    which.add_argument("--list", action="store_true", help="every closed day, the latest last")
    one.add_argument("--print", action="store_true", help="with --z: by the receipt printer, again")
    one.set_defaults(run=report)
    add_by(one)
    two = commands.add_parser("collections", help="every cash box that was emptied")
    two.set_defaults(run=collections)
    for each in (one, two):
        form = each.add_mutually_exclusive_group()
        form.add_argument("--csv", action="store_true", help="amounts in paise and in rupees")
        form.add_argument(JSON, action="store_true", help="amounts in paise")


async def report(config: Config, options: argparse.Namespace) -> int:
    """0, or 1 for a day that was never closed. Raises JournalFault, and NoBus to print."""
    if options.list:
        return _list(config, options)
    if options.print:
        return await _print_again(config, options)
    path = journal_path(config)
    with closing(Years(path)) as years:
        if (found := _entries_of(years, options)) is None:
            return refuse(f"no day {options.z} in {path}")
        figures = _figures(years, found)
    rows = list(_rows_of(figures))
    lines = _csv_of(rows) if options.csv else table((), [(name, str(v)) for name, v in rows])
    show(options, figures, lines)
    return Exit.WELL


def _list(config: Config, options: argparse.Namespace) -> int:
    with closing(Years(journal_path(config))) as years:
        found = list(only(years.of_kind(DayClosed), DayClosed))
    days = [{"number": row.number, "at": entry.at, "by": row.by} for entry, row in found]
    rows = [(str(day["number"]), _minute(str(day["at"])), str(day["by"])) for day in days]
    show(options, days, table(("day", "closed", "by"), rows, "no day was closed yet"))
    return Exit.WELL


def _minute(at: str) -> str:
    return at[:16].replace("T", " ")


async def _print_again(config: Config, options: argparse.Namespace) -> int:
    if options.z is None:
        return refuse("--print: expected --z, which day", Exit.USAGE)
    return await tell_core(config, PrintDay(options.by, options.z), options)


def figures_since(years: Years, row: int) -> DayFigures:
    """Of all rows after that one. Raises JournalFault."""
    return _figures(years, years.between(row))


def _figures(years: Years, entries: list[Entry]) -> DayFigures:
    def recall(number: str) -> Order:
        return fold(years.of_order(number))

    return figures_of(entries, recall)


def _entries_of(years: Years, options: argparse.Namespace) -> list[Entry] | None:
    """The rows of the day that is asked for; None when there is none."""
    if options.day is not None:
        return years.of_day(options.day)
    since = years.before_all
    for entry, row in only(years.of_kind(DayClosed), DayClosed):
        if row.number == options.z:
            return years.between(since, entry.seq)
        since = entry.seq
    return years.between(since) if options.z is None else None


def _rows_of(figures: DayFigures) -> Iterator[tuple[str, int | Money | str]]:
    for each in figures.services:
        yield f"{each.service} payments", each.count
        yield f"{each.service} amount", each.amount
        yield f"{each.service} fees", each.fees
        yield f"{each.service} advances", each.advances
    for asked in figures.requests:
        yield f"{asked.service} requests", asked.count
    yield from (
        ("cash in notes", figures.notes),
        ("cash in coins", figures.coins),
        ("change given back", figures.change),
        ("claims issued", figures.claims_issued),
        ("claims issued amount", figures.claims_amount),
        ("claims paid back", figures.redeemed),
        ("claims paid back amount", figures.redeemed_amount),
    )
    for way in figures.redemptions:
        yield f"of these {WAYS.get(way.how, way.how)}", way.amount
    yield from (
        ("paid by UPI", figures.upi),
        ("paid by card", figures.card),
        ("given back to cards", figures.card_refunds),
        ("refused by the back end", figures.refused),
        ("not acknowledged", figures.unposted),
        ("notes given back", figures.returned_notes),
        ("suspected notes and cheats", figures.suspected),
        ("taken out with the box", figures.collected),
        ("first receipt", figures.first_receipt),
        ("last receipt", figures.last_receipt),
    )
    for number in figures.refused_requests:
        yield "request refused later", number


def _csv_of(rows: list[tuple[str, int | Money | str]]) -> list[str]:
    lines: list[tuple[object, ...]] = [("figure", "value", "rupees")]
    for name, value in rows:
        if isinstance(value, Money):
            lines.append((name, value.paise, rupees_of(value)))
        else:
            lines.append((name, value, ""))
    return _csv(lines)


def _csv(lines: Iterable[tuple[object, ...]]) -> list[str]:
    """RFC 4180."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(lines)
    return buffer.getvalue().splitlines()


async def collections(config: Config, options: argparse.Namespace) -> int:
    """A box that was never emptied is no fault. Raises JournalFault."""
    with closing(Years(journal_path(config))) as years:
        closed = list(only(years.of_kind(CollectionClosed), CollectionClosed))
        found = only(years.of_kind(CollectionDiffers), CollectionDiffers)
        differs = {row.number: row for _, row in found}
    lines = _csv(_cells(closed, differs)) if options.csv else _lines(closed, differs)
    show(options, [_document(entry, row, differs) for entry, row in closed], lines)
    return Exit.WELL


def _document(
    entry: Entry, row: CollectionClosed, differs: dict[int, CollectionDiffers]
) -> dict[str, Any]:
    sides = differs[row.number].sides if row.number in differs else []
    told = {"at": entry.at, "collected": row.collected.paise, "differs": sides}
    return {**msgspec.to_builtins(row), **told}


COLUMNS = ("number", "at", "by", "how", "collected_paise", "collected_rupees", "notes", "coins",
           "device_notes", "device_coins", "counted_paise", "posted_paise", "booked_paise",
           "total_paise", "differs")  # fmt: skip


def _cells(
    closed: list[tuple[Entry, CollectionClosed]], differs: dict[int, CollectionDiffers]
) -> Iterator[tuple[object, ...]]:
    yield COLUMNS
    for entry, row in closed:
        office, found = row.office, differs.get(row.number)
        yield (
            row.number,
            entry.at,
            row.by,
            row.how,
            row.collected.paise,
            rupees_of(row.collected),
            sum(each.count for each in row.expected.notes),
            sum(each.count for each in row.expected.coins),
            row.device_notes,
            row.device_coins,
            _paise(row.counted),
            None if office is None else office.posted.paise,
            None if office is None else _paise(office.booked),
            row.total.paise,
            "" if found is None else " ".join(found.sides),
        )


def _paise(money: Money | None) -> int | None:
    return None if money is None else money.paise


def _lines(
    closed: list[tuple[Entry, CollectionClosed]], differs: dict[int, CollectionDiffers]
) -> list[str]:
    return table(
        ("number", "at", "by", "how", "taken out", "in question"),
        [
            (str(row.number), _minute(entry.at), row.by, row.how, str(row.collected),
             _doubts(differs.get(row.number)))
            for entry, row in closed
        ],
        "no box was emptied yet",
    )  # fmt: skip


def _doubts(differs: CollectionDiffers | None) -> str:
    if differs is None:
        return ""
    doubts = ", ".join(map(str, differs.doubts)) or "nothing named"
    return f"DIFFERS: {', '.join(differs.sides)}; look into: {doubts}"


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat()
