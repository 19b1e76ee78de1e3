"""Hears the other daemons on the bus, and keeps what the fleet must be told of.

What is told with a response topic is answered when it is on disk, and not before: its source tells
it again until then.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import msgspec

from firmware.contract.device import DeviceEvent, DeviceState, Outcome, Reply
from firmware.contract.fault_ticket import FaultTickets
from firmware.contract.fleet import Told
from firmware.contract.gateway import GatewayState
from firmware.contract.health import CoreState, KioskHealth, Presence
from firmware.contract.machine import Machine
from firmware.contract.till import TillEvent
from firmware.contract.topics import Topics
from firmware.runtime.bus import Bus, Envelope
from firmware.uplink.happenings import (
    SAID_ONCE,
    Change,
    of_device,
    of_findings,
    of_operator,
    of_till,
)
from firmware.uplink.kept import Kept
from firmware.uplink.outbox import OutboxFault
from firmware.uplink.stamp import moment
from firmware.uplink.truth import Heard

log = logging.getLogger("uplink")

# Health and the devices it hears of have spoken again by then: what it does not find after that is
# over, and not only silent after a restart (firmware/health/assess.py, HEARD_WITHIN).
SETTLES_AFTER = 45.0  # seconds


class Ear:
    """`on_news` is called after anything that may have to be sent. `has_room` says whether the disk
    has its floor: without it nothing new is kept, and whoever tells it hears so."""

    def __init__(
        self, kept: Kept, heard: Heard, has_room: Callable[[], bool], on_news: Callable[[], None]
    ) -> None:
        self._kept, self.heard, self._has_room, self._on_news = kept, heard, has_room, on_news
        self.devices: dict[str, DeviceState] = {}
        self.presences: dict[str, Presence] = {}
        self.gateway: GatewayState | None = None
        self.machine = Machine()
        self.trouble = ""  # why events are not kept now; empty: they are
        self._settled_at = kept.clock.monotonic() + SETTLES_AFTER

    def join(self, bus: Bus, topics: Topics) -> None:
        """Listen to all of it."""
        bus.on(topics.core_state, self._on_core)
        bus.on(topics.health_state, self._on_health)
        bus.on(topics.gateway_state, self._on_gateway)
        bus.on(topics.presence("+"), self._on_presence)
        bus.on(topics.health_machine, self._on_machine)
        bus.on(topics.health_tickets, self._on_tickets)
        bus.on(topics.device_state("+"), self._on_device_state)
        bus.on(topics.device_event("+"), self._on_device_event)
        bus.on(topics.core_event, self._on_till_event)
        bus.on(topics.uplink_event, lambda envelope: bus.answer(envelope, self.tell(envelope)))

    @property
    def core_is_alive(self) -> bool:
        return self.presences.get("core", Presence(False)).is_alive

    @property
    def money_is_inside(self) -> bool:
        """A visit with money, as far as core says; a core that is gone says nothing."""
        core = self.heard.core
        if core is None or not self.core_is_alive:
            return False
        return bool(core.session) or core.inserted.paise > 0

    def tell(self, envelope: Envelope) -> Reply:
        """Of somebody who wants to know that it is kept."""
        told: Told | None = decode(envelope, Told)
        if told is None:
            return Reply(Outcome.REFUSED, "not understood")
        is_kept = self._keep(Change([told], {}, []))
        return Reply(Outcome.DONE) if is_kept else Reply(Outcome.REFUSED, self.trouble)

    def look(self) -> None:
        """Once a second: what stands, when everybody has had time to say so."""
        health = self.heard.health
        if health is not None and self._kept.clock.monotonic() >= self._settled_at:
            self._keep(of_findings(health.findings, self._kept.outbox.standing()))

    def _keep(self, change: Change) -> bool:
        """On disk, or not, and then `trouble` says why."""
        if not (change.told or change.begun or change.ended):
            return True
        if not self._has_room():
            self.trouble = "the disk is almost full: events are not kept"
            return False
        try:
            stamp = self._kept.stamper.now()
            added = self._kept.outbox.add(change.told, stamp, change.begun, change.ended)
        except OutboxFault as fault:
            log.error("not kept: %s", fault)
            self.trouble = str(fault)
            return False
        self.trouble = ""
        if added:
            self._on_news()
        return True

    def _now(self) -> str:
        return moment(self._kept.clock.now())

    # --- by topic ----------------------------------------------------------------------------

    def _on_core(self, envelope: Envelope) -> None:
        core: CoreState | None = decode(envelope, CoreState)
        if core is not None:
            self.heard.core = core
            self._keep(of_operator(core, self._kept.outbox.standing(), self._now()))
            self._on_news()

    def _on_health(self, envelope: Envelope) -> None:
        health: KioskHealth | None = decode(envelope, KioskHealth)
        if health is not None:
            self.heard.health = health
            self.look()
            self._on_news()

    def _on_machine(self, envelope: Envelope) -> None:
        self.machine = decode(envelope, Machine) or self.machine

    def _on_tickets(self, envelope: Envelope) -> None:
        self.heard.tickets = decode(envelope, FaultTickets) or self.heard.tickets

    def _on_gateway(self, envelope: Envelope) -> None:
        self.gateway = decode(envelope, GatewayState) or self.gateway

    def _on_presence(self, envelope: Envelope) -> None:
        presence: Presence | None = decode(envelope, Presence)
        name = envelope.topic.rpartition("/")[2]
        if presence is None or presence == self.presences.get(name):
            return
        self.presences[name] = presence
        if name == "health":
            self._settled_at = self._kept.clock.monotonic() + SETTLES_AFTER

    def _on_device_state(self, envelope: Envelope) -> None:
        state: DeviceState | None = decode(envelope, DeviceState)
        if state is not None:
            self.devices[envelope.device] = state

    def _on_device_event(self, envelope: Envelope) -> None:
        event: DeviceEvent | None = decode(envelope, DeviceEvent)
        operator = self.heard.core.operator if self.heard.core is not None else ""
        if event is not None and (told := of_device(envelope.device, event, operator)) is not None:
            self._keep(Change([told], {}, []))

    def _on_till_event(self, envelope: Envelope) -> None:
        event: TillEvent | None = decode(envelope, TillEvent)
        if isinstance(event, SAID_ONCE):
            self._keep(Change([of_till(event, self._now())], {}, []))


def decode(envelope: Envelope, carried: Any) -> Any:
    """None, and a line in the log, for what the topic does not carry."""
    try:
        return msgspec.json.decode(envelope.payload, type=carried)
    except msgspec.DecodeError as error:
        log.error("%s: refused %d bytes: %s", envelope.topic, len(envelope.payload), error)
        return None
