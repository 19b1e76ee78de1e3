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

import msgspec
import pytest

from firmware.cli import __main__ as kioskctl
from firmware.cli.fleet_command import read_key
from firmware.contract.device import Kind
from firmware.contract.uplink import Desired, Signed, topic
from firmware.demo.broker import Broker
from firmware.runtime.clock import SystemClock
from firmware.runtime.config import Config
from firmware.runtime.outer_sections import ContentSection
from firmware.runtime.uplink_section import UplinkSection
from firmware.uplink.daemon import UplinkDaemon
from firmware.uplink.kept import Kept, Settings
from tests.firmware.small_kiosk import config_in
from tests.firmware.uplink.signing import signed
from tests.firmware.uplink.stage import FAST, Machine, till_of
from tests.firmware.uplink.till import Till
from tests.fleet import reckoning
from tests.fleet.certificates import Authority
from tests.fleet.fleet import Made, Site
from tests.fleet.rabbitmq import MAY_BE_HERE, RabbitMQ
from tests.fleet.servers import (
    CollectorProcess,
    Mosquitto,
    Postgres,
    postgres_programs,
)
from tests.fleet.test_access_list import REFUSED, client

ROWS = 1500
PATIENCE = 60.0  # seconds
NO_CONTENT = ContentSection()

pytestmark = pytest.mark.chaos
BROKERS = pytest.mark.parametrize(
    "kind", ["mosquitto", pytest.param("rabbitmq", marks=MAY_BE_HERE)]
)


@dataclass
class Kiosk:
    """Its till, what its uplink keeps, and the broker it dials."""

    authority: Authority
    broker: Mosquitto | RabbitMQ
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
async def a_kiosk(
    folder: Path, rows: int, kind: str = "mosquitto", version: int = 0,
    content: ContentSection = NO_CONTENT,
) -> AsyncIterator[Kiosk]:  # fmt: skip
    """And the broker, with settings of that version retained, if any; the district's other
    programs are the test's."""
    plain = config_in(folder / "kiosk", {"notes": Kind.NOTES})
    config = msgspec.structs.replace(plain, content=content)
    authority = Authority(folder / "ca")
    pem = str(authority.make(config.kiosk.id))
    authority.make("office")
    key, broker = folder / "command.key", broker_of(kind, folder / "broker", authority, config)
    assert run("key", "new", str(key)) == 0
    section = UplinkSection(
        broker="localhost", port=broker.port, ca=str(authority.ca), certificate=pem, key=pem,
        fleet_keys=[bytes(read_key(key).verify_key).hex()],
    )  # fmt: skip
    with broker, Broker(config, folder / "kiosk"):
        if version:
            desired = signed(Desired(kiosk=config.kiosk.id, version=version), read_key(key))
            await retain(Site(broker.port, authority.folder), config.kiosk.id, desired)
        till = till_of(config, rows)
        kept = Kept.open(config, SystemClock(), "b1")
        daemon = UplinkDaemon(config, section, kept, Machine(), Random(1), FAST)
        tasks = [asyncio.create_task(each) for each in (daemon.run(), till.bus.run())]
        try:
            yield Kiosk(authority, broker, config, till, kept)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            kept.close()


async def retain(site: Site, kiosk: str, desired: Signed) -> None:
    assert site.folder is not None
    office = await client(site, "office")
    assert office.link is not None
    said = msgspec.json.encode(desired)
    office.link.publish(topic(kiosk, "down/desired"), said, retain=True)
    assert await office.answers.get() < REFUSED
    office.link.close()


def broker_of(
    kind: str, folder: Path, authority: Authority, config: Config
) -> Mosquitto | RabbitMQ:
    if kind == "mosquitto":
        return Mosquitto(folder, authority)
    return RabbitMQ(folder, authority, [config.kiosk.id])


def run(*words: str) -> int:
    options = kioskctl.parser().parse_args(["fleet", *words])
    code: int = options.without_config(options)
    return code


@pytest.mark.skipif(postgres_programs() is None, reason="no PostgreSQL: apt-get install postgresql")
@BROKERS
async def test_broker_database_and_collector_die_under_the_real_uplink(
    folder: Path, kind: str
) -> None:
    database = Postgres(folder / "pg")
    async with a_kiosk(folder, ROWS, kind) as here:
        collector = CollectorProcess(
            folder / "collector", "collector-a", here.broker.port, database, here.authority,
            share="collectors" if kind == "mosquitto" else "",
        )  # fmt: skip
        try:
            for server in (database, collector):
                await asyncio.to_thread(server.start)
            for victim, least in ((collector, 200), (database, 500), (here.broker, 900)):
                await here.until(lambda least=least: here.acknowledged >= least)  # type: ignore[misc]
                victim.kill()
                here.till.write(100)
                await asyncio.to_thread(victim.start)
            await here.until(lambda: here.acknowledged == here.till.journal.length)
            made = here.made()
            assert made.rows == ROWS + 300
            assert await reckoning.faults(database.dsn, [made], verified=1) == []
        finally:
            for server in (collector, database):
                await asyncio.to_thread(server.stop)


@BROKERS
async def test_settings_that_were_sent_before_the_kiosk_came_are_in_force(
    folder: Path, kind: str
) -> None:
    """RabbitMQ gives what is retained to who asks for it by its name, and to no wildcard."""
    async with a_kiosk(folder, 1, kind, version=3) as here:
        known = [bytes(read_key(folder / "command.key").verify_key).hex()]
        kiosk = here.config.kiosk.id
        await here.until(lambda: Settings(here.kept.folder, known, kiosk).version == 3)


@BROKERS
async def test_a_command_of_the_office_is_obeyed_and_one_of_another_key_is_not(
    folder: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with a_kiosk(folder, 3, kind) as here:
        office = here.authority.make("office")
        (folder / "link.toml").write_text(
            f'[broker]\nhost = "127.0.0.1"\nport = {here.broker.port}\nclient = "office"\n'
            f'ca = "{here.authority.ca}"\ncertificate = "{office}"\n'
        )
        kiosk, link = here.config.kiosk.id, ["--config", str(folder / "link.toml")]
        here.authority.make("collector-a")
        site = Site(here.broker.port, here.authority.folder)
        listener = await client(site, "collector-a", "kiosk/v1/+/up/status")
        await here.until(lambda: bool(listener.heard))  # its status: it listens from here on
        capsys.readouterr()
        mine = ["--key", str(folder / "command.key"), *link]
        assert await asyncio.to_thread(run, "command", kiosk, "log_bundle", "minutes=2", *mine) == 0
        assert "log_bundle: done" in (said := capsys.readouterr().out) and said.count("\n") > 1
        assert run("key", "new", str(folder / "other.key")) == 0
        other = ["--key", str(folder / "other.key"), *link, "--wait", "1"]
        assert await asyncio.to_thread(run, "command", kiosk, "status", *other) == 2
