"""`kioskctl supplies`: what runs out and when; `supplies refilled` says that a new one is in."""

from __future__ import annotations

import argparse
import sys

import msgspec

from firmware.cli.asking import SILENCE, ask_core
from firmware.cli.journal import EXIT_FAULT, who
from firmware.cli.snapshot import take
from firmware.contract.command import SayRefilled
from firmware.contract.device import Outcome
from firmware.contract.health import KioskHealth, Supply
from firmware.runtime.config import Config

MM_IN_A_METRE = 1000


async def show(config: Config, options: argparse.Namespace) -> int:
    """0, or 1 when nobody counts. Raises NoBus."""
    health = (await take(config)).health
    if health is None:
        print("kioskctl: not known without kiosk-health", file=sys.stderr)
        return EXIT_FAULT
    if options.json:
        print(msgspec.json.encode(health.supplies).decode())
    else:
        print("\n".join(table(health)))
    return 0


async def history(config: Config, options: argparse.Namespace) -> int:
    """0, or 1 when nobody counts. Raises NoBus."""
    health = (await take(config)).health
    if health is None:
        print("kioskctl: not known without kiosk-health", file=sys.stderr)
        return EXIT_FAULT
    print("\n".join(refills(health)))
    return 0


def refills(health: KioskHealth) -> list[str]:
    """A line for each refill, the newest first."""
    told = sorted(
        ((refill.at, supply, refill) for supply in health.supplies for refill in supply.refills),
        key=lambda it: it[0],
        reverse=True,
    )
    return [
        f"{at[:16].replace('T', ' ')}  {supply.device:<9} {supply.name:<13}"
        f" {refill.before} to {refill.after} {supply.unit}  {refill.by}".rstrip()
        for at, supply, refill in told
    ] or ["no refill was seen yet"]


def table(health: KioskHealth) -> list[str]:
    """A line for each supply."""
    lines = [_row("device", "supply", "left", "for", "days", "refilled")]
    for each in health.supplies:
        jobs = "-" if each.jobs_left is None else f"{each.jobs_left} jobs"
        days = "-" if each.days_left is None else str(each.days_left)
        lines.append(_row(each.device, each.name, left(each), jobs, days, _refilled(each)))
    return lines


def left(supply: Supply) -> str:
    """`31.2 m measured`."""
    if supply.level is None:
        return "not known"
    if supply.unit == "mm":
        return f"{supply.level / MM_IN_A_METRE:.1f} m {supply.source}"
    return f"{supply.level} {supply.unit} {supply.source}"


def _refilled(supply: Supply) -> str:
    at = supply.refilled_at[:16].replace("T", " ")
    return f"{at} {supply.refilled_by}".strip() or "-"


def _row(*cells: str) -> str:
    widths = (9, 13, 17, 11, 5, 0)
    return " ".join(f"{c:<{w}}" for c, w in zip(cells, widths, strict=True)).rstrip()


async def refilled(config: Config, options: argparse.Namespace) -> int:
    """0 when it is on record. Raises NoBus."""
    said = SayRefilled(options.device, options.supply, options.by)
    reply = await ask_core(config, said)
    if reply is None:
        print(f"kioskctl: {SILENCE}", file=sys.stderr)
        return EXIT_FAULT
    print(f"{reply.outcome} {reply.detail}".rstrip())
    return 0 if reply.outcome is Outcome.DONE else EXIT_FAULT


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`supplies` and what can be said of them."""
    top = commands.add_parser("supplies", help="what runs out, and in how many days")
    top.add_argument("--json", action="store_true", help="as on the bus")
    top.set_defaults(run=show)
    what = top.add_subparsers(dest="what")
    one = what.add_parser("refilled", help="you have put a new one in; only of what is counted")
    one.add_argument("device", help="as in kiosk.toml: receipt")
    one.add_argument("supply", help="as `kioskctl supplies` calls it: paper")
    one.add_argument("--by", default=who(), help="who answers for it (%(default)s)")
    one.set_defaults(run=refilled)
    two = what.add_parser("history", help="who filled what, and how much was left then")
    two.set_defaults(run=history)
