"""The collector itself: from the broker into the inbox, in batches into the database, and then the
acknowledgements.

Nothing is acknowledged before its commit, neither to the broker (PUBACK) nor to the kiosk
(`down/ack`). While the database is away the inbox fills, the socket is not read any more, the
broker keeps what it may, and the kiosks send again what nobody has acknowledged.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from firmware.collector import sql
from firmware.collector.acks import Acks
from firmware.collector.batch import Batch, batch_of
from firmware.collector.database import AWAY, BAD_DATA, Database
from firmware.collector.figures import UNREADABLE, Figures
from firmware.collector.link import Dial, Link
from firmware.collector.mqtt5 import Publish
from firmware.collector.reading import Heard, Unreadable, read
from firmware.collector.store import Store

log = logging.getLogger("collector")

GATHER = 0.005  # seconds that the first message of a batch waits for others
MOST_IN_BATCH = 500  # messages: some tens of thousands of rows at the most
RECONNECT_WITHIN = 2.0  # seconds: one of few clients, so it may hurry; drawn anew each time
RETAINED = ["kiosk/v1/+/up/status", "kiosk/v1/+/up/state"]  # what was said before we came
CHORES_EVERY = 60.0  # seconds
GAP_IS_ALARM_AFTER = 600.0  # seconds: a kiosk sends again long before
HOURS_KEPT_DAYS = 92
UNREADABLE_KEPT = 100  # of each kiosk


@dataclass
class Arrived:
    """A message, and the connection that waits for its PUBACK."""

    message: Publish
    link: Link | None


@dataclass
class Collector:
    """`run` ends only by cancellation."""

    options: Dial
    filters: list[str]
    database: Database
    figures: Figures = field(default_factory=Figures)
    _in_hand: int = 0  # messages of the batch that is not committed yet
    _inbox: deque[Arrived] = field(default_factory=deque)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _store: Store = field(default_factory=Store)
    _link: Link | None = None
    _acks: Acks = field(default_factory=Acks)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_connected())
            group.create_task(self._keep_storing())
            group.create_task(self._do_chores())

    # --- what the link tells (link.Hears) ---

    def on_publish(self, message: Publish) -> None:
        self._inbox.append(Arrived(message, self._link))
        self._wake.set()
        # The broker's window bounds QoS 1; this bounds QoS 0 as well.
        if len(self._inbox) >= self._limit and self._link is not None:
            self._link.pause()

    def on_puback(self, packet_id: int, reason: int) -> None:
        self._send_acks()

    def on_lost(self) -> None:
        """One that was let go of may say so when the next one is up: with TLS after 30 s."""
        if self._link is None or not self._link.lost.done():
            return
        self._link = None
        self.figures.broker_is_up = False

    # --- the broker ---

    @property
    def backlog(self) -> int:
        """Messages that are not in the database yet: at most twice the window, what one read of the
        socket brings, and a batch."""
        return len(self._inbox) + self._in_hand

    @property
    def _limit(self) -> int:
        return self.options.receive_maximum * 2

    async def _keep_connected(self) -> None:
        while True:
            try:
                await self._one_connection()
            except OSError as error:
                log.warning("broker away: %s", error or repr(error))
            await asyncio.sleep(random.uniform(0.1, RECONNECT_WITHIN))

    async def _one_connection(self) -> None:
        """Subscribe, read what was said before, then stay until it is lost."""
        link = self._link = Link(self.options, self)  # a session may begin with what was kept
        try:
            await link.dial()
            await link.subscribe(self.filters)
            self.figures.connections += 1
            self.figures.broker_is_up = True
            # A shared subscription brings no retained messages (MQTT 5, 3.8.4): ask once without.
            await link.subscribe(RETAINED)
            await link.unsubscribe(RETAINED)
            self._send_acks()
            log.info("connected to %s:%d, %s", self.options.host, self.options.port, self.filters)
            log.warning("broker lost: %s", await link.lost)
        finally:
            link.close()
            self._link = None

    # --- the database ---

    async def _keep_storing(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(GATHER)
            arrived = [self._inbox.popleft() for _ in range(min(MOST_IN_BATCH, len(self._inbox)))]
            if not self._inbox:
                self._wake.clear()
            self._in_hand = len(arrived)
            self.figures.waiting = self.backlog
            await self.store([_read(each.message) for each in arrived])
            self._in_hand = 0
            self._acknowledge(arrived)
            if self._link is not None and len(self._inbox) < self._limit // 2:
                self._link.resume()

    async def store(self, heard: list[Heard | Unreadable]) -> None:
        """Commit, whatever it takes; then what kiosks may forget waits to be sent."""
        batch, began = batch_of(heard), time.monotonic()
        while True:
            connection = await self.database.connection()
            self.figures.database_is_up = True
            try:
                heads = await self._store.save(connection, batch)
                break
            except BAD_DATA as error:
                log.warning("%d messages with bad data: %s", len(heard), error)
                await self._store_apart(heard, str(error))
                return
            except AWAY as error:
                self.figures.database_is_up = False
                self.figures.retries += 1
                await self.database.lose(error)
        self.database.works()
        self._count(heard, batch, time.monotonic() - began)
        self._acks.add(heads)

    async def _store_apart(self, heard: list[Heard | Unreadable], why: str) -> None:
        """Halve until the message is found that cannot stand in the database."""
        if len(heard) > 1:
            middle = len(heard) // 2
            await self.store(heard[:middle])
            await self.store(heard[middle:])
        elif isinstance(only := heard[0], Heard):
            topic = f"kiosk/v1/{only.kiosk}/up/{type(only.what).__name__}"
            await self.store([Unreadable(only.kiosk, topic, only.raw, why)])
        else:
            log.error("dropped what cannot even be kept as unreadable: %s", only.why)

    def _acknowledge(self, arrived: Iterable[Arrived]) -> None:
        if self._link is not None:
            mine = [each.message.packet_id for each in arrived
                    if each.link is self._link and each.message.qos]  # fmt: skip
            self._link.acknowledge(mine)
        self._send_acks()

    def _send_acks(self) -> None:
        if self._link is not None:
            for topic, ack in self._acks.take(self._link.room):
                self._link.publish(topic, msgspec.json.encode(ack))
        self.figures.acks_waiting = len(self._acks)

    def _count(self, heard: list[Heard | Unreadable], batch: Batch, seconds: float) -> None:
        for each in heard:
            name = UNREADABLE if isinstance(each, Unreadable) else type(each.what).__name__
            self.figures.count(name)
        self.figures.rows += len(batch.rows)
        self.figures.events += len(batch.events)
        self.figures.batches += 1
        self.figures.batch_seconds += seconds

    async def _do_chores(self) -> None:
        """On a connection of their own, which may wait."""
        own = Database(self.database.dsn)
        while True:
            await asyncio.sleep(CHORES_EVERY)
            connection = await own.connection()
            try:
                await connection.execute(sql.RAISE_GAPS, GAP_IS_ALARM_AFTER)
                await connection.execute(sql.FORGET_HOURS, HOURS_KEPT_DAYS)
                await connection.execute(sql.BOUND_UNREADABLE, UNREADABLE_KEPT)
                own.works()
            except AWAY as error:
                await own.lose(error)


def _read(message: Publish) -> Heard | Unreadable:
    return read(message.topic, message.payload, message.retain)
