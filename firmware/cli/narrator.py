"""The kiosk told as it happens: retained documents become what changed in them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from firmware.cli import words
from firmware.contract import (
    command,
    desk,
    device,
    downtime,
    fault_ticket,
    gateway,
    health,
    machine,
    meeting,
    network,
    panel,
    screen,
    till,
)
from firmware.contract.topics import TOPICS, Topic

REMEMBERED = 500  # events; money is told again until core has written it down
# only with --all
QUIET = (device.Lease, panel.Tower, device.Acknowledge, screen.Screen, machine.Machine)
REPLIES = "reply/"  # of several kinds, told apart by who asked; a bill names a citizen

Line = tuple[str, str]  # who, what


class Narrator:
    """Feed it every message of the bus in order; it says what is new, in words."""

    def __init__(self, tells_all: bool = False) -> None:
        self._tells_all = tells_all
        self._last: dict[str, Any] = {}  # retained documents, by topic
        self._told: deque[tuple[type, str]] = deque(maxlen=REMEMBERED)

    def hear(self, path: str, payload: bytes) -> list[Line]:
        """`path` is the topic without `kiosk/<id>/`. What cannot be read is said, not hidden."""
        topic, name = find_topic(path)
        if topic is None:
            return [(path, repr(payload))]
        try:
            if topic.pattern.startswith(REPLIES):
                reply = msgspec.json.decode(payload, type=dict[str, Any])
                return [(name, f"answered {_kind(reply)}")] if self._tells_all else []
            message = msgspec.json.decode(payload, type=topic.carries)
        except msgspec.DecodeError as error:
            return [(path, f"cannot be read: {error}")]
        return self._tell(path, topic, name, message)

    def _tell(self, path: str, topic: Topic, name: str, message: Any) -> list[Line]:
        if isinstance(message, QUIET) and not self._tells_all:
            return []
        if topic.is_retained:
            before, self._last[path] = self._last.get(path), message
            return [(name, what) for what in CHANGES[type(message)](before, message)]
        if topic.pattern.endswith("/event") and self._is_repeat(message):
            return []
        return [(name, _say(message))]

    def _is_repeat(self, event: device.DeviceEvent) -> bool:
        key = device.event_key(event)
        if key is None or self._tells_all:
            return False
        told = (type(event), key)
        if told in self._told:
            return True
        self._told.append(told)
        return False


def find_topic(path: str) -> tuple[Topic | None, str]:
    """The row of TOPICS, and who speaks or is spoken to."""
    parts = path.split("/")
    for topic in TOPICS:
        wanted = topic.pattern.split("/")
        pairs = list(zip(wanted, parts, strict=False))
        if len(wanted) == len(parts) and all(want in ("{name}", part) for want, part in pairs):
            named = [part for want, part in pairs if want == "{name}"]
            return topic, named[0] if named else parts[0]
    return None, ""


def _kind(reply: dict[str, Any]) -> str:
    """`done`, `refused`, or what the gateway calls its answer; nothing of a citizen's."""
    return str(reply.get("outcome") or reply.get("type", "nothing known"))


# Whoever is not here is an event of a device.
SAYINGS: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (device.Lease, words.of_lease),
    (screen.Press, words.of_press),
    (command.CoreCommand, words.of_core_command),
    (gateway.GatewayRequest, words.of_request),
    (device.DeviceCommand, words.of_command),
    (panel.Tower, words.of_tower),
    (health.DeviceTested, words.of_test),
    (till.TillEvent, words.of_till),
)


def _say(message: Any) -> str:
    said = (say for kind, say in SAYINGS if isinstance(message, kind))
    return next(said, words.of_event)(message)


# --- what changed in a retained document; `before` is None for the first one ------------------


def _device(before: device.DeviceState | None, now: device.DeviceState) -> Iterator[str]:
    if before is None or before.status is not now.status:
        yield f"is {now.status.replace('_', ' ')}"
    old = [] if before is None else [fault.code for fault in before.faults]
    for fault in now.faults:
        if fault.code not in old:
            yield f"fault {fault.code} {fault.detail}".rstrip()
    for code in old:
        if code not in [fault.code for fault in now.faults]:
            yield f"fault {code} is over"


def _core(before: health.CoreState | None, now: health.CoreState) -> Iterator[str]:
    if before is None or before.status is not now.status:
        yield f"is {now.status.replace('_', ' ')}"
    if before is None or before.screen != now.screen:
        yield f"shows {now.screen}"
    if before is None:
        return
    if before.operator != now.operator:
        yield f"{now.operator} is in" if now.operator else f"{before.operator} is out"
    if before.session != now.session:
        yield f"session {now.session} opened" if now.session else f"session {before.session} ended"
    if before.inserted != now.inserted and now.session:
        yield f"inserted {now.inserted}"
    if before.in_cash_box != now.in_cash_box:
        yield f"cash box holds {now.in_cash_box}"
    if before.unposted != now.unposted:
        yield f"{now.unposted} unposted"
    if before.claims != now.claims:
        yield f"{now.claims} open claims"
    if before.conduct != now.conduct:
        yield f"code of conduct {now.conduct}" if now.conduct else "code of conduct is over"
    if before.content != now.content:
        yield f"shows content {now.content}" if now.content else "shows no content"
    if before.meeting != now.meeting:
        yield f"holds meeting {now.meeting}" if now.meeting else f"meeting {before.meeting} is over"
    if before.may_halt != now.may_halt:
        yield "the machine may halt" if now.may_halt else "the machine may not halt any more"


def _gateway(before: gateway.GatewayState | None, now: gateway.GatewayState) -> Iterator[str]:
    if before is None or before.is_online != now.is_online:
        yield f"back end is {'online' if now.is_online else 'offline'} {now.detail}".rstrip()


def _presence(before: health.Presence | None, now: health.Presence) -> Iterator[str]:
    if before is None or before.is_alive != now.is_alive:
        yield "is alive" if now.is_alive else "is GONE"


def _health(before: health.KioskHealth | None, now: health.KioskHealth) -> Iterator[str]:
    if before is None or before.condition is not now.condition:
        yield f"kiosk is {now.condition.replace('_', ' ')}"
    old = set() if before is None else {(each.part, each.code) for each in before.findings}
    for each in now.findings:
        if (each.part, each.code) not in old:
            yield f"finding {each.part} {each.code}: {each.detail}".rstrip(": ")
    for part, code in sorted(old - {(each.part, each.code) for each in now.findings}):
        yield f"finding {part} {code} is over"


def _screen(before: screen.Screen | None, now: screen.Screen) -> Iterator[str]:
    yield f"screen {now.serial}: {type(now.data).__name__}"


def _settings(before: desk.Settings | None, now: desk.Settings) -> Iterator[str]:
    if before is not None and before != now:
        yield f"volume {now.volume} %, brightness {now.brightness} %"


def _network(before: network.Network | None, now: network.Network) -> Iterator[str]:
    if before is None or before.broken != now.broken:
        yield words.of_network(now)


def _services(before: downtime.ServiceStates | None, now: downtime.ServiceStates) -> Iterator[str]:
    old = {} if before is None else before.why_not
    for service, why in now.why_not.items():
        if old.get(service, "") != why:
            yield f"{service}: {why}" if why else f"{service} can be had again"


def _tickets(
    before: fault_ticket.FaultTickets | None, now: fault_ticket.FaultTickets
) -> Iterator[str]:
    old = {} if before is None else {each.number: each for each in before.open}
    for each in now.open:
        if old.get(each.number) != each:
            yield f"ticket {each.number} {each.part} {each.code}: with the {each.level}"
    for number in old.keys() - {each.number for each in now.open}:
        yield f"ticket {number} is closed"


def _machine(before: machine.Machine | None, now: machine.Machine) -> Iterator[str]:
    yield ", ".join(f"{name} {value:g}" for name, value in now.numbers.items())


def _schedule(before: meeting.Schedule | None, now: meeting.Schedule) -> Iterator[str]:
    yield f"schedule {now.version}: {len(now.meetings)} meetings"


CHANGES: dict[type, Callable[[Any, Any], Iterator[str]]] = {
    device.DeviceState: _device,
    health.CoreState: _core,
    gateway.GatewayState: _gateway,
    health.Presence: _presence,
    health.KioskHealth: _health,
    screen.Screen: _screen,
    desk.Settings: _settings,
    network.Network: _network,
    downtime.ServiceStates: _services,
    fault_ticket.FaultTickets: _tickets,
    machine.Machine: _machine,
    meeting.Schedule: _schedule,
}
