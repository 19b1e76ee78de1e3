"""`kioskctl report` and `kioskctl collections`: the day's figures and the boxes that were emptied.

They read the journal's files, so they work while core runs, and when it does not.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date
from typing import Any

import msgspec

from firmware.cli.asking import SILENCE, ask_core
from firmware.cli.journal import who
from firmware.contract.desk import PrintDay
from firmware.contract.device import Outcome
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
EXIT_NOTHING = 1  # no such day, or no collection


def add_commands(commands: Any) -> None:
    """`report` and `collections`, below kioskctl's."""
    one = commands.add_parser("report", help="the figures of the day that is not closed yet (X)")
    which = one.add_mutually_exclusive_group()
    which.add_argument("--z", type=int, metavar="N", help="of the N-th closed day")
    which.add_argument("--day", type=_day, metavar="YYYY-MM-DD", help="by what the clock said")
    which.add_argument("--list", action="store_true", help="every closed day, the latest last")
    one.add_argument("--print", action="store_true", help="with --z: by the receipt printer, again")
    one.add_argument("--by", default=who(), help="who wants it (%(default)s)")
    one.set_defaults(run=report)
    two = commands.add_parser("collections", help="every cash box that was emptied")
    two.set_defaults(run=collections)
    for each in (one, two):
        form = each.add_mutually_exclusive_group()
        form.add_argument("--csv", action="store_true", help="amounts in paise and in rupees")
        form.add_argument("--json", action="store_true", help="amounts in paise")


async def report(config: Config, options: argparse.Namespace) -> int:
    """0, or 1 for a day that was never closed. Raises JournalFault, and NoBus to print."""
    if options.list:
        return _list(config, options)
    if options.print:
        return await _print_again(config, options)
    path = journal_path(config)
    with closing(Years(path)) as years:
        if (found := _entries_of(years, options)) is None:
            print(f"kioskctl: no day {options.z} in {path}", file=sys.stderr)
            return EXIT_NOTHING
        figures = _figures(years, found)
    if options.json:
        print(msgspec.json.encode(figures).decode())
    else:
        print(_table(list(_rows_of(figures)), options.csv), end="")
    return 0


def _list(config: Config, options: argparse.Namespace) -> int:
    with closing(Years(journal_path(config))) as years:
        found = list(only(years.of_kind(DayClosed), DayClosed))
    days = [{"number": row.number, "at": entry.at, "by": row.by} for entry, row in found]
    if options.json:
        print(msgspec.json.encode(days).decode())
    else:
        print("\n".join(f"{day['number']:>5}  {str(day['at'])[:16].replace('T', ' ')}  {day['by']}"
                        for day in days))  # fmt: skip
    return 0 if days else EXIT_NOTHING


async def _print_again(config: Config, options: argparse.Namespace) -> int:
    if options.z is None:
        print("kioskctl: --print: expected --z, which day", file=sys.stderr)
        return EXIT_NOTHING
    reply = await ask_core(config, PrintDay(options.by, options.z))
    if reply is None:
        print(f"kioskctl: {SILENCE}", file=sys.stderr)
        return EXIT_NOTHING
    print(f"{reply.outcome} {reply.detail}".rstrip())
    return 0 if reply.outcome is Outcome.DONE else EXIT_NOTHING


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


def _table(rows: list[tuple[str, int | Money | str]], is_csv: bool) -> str:
    if not is_csv:
        return "".join(f"{name:<28}{value}\n" for name, value in rows)
    lines: list[tuple[object, ...]] = [("figure", "value", "rupees")]
    for name, value in rows:
        if isinstance(value, Money):
            lines.append((name, value.paise, rupees_of(value)))
        else:
            lines.append((name, value, ""))
    return _csv(lines)


def _csv(lines: Iterable[tuple[object, ...]]) -> str:
    """RFC 4180."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(lines)
    return buffer.getvalue()


async def collections(config: Config, options: argparse.Namespace) -> int:
    """0, or 1 when no box was ever emptied. Raises JournalFault."""
    with closing(Years(journal_path(config))) as years:
        closed = list(only(years.of_kind(CollectionClosed), CollectionClosed))
        found = only(years.of_kind(CollectionDiffers), CollectionDiffers)
        differs = {row.number: row for _, row in found}
    if options.json:
        for entry, row in closed:
            sides = differs[row.number].sides if row.number in differs else []
            told = {"at": entry.at, "collected": row.collected.paise, "differs": sides}
            print(msgspec.json.encode(msgspec.to_builtins(row) | told).decode())
    elif options.csv:
        print(_csv(_lines(closed, differs)), end="")
    else:
        for entry, row in closed:
            print(_words(entry, row, differs.get(row.number)))
    return 0 if closed else EXIT_NOTHING


COLUMNS = ("number", "at", "by", "how", "collected_paise", "collected_rupees", "notes", "coins",
           "device_notes", "device_coins", "counted_paise", "posted_paise", "booked_paise",
           "total_paise", "differs")  # fmt: skip


def _lines(
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


def _words(entry: Entry, row: CollectionClosed, differs: CollectionDiffers | None) -> str:
    at = entry.at[:16].replace("T", " ")
    line = f"{row.number:4d}  {at}  {row.by:<20} {row.how:<12} {row.collected}"
    if differs is None:
        return line
    doubts = ", ".join(map(str, differs.doubts)) or "nothing named"
    return f"{line}\n      DIFFERS: {', '.join(differs.sides)}; look into: {doubts}"


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat()
