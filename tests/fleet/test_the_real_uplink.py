"""The kiosk's own uplink, with a real journal behind it, against the district's real programs, all
of which die; and commands of `kioskctl fleet` that it obeys or refuses."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import asyncpg
import pytest

from firmware.cli import __main__ as kioskctl
from firmware.cli.fleet_command import read_key
from firmware.contract.device import Kind
from firmware.demo.broker import Broker
from firmware.runtime.clock import SystemClock
from firmware.runtime.config import Config
from firmware.runtime.uplink_section import UplinkSection
from firmware.uplink.daemon import UplinkDaemon
from firmware.uplink.kept import Kept
from tests.firmware.small_kiosk import config_in
from tests.firmware.uplink.stage import FAST, Machine, till_of
from tests.firmware.uplink.till import Till
from tests.fleet import reckoning
from tests.fleet.certificates import Authority
from tests.fleet.fleet import Made
from tests.fleet.servers import (
    CollectorProcess,
    Mosquitto,
    Postgres,
    postgres_programs,
)

ROWS = 1500
PATIENCE = 60.0  # seconds

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif(postgres_programs() is None, reason="no PostgreSQL here"),
]


@dataclass
class District:
    """Its servers, and one kiosk with its till."""

    folder: Path
    authority: Authority
    broker: Mosquitto
    database: Postgres
    collector: CollectorProcess
    config: Config
    till: Till
    kept: Kept

    def made(self) -> Made:
        journal, outbox = self.till.journal, self.kept.outbox
        return Made(
            self.config.kiosk.id, self.till.handing.chain, journal.length, journal.head,
            outbox.box, outbox.last, journal.inside_paise,
        )  # fmt: skip

    async def until(self, is_so: Callable[[], bool]) -> None:
        began = time.monotonic()
        while not is_so():
            assert time.monotonic() - began < PATIENCE, self.made()
            await asyncio.sleep(0.05)

    @property
    def acknowledged(self) -> int:
        return self.kept.keeper.now.mark.seq


@asynccontextmanager
async def district(folder: Path) -> AsyncIterator[District]:
    """All of it running; stopped in the end."""
    config = config_in(folder / "kiosk", {"notes": Kind.NOTES})
    authority = Authority(folder / "ca")
    pem = authority.make(config.kiosk.id)
    broker, database = Mosquitto(folder / "broker", authority), Postgres(folder / "pg")
    collector = CollectorProcess(
        folder / "collector", "collector-a", broker.port, database, authority
    )
    servers = [broker, database, collector]
    key = folder / "command.key"
    assert run("key", "new", str(key)) == 0
    public = bytes(read_key(key).verify_key).hex()
    section = UplinkSection(
        broker="localhost", port=broker.port, ca=str(authority.ca), certificate=str(pem),
        key=str(pem), fleet_keys=[public],
    )  # fmt: skip
    with Broker(config, folder / "kiosk"):
        till = till_of(config, ROWS)
        kept = Kept.open(config, SystemClock(), "b1")
        daemon = UplinkDaemon(config, section, kept, Machine(), Random(1), FAST)
        tasks: list[asyncio.Task[None]] = []
        try:
            for server in servers:
                await asyncio.to_thread(server.start)
            tasks = [asyncio.create_task(each) for each in (daemon.run(), till.bus.run())]
            yield District(folder, authority, broker, database, collector, config, till, kept)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            kept.close()
            for server in reversed(servers):
                await asyncio.to_thread(server.stop)


def run(*words: str) -> int:
    options = kioskctl.parser().parse_args(["fleet", *words])
    code: int = options.without_config(options)
    return code


async def test_broker_database_and_collector_die_under_the_real_uplink(folder: Path) -> None:
    async with district(folder) as here:
        for server, least in ((here.collector, 200), (here.database, 500), (here.broker, 900)):
            await here.until(lambda least=least: here.acknowledged >= least)  # type: ignore[misc]
            server.kill()
            here.till.write(100)
            await asyncio.to_thread(server.start)
        await here.until(lambda: here.acknowledged == here.till.journal.length)
        made = here.made()
        assert made.rows == ROWS + 300
        assert await reckoning.faults(here.database.dsn, [made], verified=1) == []


async def test_a_command_of_the_office_is_obeyed_and_one_of_another_key_is_not(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with district(folder) as here:
        await here.until(lambda: here.acknowledged > 0)
        office = here.authority.make("office")
        (folder / "link.toml").write_text(
            f'[broker]\nhost = "127.0.0.1"\nport = {here.broker.port}\nclient = "office"\n'
            f'ca = "{here.authority.ca}"\ncertificate = "{office}"\n'
        )
        kiosk, link = here.config.kiosk.id, ["--config", str(folder / "link.toml")]
        capsys.readouterr()
        mine = ["--key", str(folder / "command.key"), *link]
        assert await asyncio.to_thread(run, "command", kiosk, "log_bundle", "minutes=2", *mine) == 0
        assert "log_bundle: done" in (said := capsys.readouterr().out) and said.count("\n") > 1
        assert run("key", "new", str(folder / "other.key")) == 0
        other = ["--key", str(folder / "other.key"), *link, "--wait", "1"]
        assert await asyncio.to_thread(run, "command", kiosk, "status", *other) == 3
        connection = await asyncpg.connect(here.database.dsn)
        replies = await connection.fetch("SELECT DISTINCT kiosk, outcome FROM replies")
        await connection.close()
        assert [tuple(each) for each in replies] == [(kiosk, "done")]
