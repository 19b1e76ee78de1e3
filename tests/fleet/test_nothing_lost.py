"""300 kiosks, two collectors, a real broker with TLS and a real PostgreSQL, all of which die."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.fleet import reckoning
from tests.fleet.certificates import Authority
from tests.fleet.fleet import SimFleet, Site
from tests.fleet.servers import CollectorProcess, Mosquitto, Postgres, postgres_programs

KIOSKS = 300
PATIENCE = 60.0  # seconds


@pytest.mark.chaos
@pytest.mark.skipif(postgres_programs() is None, reason="no PostgreSQL: apt-get install postgresql")
async def test_broker_database_and_collectors_die_and_every_row_is_there_once(
    folder: Path, chaos_seed: int
) -> None:
    authority, names = Authority(folder / "ca"), [f"rj14-{n:05d}" for n in range(KIOSKS)]
    for name in names:
        authority.make(name)
    broker, database = Mosquitto(folder / "broker", authority), Postgres(folder / "pg")
    collectors = [
        CollectorProcess(folder / name, name, broker, database, authority)
        for name in ("collector-a", "collector-b")
    ]
    servers = [broker, database, *collectors]
    for server in servers:
        server.start()
    site = Site(broker.port, authority.folder, longest_back_off=2.0, patience=2.0)
    fleet = SimFleet(names, site, chaos_seed)
    try:
        fleet.connect(within=1.0)
        await fleet.until_connected(PATIENCE)
        victims = [collectors[chaos_seed % 2], database, broker]
        for victim in victims:
            loading = asyncio.create_task(fleet.load(visits_a_second=60, seconds=1.5))
            await asyncio.sleep(0.3)
            victim.kill()
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
