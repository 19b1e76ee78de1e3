"""`kioskctl consumables`: what runs out and when; `refilled` says that a new one is in."""

from __future__ import annotations

import argparse

import msgspec

from firmware.cli.asking import tell_core
from firmware.cli.exits import Exit
from firmware.cli.output import refuse, show, table
from firmware.cli.parsing import add_by
from firmware.cli.snapshot import take
from firmware.contract.command import SayRefilled
from firmware.contract.health import KioskHealth, Refill, Supply
from firmware.runtime.config import Config

MM_IN_A_METRE = 1000
NOBODY_COUNTS = "not known without kiosk-health"


async def levels(config: Config, options: argparse.Namespace) -> int:
    """0, or 2 when nobody counts. Raises NoBus."""
    health = (await take(config)).health
    if health is None:
        return refuse(NOBODY_COUNTS, Exit.UNKNOWN)
    show(options, health.supplies, level_lines(health))
    return Exit.WELL


async def history(config: Config, options: argparse.Namespace) -> int:
    """0, or 2 when nobody counts. Raises NoBus."""
    health = (await take(config)).health
    if health is None:
        return refuse(NOBODY_COUNTS, Exit.UNKNOWN)
    told = [
        {"device": supply.device, "supply": supply.name, "unit": supply.unit,
         **msgspec.to_builtins(refill)}
        for supply, refill in refills(health)
    ]  # fmt: skip
    show(options, told, refill_lines(health))
    return Exit.WELL


def refills(health: KioskHealth) -> list[tuple[Supply, Refill]]:
    """Every refill that was seen, the newest first."""
    found = [(supply, each) for supply in health.supplies for each in supply.refills]
    return sorted(found, key=lambda it: it[1].at, reverse=True)


def refill_lines(health: KioskHealth) -> list[str]:
    """A row for each refill."""
    return table(
        ("at", "device", "supply", "before", "after", "by"),
        [
            (each.at[:16].replace("T", " "), supply.device, supply.name,
             f"{each.before} {supply.unit}", f"{each.after} {supply.unit}", each.by)
            for supply, each in refills(health)
        ],
        "no refill was seen yet",
    )  # fmt: skip


def level_lines(health: KioskHealth) -> list[str]:
    """A row for each supply."""
    return table(
        ("device", "supply", "left", "for", "days", "refilled"),
        [
            (each.device, each.name, left(each),
             "-" if each.jobs_left is None else f"{each.jobs_left} jobs",
             "-" if each.days_left is None else str(each.days_left), _refilled(each))
            for each in health.supplies
        ],
        "no device says what is in it",
    )  # fmt: skip


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


async def refilled(config: Config, options: argparse.Namespace) -> int:
    """0 when it is on record. Raises NoBus."""
    said = SayRefilled(options.device, options.supply, options.by)
    return await tell_core(config, said, options)


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`consumables`, by its short name `supplies`, and what can be said of them."""
    top = commands.add_parser(
        "consumables", aliases=["supplies"], help="what runs out, and in how many days"
    )
    top.set_defaults(run=levels)
    what = top.add_subparsers(dest="what")
    one = what.add_parser("refilled", help="you have put a new one in; only of what is counted")
    one.add_argument("device", help="as in kiosk.toml: receipt")
    one.add_argument("supply", help="as `kioskctl consumables` calls it: paper")
    one.set_defaults(run=refilled)
    add_by(one)
    two = what.add_parser("history", help="who filled what, and how much was left then")
    two.set_defaults(run=history)
