"""From what every part says to the kiosk in one document. No I/O, no clock: facts in, health out.

The codes of findings are stable and dotted; a device's own fault codes are findings as they are.

    device.missing         nothing heard for 30 s       daemon.missing    the same of a daemon
    device.gone            its driver or cable is gone  daemon.gone       its last will
    device.starting        not ready for 30 s           till.<status>     core says it cannot work
    device.out_of_service  no fault given               back_end.offline  the back end is away
    device.swapped         another serial number        <kind>.<supply>.low   it ends within days
    panel.tamper           latched, until a technician clears it: docs/cash.md
    till.door_opened       with no operator in, until a technician clears it
    panel.door.open        panel.cash_box.out           till.claims_unsigned: no key, see detail
    till.box_pulled        till.counters_differ         till.bookings_differ: see docs/collection.md
    panel.mains.off        panel.battery.low            till.journal_unconfirmed: no cash until then
    till.records           disk full, read-only         till.day_limit     no more cash today
    till.suspicions        forged notes, cheats: how often in today's visits
    till.no_rates          no signed rate table in force: nothing is sold that has a fee
    till.closed            by its operator, with a reason
    till.fees_differ       an office asks another fee than the table: the service is off
    till.conduct           the code of conduct: no content of the district is shown
    till.content           a content pack is here and not in force: see detail
    till.meeting           the screen is a meeting's; kiosk-ui waits for its end
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from firmware.contract.device import USABLE, DeviceState, Kind, Status, Switch
from firmware.contract.fleet import UplinkState
from firmware.contract.gateway import GatewayState
from firmware.contract.health import (
    Condition,
    CoreState,
    Finding,
    KioskHealth,
    LastTest,
    Presence,
    Supply,
)
from firmware.contract.machine import Machine
from firmware.contract.panel import TowerSignal
from firmware.health import machine, radar

DAEMONS = ("core", "ui")  # of the gateway its own state tells: its will is that it is away
NO_SERVICE_WITHOUT = ("core", "ui")  # nobody counts the money, or nobody sees anything
HEARD_WITHIN = 30.0  # seconds; the slowest device, the printer with its fonts, needs ten
FEW_TICKETS = 25  # about a busy day; a new roll is a day away from most kiosks
FEW_DAYS = 4  # a roll comes from the block office, a ribbon from the district's store
# To be looked at; the kiosk serves as well as before.
NOTICES = frozenset(
    {"device.swapped", "till.claims_unsigned", "till.suspicions", "till.counters_differ"}
    | {"till.bookings_differ", "till.conduct", "till.content", "till.meeting"}
    | {"expiry.claim_key", "expiry.content"}
)
FLEET = "uplink"  # a part whose findings are all notices: the kiosk serves as well without it
SWITCHES = {
    Switch.DOOR_IS_OPEN: "panel.door.open",
    Switch.TAMPER: "panel.tamper",
    Switch.CASH_BOX_IS_OUT: "panel.cash_box.out",
    Switch.MAINS_IS_OFF: "panel.mains.off",
    Switch.BATTERY_IS_LOW: "panel.battery.low",
}
# What runs out in the families of today, as `_of_supply` makes these codes.
SUPPLIES_LOW = (
    "receipt.paper.low",
    "receipt.cutter.low",
    "page.paper.low",
    "page.toner.low",
    "pvc.cards.low",
    "pvc.ribbon.low",
    "pvc.cleaning.low",
)
# Somebody was at the enclosure who had no business there: the tower lamp calls for help.
ALARMS = frozenset({"panel.tamper", "till.door_opened", "till.box_pulled"})
TOWER = {
    Condition.IN_SERVICE: TowerSignal.IN_SERVICE,
    Condition.DEGRADED: TowerSignal.NEEDS_SOMEBODY,
    Condition.OUT_OF_SERVICE: TowerSignal.OUT_OF_SERVICE,
}


@dataclass(frozen=True)
class Swap:
    """A device that is not the one it was. `at` is ISO 8601."""

    at: str
    before: str  # serial numbers
    after: str


@dataclass(frozen=True)
class Facts:
    """What is known just now. `expected` are the devices of `kiosk.toml`."""

    expected: Mapping[str, Kind]
    devices: Mapping[str, DeviceState] = field(default_factory=dict)
    presences: Mapping[str, Presence] = field(default_factory=dict)
    core: CoreState | None = None
    gateway: GatewayState | None = None
    swaps: Mapping[str, Swap] = field(default_factory=dict)
    supplies: Sequence[Supply] = ()
    tests: Mapping[str, LastTest] = field(default_factory=dict)
    machine: Machine = field(default_factory=Machine)
    uplink: UplinkState | None = None
    is_settled: bool = True  # false for HEARD_WITHIN seconds: silence means nothing yet


Key = tuple[str, str]  # part and code


def assess(facts: Facts, since: Mapping[Key, str], now: str) -> KioskHealth:
    """The kiosk as it is; a finding that stood in `since` keeps its time, a new one gets `now`."""
    findings = {(each.part, each.code): each for each in _findings(facts, now)}
    roll = _roll(facts)
    return KioskHealth(
        condition=_condition(facts, list(findings)),
        findings=[
            Finding(part, code, since.get((part, code), each.since), each.detail)
            for (part, code), each in findings.items()
        ],
        devices={name: _status(facts, name) for name in facts.expected},
        paper_mm=None if roll is None else roll.level,
        tickets_left=None if roll is None else roll.jobs_left,
        tests=dict(facts.tests),
        supplies=list(facts.supplies),
    )


def times(health: KioskHealth) -> dict[Key, str]:
    """Since when each finding stands: what `assess` wants next time, also after a restart."""
    return {(each.part, each.code): each.since for each in health.findings}


def tower_of(health: KioskHealth) -> TowerSignal:
    """What the lamp on top of the kiosk shows: an alarm before all else."""
    is_alarm = any(finding.code in ALARMS for finding in health.findings)
    return TowerSignal.ALARM if is_alarm else TOWER[health.condition]


def _condition(facts: Facts, found: list[Key]) -> Condition:
    if not _can_serve(facts):
        return Condition.OUT_OF_SERVICE
    is_whole = all(code in NOTICES or part == FLEET for part, code in found)
    return Condition.IN_SERVICE if is_whole else Condition.DEGRADED


def _can_serve(facts: Facts) -> bool:
    """Somebody counts, somebody shows, one acceptor takes money and a receipt can be printed."""
    usable = {kind for name, kind in facts.expected.items() if _status(facts, name) in USABLE}
    takes_money = bool(usable & {Kind.NOTES, Kind.COINS})
    is_manned = all(
        name in facts.presences and facts.presences[name].is_alive
        for name in _wanted(NO_SERVICE_WITHOUT, facts)
    )
    till_works = facts.core is not None and facts.core.status in USABLE and _may_take(facts.core)
    return takes_money and Kind.RECEIPT in usable and is_manned and till_works


def _wanted(daemons: Sequence[str], facts: Facts) -> list[str]:
    """While a meeting is held the screen is its browser's, and kiosk-ui is away for that long."""
    is_meeting = facts.core is not None and bool(facts.core.meeting)
    return [name for name in daemons if not (is_meeting and name == "ui")]


def _may_take(core: CoreState) -> bool:
    """Whether the till itself has nothing against cash."""
    nothing_said = not core.no_records_because and not core.closed_because
    return core.to_confirm is None and nothing_said and not core.day_is_full


def _status(facts: Facts, name: str) -> Status:
    if name in facts.devices:
        return facts.devices[name].status
    return Status.GONE if facts.is_settled else Status.STARTING


def _findings(facts: Facts, now: str) -> Iterator[Finding]:
    for name in facts.expected:
        if (state := facts.devices.get(name)) is not None:
            yield from _of_device(name, state, facts.is_settled, now)
        elif facts.is_settled:
            yield Finding(name, "device.missing", now, "never heard of since the start")
        if (swap := facts.swaps.get(name)) is not None:
            detail = f"serial {swap.before} became {swap.after}"
            yield Finding(name, "device.swapped", swap.at, detail)
    for supply in facts.supplies:
        yield from _of_supply(facts, supply, now)
    yield from machine.findings(facts.machine, now)
    yield from radar.findings(facts.core, now)
    yield from _of_daemons(facts, now)
    yield from _of_core_and_back_end(facts, now)
    yield from _of_uplink(facts, now)


def _of_device(name: str, state: DeviceState, is_settled: bool, now: str) -> Iterator[Finding]:
    for fault in state.faults:
        yield Finding(name, fault.code, now, fault.detail)
    if state.status is Status.GONE:
        yield Finding(name, "device.gone", now, "its driver or its cable is gone")
    elif state.status is Status.STARTING and is_settled:
        yield Finding(name, "device.starting", now, "is not ready yet")
    elif state.status is Status.OUT_OF_SERVICE and not state.faults:
        yield Finding(name, "device.out_of_service", now, "does not say why")
    for switch, code in SWITCHES.items():
        if state.inputs.get(switch, False):
            yield Finding(name, code, now)


def _of_supply(facts: Facts, supply: Supply, now: str) -> Iterator[Finding]:
    """Before it ends, and only while the device itself is content with it."""
    state = facts.devices.get(supply.device)
    if state is None or state.status is Status.GONE or not _is_low(supply, state.kind):
        return
    about = f"{state.kind}.{supply.name.partition('.')[0]}."  # of one colour of toner: toner
    if not any(fault.code.startswith(about) for fault in state.faults):
        yield Finding(supply.device, f"{about}low", now, _how_long(supply))


def _is_low(supply: Supply, kind: Kind) -> bool:
    """By days of real use; a roll by tickets, too, for a busy day is no average."""
    if supply.days_left is not None and supply.days_left < FEW_DAYS:
        return True
    is_roll = kind is Kind.RECEIPT and supply.unit == "mm"
    return is_roll and supply.jobs_left is not None and supply.jobs_left < FEW_TICKETS


def _how_long(supply: Supply) -> str:
    """`2 days, 31 jobs left (31 sheets): have a new one ready`."""
    days = [] if supply.days_left is None else [f"{supply.days_left} days"]
    jobs = [] if supply.jobs_left is None else [f"{supply.jobs_left} jobs"]
    return f"{', '.join(days + jobs)} left ({supply.level} {supply.unit}): have a new one ready"


def _roll(facts: Facts) -> Supply | None:
    """The receipt printer's paper: what a citizen's proof depends on."""
    for supply in facts.supplies:
        if facts.expected.get(supply.device) is Kind.RECEIPT and supply.unit == "mm":
            return supply
    return None


def _of_daemons(facts: Facts, now: str) -> Iterator[Finding]:
    for name in _wanted(DAEMONS, facts):
        presence = facts.presences.get(name)
        if presence is None and facts.is_settled:
            yield Finding(name, "daemon.missing", now, "never heard of since the start")
        elif presence is not None and not presence.is_alive:
            yield Finding(name, "daemon.gone", now, "systemd should have restarted it")


def _of_core_and_back_end(facts: Facts, now: str) -> Iterator[Finding]:
    is_alive = "core" in facts.presences and facts.presences["core"].is_alive
    if facts.core is not None and is_alive:
        yield from _of_till(facts.core, now)
    if facts.gateway is None and facts.is_settled:
        yield Finding("gateway", "daemon.missing", now, "never heard of since the start")
    elif facts.gateway is not None and not facts.gateway.is_online:
        yield Finding("back_end", "back_end.offline", now, facts.gateway.detail)


def _of_uplink(facts: Facts, now: str) -> Iterator[Finding]:
    """A kiosk whose kiosk.toml has no fleet has none of these."""
    if facts.uplink is None or not facts.uplink.is_configured:
        return
    presence = facts.presences.get(FLEET)
    if presence is not None and not presence.is_alive:
        yield Finding(FLEET, "daemon.gone", now, "systemd should have restarted it")
    elif facts.uplink.code:
        yield Finding(FLEET, facts.uplink.code, now, facts.uplink.detail)


def _of_till(core: CoreState, now: str) -> Iterator[Finding]:
    if core.status not in USABLE:
        yield Finding("core", f"till.{core.status}", now)
    if core.closed_because:
        yield Finding("core", "till.closed", now, f"by its operator: {core.closed_because}")
    if core.unsigned_because:
        yield Finding("core", "till.claims_unsigned", now, core.unsigned_because)
    if core.to_confirm is not None:
        detail = f"rows are missing: kioskctl journal confirm {core.to_confirm}"
        yield Finding("core", "till.journal_unconfirmed", now, detail)
    if core.no_records_because:
        yield Finding("core", "till.records", now, core.no_records_because)
    if core.day_is_full:
        yield Finding("core", "till.day_limit", now, f"{core.taken_today} taken today")
    if core.suspected_today:
        yield Finding("core", "till.suspicions", now, f"{core.suspected_today} today")
    if core.no_rates_because:
        yield Finding("core", "till.no_rates", now, core.no_rates_because)
    if core.other_fees:
        detail = "; ".join(core.other_fees.values())
        yield Finding("core", "till.fees_differ", now, detail)
    yield from _of_occasion(core, now)
    yield from (Finding("core", code, now, why) for code, why in core.alarms.items())


def _of_occasion(core: CoreState, now: str) -> Iterator[Finding]:
    if core.conduct:
        yield Finding("core", "till.conduct", now, core.conduct)
    if core.no_content_because:
        yield Finding("core", "till.content", now, core.no_content_because)
    if core.meeting:
        yield Finding("core", "till.meeting", now, core.meeting)
