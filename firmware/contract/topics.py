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
    finger,
    gateway,
    health,
    network,
    panel,
    screen,
    till,
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
    Topic("device/{name}/state", device.DeviceState, ("driver",), ("core", "ui"), True,
          "The whole present truth of one device; the last will says `gone`."),
    Topic("device/{name}/event", device.DeviceEvent, ("driver",), ("core",), False,
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
    Topic("gateway/state", gateway.GatewayState, ("gateway",), ("core",), True,
          "Whether the back end answers; the last will says that the gateway is gone."),
    Topic("gateway/request", gateway.GatewayRequest, ("core",), ("gateway",), False,
          "A question to the back end, with a response topic."),
    Topic("gateway/network", network.Network, ("gateway",), ("core",), True,
          "The way to the office, hop by hop, as the gateway measures it twice a minute."),
    Topic("core/state", health.CoreState, ("core",), (), True,
          "What the till is doing and what the journal holds."),
    Topic("core/settings", desk.Settings, ("core",), ("ui",), True,
          "How loud and how bright the kiosk is, by its operator's choice."),
    Topic("core/event", till.TillEvent, ("core",), (), False,
          "What a person must look into: the cash box and what does not agree with it."),
    Topic("core/command", command.CoreCommand, ("technician",), ("core",), False,
          "What a person at the kiosk tells core, with a response topic; each is on the record."),
    Topic("health/state", health.KioskHealth, ("health",), ("ui", "core"), True,
          "The kiosk in one document."),
    Topic("health/test", health.DeviceTested, ("technician", "core"), ("health",), False,
          "What came of a test of a device, by kioskctl (with a response topic) or at the desk."),
    Topic("presence/{name}", health.Presence, ("core", "health", "ui"), (), True,
          "Each daemon that is no device: alive, or its last will."),
    Topic("reply/core", device.Reply | gateway.GatewayReply, ("driver", "gateway"), ("core",),
          False, "Answers to core's commands and requests, matched by correlation data."),
    Topic("reply/technician", device.Reply, ("core", "health"), ("technician",), False,
          "Answers to the technician's commands, matched by correlation data."),
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
    def core_event(self) -> str:
        return f"kiosk/{self.kiosk}/core/event"

    @property
    def core_command(self) -> str:
        return f"kiosk/{self.kiosk}/core/command"

    @property
    def health_state(self) -> str:
        return f"kiosk/{self.kiosk}/health/state"

    @property
    def health_test(self) -> str:
        return f"kiosk/{self.kiosk}/health/test"

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
    return ["core", "gateway", "health", "ui", "technician", *drivers]


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
