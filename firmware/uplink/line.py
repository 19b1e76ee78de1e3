"""The line to the fleet: dial, say who we are, send what is next, hear what comes, dial again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

import msgspec

from firmware.contract.fleet import RowsAfter
from firmware.contract.uplink import (
    HEARD_BY_KIOSK,
    VERSION,
    DownAck,
    Link,
    UpHealth,
    UpState,
    UpStatus,
    topic,
)
from firmware.runtime import VERSION as RELEASE
from firmware.runtime import wide
from firmware.runtime.bus import cancellations
from firmware.runtime.daemon import apart
from firmware.runtime.uplink_section import UplinkSection
from firmware.uplink.flight import Batch
from firmware.uplink.kept import Kept
from firmware.uplink.link import Dialler, State
from firmware.uplink.obeying import Obeying
from firmware.uplink.outbox import OutboxFault
from firmware.uplink.replying import LEAST_WAIT, Replies
from firmware.uplink.session import Session
from firmware.uplink.truth import Teller

log = logging.getLogger("uplink")

TICK = 1.0  # seconds: the longest that nothing is looked at
JITTER = 0.1  # of health_every, either way: a fleet that came back together spreads out
DISK = "uplink.disk"  # nothing can be kept: finding of health
EVERYBODY = f"kiosk/{VERSION}/all/down/notice"


@dataclass
class Speech:
    """What is said besides rows and events."""

    state: Callable[[], UpState]
    numbers: Callable[[], dict[str, float]]
    health_every: Callable[[], int]
    ask_core: Callable[[RowsAfter], Awaitable[None]]
    on_desired: Callable[[bytes], None]
    on_notice: Callable[[bytes], None]


@dataclass
class Line:
    """`random` spreads what would else happen everywhere at once."""

    kiosk: str
    section: UplinkSection
    kept: Kept
    session: Session
    obeying: Obeying
    speech: Speech
    random: Random
    trouble: tuple[str, str] = ("", "")  # code and words of the last try; empty while it stands
    on_change: Callable[[], None] = lambda: None
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _teller: Teller = field(default_factory=Teller)
    _health_at: float = 0.0
    _puback: float = 0.0  # seconds that the broker took for the last one
    _is_heard: bool = False  # the state that was said last: only a collector hears it

    def __post_init__(self) -> None:
        self.dialler = Dialler(self.random, self._now())
        self._replies = Replies(self.kept.executed, min(LEAST_WAIT, self.session.ack_within))
        self._tasks: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Something may have to be sent."""
        self._wake.set()

    def tell_now(self) -> None:
        """State and health, without waiting for their time."""
        self._teller.at_once()
        self._health_at = self._now()
        self.wake()

    async def run(self) -> None:
        """Stay connected for ever; ends only by cancellation."""
        told_to_end = cancellations()
        while cancellations() == told_to_end:
            await asyncio.sleep(self.dialler.wait(self._now()))
            self.dialler.dial()
            try:
                # A task of its own, as in runtime/bus.py: TaskGroups leave cancellations behind.
                await asyncio.create_task(self._connection())
            except* wide.NoLink as errors:
                self._say_why(errors)
            finally:
                self.session.lost()
                self.dialler.ended(self._now())
                self.on_change()
        raise asyncio.CancelledError

    def _say_why(self, errors: ExceptionGroup[wide.NoLink]) -> None:
        error = errors.exceptions[0]
        while isinstance(error, ExceptionGroup):
            error = error.exceptions[0]
        assert isinstance(error, wide.NoLink)
        if self.trouble[0] != error.code:
            log.warning("no link to the fleet: %s: %s", error.code, error.detail)
        self.trouble = (error.code, error.detail)

    async def _connection(self) -> None:
        number = self._count()
        will = (self._topic("up/status"), self._status(Link.OFFLINE))
        topics = [*map(self._topic, HEARD_BY_KIOSK), EVERYBODY]
        async with wide.connect(self.section, self.kiosk, will, topics) as link:
            log.info("connection %d to the fleet", number)
            self.trouble = ("", "")
            self.session.connected(self._now())
            self.dialler.accepted(self.session.something_waits, self._now())
            self._teller.connected(self._now())
            self._replies.try_now()
            self._is_heard = False
            self.on_change()
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._read(link))
                    group.create_task(self._write(link))
            except asyncio.CancelledError:
                await self._say_farewell(link)
                raise

    def _count(self) -> int:
        number = self.kept.keeper.now.connection + 1
        try:
            self.kept.keeper.change(connection=number)
        except OSError as error:  # an old last will could not be told from a new one
            raise wide.NoLink(DISK, f"connections cannot be counted: {error}") from None
        return number

    async def _say_farewell(self, link: wide.Wide) -> None:
        """A clean good-bye keeps the broker from telling the last will, so it is said here."""
        try:
            await self._say_status(link, Link.OFFLINE)
        except wide.NoLink as error:
            log.info("no farewell: %s", error)

    # --- out ---------------------------------------------------------------------------------

    async def _write(self, link: wide.Wide) -> None:
        told_to_end = cancellations()
        await self._say_status(link, self.dialler.link)
        while cancellations() == told_to_end:
            self._wake.clear()
            if not await self._send_next(link):
                await self._pause()

    async def _pause(self) -> None:
        now = self._now()
        wake_at = self.session.wake_at(now)
        rest = TICK if wake_at is None else min(TICK, max(0.0, wake_at - now))
        try:
            async with asyncio.timeout(rest):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _send_next(self, link: wide.Wide) -> bool:
        """One thing; whether there was one."""
        stamp, now = self.kept.stamper.now(), self._now()
        if (reply := self._replies.next(now)) is not None:
            number, payload = reply
            is_heard = await self._publish(link, "up/reply", payload)
            self._replies.sent(number, is_heard, now)
            return True
        state = self.speech.state()
        if self._teller.due(state, now):
            await self._say_state(link, msgspec.json.encode(state))
            return True
        if now >= self._health_at:
            await self._say_health(link)
            return True
        out = self.session.next(stamp, now)
        match out:
            case RowsAfter():
                self._ask(out)
            case Batch():
                if not await self._publish(link, out.stream, out.payload):
                    self.session.unheard()
            case None:
                await self._is_drained(link)
        return out is not None

    def _ask(self, question: RowsAfter) -> None:
        apart(self._tasks, self._answered(question))

    async def _answered(self, question: RowsAfter) -> None:
        await self.speech.ask_core(question)
        self.wake()

    async def _is_drained(self, link: wide.Wide) -> None:
        if self.dialler.state is State.DRAINING and not self.session.something_waits:
            self.dialler.drained()
            await self._say_status(link, self.dialler.link)
            self.on_change()

    async def _say_status(self, link: wide.Wide, state: Link) -> None:
        status = msgspec.json.encode(self._status(state))
        await self._publish(link, "up/status", status, is_retained=True)

    async def _say_state(self, link: wide.Wide, state: bytes) -> None:
        """It is retained whoever listens; and if a collector has come meanwhile, nothing waits."""
        before = self._is_heard
        self._is_heard = await self._publish(link, "up/state", state, is_retained=True)
        if self._is_heard and not before:
            self.session.heard(self._now())
            self._replies.try_now()

    async def _say_health(self, link: wide.Wide) -> None:
        """QoS 0: a number that is lost is old news."""
        every = self.speech.health_every()
        self._health_at = self._now() + every * self.random.uniform(1 - JITTER, 1 + JITTER)
        stamp = self.kept.stamper.now()
        numbers = {**self.speech.numbers(), "puback_ms": round(1000 * self._puback)}
        ttl = 3 * every
        told = UpHealth(boot=stamp.boot, t=stamp.t, t_ok=stamp.t_ok, ttl=ttl, numbers=numbers)
        await link.publish(self._topic("up/health"), msgspec.json.encode(told), qos=0, expires=ttl)

    async def _publish(
        self, link: wide.Wide, name: str, payload: bytes, is_retained: bool = False
    ) -> bool:
        """Whether somebody listens."""
        began = self._now()
        is_heard = await link.publish(self._topic(name), payload, qos=1, retain=is_retained)
        self._puback = self._now() - began
        return is_heard

    # --- in ----------------------------------------------------------------------------------

    async def _read(self, link: wide.Wide) -> None:
        async for message in link.messages():
            name = message.topic.removeprefix(self._topic(""))
            match name:
                case "down/ack":
                    self._on_ack(message.payload)
                case "down/command":
                    self.obeying.on_command(message.payload, message.is_retained)
                case "down/desired":
                    self.speech.on_desired(message.payload)
                case _ if message.topic == EVERYBODY:
                    self.speech.on_notice(message.payload)
                case _:
                    log.warning("%s: nothing is known of it", message.topic)
        raise wide.NoLink(wide.AWAY, "the broker closed the connection")

    def _on_ack(self, payload: bytes) -> None:
        try:
            self.session.on_ack(msgspec.json.decode(payload, type=DownAck))
        except msgspec.DecodeError as error:
            log.error("down/ack: refused %d bytes: %s", len(payload), error)
        except (OutboxFault, OSError) as error:
            log.error("the mark is not kept, and more is sent again: %s", error)
        self.wake()

    # -------------------------------------------------------------------------------------------

    def _status(self, state: Link) -> UpStatus:
        stamp = self.kept.stamper.now()
        return UpStatus(
            state=state,
            connection=self.kept.keeper.now.connection,
            boot=stamp.boot,
            release=RELEASE,
            t=stamp.t,
            t_ok=stamp.t_ok,
        )

    def _topic(self, rest: str) -> str:
        return topic(self.kiosk, rest)

    def _now(self) -> float:
        return self.kept.clock.monotonic()
