"""`kioskctl rates show | install FILE`: what services cost by the office's word, and a newer word.

Both run while core does not; core sees within seconds what was installed. On a kiosk the shelf is
core's, who may not look into the technician's folders: a table comes on standard input (`-`), its
signature in the line before it, or on a stick (`stick`, as root, who hands it on).
"""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from firmware.boot.stick import STICK, mounted
from firmware.cli.exits import Exit
from firmware.cli.hand_on import STDIN, hand_on
from firmware.cli.output import refuse, show, table
from firmware.cli.parsing import JSON
from firmware.contract.money import Money
from firmware.runtime.clock import SystemClock
from firmware.runtime.config import Config
from firmware.services.rates.shelf import LONGEST, SIGNED_BY, RatesRefused, shelf_of
from firmware.services.rates.table import Rate, RateTable

ON_STICK = "rates.toml"  # the name of the file on it; its signature beside it
USER = "kiosk-core"
LONGEST_LINE = 1024  # bytes; a signature is 128 letters
LONGEST_INPUT = LONGEST + LONGEST_LINE


def add_commands(commands: Any) -> None:
    """`rates` with its own commands, below kioskctl's."""
    rates = commands.add_parser("rates", help="the rate table: what each service may cost")
    below = rates.add_subparsers(dest="rates_command", required=True)
    one = below.add_parser("show", help="the table in force, and the one that waits for its day")
    one.set_defaults(run=tables)
    two = below.add_parser("install", help="take a newer table: a file, -, or stick")
    two.add_argument(
        "file", help="with FILE.sig beside it; -: the signature's line, then the table"
    )
    two.set_defaults(run=install)


async def tables(config: Config, options: argparse.Namespace) -> int:
    """0, or 1 where no table is in force."""
    rates = shelf_of(config).look(_today())
    none = [f"no table is in force: {rates.why}"]
    lines = none if rates.table is None else _lines(rates.table, "in force")
    waiting = [] if rates.waiting is None else _lines(rates.waiting, "waits for its day")
    told = {"in_force": rates.table, "waiting": rates.waiting, "why_none": rates.why}
    show(options, told, [*lines, *waiting])
    return Exit.NOT_WELL if rates.table is None else Exit.WELL


async def install(config: Config, options: argparse.Namespace) -> int:
    """0 installed, or there before; 1 refused, and why."""
    try:
        if options.file == STICK:
            with mounted() as stick:
                return _hand_on(stick / ON_STICK, options)
        content, signature = _from_stdin() if options.file == STDIN else _read(Path(options.file))
        fresh = shelf_of(config).install(content, signature, _today())
    except (OSError, UnicodeDecodeError, RatesRefused) as error:
        return refuse(f"{options.file}: {error}")
    said = f"Rate table {fresh.version} is installed, valid from {fresh.valid_from}."
    show(options, {"version": fresh.version, "valid_from": fresh.valid_from}, [said])
    return Exit.WELL


def _read(path: Path) -> tuple[bytes, str]:
    """A table and its signature. Raises OSError and UnicodeDecodeError."""
    return path.read_bytes(), path.with_name(path.name + SIGNED_BY).read_text(encoding="ascii")


def _from_stdin() -> tuple[bytes, str]:
    """Raises UnicodeDecodeError. One byte more than the most, so that too much is seen."""
    signature, _, content = sys.stdin.buffer.read(LONGEST_INPUT).partition(b"\n")
    return content, signature.decode("ascii")


def _hand_on(path: Path, options: argparse.Namespace) -> int:
    """Both files as one input, and of each no more than it may have. Raises OSError."""
    with TemporaryFile() as both:
        with path.with_name(path.name + SIGNED_BY).open("rb") as signature:
            both.write(signature.read(LONGEST_LINE).strip() + b"\n")
        with path.open("rb") as table:
            both.write(table.read(LONGEST_INPUT))
        both.seek(0)
        words = ["rates", "install", *([JSON] if options.json else [])]
        return hand_on(USER, options.config, *words, content=both)


def _today() -> date:
    return SystemClock().now().date()


def _lines(rates: RateTable, stand: str) -> list[str]:
    head = f"version {rates.version}, {stand}, valid from {rates.valid_from}: {rates.order}"
    rows = [(name, _told(each)) for name, each in sorted(rates.service.items())]
    return [head, *table(("service", "rates"), rows)]


def _told(rates: list[Rate]) -> str:
    """`statutory ₹10.00, charge ₹33.90, tax ₹6.10`."""
    return ", ".join(f"{each.kind} {_amount(each)}" for each in rates)


def _amount(rate: Rate) -> str:
    if rate.as_billed:
        return "as billed"
    return f"{Money(rate.paise)}{' a page' if rate.per == 'page' else ''}"
