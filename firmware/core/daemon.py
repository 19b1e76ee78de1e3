"""kiosk-core on the bus: inputs to the mind, its effects to the world, the screen retained."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from math import ceil
from pathlib import Path
from typing import Any

import msgspec

from firmware.content.shelf import shelf_of as content_shelf
from firmware.contract.command import CoreCommand
from firmware.contract.device import DeviceEvent, DeviceState, Reply
from firmware.contract.document import CancelDocument, PrintDocument
from firmware.contract.fault_ticket import FaultTickets
from firmware.contract.fleet import FleetOrder, RowsAfter
from firmware.contract.gateway import GatewayReply, GatewayState
from firmware.contract.health import KioskHealth, Presence
from firmware.contract.meeting import rows_of
from firmware.contract.screen import Press
from firmware.contract.topics import Topics
from firmware.contract.uplink import Desired, Notice
from firmware.core.availability import (
    service_states,
)
from firmware.core.content_watch import (
    ContentWatch,
)
from firmware.core.core import Core
from firmware.core.desk_network import hear_network
from firmware.core.disk import DiskWatch
from firmware.core.fleet_orders import FleetOrders
from firmware.core.floor import NOT_HEARD
from firmware.core.handing import Handing
from firmware.core.in_ram import VisitInRam
from firmware.core.leash import Leash
from firmware.core.newcomer import Newcomer
from firmware.core.rate_watch import RateWatch
from firmware.core.redeeming import refused
from firmware.core.spooling import Spooling
from firmware.core.starting import ask_for
from firmware.core.state import core_state
from firmware.journal.anchor import AnchorKeeper
from firmware.meeting.hall import Hall
from firmware.runtime import VERSION
from firmware.runtime.bus import COMMAND_EXPIRES_AFTER, Bus, Envelope
from firmware.runtime.clock import Clock
from firmware.runtime.config import Config
from firmware.runtime.daemon import notify
from firmware.runtime.gateway_section import patience_of
from firmware.services.rates.shelf import RatesRefused, shelf_of
from firmware.till.effects import (
    Ask,
    CloseMeeting,
    Effect,
    Grant,
    KeepRates,
    KeepTest,
    LayOut,
    OpenMeeting,
    Practise,
    Say,
    StartAnew,
    Tell,
    Wipe,
)

log = logging.getLogger("core")

TICK = 0.25  # seconds; finer than any patience of the kiosk
LEASE_EXPIRES_AFTER = 2  # seconds on the bus, whole ones as MQTT has them
# Seconds a try of a back-end request: the gateway itself may have been restarted meanwhile. As many
# as the gateway's own patience takes, and one more: or no answer of a slow line was ever heard.
ASK_PATIENCE = 3.0


class CoreDaemon:
    """Carries one Core."""

    def __init__(self, core: Core, config: Config, clock: Clock) -> None:
        self._core, self._clock = core, clock
        self._timeout = config.gateway.timeout
        self._topics = topics = Topics(config.kiosk.id)
        self._run_folder = config.run_folder
        self._kept = VisitInRam(config.run_folder / "core" / "visit.json")
        self._bus = bus = Bus(
            config.bus_address("core"), (topics.presence("core"), Presence(False))
        )
        self._disk = DiskWatch(core.book.journal.path.parent, config.limits.free_mib)
        self._newcomer = Newcomer(config, core.papers.codes is not None)
        self._spooling = Spooling(config.spool_folder, clock)
        self._shelf = shelf_of(config)
        self._rates = RateWatch(self._shelf, clock)
        self._content = ContentWatch(content_shelf(config), clock)
        self._hall = Hall(config.run_folder / "meeting")
        self._anchor = AnchorKeeper(core.book.journal.path)
        self._leash = Leash(config.run_folder, self._on_practice)
        self._handing = Handing(core.book.journal)
        self._orders = FleetOrders(core)
        self._group = asyncio.TaskGroup()
        self._not_asked = ""  # why systemd could not be asked, since a command came
        bus.on(topics.device_state("+"), self._on_state)
        bus.on(topics.device_event("+"), self._on_event)
        bus.on(topics.gateway_state, self._on_gateway)
        bus.on(topics.health_state, self._on_health)
        bus.on(topics.health_tickets, self._on_tickets)
        bus.on(topics.gateway_network, partial(hear_network, core.floor))
        bus.on(topics.screen_press, self._on_press)
        bus.on(topics.uplink_desired, self._on_desired)
        bus.on(topics.uplink_notice, self._on_notice)
        bus.on(topics.core_command, self._on_command)
        bus.on(topics.journal_request, self._on_journal_request)
        bus.on(topics.uplink_order, self._on_order)
        bus.take_replies(topics.reply("core"))

    async def run(self) -> None:
        serial, visit = self._kept.load()
        self._core.start(serial, visit, self._now())
        self._bus.retain(self._topics.presence("core"), Presence(is_alive=True, version=VERSION))
        try:
            await self._serve()
        finally:
            self._handing.close()

    async def _serve(self) -> None:
        async with self._group:
            self._group.create_task(self._bus.run())
            notify("READY=1")
            while True:
                self._core.on_records(self._disk.look(self._now()))
                self._core.on_rates(self._rates.look(self._now()))
                self._core.flow.occasions.content.on_look(self._content.look(self._now()))
                self._core.floor.occasion.room = self._hall.look()
                self._core.floor.newcomer = self._newcomer.look(self._now())
                self._core.tick(self._now())
                self._orders.tick()
                self._carry_out()
                self._tell_what_changes_slowly()
                if self._core.flow.visit.order is None:
                    self._anchor.between_visits(self._core.book.journal, self._now())
                notify("WATCHDOG=1")
                await asyncio.sleep(min(TICK, self._settles_in()))

    def _settles_in(self) -> float:
        """The paper of a bill that is paid waits for this, and for no tick after it."""
        return self._core.flow.patience.settles_in(self._core.flow.visit, self._now())

    # --- inputs ----------------------------------------------------------------------------

    def _on_state(self, envelope: Envelope) -> None:
        """A device whose word is not understood is not there: nothing may rest on it (M5)."""
        state = decode(envelope.payload, DeviceState, envelope.topic)
        if state is None:
            self._core.on_device_unknown(envelope.device)
        else:
            self._core.on_device_state(state, self._now())
        self._carry_out()

    def _on_event(self, envelope: Envelope) -> None:
        """What is not understood is not acknowledged either, so it is told until it is."""
        event: DeviceEvent | None = decode(envelope.payload, DeviceEvent, envelope.topic)
        if event is not None:
            self._core.on_device_event(envelope.device, event, self._now())
            self._carry_out()

    def _on_gateway(self, envelope: Envelope) -> None:
        state = decode(envelope.payload, GatewayState, envelope.topic)
        self._core.on_gateway_state(state or NOT_HEARD, self._now())
        self._carry_out()

    def _on_health(self, envelope: Envelope) -> None:
        health = decode(envelope.payload, KioskHealth, envelope.topic)
        if health is not None:
            self._core.flow.desk.supplies = health.supplies
            self._carry_out()

    def _on_tickets(self, envelope: Envelope) -> None:
        tickets: FaultTickets | None = decode(envelope.payload, FaultTickets, envelope.topic)
        if tickets is not None:
            self._core.flow.desk.papers.tickets = tickets.open
            self._carry_out()

    def _on_desired(self, envelope: Envelope) -> None:
        """The fleet's settings, proven by the uplink; of them core holds meetings and words."""
        desired: Desired | None = decode(envelope.payload, Desired, envelope.topic)
        if desired is not None:
            self._core.flow.occasions.meetings.on_schedule(rows_of(desired))
            self._core.flow.occasions.words.on_desired(desired)
            self._carry_out()

    def _on_notice(self, envelope: Envelope) -> None:
        notice: Notice | None = decode(envelope.payload, Notice, envelope.topic)
        if notice is not None:
            self._core.flow.occasions.words.on_notice(notice)
            self._carry_out()

    def _on_press(self, envelope: Envelope) -> None:
        press = decode(envelope.payload, Press, envelope.topic)
        if press is not None:
            self._core.on_press(press, self._now())
            self._carry_out()

    def _on_command(self, envelope: Envelope) -> None:
        command: CoreCommand | None = decode(envelope.payload, CoreCommand, envelope.topic)
        reply = refused("not understood") if command is None else self._core.on_command(command)
        log.info("operator: %s: %s", reply.outcome, reply.detail)
        self._carry_out_and_answer(envelope, reply)

    def _on_practice(self, word: str) -> None:
        self._core.flow.teaching.on_word(word)
        self._carry_out()

    def _on_order(self, envelope: Envelope) -> None:
        order: FleetOrder | None = decode(envelope.payload, FleetOrder, envelope.topic)
        if order is not None:
            reply, effects = self._orders.obey(order)
            log.info("fleet: %s: %s", reply.outcome, reply.detail)
            for effect in effects:
                self._do(effect)
            self._carry_out_and_answer(envelope, reply)

    def _on_journal_request(self, envelope: Envelope) -> None:
        asked: RowsAfter | None = decode(envelope.payload, RowsAfter, envelope.topic)
        if asked is not None:
            self._group.create_task(self._hand_over(envelope, asked))

    async def _hand_over(self, envelope: Envelope, asked: RowsAfter) -> None:
        rows = await self._handing.answer(asked)
        if rows is not None:
            self._bus.answer(envelope, rows)

    # --- outputs ---------------------------------------------------------------------------

    def _carry_out_and_answer(self, envelope: Envelope, reply: Reply) -> None:
        """What was granted and could then not be asked of systemd is refused after all."""
        self._not_asked = ""
        self._carry_out()
        self._bus.answer(envelope, refused(self._not_asked) if self._not_asked else reply)

    def _carry_out(self) -> None:
        """Effects in their order, then the screen, then what is kept in RAM."""
        for effect in self._core.take_effects():
            self._do(effect)
        before = self._core.serial
        screen = self._core.screen(self._now())
        self._bus.retain(self._topics.screen_state, screen)
        if screen.serial != before:
            self._kept.keep(screen.serial, self._core.flow.snapshot())
        self._bus.retain(
            self._topics.core_state,
            core_state(self._core, self._handing.chain, self._clock.now(), self._now()),
        )

    def _tell_what_changes_slowly(self) -> None:
        """Nobody waits for it: a tick later is soon enough."""
        self._bus.retain(self._topics.core_settings, self._core.flow.desk.orders.settings)
        schedule = self._core.flow.occasions.meetings.schedule
        self._bus.retain(self._topics.meeting_schedule, schedule)
        catalogue, floor = self._core.catalogue, self._core.floor
        self._bus.retain(self._topics.core_services, service_states(catalogue, floor))

    def _do(self, effect: Effect) -> None:
        match effect:
            case Tell(device=device, command=PrintDocument() | CancelDocument() as command):
                self._group.create_task(self._tell(device, command))
            case Tell(device=device, command=command):
                topic = self._topics.device_command(device)
                self._bus.send(topic, command, expires=COMMAND_EXPIRES_AFTER)
            case Grant(device=device, lease=lease):
                topic = self._topics.device_lease(device)
                self._bus.send(topic, lease, expires=LEASE_EXPIRES_AFTER)
            case Say(event=event):
                self._bus.send(self._topics.core_event, event)
            case Ask():
                self._group.create_task(self._ask(effect))
            case LayOut():
                self._group.create_task(self._lay_out(effect))
            case Wipe(device=device):
                self._core.on_wiped(device, self._spooling.wipe(device))
            case KeepRates():
                self._keep_rates(effect)
            case StartAnew() | OpenMeeting() | CloseMeeting():
                self._ask_systemd(effect)
            case KeepTest(tested=tested):
                self._bus.send(self._topics.health_test, tested)
            case Practise(is_on=is_on):
                self._leash.hold() if is_on else self._leash.let_go()

    def _ask_systemd(self, effect: StartAnew | OpenMeeting | CloseMeeting) -> None:
        """By a file in RAM. A full /run costs what was asked for, and not the till."""
        try:
            match effect:
                case StartAnew(what=what):
                    ask_for(what, self._run_folder)
                case OpenMeeting(meeting=meeting):
                    self._hall.open(meeting)
                case CloseMeeting():
                    self._hall.close()
        except OSError as error:
            log.error("systemd cannot be asked: %s", error)
            self._not_asked = f"systemd cannot be asked: {error}"

    def _keep_rates(self, effect: KeepRates) -> None:
        """What the back end sent as a rate table; the next look at the shelf finds it."""
        today = self._clock.now().date()
        try:
            table = self._shelf.install(effect.table.encode(), effect.signature, today)
        except (OSError, RatesRefused) as error:
            log.error("a rate table of the back end is not taken: %s", error)
        else:
            log.info("rate table %d came, valid from %s", table.version, table.valid_from)

    async def _tell(self, device: str, command: PrintDocument | CancelDocument) -> None:
        """A document that is not in the spool any more is refused, and that core must hear."""
        topics = self._topics
        try:
            raw = await self._bus.request(
                topics.device_command(device), topics.reply("core"), command, ASK_PATIENCE
            )
        except TimeoutError:
            return  # core asks again
        reply: Reply | None = decode(raw, Reply, topics.reply("core"))
        if reply is not None:
            self._core.on_reply(command, reply, self._now())
            self._carry_out()

    async def _lay_out(self, effect: LayOut) -> None:
        self._core.on_laid_out(effect, await self._spooling.lay_out(effect), self._now())
        self._carry_out()

    async def _ask(self, ask: Ask) -> None:
        """Ask until somebody answers, a few times; every request may be repeated."""
        reply: GatewayReply | None = None
        waited = patience_of(ask.request, self._timeout)
        for _ in range(ceil(waited / ASK_PATIENCE) + 1):
            try:
                raw = await self._bus.request(
                    self._topics.gateway_request,
                    self._topics.reply("core"),
                    ask.request,
                    ASK_PATIENCE,
                )
            except TimeoutError:
                continue
            reply = decode(raw, GatewayReply, self._topics.reply("core"))
            break
        self._core.on_answer(ask.request, reply, self._now())
        self._carry_out()

    def _now(self) -> float:
        return self._clock.monotonic()


def decode(payload: bytes, carried: Any, topic: str) -> Any:
    """Read a message as what its topic carries; None, and a line in the log, for anything else.

    Another release, or a hand with `mosquitto_pub -r`, must not stop the till: a retained message
    would stop it at every start.
    """
    try:
        return msgspec.json.decode(payload, type=carried)
    except msgspec.DecodeError as error:
        log.error("%s: refused %d bytes: %s", topic, len(payload), error)
        return None


def journal_path(config: Config) -> Path:
    return config.state_folder / "core" / "journal.db"
