"""The kiosk on one screen of 24 lines and 80 columns: text in, nothing but text out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from firmware.cli.exits import Exit
from firmware.cli.snapshot import Snapshot
from firmware.contract.device import USABLE, Consumable, DeviceState, Status
from firmware.contract.fleet import UplinkState
from firmware.contract.health import Condition, CoreState, Finding
from firmware.runtime.config import Config
from firmware.runtime.fault_words import meaning

WIDTH, HEIGHT = 80, 24  # a terminal over a slow line has no more
LABEL = 10  # columns of the left margin
MM_IN_A_METRE = 1000

EXITS = {
    Condition.IN_SERVICE: Exit.WELL,
    Condition.DEGRADED: Exit.NOT_WELL,
    Condition.OUT_OF_SERVICE: Exit.UNKNOWN,  # as where kiosk-health does not vouch for the kiosk
}


class Colour(StrEnum):
    """ANSI (ECMA-48) colours."""

    GREEN = "32"
    YELLOW = "33"
    RED = "31"
    NONE = ""


CONDITIONS = {
    Condition.IN_SERVICE: ("IN SERVICE", Colour.GREEN),
    Condition.DEGRADED: ("DEGRADED", Colour.YELLOW),
    Condition.OUT_OF_SERVICE: ("OUT OF SERVICE", Colour.RED),
}
SWITCHES = {
    "door_is_open": ("door shut", "door open"),
    "tamper": ("no tamper", "TAMPER"),
    "cash_box_is_out": ("cash box in place", "cash box out"),
    "mains_is_off": ("on mains", "on battery"),
    "battery_is_low": ("battery good", "battery low"),
}


def exit_code(snapshot: Snapshot) -> Exit:
    """0 in service, 1 degraded, 2 out of service or unknown."""
    if snapshot.health is None or not snapshot.health_is_alive:
        return Exit.UNKNOWN
    return EXITS[snapshot.health.condition]


def status_screen(snapshot: Snapshot, is_coloured: bool = False) -> str:
    """At most HEIGHT lines of at most WIDTH columns."""
    lines = [_title(snapshot, is_coloured), ""]
    lines += _block("Devices", _devices(snapshot, is_coloured))
    lines += _block("Till", _till(snapshot))
    lines += _block("Back end", [_back_end(snapshot)])
    if snapshot.uplink is not None:
        lines += _block("Fleet", [_fleet(snapshot.uplink)])
    lines += _block("Daemons", [_daemons(snapshot)])
    lines += _block("Findings", _findings(snapshot, HEIGHT - len(lines)))
    return "\n".join(lines) + "\n"


def without_a_bus(config: Config, why: str, programs: dict[str, str]) -> str:
    """What can be said when the broker is dead: which programs systemd has, and what to do.

    `programs` are units and their states, empty where there is no systemd.
    """
    place = config.kiosk.place.get("en") or next(iter(config.kiosk.place.values()), "")
    lines = [f"Kiosk {config.kiosk.id}, {place}: UNKNOWN: the bus is dead", "", why]
    lines += [f"{unit:<28}{state}" for unit, state in programs.items()]
    lines.append("try: systemctl restart kiosk-bus; the others come back by themselves")
    return "\n".join(lines) + "\n"


def _title(snapshot: Snapshot, is_coloured: bool) -> str:
    name = f"Kiosk {snapshot.kiosk}, {snapshot.place}"
    if snapshot.health is None or not snapshot.health_is_alive:
        word, colour = "UNKNOWN: kiosk-health is not running", Colour.RED
    else:
        word, colour = CONDITIONS[snapshot.health.condition]
    room = WIDTH - len(word) - 1
    return f"{_cut(name, room):<{room}} {_paint(word, colour, is_coloured)}"


def _devices(snapshot: Snapshot, is_coloured: bool) -> list[str]:
    rows = []
    for name in snapshot.expected:
        state = snapshot.devices.get(name)
        status = Status.GONE if state is None else state.status
        about = "never reported" if state is None else _about(snapshot, state)
        word = _paint(f"{status.replace('_', ' '):<14}", _colour(status), is_coloured)
        rows.append(f"{name:<9} {word} {_cut(about, WIDTH - LABEL - 25)}".rstrip())
    return rows


def _about(snapshot: Snapshot, state: DeviceState) -> str:
    """What matters most first, for the line may be too short for all of it."""
    said = [fault.code for fault in state.faults]
    test = None if snapshot.health is None else snapshot.health.tests.get(state.name)
    is_tested = test is not None and test.serial == state.identity.serial
    if test is not None and is_tested and test.failed:
        said.append(f"test FAILED {_day(test.at)}")
    said += [_left(each, snapshot) for each in state.consumables]
    if state.held is not None:
        said.append(f"{state.held.value} in escrow")
    if state.accepting:
        said.append("takes " + " ".join(f"₹{value.short()}" for value in state.accepting))
    said += [_switch(name, value) for name, value in state.inputs.items()]
    said += [f"{name} on" for name, is_on in state.outputs.items() if is_on]
    identity = state.identity
    said.append(" ".join(filter(None, (identity.maker, identity.model, identity.serial))))
    if test is not None and is_tested and not test.failed:
        said.append(f"tested {_day(test.at)}")
    return "; ".join(filter(None, said))


def _day(at: str) -> str:
    return datetime.fromisoformat(at).strftime("%d %b")


def _left(consumable: Consumable, snapshot: Snapshot) -> str:
    if consumable.level is None:
        return f"{consumable.name}: level not known"
    if consumable.unit != "mm":
        return f"{consumable.name} {consumable.level} {consumable.unit}"
    text = f"{consumable.name} {consumable.level / MM_IN_A_METRE:.1f} m"
    if snapshot.health is not None and snapshot.health.tickets_left is not None:
        text += f", about {snapshot.health.tickets_left} tickets"
    return text


def _switch(name: str, value: bool) -> str:
    at_rest, moved = SWITCHES.get(name, (f"not {name}", name))
    return moved if value else at_rest


def _till(snapshot: Snapshot) -> list[str]:
    core = snapshot.core
    if core is None:
        return ["core never reported"]
    session = f"session {core.session}" if core.session else "no session"
    if core.operator:
        session = f"operator {core.operator}"
    status = core.status.replace("_", " ") if snapshot.core_is_alive else "GONE, its last word"
    return [
        f"{status}; screen {core.screen}; {session}; inserted ₹{core.inserted.exact()}",
        f"cash box ₹{core.in_cash_box.exact()}; {core.unposted} unposted; "
        f"{core.claims} open claims",
        f"journal {core.journal_rows} rows, head {core.journal_head}" + _to_confirm(core),
        *_occasion(core),
    ]


def _occasion(core: CoreState) -> list[str]:
    """What is shown beside the services; no line where there is nothing."""
    said = [f"content {core.content}"] if core.content else []
    said += [f"CODE OF CONDUCT since {core.conduct}"] if core.conduct else []
    said += [f"meeting {core.meeting}"] if core.meeting else []
    return ["; ".join(said)] if said else []


def _to_confirm(core: CoreState) -> str:
    """Rows are missing: what a person has to do before cash is taken again."""
    return "" if core.to_confirm is None else f"; CONFIRM ROW {core.to_confirm}"


def _back_end(snapshot: Snapshot) -> str:
    gateway = snapshot.gateway
    if gateway is None:
        return "gateway never reported"
    word = "online" if gateway.is_online else "offline"
    return f"{word}; {gateway.detail}" if gateway.detail else word


def _fleet(uplink: UplinkState) -> str:
    """Whether the district hears this kiosk, and what waits for it."""
    if not uplink.is_configured:
        return "none: no [uplink] in kiosk.toml"
    waits = f"{uplink.link}; {uplink.events} events and {uplink.rows} rows wait"
    return f"{waits}; {uplink.detail}" if uplink.detail else waits


def _daemons(snapshot: Snapshot) -> str:
    def word(name: str) -> str:
        presence = snapshot.presences.get(name)
        if presence is None:
            return "never reported"
        return "alive" if presence.is_alive else "GONE"

    return "; ".join(f"{name} {word(name)}" for name in snapshot.daemons)


def _findings(snapshot: Snapshot, room: int) -> list[str]:
    if snapshot.health is None:
        return ["not known without kiosk-health"]
    told = [_finding(each) for each in snapshot.health.findings] or ["none"]
    if not snapshot.health_is_alive:
        told = ["of the last look of kiosk-health, before it went:", *told]
    if len(told) > room:
        told = [*told[: room - 1], f"and {len(told) - room + 1} more"]
    return told


def _finding(finding: Finding) -> str:
    since = datetime.fromisoformat(finding.since).strftime("%d %b %H:%M")
    said = finding.detail or meaning(finding.code, "en")
    detail = f": {said}" if said else ""
    return f"since {since}  {finding.part}  {finding.code}{detail}"


def _block(label: str, rows: list[str]) -> Iterator[str]:
    for number, row in enumerate(rows):
        yield _cut(f"{label if number == 0 else '':<{LABEL}}{row}", WIDTH)


def _colour(status: Status) -> Colour:
    if status in (Status.STARTING, Status.DEGRADED):
        return Colour.YELLOW
    return Colour.GREEN if status in USABLE else Colour.RED


def _paint(text: str, colour: Colour, is_coloured: bool) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m" if is_coloured and colour else text


def _cut(text: str, width: int) -> str:
    """Escape sequences take no room; a line that has them is cut before it is painted."""
    if "\x1b" in text or len(text) <= width:
        return text
    return text[: width - 1] + "…"
