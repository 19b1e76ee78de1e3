"""`kioskctl commission`: is this kiosk ready for its first citizen? Green, or what is not.

Asked of what the kiosk itself says, and of nothing that the technician claims: a first test print
and a first note are the device tests of the very parts that are fitted now. Green is told to the
fleet, which lists the kiosk as working from then on.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from firmware.cli.asking import ask
from firmware.cli.exits import Exit
from firmware.cli.output import refuse, show, table
from firmware.cli.parsing import add_by
from firmware.cli.retained import retained
from firmware.cli.snapshot import Snapshot, take
from firmware.contract.device import USABLE, Kind, Outcome, Status
from firmware.contract.faults import Severity, known
from firmware.contract.fleet import Told, UplinkState
from firmware.contract.machine import Machine
from firmware.contract.topics import Topics
from firmware.contract.uplink import Link
from firmware.core.newcomer import NEW, NO_OFFICE
from firmware.runtime.clock import SystemClock
from firmware.runtime.config import Config
from firmware.runtime.fault_words import meaning

FEW_DAYS = 30  # a certificate that ends sooner would bring the technician back


@dataclass(frozen=True)
class Check:
    """One thing that must be so. `why` says what is not, and what to do; empty: it is."""

    what: str
    why: str = ""


@dataclass(frozen=True)
class Seen:
    """What the kiosk says of itself just now."""

    snapshot: Snapshot
    uplink: UplinkState | None
    machine: Machine | None


def checks(config: Config, seen: Seen, now: datetime) -> list[Check]:
    """All of them, in the order in which a technician works; `now` is aware."""
    return [
        *_set_up(config),
        *(check for name in config.device for check in _device(config, seen.snapshot, name)),
        *_papers(seen.snapshot),
        *_findings(seen.snapshot),
        *_office(seen.snapshot),
        *_fleet(seen.uplink, now),
        _clock(seen.machine),
    ]


def _set_up(config: Config) -> Iterator[Check]:
    named = not config.kiosk.id.startswith(NEW)
    yield Check("name", "" if named else "give it an id: [kiosk] id in kiosk.toml")
    office = NO_OFFICE not in config.gateway.url
    yield Check("office", "" if office else "say where the office is: [gateway] url")
    key = bool(config.gateway.office_key)
    yield Check("office key", "" if key else "put the office's key in: [gateway] office_key")
    kinds = {section.kind for section in config.device.values()}
    for kind in (Kind.NOTES, Kind.RECEIPT, Kind.PANEL):
        fitted = kind in kinds
        yield Check(f"{kind} fitted", "" if fitted else f"no [device.NAME] of kind {kind}")


def _device(config: Config, snapshot: Snapshot, name: str) -> Iterator[Check]:
    state = snapshot.devices.get(name)
    if state is None or state.status is Status.GONE:
        yield Check(f"{name} answers", "its driver or its cable is away: kioskctl device scan")
        return
    faults = ", ".join(fault.code for fault in state.faults)
    works = state.status in USABLE and not faults
    yield Check(f"{name} works", "" if works else faults or str(state.status))
    test = None if snapshot.health is None else snapshot.health.tests.get(name)
    if test is None or test.serial != state.identity.serial:
        yield Check(f"{name} tested", f"never, as it is fitted now: kioskctl device test {name}")
    elif test.failed:
        yield Check(f"{name} tested", f"failed: {', '.join(test.failed)}")
    else:
        left = ", ".join(test.left_out)
        yield Check(f"{name} tested", f"without hands: {left}" if left else "")


def _papers(snapshot: Snapshot) -> Iterator[Check]:
    for each in [] if snapshot.health is None else snapshot.health.supplies:
        is_empty = each.level == 0
        yield Check(f"{each.device} {each.name}", "is empty: put a new one in" if is_empty else "")


def _findings(snapshot: Snapshot) -> Iterator[Check]:
    if snapshot.health is None or not snapshot.health_is_alive:
        yield Check("health", "kiosk-health does not run: nobody vouches for the kiosk")
        return
    for each in snapshot.health.findings:
        fault = known(each.code)
        if fault is None or fault.severity is not Severity.NOTICE:
            said = each.detail or meaning(each.code, "en")
            yield Check(f"{each.part} {each.code}", said or "see kioskctl status")


def _office(snapshot: Snapshot) -> Iterator[Check]:
    gateway, core = snapshot.gateway, snapshot.core
    online = gateway is not None and gateway.is_online
    why = "" if gateway is None else gateway.detail
    yield Check("back end", "" if online else why or "kiosk-gateway does not run")
    if core is None:
        yield Check("till", "kiosk-core does not run")
        return
    yield Check("rates", core.no_rates_because)
    yield Check("claim key", core.unsigned_because)
    confirmed = core.to_confirm is None
    yield Check("journal", "" if confirmed else f"kioskctl journal confirm {core.to_confirm}")


def _fleet(uplink: UplinkState | None, now: datetime) -> Iterator[Check]:
    if uplink is None or not uplink.is_configured:
        yield Check("fleet", "not enrolled: kioskctl enrol begin, docs/health.md")
        return
    yield Check("fleet", "" if uplink.link != Link.OFFLINE else uplink.detail or "no link")
    days = (
        (datetime.fromisoformat(uplink.certificate_ends) - now).days
        if uplink.certificate_ends
        else 0
    )
    yield Check("certificate", "" if days >= FEW_DAYS else f"ends in {days} days: kioskctl enrol")


def _clock(machine: Machine | None) -> Check:
    is_set = machine is not None and machine.numbers.get("clock_is_set", 0) == 1
    return Check("clock", "" if is_set else "was not set by the network: receipts carry its time")


async def look(config: Config) -> Seen:
    """Raises NoBus."""
    topics = Topics(config.kiosk.id)
    return Seen(
        await take(config),
        await retained(config, topics.uplink_state, UplinkState),
        await retained(config, topics.health_machine, Machine),
    )


async def commission(config: Config, options: argparse.Namespace) -> int:
    """0 green, 1 not. Raises NoBus."""
    now = SystemClock().now()
    found = checks(config, await look(config), now)
    missing = [check for check in found if check.why]
    show(options, found, _lines(found, missing, options.all))
    if missing:
        return Exit.NOT_WELL
    return await _tell(config, options.by, len(found), now)


def _lines(found: list[Check], missing: list[Check], tells_all: bool) -> list[str]:
    good = len(found) - len(missing)
    told = [("NO" if check.why else "ok", check.what, check.why)
            for check in (found if tells_all else missing)]  # fmt: skip
    verdict = f"{good} of {len(found)} are as they must be" if missing else "READY: all is green"
    return [*(table((), told) if told else []), verdict]


async def _tell(config: Config, by: str, count: int, now: datetime) -> Exit:
    """0 when the uplink has it on disk, 2 when it is silent."""
    at = now.isoformat(timespec="seconds")
    told = Told(f"commissioned {at}", "kiosk.commissioned", {"by": by, "checks": count}, at)
    reply = await ask(config, Topics(config.kiosk.id).uplink_event, told)
    if reply is None:
        why = "the fleet is told when kiosk-uplink runs: try again"
        return refuse(why, Exit.UNKNOWN)
    return Exit.WELL if reply.outcome is Outcome.DONE else refuse(reply.detail)


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`commission`."""
    one = commands.add_parser(
        "commission",
        help="is it ready for its first citizen? Green is told to the fleet",
    )
    one.add_argument("--all", action="store_true", help="also what is as it must be")
    one.set_defaults(run=commission)
    add_by(one)
