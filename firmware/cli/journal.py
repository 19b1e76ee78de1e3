"""`kioskctl journal`: verify, show and export read the files themselves; confirm tells core."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from firmware.cli.asking import SILENCE, ask_core
from firmware.contract.command import ConfirmJournal
from firmware.contract.device import Outcome
from firmware.core.daemon import journal_path
from firmware.journal.aside import kept_aside
from firmware.journal.export import CSV_HEAD, csv_line, json_line
from firmware.journal.faults import JournalFault
from firmware.journal.orders import fold
from firmware.journal.past import files_of, verify_all
from firmware.journal.plain import line_of, verdict
from firmware.journal.reading import Verified, read_entries, read_order, verify
from firmware.journal.salvage import salvage
from firmware.runtime.config import Config

EXIT_FAULT = 1  # the journal is not as it should be, or core refused
EXIT_NO_JOURNAL = 2  # there is none to be read
LAST = 20  # rows that `show` shows unasked


async def check(config: Config, options: argparse.Namespace) -> int:
    try:
        for path, found in _verified(config, options):
            print(verdict(path, found))
    except JournalFault as fault:
        print(f"FAULT {fault}")
        return EXIT_FAULT
    return 0


def _verified(config: Config, options: argparse.Namespace) -> Iterable[tuple[Path, Verified]]:
    """The file that is asked for, or all years."""
    if options.file:
        return [(options.file, verify(options.file))]
    return verify_all(journal_path(config))


async def show(config: Config, options: argparse.Namespace) -> int:
    *_, path = files = _files(config, options)
    if options.order:
        found = [entry for file in files for entry in read_order(file, options.order)]
    else:
        found = read_entries(path, options.last)
    for entry in found:
        print(line_of(entry))
    if options.order and not found:
        print(f"kioskctl: {path}: no order {options.order}", file=sys.stderr)
        return EXIT_NO_JOURNAL
    return 0


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
    reply = await ask_core(config, ConfirmJournal(options.by, options.row))
    if reply is None:
        print(f"kioskctl: {SILENCE}", file=sys.stderr)
        return EXIT_FAULT
    print(f"{reply.outcome} {reply.detail}".rstrip())
    return 0 if reply.outcome is Outcome.DONE else EXIT_FAULT


async def aside(config: Config, options: argparse.Namespace) -> int:
    """What journals that were set aside still say, and what became of it."""
    path = journal_path(config)
    for folder in kept_aside(path):
        file = folder / path.name
        found = salvage(file)
        print(f"{file}: {found.length} rows can be believed" + (found.why and f"; {found.why}"))
        for order, rows in found.unposted.items():
            print(f"  {order}: {fold(rows).used} paid; {_what_became_of(path, order)}")
        for claim in found.claims.values():
            print(f"  {claim.claim}: {claim.amount} claimed, not redeemed there: ask the office")
    return 0


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
    two.set_defaults(run=show)
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
    four.add_argument("--by", default=who(), help="who confirms (%(default)s)")
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


def who() -> str:
    """The person at this terminal."""
    return os.environ.get("SUDO_USER") or getpass.getuser()
