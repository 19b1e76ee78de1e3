"""`kioskctl journal`: verify, show and export read the files themselves; confirm tells core."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import msgspec

from firmware.cli.asking import tell_core
from firmware.cli.exits import Exit
from firmware.cli.output import refuse, show
from firmware.cli.parsing import add_by
from firmware.contract.command import ConfirmJournal
from firmware.contract.money import Money
from firmware.core.daemon import journal_path
from firmware.journal.aside import kept_aside
from firmware.journal.export import CSV_HEAD, csv_line, document, json_line
from firmware.journal.faults import JournalDamaged
from firmware.journal.orders import fold
from firmware.journal.past import files_of, verify_all
from firmware.journal.plain import line_of, verdict
from firmware.journal.reading import Verified, read_entries, read_order, verify
from firmware.journal.salvage import salvage
from firmware.runtime.config import Config

LAST = 20  # rows that `show` shows unasked


async def check(config: Config, options: argparse.Namespace) -> int:
    """0 whole, 1 damaged. Raises JournalFault for what cannot be read."""
    found, fault = list[tuple[Path, Verified]](), ""
    try:
        found.extend(_verified(config, options))
    except JournalDamaged as error:
        fault = str(error)
    files = [{"file": str(path), "rows": each.length, "head": each.head, "paise": each.credited}
             for path, each in found]  # fmt: skip
    lines = [verdict(path, each) for path, each in found]
    show(options, {"files": files, "fault": fault}, lines + [f"FAULT {fault}"] * bool(fault))
    return Exit.NOT_WELL if fault else Exit.WELL


def _verified(config: Config, options: argparse.Namespace) -> Iterable[tuple[Path, Verified]]:
    """The file that is asked for, or all years."""
    if options.file:
        return [(options.file, verify(options.file))]
    return verify_all(journal_path(config))


async def rows(config: Config, options: argparse.Namespace) -> int:
    *_, path = files = _files(config, options)
    if options.order:
        found = [entry for file in files for entry in read_order(file, options.order)]
    else:
        found = read_entries(path, options.last)
    if options.order and not found:
        return refuse(f"{path}: no order {options.order}")
    show(options, [document(entry) for entry in found], map(line_of, found))
    return Exit.WELL


async def export(config: Config, options: argparse.Namespace) -> int:
    if not options.json:
        print(CSV_HEAD)
    write = json_line if options.json else csv_line
    for file in _files(config, options):
        for entry in read_entries(file):
            if options.first <= entry.at[:10] <= options.until:
                print(write(entry))
    return 0


async def confirm(config: Config, options: argparse.Namespace) -> int:
    """Ask core to take cash again; the answer comes when the row is on disk."""
    return await tell_core(config, ConfirmJournal(options.by, options.row), options)


async def aside(config: Config, options: argparse.Namespace) -> int:
    """What journals that were set aside still say, and what became of it."""
    path = journal_path(config)
    told = [_aside(folder / path.name, path) for folder in kept_aside(path)]
    show(options, told, (line for each in told for line in _lines_of(each)))
    return Exit.WELL


class Aside(msgspec.Struct, frozen=True):
    """What one file that was set aside still says."""

    file: str
    rows: int  # that can be believed
    why: str  # not more of them
    unposted: dict[str, str]  # order -> how much was paid, and what became of it
    claims: dict[str, Money]  # not redeemed there


def _aside(file: Path, journal: Path) -> Aside:
    found = salvage(file)
    unposted = {
        order: f"{fold(entries).used} paid; {_what_became_of(journal, order)}"
        for order, entries in found.unposted.items()
    }
    claims = {claim.claim: claim.amount for claim in found.claims.values()}
    return Aside(str(file), found.length, found.why, unposted, claims)


def _lines_of(told: Aside) -> Iterator[str]:
    yield f"{told.file}: {told.rows} rows can be believed" + (told.why and f"; {told.why}")
    for order, said in told.unposted.items():
        yield f"  {order}: {said}"
    for claim, amount in told.claims.items():
        yield f"  {claim}: {amount} claimed, not redeemed there: ask the office"


def _what_became_of(path: Path, order: str) -> str:
    """Of an order that was paid and not posted when its file was set aside."""
    files = [file for file in files_of(path) if file.exists()]
    rows = [entry for file in files for entry in read_order(file, order)]
    if not rows:
        return "not carried on, so the kiosk does not post it: ask the office"
    known = fold(rows)
    if known.refusal:
        return f"carried on, and refused: {known.refusal}"
    return f"carried on, and posted: {known.reference}" if known.reference else "carried on"


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`journal` and what can be done with it."""
    top = commands.add_parser("journal", help="the record of all money")
    what = top.add_subparsers(dest="what", required=True)
    one = what.add_parser("verify", help="recompute the whole chain; exit code 1 on a fault")
    one.set_defaults(run=check)
    two = what.add_parser("show", help="rows in words; account numbers are not shown whole")
    two.add_argument("order", nargs="?", metavar="ORDER", help="such as 'TDR 0417 0001'")
    two.add_argument("--last", type=_count, default=LAST, metavar="N", help="unless an order")
    two.set_defaults(run=rows)
    three = what.add_parser("export", help="one line a row; account numbers are not shown whole")
    form = three.add_mutually_exclusive_group(required=True)
    form.add_argument("--csv", action="store_true")
    form.add_argument("--json", action="store_true", help="one object a line")
    for name, where, default in (
        ("--from", "first", "0001-01-01"),
        ("--to", "until", "9999-12-31"),
    ):
        three.add_argument(name, dest=where, type=_day, default=default, metavar="YYYY-MM-DD",
                           help="by what the clock said; the day counts in")  # fmt: skip
    three.set_defaults(run=export)
    five = what.add_parser("aside", help="what damaged files still say: unposted orders, claims")
    five.set_defaults(run=aside)
    for reader in (one, two, three):
        reader.add_argument("--file", type=Path, help="another file, such as one kept aside")
    four = what.add_parser("confirm", help="take cash again after the journal began anew")
    four.add_argument("row", type=_count, help="the JournalBegun row that you have looked at")
    add_by(four)
    four.set_defaults(run=confirm)


def _files(config: Config, options: argparse.Namespace) -> list[Path]:
    """Oldest first; the last one is written to."""
    return [options.file] if options.file else files_of(journal_path(config))


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat()


def _count(text: str) -> int:
    if (count := int(text)) < 1:
        raise ValueError(text)
    return count
