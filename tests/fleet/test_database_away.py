"""The database is away for long: nothing is acknowledged, nothing grows, and nothing is lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from firmware.collector.collector import Collector
from firmware.collector.database import Database
from firmware.collector.link import Dial, dial
from firmware.collector.mqtt5 import Publish
from firmware.contract.uplink import DownAck, UpHealth, topic
from tests.fleet.said import EARLY, event, events
from tests.fleet.servers import Mosquitto

KIOSK, BOX = "rj14-1", "b" * 16
WINDOW = 50  # messages without PUBACK
EVENTS = 600
PATIENCE = 30.0  # seconds


class Kiosk:
    """Hears acknowledgements (link.Hears); sends nothing again."""

    def __init__(self) -> None:
        self.acknowledged = self.taken = 0

    def on_publish(self, message: Publish) -> None:
        self.acknowledged = msgspec.json.decode(message.payload, type=DownAck).events

    def on_puback(self, packet_id: int, reason: int) -> None:
        self.taken += 1  # by the broker, which proves nothing

    def on_lost(self) -> None:
        pass


async def until(is_so: Callable[[], bool]) -> None:
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < PATIENCE
        await asyncio.sleep(0.02)


@pytest.fixture
def broker(folder: Path) -> Iterator[Mosquitto]:
    with Mosquitto(folder / "broker", None) as made:
        yield made


async def test_database_is_away_while_a_flood_comes_and_the_collector_dies(
    broker: Mosquitto, dsn: str
) -> None:
    """With a session of its own: what the first collector had and did not store, the broker gives
    to the second, and the kiosk need not send it again."""
    options = Dial("127.0.0.1", broker.port, "collector-a", receive_maximum=WINDOW, session=300)
    away = Collector(options, ["kiosk/v1/+/up/#"], Database("postgresql:///x?host=/nowhere"))
    running = asyncio.create_task(away.run())
    kiosk = Kiosk()
    link = await dial(Dial("127.0.0.1", broker.port, KIOSK), kiosk)
    await link.subscribe([topic(KIOSK, "down/ack")])
    await until(lambda: away.figures.broker_is_up)
    health = msgspec.json.encode(UpHealth(boot=1, t=EARLY, numbers={"load": 1.0}))
    for seq in range(1, EVENTS + 1):
        link.publish(topic(KIOSK, "up/event"), events(KIOSK, event(seq)).raw)
        link.publish(topic(KIOSK, "up/health"), health, qos=0)
    await until(lambda: kiosk.taken == EVENTS)
    await until(lambda: away.backlog >= WINDOW)
    assert away.backlog < EVENTS, "what is over is at the broker"
    assert kiosk.acknowledged == 0
    running.cancel()
    await asyncio.wait([running])

    back = Collector(options, ["kiosk/v1/+/up/#"], Database(dsn))
    running = asyncio.create_task(back.run())
    await until(lambda: kiosk.acknowledged == EVENTS)
    connection = await back.database.connection()
    assert await connection.fetchval("SELECT count(*) FROM events") == EVENTS
    running.cancel()
    await asyncio.wait([running])
    back.database.close()
    link.close()
