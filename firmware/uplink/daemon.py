"""kiosk-uplink on the bus: hears the kiosk, tells the fleet, orders of core what the fleet may.

Without `[uplink]` it says so, and answers whoever tells it something that nobody will hear.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import msgspec

from firmware.content.handed import packs_folder
from firmware.contract.device import Outcome, Reply
from firmware.contract.fleet import FleetOrder, RowsAfter, UplinkState
from firmware.contract.health import Presence
from firmware.contract.topics import Topics
from firmware.contract.uplink import Link, UpState
from firmware.core.newcomer import NEW
from firmware.health.self_test import Check, self_test
from firmware.health.self_test import Heard as TestFacts
from firmware.runtime import VERSION
from firmware.runtime.bus import Bus, Envelope
from firmware.runtime.clock import Clock
from firmware.runtime.config import Config
from firmware.runtime.daemon import notify
from firmware.runtime.uplink_section import UplinkSection
from firmware.runtime.wide import AWAY
from firmware.uplink.acts import Actor
from firmware.uplink.asking import Asking
from firmware.uplink.certificate import Certificate, Trouble, read
from firmware.uplink.ear import Ear
from firmware.uplink.enrolment import FEW_DAYS
from firmware.uplink.fetching import Fetcher
from firmware.uplink.hands import Hands
from firmware.uplink.kept import Kept, Notices, Settings, free_mib
from firmware.uplink.line import DISK, Line, Speech
from firmware.uplink.obeying import Obeying
from firmware.uplink.pace import Tempo
from firmware.uplink.session import Session
from firmware.uplink.truth import Heard

log = logging.getLogger("uplink")

LOOK_EVERY = 1.0  # seconds
CORE_ANSWERS_WITHIN = 5.0  # seconds
AWAY_IS_TOLD_AFTER = 600.0  # seconds without the fleet; a line of a village comes and goes
KNOWN_TIME_APART = timedelta(hours=1)  # between two writes of the time that was believed last
CERTIFICATE_EVERY = 60.0  # seconds between two looks at the file


class UplinkDaemon:
    """Carries one kiosk's link."""

    def __init__(
        self,
        config: Config,
        section: UplinkSection,
        kept: Kept,
        hands: Hands,
        random: Random,
        tempo: Tempo,
    ) -> None:
        self._config, self._section, self._kept = config, section, kept
        self._topics = topics = Topics(config.kiosk.id)
        self._bus = joined(config)
        self._settings = Settings(kept.folder, section.fleet_keys, config.kiosk.id)
        self._notices = Notices(kept.folder, section.fleet_keys)
        self._heard = Heard(
            place=config.kiosk.place, commissioned=not config.kiosk.id.startswith(NEW)
        )
        self._session = Session(kept.outbox, kept.keeper, tempo)
        self._asking = Asking(
            kept, self._session, lambda each: self._request(topics.journal_request, each)
        )
        self._ear = Ear(kept, self._heard, self._has_room, self._on_news)
        self._ear.join(self._bus, topics)
        self._bus.take_replies(topics.reply("uplink"))
        self._packs = Fetcher(
            packs_folder(config.state_folder), config.content, kept, random,
            lambda: not self._ear.money_is_inside, self._has_room,
            lambda name, result: self._obeying.answer(name, result),
        )  # fmt: skip
        actor = Actor(
            hands, self._order, lambda: self._line.tell_now(), self._self_test, self._packs
        )
        self._obeying = Obeying(
            kept, self._settings, self._notices, actor, section.fleet_keys, config.kiosk.id,
            lambda: self._ear.money_is_inside, self._on_news,
        )  # fmt: skip
        self._line = Line(
            config.kiosk.id, section, kept, self._session, self._obeying, self._speech(), random,
            on_change=self._say,
        )  # fmt: skip
        self._certificate: Certificate | Trouble = read(Path(section.certificate))
        self._read_at = self._link_changed_at = kept.clock.monotonic()
        self._link, self._since = Link.OFFLINE, _iso(kept.clock)
        self._said_desired()
        self._said_notice()

    async def run(self) -> None:
        self._obeying.take_up()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._bus.run())
            group.create_task(self._line.run())
            group.create_task(self._obeying.run())
            group.create_task(self._packs.run())
            notify("READY=1")
            while True:
                self._look()
                notify("WATCHDOG=1")
                await asyncio.sleep(LOOK_EVERY)

    def _look(self) -> None:
        self._ear.look()
        self._look_at_certificate()
        self._believe_the_clock()
        self._say()

    # --- what is said ------------------------------------------------------------------------

    def _say(self) -> None:
        link = self._line.dialler.link
        if link is not self._link:
            self._link, self._since = link, _iso(self._kept.clock)
            self._link_changed_at = self._kept.clock.monotonic()
        code, detail = self._trouble()
        certificate = self._certificate
        ends = certificate.ends if isinstance(certificate, Certificate) else None
        state = UplinkState(
            is_configured=True,
            link=link.value,
            since=self._since,
            connection=self._kept.keeper.now.connection,
            code=code,
            detail=detail,
            events=self._kept.outbox.waiting,
            rows=self._session.rows_waiting,
            certificate_ends="" if ends is None else ends.isoformat(timespec="seconds"),
            desired=self._settings.version,
        )
        self._bus.retain(self._topics.uplink_state, state)

    def _trouble(self) -> Trouble:
        """The worst first: what a person must do something about."""
        now, certificate = self._kept.clock.now(), self._certificate
        if self._ear.trouble:
            return (DISK, self._ear.trouble)
        if not isinstance(certificate, Certificate):
            return certificate
        is_set = self._kept.stamper.clock_is_set
        if found := certificate.trouble(self._config.kiosk.id, now, is_set):
            return found
        code, detail = self._line.trouble
        away = self._kept.clock.monotonic() - self._link_changed_at
        if code and (code != AWAY or away >= AWAY_IS_TOLD_AFTER):
            return (code, detail)
        if is_set and (days := certificate.days_left(now)) < FEW_DAYS:
            return ("uplink.certificate_ending", f"the certificate ends in {days} days")
        return self._asking.trouble() or ("", "")

    def _said_desired(self) -> None:
        if self._settings.now is not None:
            self._heard.desired = self._settings.version
            self._bus.retain(self._topics.uplink_desired, self._settings.now)

    def _said_notice(self) -> None:
        if self._notices.now is not None:
            self._bus.retain(self._topics.uplink_notice, self._notices.now)

    def _speech(self) -> Speech:
        return Speech(
            state=self._state,
            numbers=self._numbers,
            health_every=self._health_every,
            ask_core=self._asking.ask,
            on_desired=self._on_desired,
            on_notice=self._on_notice,
        )

    def _state(self) -> UpState:
        certificate = self._certificate
        if isinstance(certificate, Certificate):
            days = certificate.days_left(self._kept.clock.now())
            self._heard.ages = {"certificate": days}
        return self._heard.state(self._kept.stamper.now())

    def _numbers(self) -> dict[str, float]:
        return {
            **self._ear.machine.numbers,
            "backlog_events": self._kept.outbox.waiting,
            "backlog_rows": self._session.rows_waiting,
            "refused_commands": self._obeying.refused,
        }

    def _health_every(self) -> int:
        desired = self._settings.now
        return self._section.health_every if desired is None else desired.health_every

    # --- what happens ------------------------------------------------------------------------

    def _on_news(self) -> None:
        core = self._heard.core
        if core is not None and core.journal_chain:
            now = self._kept.clock.monotonic()
            self._session.on_head(core.journal_chain, core.journal_rows, now)
        self._line.wake()

    def _on_desired(self, payload: bytes) -> None:
        if self._obeying.on_desired(payload):
            log.info("settings %d of the fleet", self._settings.version)
            self._said_desired()
            self._say()

    def _on_notice(self, payload: bytes) -> None:
        if self._obeying.on_notice(payload):
            log.info("notice %d of the fleet", self._notices.version)
            self._said_notice()

    def _has_room(self) -> bool:
        return free_mib(self._kept.folder) >= self._config.limits.free_mib

    def _look_at_certificate(self) -> None:
        now = self._kept.clock.monotonic()
        if now - self._read_at >= CERTIFICATE_EVERY:
            self._read_at, self._certificate = now, read(Path(self._section.certificate))

    def _believe_the_clock(self) -> None:
        """What a clock that is not set must at least be after."""
        stamp, known = self._kept.stamper.now(), self._kept.keeper.now.known_time
        if not stamp.t_ok or (known and _apart(known, stamp.t) < KNOWN_TIME_APART):
            return
        try:
            self._kept.keeper.change(known_time=stamp.t)
            self._kept.executed.ids.believe(stamp.t)
            self._kept.executed.forget(stamp.t)
        except OSError as error:
            log.error("the time is not kept: %s", error)

    # --- asking core -------------------------------------------------------------------------

    async def _order(self, order: FleetOrder) -> Reply | None:
        raw = await self._request(self._topics.uplink_order, order)
        try:
            return None if raw is None else msgspec.json.decode(raw, type=Reply)
        except msgspec.DecodeError as error:
            return Reply(Outcome.REFUSED, f"core's answer is not understood: {error}")

    async def _request(self, topic: str, message: RowsAfter | FleetOrder) -> bytes | None:
        try:
            reply = self._topics.reply("uplink")
            return await self._bus.request(topic, reply, message, CORE_ANSWERS_WITHIN)
        except TimeoutError:
            return None

    def _self_test(self) -> list[Check]:
        ear = self._ear
        return self_test(
            TestFacts(
                expected={name: each.kind for name, each in self._config.device.items()},
                devices=ear.devices,
                presences={**ear.presences, "uplink": Presence(is_alive=True, version=VERSION)},
                core=self._heard.core,
                gateway=ear.gateway,
                free_mib=free_mib(self._kept.folder),
                least_free_mib=self._config.limits.free_mib,
                clock_is_set=self._kept.stamper.clock_is_set,
            )
        )


def joined(config: Config) -> Bus:
    """The uplink's place on the bus, with its presence and its last will."""
    me = Topics(config.kiosk.id).presence("uplink")
    bus = Bus(config.bus_address("uplink"), (me, Presence(is_alive=False)))
    bus.retain(me, Presence(is_alive=True, version=VERSION))
    return bus


async def idle(config: Config) -> None:
    """No fleet is configured. Whoever tells something is answered, or it would wait for ever."""
    topics, bus = Topics(config.kiosk.id), joined(config)
    bus.retain(topics.uplink_state, UplinkState(is_configured=False))

    def answer(envelope: Envelope) -> None:
        bus.answer(envelope, Reply(Outcome.DONE, "no fleet is configured: not kept"))

    bus.on(topics.uplink_event, answer)
    async with asyncio.TaskGroup() as group:
        group.create_task(bus.run())
        notify("READY=1")
        while True:
            notify("WATCHDOG=1")
            await asyncio.sleep(LOOK_EVERY)


def _iso(clock: Clock) -> str:
    return clock.now().isoformat(timespec="seconds")


def _apart(before: str, after: str) -> timedelta:
    return datetime.fromisoformat(after) - datetime.fromisoformat(before)
