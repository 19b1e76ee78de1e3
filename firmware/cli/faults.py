"""`kioskctl faults`: what is wrong now, of every device and program, who mends it and how.

Health judges; while it is dead the same judgement is made here, of what the others say.
"""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any

import msgspec

from firmware.cli.exits import Exit
from firmware.cli.output import show, table
from firmware.cli.snapshot import Snapshot, take
from firmware.contract.faults import known
from firmware.contract.health import Finding
from firmware.health.assess import Facts, assess
from firmware.runtime.clock import SystemClock
from firmware.runtime.config import Config
from firmware.runtime.fault_words import LANGUAGES, meaning, plain, ticket_of


async def faults(config: Config, options: argparse.Namespace) -> int:
    """0 where nothing stands, 1 where something does, or a code has no row. Raises NoBus."""
    if options.code:
        return explain(options)
    snapshot = await take(config)
    found = standing(config, snapshot, SystemClock().now())
    told = [{**row_of(each.code), **msgspec.to_builtins(each)} for each in found]
    show(options, told, fault_lines(found))
    return Exit.NOT_WELL if found else Exit.WELL


def standing(config: Config, snapshot: Snapshot, now: datetime) -> list[Finding]:
    """Every fault that stands, the oldest first. `now` is aware."""
    if snapshot.health is not None and snapshot.health_is_alive:
        return sorted(snapshot.health.findings, key=lambda it: it.since)
    at = now.isoformat(timespec="seconds")
    facts = Facts(
        expected={name: section.kind for name, section in config.device.items()},
        devices=snapshot.devices,
        presences=snapshot.presences,
        core=snapshot.core,
        gateway=snapshot.gateway,
        uplink=snapshot.uplink,
    )
    code = "daemon.missing" if snapshot.health is None else "daemon.gone"
    dead = Finding("health", code, at, "judged without it: what runs out is not known")
    return [dead, *assess(facts, {}, at).findings]


def fault_lines(found: list[Finding]) -> list[str]:
    """A row a fault: since when, what it is, who mends it, what to do first."""
    head = ("since", "part", "fault", "mended by", "what it is", "first step")
    return table(head, map(_row, found), "no fault stands now")


def _row(finding: Finding) -> tuple[str, ...]:
    since = datetime.fromisoformat(finding.since).strftime("%d %b %H:%M")
    code = finding.code
    first = meaning(code, "en")
    return since, finding.part, code, mender_of(code), sentence(finding), first


def mender_of(code: str) -> str:
    fault = known(code)
    return "nobody is named" if fault is None else str(fault.mender)


def sentence(finding: Finding) -> str:
    """What a citizen is told of it, and what is known more."""
    fault = known(finding.code)
    said = "" if fault is None else plain(fault, "en")
    return f"{said} ({finding.detail})" if said and finding.detail else said or finding.detail


def explain(options: argparse.Namespace) -> int:
    """Codes that somebody read somewhere, in both languages; 1 where one has no row."""
    codes: list[str] = options.code
    show(options, [row_of(code) for code in codes], (line for c in codes for line in in_words(c)))
    return Exit.WELL if all(map(known, codes)) else Exit.NOT_WELL


def in_words(code: str) -> list[str]:
    """How bad, who mends it, what a citizen is told, what to do first."""
    if (fault := known(code)) is None:
        return [code, "  not known"]
    told = f"  {fault.severity}, mended by {fault.mender}; {ticket_of(fault)}"
    words = [each for language in LANGUAGES
             for each in (plain(fault, language), meaning(code, language))]  # fmt: skip
    return [code, told, *(f"  {each}" for each in words)]


def row_of(code: str) -> dict[str, Any]:
    """All that docs/faults.md has of it."""
    fault = known(code)
    row: dict[str, Any] = {} if fault is None else msgspec.to_builtins(fault)
    said = {} if fault is None else {each: plain(fault, each) for each in LANGUAGES}
    first = {each: meaning(code, each) for each in LANGUAGES}
    return {**row, "code": code, "plain": said, "meaning": first}


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`faults`."""
    one = commands.add_parser("faults", help="what is wrong now, who mends it, what to do first")
    one.add_argument("code", nargs="*", help="explain these instead, in English and Hindi")
    one.set_defaults(run=faults)
