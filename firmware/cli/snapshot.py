"""Everything the bus retains, read once: what a technician sees who just came in."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from firmware.contract.desk import Settings
from firmware.contract.device import DeviceState
from firmware.contract.fleet import UplinkState
from firmware.contract.gateway import GatewayState
from firmware.contract.health import CoreState, KioskHealth, Presence
from firmware.contract.meeting import Schedule
from firmware.contract.network import Network
from firmware.contract.topics import Topics
from firmware.runtime.bus import Bus, Envelope
from firmware.runtime.config import Config

DAEMONS = ("core", "health", "ui")  # of the gateway its own state tells
CONNECTS_WITHIN = 5.0  # seconds; the broker is on this machine, which may be busy
ARRIVES_WITHIN = 0.5  # seconds from the subscription to the last retained document


class NoBus(ConnectionError):
    """The broker does not answer, or turns this user away."""


@dataclass
class Snapshot:
    """One kiosk; None and absent names were not on the bus."""

    kiosk: str
    place: str
    expected: list[str]  # devices of kiosk.toml
    devices: dict[str, DeviceState] = field(default_factory=dict)
    presences: dict[str, Presence] = field(default_factory=dict)
    core: CoreState | None = None
    gateway: GatewayState | None = None
    health: KioskHealth | None = None
    settings: Settings | None = None
    network: Network | None = None
    schedule: Schedule | None = None
    uplink: UplinkState | None = None
    daemons: tuple[str, ...] = DAEMONS

    @property
    def is_complete(self) -> bool:
        """Nothing more is to come."""
        singles = (self.core, self.gateway, self.health)
        return (
            None not in singles
            and set(self.expected) <= set(self.devices)
            and set(self.daemons) <= set(self.presences)
        )

    @property
    def core_is_alive(self) -> bool:
        """Else its last word is old, too. A broker that just began may not have its presence."""
        return "core" not in self.presences or self.presences["core"].is_alive

    @property
    def health_is_alive(self) -> bool:
        """Else its last word is old, whatever it says."""
        return "health" in self.presences and self.presences["health"].is_alive


def technician_bus(config: Config) -> Bus:
    """A place on the bus that only listens; any number of them beside each other."""
    address = config.bus_address("technician")
    return Bus(address, name=f"technician-{os.getpid()}")


async def take(config: Config, *also: str) -> Snapshot:
    """Connect, read what is retained, and leave; `also` names what else of the Snapshot is waited
    for. Raises NoBus."""
    place = config.kiosk.place.get("en") or next(iter(config.kiosk.place.values()), "")
    daemons = DAEMONS if config.uplink is None else (*DAEMONS, "uplink")
    snapshot = Snapshot(config.kiosk.id, place, list(config.device), daemons=daemons)
    bus, arrived = technician_bus(config), asyncio.Event()
    _fill(snapshot, bus, Topics(config.kiosk.id), arrived)
    async with on_the_bus(bus):
        with contextlib.suppress(TimeoutError):  # what is not there by now is not there
            async with asyncio.timeout(ARRIVES_WITHIN):
                while not snapshot.is_complete or None in [getattr(snapshot, it) for it in also]:
                    arrived.clear()
                    await arrived.wait()
    return snapshot


@contextlib.asynccontextmanager
async def on_the_bus(bus: Bus) -> AsyncIterator[None]:
    """Connected inside, gone after. Raises NoBus."""
    running = asyncio.ensure_future(bus.run())
    try:
        await until_connected(bus)
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def until_connected(bus: Bus) -> None:
    """Raises NoBus when that takes too long."""
    try:
        await asyncio.wait_for(bus.connected(), CONNECTS_WITHIN)
    except TimeoutError:
        address = bus.address
        raise NoBus(
            f"no bus at {address.socket}: the broker does not answer, or refuses {address.user}"
        ) from None


def _fill(snapshot: Snapshot, bus: Bus, topics: Topics, arrived: asyncio.Event) -> None:
    def single(name: str, document: Any, leaf: str = "state", at: str = "") -> None:
        def take_it(envelope: Envelope) -> None:
            setattr(snapshot, at or name, msgspec.json.decode(envelope.payload, type=document))
            arrived.set()

        bus.on(f"kiosk/{snapshot.kiosk}/{name}/{leaf}", take_it)

    def named(topic: str, into: dict[str, Any], part: int, document: Any) -> None:
        def take_it(envelope: Envelope) -> None:
            name = envelope.topic.split("/")[part]
            into[name] = msgspec.json.decode(envelope.payload, type=document)
            arrived.set()

        bus.on(topic, take_it)

    single("uplink", UplinkState)  # first: a kiosk without a fleet is complete without it
    single("core", CoreState)
    single("gateway", GatewayState)
    single("health", KioskHealth)
    single("meeting", Schedule, "schedule", "schedule")
    single("core", Settings, "settings", "settings")
    single("gateway", Network, "network", "network")
    named(topics.device_state("+"), snapshot.devices, 3, DeviceState)
    named(topics.presence("+"), snapshot.presences, 3, Presence)
