"""300 kiosks, two collectors, a real broker with TLS and a real PostgreSQL, all of which die."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.fleet import reckoning
from tests.fleet.certificates import Authority
from tests.fleet.fleet import SimFleet, Site
from tests.fleet.rabbitmq import MAY_BE_HERE, RabbitMQ
from tests.fleet.servers import CollectorProcess, Mosquitto, Postgres, Server, postgres_programs

KIOSKS = 300
NAMES = [f"rj14-{number:05d}" for number in range(KIOSKS)]
PATIENCE = 60.0  # seconds


@pytest.mark.chaos
@pytest.mark.skipif(postgres_programs() is None, reason="no PostgreSQL: apt-get install postgresql")
async def test_broker_database_and_collectors_die_and_every_row_is_there_once(
    folder: Path, chaos_seed: int
) -> None:
    authority = Authority(folder / "ca")
    for name in NAMES:
        authority.make(name)
    broker, database = Mosquitto(folder / "broker", authority), Postgres(folder / "pg")
    collectors = [
        CollectorProcess(folder / name, name, broker.port, database, authority)
        for name in ("collector-a", "collector-b")
    ]
    site = Site(broker.port, authority.folder, longest_back_off=2.0, patience=2.0)
    victims = [collectors[chaos_seed % 2], database, broker]
    await all_die([broker, database, *collectors], victims, database, site, chaos_seed)


@pytest.mark.chaos
@pytest.mark.skipif(postgres_programs() is None, reason="no PostgreSQL: apt-get install postgresql")
@MAY_BE_HERE
async def test_rabbitmq_database_and_collector_die_and_every_row_is_there_once(
    folder: Path, chaos_seed: int
) -> None:
    """Without shared subscriptions: one collector, with a session that the broker keeps."""
    authority = Authority(folder / "ca")
    for name in NAMES:
        authority.make(name)
    broker, database = RabbitMQ(folder / "broker", authority, NAMES), Postgres(folder / "pg")
    collector = CollectorProcess(
        folder / "c", "collector-a", broker.port, database, authority, share=""
    )
    site = Site(broker.port, authority.folder, longest_back_off=2.0, patience=2.0)
    victims = [collector, database, broker]
    await all_die([broker, database, collector], victims, database, site, chaos_seed)


async def all_die(servers: Sequence[Server], victims: Sequence[Server], database: Postgres,
                  site: Site, seed: int) -> None:  # fmt: skip
    """One after the other, at a moment drawn by lot, while people pay."""
    moments, fleet = random.Random(seed), SimFleet(NAMES, site, seed)
    try:
        for server in servers:
            server.start()
        fleet.connect(within=1.0)
        await fleet.until_connected(PATIENCE)
        for victim in victims:
            loading = asyncio.create_task(fleet.load(visits_a_second=60, seconds=1.5))
            await asyncio.sleep(moments.uniform(0.1, 1.2))
            victim.kill()
            for kiosk in moments.sample(fleet.kiosks, 5):  # and the mains of some kiosks
                kiosk.crash()
            await loading
            await asyncio.to_thread(victim.start)
        await fleet.until_connected(PATIENCE)
        await fleet.until_drained(PATIENCE)
        made = fleet.made()
        assert sum(each.rows for each in made) > 1000
        assert await reckoning.faults(database.dsn, made, verified=KIOSKS) == []
    finally:
        await fleet.stop()
        for server in reversed(servers):
            server.stop()
