"""`kioskctl rates show | install FILE`: what services cost by the office's word, and a newer word.

Both run while core does not; core sees within seconds what was installed.
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from firmware.cli.exits import Exit
from firmware.cli.output import refuse, show, table
from firmware.contract.money import Money
from firmware.runtime.clock import SystemClock
from firmware.runtime.config import Config
from firmware.services.rates.shelf import SIGNED_BY, RatesRefused, shelf_of
from firmware.services.rates.table import Rate, RateTable


def add_commands(commands: Any) -> None:
    """`rates` with its own commands, below kioskctl's."""
    rates = commands.add_parser("rates", help="the rate table: what each service may cost")
    below = rates.add_subparsers(dest="rates_command", required=True)
    one = below.add_parser("show", help="the table in force, and the one that waits for its day")
    one.set_defaults(run=tables)
    two = below.add_parser("install", help="take a newer table, with FILE.sig beside it")
    two.add_argument("file", type=Path)
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
    path: Path = options.file
    try:
        fresh = _install(path, config)
    except (OSError, UnicodeDecodeError, RatesRefused) as error:
        return refuse(f"{path}: {error}")
    said = f"Rate table {fresh.version} is installed, valid from {fresh.valid_from}."
    show(options, {"version": fresh.version, "valid_from": fresh.valid_from}, [said])
    return Exit.WELL


def _install(path: Path, config: Config) -> RateTable:
    """Raises OSError, UnicodeDecodeError and RatesRefused."""
    content = path.read_bytes()
    signature = path.with_name(path.name + SIGNED_BY).read_text(encoding="ascii")
    return shelf_of(config).install(content, signature, _today())


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
