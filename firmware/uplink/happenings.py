"""What the other daemons say on the bus, as events of the fleet: each once, whoever restarts.

A state that stands (a finding, an operator who is in) is compared with what was told to stand. What
happens has an id of its own where its source gives one; what a source says once is told once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from firmware.contract.device import DeviceEvent, Switch, SwitchMoved
from firmware.contract.fleet import Told
from firmware.contract.health import CoreState, Finding
from firmware.contract.money import Money
from firmware.contract.till import FeesDiffered, PaymentRefused, RequestRefused, TillEvent

FINDING, OPERATOR = "finding", "operator"  # what stands, by the first part of its key
SWITCHES = {
    Switch.DOOR_IS_OPEN: ("door.opened", "door.closed"),
    Switch.TAMPER: ("tamper.opened", "tamper.closed"),
    Switch.CASH_BOX_IS_OUT: ("cash_box.pulled", "cash_box.returned"),
}
# What core writes no row of with all that the fleet must hear; of the others rows_told.py tells.
SAID_ONCE = (PaymentRefused, RequestRefused, FeesDiffered)
WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True)
class Change:
    """What is to be kept in one commit."""

    told: list[Told]
    begun: dict[str, str]  # key -> detail
    ended: list[str]


def of_findings(findings: Iterable[Finding], standing: Mapping[str, str]) -> Change:
    """`fault.began` and `fault.ended`, of what health says against what was told to stand."""
    now = {f"{FINDING} {each.part} {each.code}": each for each in findings}
    told_of = {key: since for key, since in standing.items() if key.startswith(FINDING)}
    told, begun = [], {}
    ended = [key for key in told_of if key not in now]
    for key in ended:
        _, part, code = key.split(" ", 2)
        facts = {"part": part, "code": code, "since": told_of[key]}
        told.append(Told(f"{key} {told_of[key]} ended", "fault.ended", dict(facts)))
    for key, finding in now.items():
        if key not in told_of:
            facts = {"part": finding.part, "code": finding.code, "detail": finding.detail}
            facts["since"] = finding.since
            told.append(Told(f"{key} {finding.since}", "fault.began", dict(facts)))
            begun[key] = finding.since
    return Change(told, begun, ended)


def of_operator(core: CoreState, standing: Mapping[str, str], at: str) -> Change:
    """`desk.opened` and `desk.closed`: who is at the operator's desk."""
    before = {key for key in standing if key.startswith(OPERATOR)}
    now = {f"{OPERATOR} {core.operator}"} if core.operator else set()
    told = [Told(f"{key} {standing[key]} out", "desk.closed", {"operator": _name(key)}, at)
            for key in sorted(before - now)]  # fmt: skip
    told += [Told(f"{key} {at} in", "desk.opened", {"operator": _name(key)}, at)
             for key in sorted(now - before)]  # fmt: skip
    return Change(told, dict.fromkeys(sorted(now - before), at), sorted(before - now))


def kind_of(event: type[object]) -> str:
    """Of a type of TillEvent: `till.payment_refused`."""
    return "till." + WORD.sub("_", event.__name__).lower()


def of_till(event: TillEvent, at: str) -> Told:
    """As core says it, its fields as facts. It says each once."""
    kind = kind_of(type(event))
    facts = {name: _plain(getattr(event, name)) for name in event.__struct_fields__}
    body = sha256(msgspec.json.encode(event)).hexdigest()[:16]
    return Told(f"{kind} {at} {body}", kind, facts, at)


def of_device(device: str, event: DeviceEvent, operator: str) -> Told | None:
    """Door, tamper switch and cash box, by the durable id of the move; of others nothing: credits
    and papers are rows of the journal."""
    if not isinstance(event, SwitchMoved) or event.id is None:
        return None
    return of_switch(device, event.switch, event.value, str(event.id), operator)


def of_switch(device: str, switch: str, value: bool, name: str, operator: str) -> Told | None:
    """None for a switch that is not for the record; `name` is the durable id of the move."""
    kinds = SWITCHES.get(Switch(switch)) if switch in list(Switch) else None
    if kinds is None:
        return None
    kind = kinds[0] if value else kinds[1]
    return Told(f"switch {device} {name}", kind, {"device": device, "operator": operator})


def _name(key: str) -> str:
    return key.partition(" ")[2]


def _plain(value: object) -> str | int | float | bool | list[str] | None:
    """As an event carries it: money in paise."""
    match value:
        case Money():
            return value.paise
        case list():
            return [str(each) for each in value]
        case str() | int() | float() | None:
            return value
        case _:
            return str(value)
