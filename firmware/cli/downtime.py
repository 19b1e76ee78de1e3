"""`kioskctl downtime`: a month of the ledger on a page, as a table or as CSV, and its proof."""

from __future__ import annotations

import argparse
import csv
import sqlite3
from collections import defaultdict
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

from firmware.cli.exits import Exit
from firmware.cli.output import refuse, show, table
from firmware.contract.downtime import Cause
from firmware.documents.a4 import typeset
from firmware.documents.downtime import Attendance, DowntimeMonth, downtime_page, hours, percent
from firmware.health import downtime
from firmware.health.ledger import Signed
from firmware.health.ledger_file import Entry, LedgerDamaged, entries, open_ledger
from firmware.runtime.clock import SystemClock
from firmware.runtime.config import Config


def ledger_path(config: Config) -> Path:
    return config.state_folder / "health" / "downtime.db"


def facts_of(config: Config, rows: list[Entry], first: date, now: datetime) -> DowntimeMonth:
    """The month that begins with `first`, as far as it is over."""
    read = downtime.month(rows, first, now)
    signed = [each.row.day for each in rows if isinstance(each.row, Signed)]
    return DowntimeMonth(
        kiosk=config.kiosk.id,
        place=config.kiosk.place.get("hi", config.kiosk.id),
        month=f"{first:%Y-%m}",
        since=read.since.isoformat(),
        until=read.until.isoformat(timespec="seconds"),
        seconds=read.seconds,
        attendance=_attendance(read.visits),
        signed_day=max(signed, default=""),
        head=rows[-1].hash if rows else "",
    )


def _attendance(visits: list[downtime.Visit]) -> list[Attendance]:
    days: dict[str, set[date]] = defaultdict(set)
    seconds: dict[str, float] = defaultdict(float)
    for visit in visits:
        days[visit.by].add(visit.since.date())
        seconds[visit.by] += (visit.until - visit.since).total_seconds()
    return [Attendance(by, len(days[by]), round(seconds[by])) for by in sorted(days)]


async def report(config: Config, options: argparse.Namespace) -> int:
    """0, 1 for a ledger that does not hold, 2 for one that is not there."""
    now = SystemClock().now()
    first = options.month or now.date().replace(day=1)
    try:
        with closing(open_ledger(ledger_path(config), is_read_only=True)) as db:
            facts = facts_of(config, list(entries(db)), first, now)
    except (LedgerDamaged, sqlite3.Error) as error:
        return _not_read(ledger_path(config), error)
    if options.pdf is not None:
        options.pdf.write_bytes(typeset(downtime_page(facts), now).pdf)
    if options.csv is not None:
        write_csv(facts, options.csv)
    in_files = options.pdf is not None or options.csv is not None
    show(options, facts, [] if in_files else month_lines(facts))
    return Exit.WELL


def month_lines(facts: DowntimeMonth) -> list[str]:
    """A row for each service."""
    head = f"{facts.month}: up to {facts.until}, signed up to {facts.signed_day or '-'}"
    rows = []
    for service, sums in facts.seconds.items():
        whole = sum(sums.values())
        share = sums.get(Cause.NONE, 0) / whole if whole else 0.0
        why = ", ".join(
            f"{cause} {hours(s)}"
            for cause, s in sorted(sums.items(), key=lambda it: -it[1])
            if cause != Cause.NONE
        )
        rows.append((service, percent(share), why))
    desk = [f"at the desk: {each.by}, {each.days} days, {hours(each.seconds)} h"
            for each in facts.attendance]  # fmt: skip
    return [head, *table(("service", "could be had", "else, in hours"), rows), *desk]


def write_csv(facts: DowntimeMonth, path: Path) -> None:
    """A row for each service and cause, then one for each operator; seconds."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["kiosk", "month", "what", "name", "cause", "seconds"])
        for service, sums in facts.seconds.items():
            for cause, seconds in sorted(sums.items()):
                rows.writerow([facts.kiosk, facts.month, "service", service, cause, seconds])
        for each in facts.attendance:
            rows.writerow([facts.kiosk, facts.month, "operator", each.by, "", each.seconds])


def _not_read(path: Path, error: Exception) -> Exit:
    return refuse(f"{path}: {error}", Exit.NOT_WELL if path.exists() else Exit.UNKNOWN)


async def verify(config: Config, options: argparse.Namespace) -> int:
    """0 when every hash and every signature holds."""
    try:
        with closing(open_ledger(ledger_path(config), is_read_only=True)) as db:
            count = sum(1 for _ in entries(db))
    except (LedgerDamaged, sqlite3.Error) as error:
        return _not_read(ledger_path(config), error)
    show(options, {"rows": count}, [f"{count} rows: every hash and every signature holds"])
    return Exit.WELL


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a month as 2026-11, got {text!r}") from None


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`downtime` and `downtime verify`."""
    top = commands.add_parser("downtime", help="which service could not be had, and why: a month")
    top.add_argument("--month", type=_month, help="2026-11; this one, if left out")
    top.add_argument("--pdf", type=Path, metavar="FILE", help="the month on one A4 page")
    top.add_argument("--csv", type=Path, metavar="FILE", help="seconds by service and cause")
    top.set_defaults(run=report)
    what = top.add_subparsers(dest="what")
    one = what.add_parser("verify", help="compute every hash and check every signature")
    one.set_defaults(run=verify)
