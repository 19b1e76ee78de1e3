"""Health on the bus: hears every part, remembers what must survive, tells the kiosk in one word."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from firmware.contract.device import (
    DeviceEvent,
    DeviceState,
    Kind,
    Outcome,
    Reply,
    TicketPrinted,
)
from firmware.contract.document import DocumentPrinted
from firmware.contract.downtime import ServiceStates
from firmware.contract.fault_ticket import FaultTickets
from firmware.contract.fleet import UplinkState
from firmware.contract.gateway import GatewayState
from firmware.contract.health import CoreState, DeviceTested, KioskHealth, LastTest, Presence
from firmware.contract.network import HopName, Network
from firmware.contract.panel import Tower, TowerSignal
from firmware.contract.till import SupplyRefilled, TillEvent
from firmware.contract.topics import Topics
from firmware.health.assess import HEARD_WITHIN, Facts, Swap, assess, times, tower_of
from firmware.health.inventory import Inventory
from firmware.health.records import Heard, Records
from firmware.health.supplies import Supplies, done, refilled, seen
from firmware.health.telling import tell_all
from firmware.runtime import VERSION
from firmware.runtime.bus import Bus, Envelope
from firmware.runtime.clock import Clock
from firmware.runtime.config import Config
from firmware.runtime.daemon import notify

log = logging.getLogger("health")

LOOK_EVERY = 1.0  # seconds; only silence is noticed by the clock
SAVE_EVERY = 10.0  # seconds between two writes of what flaps: a memory card wears
TOWER_EVERY = 5.0  # seconds; a panel that missed two still has the last (TOWER_HOLDS)
TOWER_EXPIRES_AFTER = 5  # seconds on the bus, whole ones as MQTT has them
SWAP_SHOWN_FOR = timedelta(days=7)  # a technician who changed a device comes by more often


class HealthDaemon:
    """Hears, keeps, publishes. All judgement is in `assess`. `halt` stops the machine."""

    def __init__(self, config: Config, clock: Clock, halt: Callable[[], None],
                 root: Path = Path("/")) -> None:  # fmt: skip
        self._clock, self._topics = clock, Topics(config.kiosk.id)
        self._expected = {name: section.kind for name, section in config.device.items()}
        self._inventory = Inventory(config.state_folder / "health" / "inventory.json")
        self._supplies = self._saved_supplies = self._inventory.supplies()
        self._since = self._saved_since = self._inventory.since()
        self._saved_at = clock.monotonic()
        self._listening_since = clock.monotonic()
        self._unconfirmed: set[str] = set()  # topics heard of before the bus was away
        self._tests = self._inventory.tests()
        self._records, self._halt = Records(config, clock, root), halt
        self._heard: dict[str, Any] = {}  # by topic
        self.health: KioskHealth | None = None
        self._shown: tuple[TowerSignal, float] | None = None  # by the tower lamps, and since when
        self._bus = self._join(config)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._bus.run())
            group.create_task(tell_all(self._bus, self._topics, self._records))
            notify("READY=1")
            try:
                while True:
                    self.look()
                    self._keep_records()
                    notify("WATCHDOG=1")
                    await asyncio.sleep(LOOK_EVERY)
            finally:
                self._save()

    @property
    def tickets(self) -> FaultTickets:
        return self._records.tickets

    def look(self) -> None:
        """Judge again, and publish what changed."""
        is_settled = self._clock.monotonic() - self._listening_since >= HEARD_WITHIN
        if is_settled:
            self._forget_the_silent()
        now = self._clock.now()
        before, health = self.health, assess(self._facts(now, is_settled), self._since, _iso(now))
        # Until all have spoken, what stood before health or the broker died may stand yet.
        self._since = times(health) if is_settled else {**self._since, **times(health)}
        self.health = health
        self._bus.retain(self._topics.health_state, health)
        self._show(tower_of(health))
        _log_changes(before, health)
        if self._clock.monotonic() - self._saved_at >= SAVE_EVERY:
            self._save()

    def _keep_records(self) -> None:
        facts, topics = self._facts(self._clock.now(), is_settled=True), self._topics
        self._bus.retain(topics.health_machine, self._records.machine)
        if self.health is None:
            return
        heard = Heard(
            health=self.health,
            devices=facts.devices,
            core=facts.core,
            core_is_alive="core" in facts.presences and facts.presences["core"].is_alive,
            services=self._heard.get(topics.core_services),
            network_is_up=self._network_is_up(),
            is_settled=self._clock.monotonic() - self._listening_since >= HEARD_WITHIN,
        )
        if self._records.look(heard):
            self._halt()
        self._bus.retain(topics.health_tickets, self.tickets)

    def _network_is_up(self) -> bool:
        """As far as the office's own door; also where nobody has measured."""
        network: Network | None = self._heard.get(self._topics.gateway_network)
        broken = None if network is None else network.broken
        return broken is None or broken.hop is HopName.OFFICE

    def _show(self, signal: TowerSignal) -> None:
        """Tell the tower lamps at once when it changes, and again before they doubt us."""
        now = self._clock.monotonic()
        if self._shown is not None:
            shown, since = self._shown
            if shown is signal and now - since < TOWER_EVERY:
                return
        self._shown = signal, now
        for name, kind in self._expected.items():
            if kind is Kind.PANEL:
                tower = Tower(signal)
                self._bus.send(self._topics.device_tower(name), tower, expires=TOWER_EXPIRES_AFTER)

    def _join(self, config: Config) -> Bus:
        topics, me = self._topics, self._topics.presence("health")
        bus = Bus(config.bus_address("health"), (me, Presence(is_alive=False)))
        bus.retain(me, Presence(is_alive=True, version=VERSION))
        for topic, document in (
            (topics.device_state("+"), DeviceState),
            (topics.presence("+"), Presence),
            (topics.core_state, CoreState),
            (topics.core_services, ServiceStates),
            (topics.gateway_state, GatewayState),
            (topics.uplink_state, UplinkState),
        ):
            bus.on(topic, partial(self._on_state, document))
        bus.on(topics.device_event("+"), self._on_event)
        bus.on(topics.core_event, self._on_till_event)
        bus.on(topics.health_test, self._on_test)
        bus.take_replies(topics.reply("health"))
        bus.on_connection = self._on_connection
        return bus

    def _on_connection(self, is_up: bool) -> None:
        if is_up:  # who does not speak again died while the broker was away, and left no will
            self._listening_since = self._clock.monotonic()
            self._unconfirmed = set(self._heard)

    def _forget_the_silent(self) -> None:
        for topic in self._unconfirmed:
            self._heard.pop(topic, None)
        self._unconfirmed.clear()

    def _on_state(self, document: Any, envelope: Envelope) -> None:
        try:
            state = msgspec.json.decode(envelope.payload, type=document)
        except msgspec.DecodeError as error:
            log.error("%s: cannot read %r: %s", envelope.topic, envelope.payload, error)
            return
        self._heard[envelope.topic] = state
        self._unconfirmed.discard(envelope.topic)
        if isinstance(state, DeviceState):
            self._keep(envelope.device, state)
        self.look()

    def _keep(self, name: str, state: DeviceState) -> None:
        now = _iso(self._clock.now())
        self._inventory.meet(name, state.identity, now)
        if state.consumables:  # a driver's last will has none, and empties nothing
            self._supplies = seen(self._supplies, name, state.consumables, now)

    def _on_event(self, envelope: Envelope) -> None:
        try:
            event: DeviceEvent = msgspec.json.decode(envelope.payload, type=DeviceEvent)
        except msgspec.DecodeError as error:
            log.error("%s: cannot read %r: %s", envelope.topic, envelope.payload, error)
            return
        if isinstance(event, TicketPrinted | DocumentPrinted):
            self._keep_supplies(done(self._supplies, envelope.device, event.job))

    def _on_till_event(self, envelope: Envelope) -> None:
        try:
            event: TillEvent = msgspec.json.decode(envelope.payload, type=TillEvent)
        except msgspec.DecodeError as error:
            log.error("%s: cannot read %r: %s", envelope.topic, envelope.payload, error)
            return
        if isinstance(event, SupplyRefilled):
            key = (event.device, event.consumable)
            if (count := self._supplies.get(key)) is not None:
                told = refilled(count, event.by, _iso(self._clock.now()))
                self._keep_supplies({**self._supplies, key: told})

    def _keep_supplies(self, supplies: Supplies) -> None:
        """On disk at once, if anything changed."""
        if supplies != self._supplies:
            self._supplies = supplies
            self._save_supplies()
            self.look()

    def _on_test(self, envelope: Envelope) -> None:
        """Kept before it is answered: the technician goes home then."""
        try:
            tested = msgspec.json.decode(envelope.payload, type=DeviceTested)
        except msgspec.DecodeError as error:
            self._bus.answer(envelope, Reply(Outcome.REFUSED, str(error)))
            return
        state = self._heard.get(self._topics.device_state(tested.device))
        if not isinstance(state, DeviceState) or tested.device not in self._expected:
            reply = Reply(Outcome.REFUSED, f"{tested.device}: no device that was heard of")
        else:
            reply = self._keep_test(tested, state)
        self._bus.answer(envelope, reply)

    def _keep_test(self, tested: DeviceTested, state: DeviceState) -> Reply:
        tests = self._tests | {tested.device: self._as_test(tested, state)}
        if not self._inventory.save_tests(tests):
            return Reply(Outcome.REFUSED, "not kept: the disk takes nothing")
        self._tests = tests
        log.info("%s: %s", tested.device, tests[tested.device])
        self.look()
        return Reply(Outcome.DONE)

    def _as_test(self, tested: DeviceTested, state: DeviceState) -> LastTest:
        return LastTest(
            _iso(self._clock.now()),
            tested.by,
            state.identity.serial,
            state.identity.firmware,
            tested.failed,
            tested.left_out,
        )

    def _facts(self, now: datetime, is_settled: bool) -> Facts:
        def heard(topic: str) -> Any:
            return self._heard.get(topic)

        topics = self._topics
        return Facts(
            expected=self._expected,
            devices={n: s for n in self._expected if (s := heard(topics.device_state(n)))},
            presences={
                topic.rpartition("/")[2]: presence
                for topic, presence in self._heard.items()
                if isinstance(presence, Presence)
            },
            core=heard(topics.core_state),
            gateway=heard(topics.gateway_state),
            swaps={n: swap for n, swap in self._inventory.swaps().items() if _is_recent(swap, now)},
            supplies=[each.as_supply(_iso(now)[:10]) for each in self._supplies.values()],
            tests=self._tests,
            machine=self._records.look_at_machine(),
            uplink=heard(topics.uplink_state),
            is_settled=is_settled,
        )

    def _save(self) -> None:
        self._saved_at = self._clock.monotonic()
        if self._since != self._saved_since:
            since = self._since
            self._saved_since = since if self._inventory.save_since(since) else self._saved_since
        if self._supplies != self._saved_supplies:
            self._save_supplies()

    def _save_supplies(self) -> None:
        if self._inventory.save_supplies(self._supplies):
            self._saved_supplies = self._supplies


def _is_recent(swap: Swap, now: datetime) -> bool:
    return now - datetime.fromisoformat(swap.at) < SWAP_SHOWN_FOR


def _iso(now: datetime) -> str:
    return now.isoformat(timespec="seconds")


def _log_changes(before: KioskHealth | None, after: KioskHealth) -> None:
    """The shift diary: the word for the kiosk, and what came or went."""
    if before is None or before.condition is not after.condition:
        log.info("the kiosk is %s", after.condition.value)
    old = {} if before is None else {(f.part, f.code): f for f in before.findings}
    new = {(f.part, f.code): f for f in after.findings}
    for key in new.keys() - old.keys():
        log.warning("%s: %s %s", *key, new[key].detail)
    for key in old.keys() - new.keys():
        log.info("%s: %s is over", *key)
