"""`kioskctl paper`: A4 papers as PDF files, for a technician to print or to file.

What a citizen gets (receipt, slip) is not among them: a proof is printed by core, which writes down
that it was. Day reports and collection slips come from the journal's files, so these work
while core does not run; a copy of what was printed before is marked as a duplicate.
"""

from __future__ import annotations

import argparse
import asyncio
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from firmware.cli.cash import figures_since
from firmware.cli.exits import Exit
from firmware.cli.output import refuse, show
from firmware.cli.parsing import who
from firmware.cli.readiness import facts_of
from firmware.cli.snapshot import take
from firmware.core.daemon import journal_path
from firmware.documents.a4 import A4Error, Pages, Paper, typeset
from firmware.documents.collection import Part, Slip, collection_slip
from firmware.documents.poster import poster
from firmware.documents.readiness import readiness
from firmware.documents.report import Report, day_report
from firmware.journal.chain import only
from firmware.journal.desk_rows import EMPTIED, CollectionClosed, CollectionDiffers, DayClosed
from firmware.journal.years import Years
from firmware.runtime.clock import SystemClock
from firmware.runtime.config import Config
from firmware.services.catalogue import load_catalogue
from firmware.services.rates.shelf import shelf_of

COPY = 1  # the number of the duplicate


def add_commands(commands: Any) -> None:
    """`paper` with its own commands, below kioskctl's."""
    paper = commands.add_parser("paper", help="an A4 paper as a PDF file")
    below = paper.add_subparsers(dest="paper", required=True)
    below.add_parser("poster", help="services, how to pay, whom to call").set_defaults(
        run=print_poster
    )
    below.add_parser("readiness", help="what the kiosk can do now").set_defaults(
        run=print_readiness
    )
    report = below.add_parser("report", help="the day that is not closed yet (X)")
    report.add_argument("--z", type=int, metavar="N", help="the N-th closed day")
    report.set_defaults(run=print_report)
    slip = below.add_parser("collection", help="the slip of a cash box that was emptied")
    slip.add_argument("number", type=int, help="as `kioskctl collections` has it")
    slip.set_defaults(run=print_collection)
    for each in below.choices.values():
        each.add_argument("--out", type=Path, required=True, metavar="FILE.pdf")


async def print_poster(config: Config, options: argparse.Namespace) -> int:
    """Of the rate table in force: without one the poster names no paper that has a fee."""
    rates = shelf_of(config).look(SystemClock().now().date())
    return await _save(poster(config, load_catalogue(), rates.table), options)


async def print_readiness(config: Config, options: argparse.Namespace) -> int:
    """Raises NoBus."""
    facts = facts_of(await take(config), config, load_catalogue(), SystemClock().now())
    return await _save(readiness(facts), options)


async def print_report(config: Config, options: argparse.Namespace) -> int:
    """0, or 1 for a day that was never closed. Raises JournalFault."""
    facts = _report(config, options.z, SystemClock().now())
    if facts is None:
        return _nothing(f"no day {options.z}", config)
    return await _save(day_report(facts), options)


async def print_collection(config: Config, options: argparse.Namespace) -> int:
    """0, or 1 where that collection never was. Raises JournalFault."""
    facts = _slip(config, options.number)
    if facts is None:
        return _nothing(f"no collection {options.number} in which the box was emptied", config)
    return await _save(collection_slip(facts), options)


def _nothing(what: str, config: Config) -> int:
    return refuse(f"{what} in {journal_path(config)}")


async def _save(paper: Paper, options: argparse.Namespace) -> int:
    path: Path = options.out
    try:
        pages = await asyncio.to_thread(_write, paper, path)
    except (A4Error, OSError) as error:
        return refuse(f"{path}: {error}", Exit.NO_FILE)
    told = {"file": str(path), "pages": pages.pages, "bytes": len(pages.pdf)}
    many = "s" if pages.pages > 1 else ""
    show(options, told, [f"{path}: {pages.pages} page{many} A4, {len(pages.pdf)} bytes"])
    return Exit.WELL


def _write(paper: Paper, path: Path) -> Pages:
    pages = typeset(paper, SystemClock().now())
    path.write_bytes(pages.pdf)
    return pages


def _report(config: Config, number: int | None, now: datetime) -> Report | None:
    """X without a number; None for a day that was never closed."""
    with closing(Years(journal_path(config))) as years:
        days = list(only(years.of_kind(DayClosed), DayClosed))
        if number is not None:
            days = [each for each in days if each[1].number <= number]
            if not days or days[-1][1].number != number:
                return None
            (entry, day), before = days[-1], days[:-1]
            by, at, figures = day.by, entry.at, day.figures
        else:
            by, at, before = who(), now.isoformat(timespec="seconds"), days
            figures = figures_since(years, days[-1][0].seq if days else years.before_all)
    return Report(
        kiosk=config.kiosk.id,
        place=_place(config),
        by=by,
        at=at,
        since_at=before[-1][0].at if before else "",
        number=number,
        figures=figures,
        duplicate=0 if number is None else COPY,
    )


def _slip(config: Config, number: int) -> Slip | None:
    with closing(Years(journal_path(config))) as years:
        closed = only(years.of_kind(CollectionClosed), CollectionClosed)
        emptied = [each for each in closed if each[1].how in EMPTIED and each[1].number <= number]
        differing = only(years.of_kind(CollectionDiffers), CollectionDiffers)
        differs = next((row for _, row in differing if row.number == number), None)
    if not emptied or emptied[-1][1].number != number:
        return None
    return Slip(
        kiosk=config.kiosk.id,
        place=_place(config),
        at=emptied[-1][0].at,
        since_at=emptied[-2][0].at if len(emptied) > 1 else "",
        closed=emptied[-1][1],
        part=Part.OPERATOR,
        differs=differs is not None,
        doubts=[] if differs is None else differs.doubts,
        duplicate=COPY,
    )


def _place(config: Config) -> str:
    return config.kiosk.place.get("hi", config.kiosk.id)
