"""Where each type travels, who may write it, and who may read it: the one place that knows.

The broker's access list and `docs/topics.md` are both drawn from `TOPICS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from firmware.contract import (
    command,
    desk,
    device,
    downtime,
    fault_ticket,
    finger,
    fleet,
    gateway,
    health,
    machine,
    meeting,
    network,
    panel,
    screen,
    till,
    uplink,
)

READERS_OF_ALL = ("technician", "health")


@dataclass(frozen=True)
class Topic:
    """One row. `pattern` has `{name}` where a device's or daemon's name stands."""

    pattern: str
    carries: Any
    writers: tuple[str, ...]  # bus users; `{name}` stands for the user `driver-<name>`
    readers: tuple[str, ...]
    is_retained: bool
    meaning: str
    is_private: bool = False  # not even for READERS_OF_ALL

    @property
    def all_readers(self) -> tuple[str, ...]:
        return self.readers if self.is_private else (*self.readers, *READERS_OF_ALL)


TOPICS: tuple[Topic, ...] = (
    Topic("device/{name}/state", device.DeviceState, ("driver",), ("core", "ui", "uplink"), True,
          "The whole present truth of one device; the last will says `gone`."),
    Topic("device/{name}/event", device.DeviceEvent, ("driver",), ("core", "uplink"), False,
          "What happened. Money and print results are told again until acknowledged."),
    Topic("device/{name}/command", device.DeviceCommand, ("core",), ("driver",), False,
          "What to do. Carries an expiry; answered by a Reply where a response topic asks for it."),
    Topic("device/{name}/lease", device.Lease, ("core",), ("driver",), False,
          "Permission to take money for a few seconds (M4)."),
    Topic("device/{name}/tower", panel.Tower, ("health",), ("driver",), False,
          "What the tower lamp shows for some seconds; to a panel, and said again."),
    Topic("device/{name}/sealed", finger.Sealed, ("driver",), ("gateway",), False,
          "What is encrypted of a card or a finger, for the gateway alone; core has the reference.",
          is_private=True),
    Topic("screen/state", screen.Screen, ("core",), ("ui",), True,
          "What the citizen sees now."),
    Topic("screen/press", screen.Press, ("ui",), ("core",), False,
          "What the citizen pressed, with the serial of the screen it was pressed on."),
    Topic("gateway/state", gateway.GatewayState, ("gateway",), ("core", "uplink"), True,
          "Whether the back end answers; the last will says that the gateway is gone."),
    Topic("gateway/request", gateway.GatewayRequest, ("core",), ("gateway",), False,
          "A question to the back end, with a response topic."),
    Topic("gateway/network", network.Network, ("gateway",), ("core",), True,
          "The way to the office, hop by hop, as the gateway measures it twice a minute."),
    Topic("core/state", health.CoreState, ("core",), ("uplink",), True,
          "What the till is doing and what the journal holds."),
    Topic("core/settings", desk.Settings, ("core",), ("ui",), True,
          "How loud and how bright the kiosk is, by its operator's choice."),
    Topic("core/services", downtime.ServiceStates, ("core",), ("uplink",), True,
          "Which services cannot be begun now, and why."),
    Topic("core/event", till.TillEvent, ("core",), ("uplink",), False,
          "What a person must look into: the cash box and what does not agree with it."),
    Topic("core/command", command.CoreCommand, ("technician",), ("core",), False,
          "What a person at the kiosk tells core, with a response topic; each is on the record."),
    Topic("meeting/schedule", meeting.Schedule, ("core",), (), True,
          "The meetings that are to come: the fleet's (of uplink/desired), and this kiosk's own."),
    Topic("health/state", health.KioskHealth, ("health",), ("ui", "core", "uplink"), True,
          "The kiosk in one document."),
    Topic("health/tickets", fault_ticket.FaultTickets, ("health",), ("core", "uplink"), True,
          "What somebody has to mend, under its number."),
    Topic("health/machine", machine.Machine, ("health",), ("uplink",), True,
          "What the computer in the kiosk measures of itself."),
    Topic("health/test", health.DeviceTested, ("technician", "core"), ("health",), False,
          "What came of a test of a device, by kioskctl (with a response topic) or at the desk."),
    Topic("uplink/state", fleet.UplinkState, ("uplink",), (), True,
          "Whether the fleet hears this kiosk; the last will says that the uplink is gone."),
    Topic("uplink/event", fleet.Told, ("core", "health", "technician"), ("uplink",), False,
          "What the fleet must hear, with a response topic: answered when it is on disk."),
    Topic("uplink/desired", uplink.Desired, ("uplink",), ("core", "ui"), True,
          "The fleet's settings in force here: signed by the fleet, and proven by the uplink."),
    Topic("uplink/notice", uplink.Notice, ("uplink",), ("core",), True,
          "What the fleet says on every kiosk's first screen: signed, and proven by the uplink."),
    Topic("uplink/order", fleet.FleetOrder, ("uplink",), ("core",), False,
          "What the fleet orders of the till, signed and proven; with a response topic."),
    Topic("journal/request", fleet.RowsAfter, ("uplink",), ("core",), False,
          "Rows of the journal, please; with a response topic."),
    Topic("presence/{name}", health.Presence, ("core", "health", "ui", "uplink"), ("uplink",), True,
          "Each daemon that is no device: alive, or its last will."),
    Topic("reply/core", device.Reply | gateway.GatewayReply, ("driver", "gateway", "uplink"),
          ("core",), False,
          "Answers to core's commands and requests, matched by correlation data."),
    Topic("reply/technician", device.Reply, ("core", "health", "uplink"), ("technician",), False,
          "Answers to the technician's commands, matched by correlation data."),
    Topic("reply/health", device.Reply, ("uplink",), ("health",), False,
          "Answers to what health told the uplink, matched by correlation data."),
    Topic("reply/uplink", fleet.Rows | device.Reply, ("core",), ("uplink",), False,
          "Core's answers to the uplink: rows of the journal, what became of an order.",
          is_private=True),
)  # fmt: skip


@dataclass(frozen=True)
class Topics:
    """The topics of one kiosk, spelled out."""

    kiosk: str

    def device_state(self, name: str) -> str:
        return f"kiosk/{self.kiosk}/device/{name}/state"

    def device_event(self, name: str) -> str:
        return f"kiosk/{self.kiosk}/device/{name}/event"

    def device_command(self, name: str) -> str:
        return f"kiosk/{self.kiosk}/device/{name}/command"

    def device_lease(self, name: str) -> str:
        return f"kiosk/{self.kiosk}/device/{name}/lease"

    def device_tower(self, name: str) -> str:
        return f"kiosk/{self.kiosk}/device/{name}/tower"

    def device_sealed(self, name: str) -> str:
        return f"kiosk/{self.kiosk}/device/{name}/sealed"

    @property
    def screen_state(self) -> str:
        return f"kiosk/{self.kiosk}/screen/state"

    @property
    def screen_press(self) -> str:
        return f"kiosk/{self.kiosk}/screen/press"

    @property
    def gateway_state(self) -> str:
        return f"kiosk/{self.kiosk}/gateway/state"

    @property
    def gateway_request(self) -> str:
        return f"kiosk/{self.kiosk}/gateway/request"

    @property
    def gateway_network(self) -> str:
        return f"kiosk/{self.kiosk}/gateway/network"

    @property
    def core_settings(self) -> str:
        return f"kiosk/{self.kiosk}/core/settings"

    @property
    def core_state(self) -> str:
        return f"kiosk/{self.kiosk}/core/state"

    @property
    def core_services(self) -> str:
        return f"kiosk/{self.kiosk}/core/services"

    @property
    def core_event(self) -> str:
        return f"kiosk/{self.kiosk}/core/event"

    @property
    def core_command(self) -> str:
        return f"kiosk/{self.kiosk}/core/command"

    @property
    def meeting_schedule(self) -> str:
        return f"kiosk/{self.kiosk}/meeting/schedule"

    @property
    def health_state(self) -> str:
        return f"kiosk/{self.kiosk}/health/state"

    @property
    def health_tickets(self) -> str:
        return f"kiosk/{self.kiosk}/health/tickets"

    @property
    def health_machine(self) -> str:
        return f"kiosk/{self.kiosk}/health/machine"

    @property
    def health_test(self) -> str:
        return f"kiosk/{self.kiosk}/health/test"

    @property
    def uplink_state(self) -> str:
        return f"kiosk/{self.kiosk}/uplink/state"

    @property
    def uplink_event(self) -> str:
        return f"kiosk/{self.kiosk}/uplink/event"

    @property
    def uplink_desired(self) -> str:
        return f"kiosk/{self.kiosk}/uplink/desired"

    @property
    def uplink_notice(self) -> str:
        return f"kiosk/{self.kiosk}/uplink/notice"

    @property
    def uplink_order(self) -> str:
        return f"kiosk/{self.kiosk}/uplink/order"

    @property
    def journal_request(self) -> str:
        return f"kiosk/{self.kiosk}/journal/request"

    def presence(self, name: str) -> str:
        return f"kiosk/{self.kiosk}/presence/{name}"

    def reply(self, name: str) -> str:
        return f"kiosk/{self.kiosk}/reply/{name}"


def access_list(kiosk: str, devices: list[str]) -> str:
    """The broker's ACL file: every user writes and reads just what TOPICS says."""
    rules: dict[str, set[str]] = {user: set() for user in users(devices)}
    for topic in TOPICS:
        for name in devices if "device/" in topic.pattern else [None]:
            path = f"kiosk/{kiosk}/{topic.pattern}"
            for role, verb in _roles(topic):
                for user in rules:
                    if (rule := _rule(path, role, verb, user, name)) is not None:
                        rules[user].add(rule)
    blocks = [f"user {user}\n" + "\n".join(sorted(lines)) for user, lines in rules.items()]
    return "\n\n".join(blocks) + "\n"


def users(devices: list[str]) -> list[str]:
    """Every bus user: one a daemon."""
    drivers = [f"driver-{name}" for name in devices]
    return ["core", "gateway", "health", "ui", "uplink", "technician", *drivers]


def _roles(topic: Topic) -> list[tuple[str, str]]:
    return [(role, "write") for role in topic.writers] + [
        (role, "read") for role in topic.all_readers
    ]


def _rule(path: str, role: str, verb: str, user: str, device_name: str | None) -> str | None:
    """`topic write kiosk/x/device/notes/state` when this role of the topic is this user's."""
    is_driver = user.startswith("driver-")
    if role != ("driver" if is_driver else user):
        return None
    if device_name is not None:
        if is_driver and user != f"driver-{device_name}":
            return None
        return f"topic {verb} {path.replace('{name}', device_name)}"
    if verb == "write":
        return f"topic write {path.replace('{name}', user)}"
    return f"topic read {path.replace('{name}', '+')}"
