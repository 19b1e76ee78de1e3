"""Health and kioskctl on a real Mosquitto: wills, restarts of everybody, and the access list."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from firmware.cli import tickets
from firmware.cli.retained import retained
from firmware.cli.snapshot import NoBus, Snapshot, take, technician_bus
from firmware.cli.status import exit_code, status_screen
from firmware.cli.testing import Technician
from firmware.contract.device import DeviceState, Fault, Outcome, Status, TicketPrinted
from firmware.contract.fault_ticket import FaultTickets
from firmware.contract.gateway import GatewayState
from firmware.contract.health import (
    Condition,
    CoreState,
    DeviceTested,
    KioskHealth,
    LastTest,
    Presence,
)
from firmware.contract.till import SupplyRefilled
from firmware.contract.topics import Topics
from firmware.demo.broker import Broker
from firmware.health.assess import HEARD_WITHIN
from firmware.health.daemon import HealthDaemon
from firmware.runtime.bus import Bus, Envelope
from firmware.runtime.clock import FixedClock
from firmware.runtime.config import Config
from tests.firmware.health.kiosk import EXPECTED, device, printer, till
from tests.firmware.small_kiosk import config_in

TOPICS = Topics("k1")
PATIENCE = 10.0  # seconds until a test that hangs is called failed
ROOT = Path(__file__).parents[3]
NOON = datetime(2026, 1, 15, 6, 30, tzinfo=UTC)
DEAD = Presence(is_alive=False)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return config_in(tmp_path, EXPECTED)


class Part:
    """A daemon of the kiosk as the others see it: a connection, a will and what it retains."""

    def __init__(self, config: Config, user: str, will: tuple[str, Any]) -> None:
        self.bus = Bus(config.bus_address(user), will)
        self._task = asyncio.ensure_future(self.bus.run())

    async def die(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


class Kiosk:
    """Every part in good order, each a client of its own."""

    def __init__(self, config: Config, without: str = "") -> None:
        self._config = config
        self.parts: dict[str, Part] = {}
        for name in EXPECTED.keys() - {without}:
            self.add_driver(name)
        for name in ("core", "ui"):
            self.add_daemon(name)
        self.parts["core"].bus.retain(TOPICS.core_state, till())
        offline = GatewayState(is_online=False, detail="gateway gone")
        self.parts["gateway"] = Part(config, "gateway", (TOPICS.gateway_state, offline))
        self.parts["gateway"].bus.retain(TOPICS.gateway_state, GatewayState(is_online=True))

    def add_driver(self, name: str) -> None:
        topic = TOPICS.device_state(name)
        part = Part(self._config, f"driver-{name}", (topic, device(name, Status.GONE)))
        part.bus.retain(topic, printer(60000) if name == "receipt" else device(name))
        self.parts[name] = part

    def add_daemon(self, name: str) -> None:
        topic = TOPICS.presence(name)
        self.parts[name] = Part(self._config, name, (topic, DEAD))
        self.parts[name].bus.retain(topic, Presence(is_alive=True))

    def says(self, name: str, state: DeviceState) -> None:
        self.parts[name].bus.retain(TOPICS.device_state(name), state)

    async def end(self) -> None:
        for part in self.parts.values():
            await part.die()


class Eye:
    """A technician who follows what health retains."""

    def __init__(self, config: Config) -> None:
        self._seen: asyncio.Queue[KioskHealth] = asyncio.Queue()
        self.last: KioskHealth | None = None
        bus = technician_bus(config)
        bus.on(TOPICS.health_state, self._see)
        self._task = asyncio.ensure_future(bus.run())

    def _see(self, envelope: Envelope) -> None:
        self._seen.put_nowait(msgspec.json.decode(envelope.payload, type=KioskHealth))

    async def until(self, fact: Callable[[KioskHealth], bool]) -> KioskHealth:
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    self.last = await self._seen.get()
                    if fact(self.last):
                        return self.last
        except TimeoutError:
            raise AssertionError(f"never came; last was {self.last}") from None

    async def end(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


@pytest.fixture
async def kiosk(config: Config, broker: Broker) -> AsyncIterator[Kiosk]:
    kiosk = Kiosk(config)
    yield kiosk
    await kiosk.end()


@pytest.fixture
async def eye(config: Config, broker: Broker) -> AsyncIterator[Eye]:
    eye = Eye(config)
    yield eye
    await eye.end()


@contextlib.asynccontextmanager
async def health(config: Config, clock: FixedClock) -> AsyncIterator[HealthDaemon]:
    daemon = HealthDaemon(config, clock, halt=lambda: None, root=config.state_folder)
    task = asyncio.ensure_future(daemon.run())
    try:
        yield daemon
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def in_service(seen: KioskHealth) -> bool:
    return seen.condition is Condition.IN_SERVICE


def codes(seen: KioskHealth) -> set[tuple[str, str]]:
    return {(each.part, each.code) for each in seen.findings}


async def test_driver_dies_and_comes_back(config: Config, kiosk: Kiosk, eye: Eye) -> None:
    async with health(config, FixedClock(NOON)):
        whole = await eye.until(in_service)
        assert (whole.findings, whole.paper_mm) == ([], 60000)
        await kiosk.parts["coins"].die()
        seen = await eye.until(lambda seen: ("coins", "device.gone") in codes(seen))
        assert seen.condition is Condition.DEGRADED
        kiosk.add_driver("coins")
        await eye.until(in_service)


async def test_part_that_never_reports_is_missing_after_half_a_minute(
    config: Config, broker: Broker, eye: Eye
) -> None:
    kiosk, clock = Kiosk(config, without="panel"), FixedClock(NOON)
    async with health(config, clock) as daemon:
        seen = await eye.until(in_service)
        assert seen.devices["panel"] is Status.STARTING
        clock.advance(HEARD_WITHIN + 1)
        daemon.look()
        seen = await eye.until(lambda seen: codes(seen) == {("panel", "device.missing")})
        assert seen.devices["panel"] is Status.GONE
    await kiosk.end()


async def test_times_and_counts_survive_the_death_of_health(
    config: Config, kiosk: Kiosk, eye: Eye
) -> None:
    clock = FixedClock(NOON)
    jam = device("notes", Status.OUT_OF_SERVICE, faults=[Fault("notes.jam.stacker")])
    async with health(config, clock):
        await eye.until(in_service)
        kiosk.says("notes", jam)
        first = await eye.until(lambda seen: bool(seen.findings))
        assert first.findings[0].since == "2026-01-15T12:00:00+05:30"
        receipt = kiosk.parts["receipt"].bus
        for number in range(10):
            receipt.send(TOPICS.device_event("receipt"), TicketPrinted(f"R-{number}"))
            receipt.send(TOPICS.device_event("receipt"), TicketPrinted(f"R-{number}"))
        kiosk.says("receipt", printer(59000))
        await eye.until(lambda seen: seen.tickets_left == 590)  # 100 mm each
    clock.advance(3600)
    async with health(config, clock):
        again = await eye.until(lambda seen: bool(seen.findings) and seen.tickets_left == 590)
    assert again.findings == first.findings


async def test_printer_swapped_in_the_night(config: Config, kiosk: Kiosk, eye: Eye) -> None:
    clock = FixedClock(NOON)
    async with health(config, clock):
        await eye.until(in_service)
        kiosk.says("receipt", printer(60000, serial="P-2"))
        seen = await eye.until(lambda seen: bool(seen.findings))
        assert seen.findings[0].detail == "serial P-1 became P-2"
        assert seen.condition is Condition.IN_SERVICE


async def test_what_a_technician_found_is_kept_with_the_part_it_was(
    config: Config, kiosk: Kiosk, eye: Eye
) -> None:
    """Also across the death of health; and a device that nobody knows has no test."""
    clock = FixedClock(NOON)
    found = DeviceTested("receipt", "S. Gurjar", ["prints a sample: no"], [])
    technician = Technician(config, "receipt")
    technician.bus.name = "tester"  # the eye is a technician, too, of this process
    task = asyncio.ensure_future(technician.bus.run())
    await technician.bus.connected()
    async with health(config, clock):
        await eye.until(in_service)
        assert (await technician.keep(found)).outcome is Outcome.DONE
        stranger = await technician.keep(DeviceTested("notes2", "S. Gurjar", []))
        assert stranger.outcome is Outcome.REFUSED
    clock.advance(3600)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with health(config, clock) as again:  # its own word: the broker still has the first's
        again.look()
        assert again.health is not None
    assert again.health.tests == {
        "receipt": LastTest(
            "2026-01-15T12:00:00+05:30", "S. Gurjar", "P-1", "", ["prints a sample: no"]
        )
    }


async def test_broker_killed_and_a_driver_with_it(
    config: Config, kiosk: Kiosk, broker: Broker
) -> None:
    """A driver that dies with the broker leaves no will: only its silence tells."""
    clock = FixedClock(NOON)
    async with health(config, clock) as daemon:
        first = Eye(config)
        await first.until(in_service)
        await first.end()
        broker.kill()
        await kiosk.parts.pop("coins").die()
        broker.start()
        second = Eye(config)
        await second.until(lambda seen: seen.devices["coins"] is Status.READY)  # benefit of doubt
        clock.advance(HEARD_WITHIN + 1)
        daemon.look()
        await second.until(lambda seen: codes(seen) == {("coins", "device.missing")})
        await second.end()


async def test_document_that_cannot_be_read_kills_nobody(
    config: Config, kiosk: Kiosk, eye: Eye
) -> None:
    async with health(config, FixedClock(NOON)):
        await eye.until(in_service)
        kiosk.parts["panel"].bus.retain(TOPICS.device_state("panel"), {"status": "new-fangled"})
        await kiosk.parts["ui"].die()
        seen = await eye.until(lambda seen: ("ui", "daemon.gone") in codes(seen))
        assert seen.condition is Condition.OUT_OF_SERVICE


async def test_driver_that_speaks_for_another_is_not_heard(config: Config, kiosk: Kiosk) -> None:
    """The broker itself enforces the access list."""
    stolen = device("notes", Status.OUT_OF_SERVICE)
    kiosk.parts["coins"].bus.send(TOPICS.device_state("notes"), stolen)
    kiosk.parts["ui"].bus.send(TOPICS.device_state("notes"), stolen)
    async with health(config, FixedClock(NOON)):
        snapshot = await complete(config)
    assert snapshot.devices["notes"].status is Status.READY


async def complete(config: Config) -> Snapshot:
    """What kioskctl takes, once everybody has spoken and health has heard them."""
    async with asyncio.timeout(PATIENCE):
        while exit_code(snapshot := await take(config)) or not snapshot.is_complete:
            pass
        return snapshot


async def test_kioskctl_reads_the_whole_kiosk_and_leaves(config: Config, kiosk: Kiosk) -> None:
    async with health(config, FixedClock(NOON)):
        snapshot = await complete(config)
    assert isinstance(snapshot.core, CoreState)
    assert "Kiosk k1, Todaraisingh" in status_screen(snapshot)
    assert exit_code(snapshot) == 0


async def test_kioskctl_without_a_bus_says_so(config: Config, broker: Broker) -> None:
    broker.kill()
    with pytest.raises(NoBus, match=r"bus\.sock"):
        await take(config)


async def kioskctl(config: Config, *arguments: str) -> asyncio.subprocess.Process:
    path = Path(config.bus.socket).with_name("kiosk.toml")
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "firmware.cli", "--config", str(path), *arguments),
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        stdout=asyncio.subprocess.PIPE,
    )


async def test_kioskctl_as_a_technician_runs_it(config: Config, kiosk: Kiosk, eye: Eye) -> None:
    async with health(config, FixedClock(NOON)):
        await eye.until(in_service)
        watching = await kioskctl(config, "watch")
        assert watching.stdout is not None
        async with asyncio.timeout(PATIENCE * 2):
            while b"health    kiosk is in service" not in await watching.stdout.readline():
                pass
            await kiosk.parts["coins"].die()
            while b"coins     is gone" not in await watching.stdout.readline():
                pass
            looking = await kioskctl(config, "status")
            said, _ = await looking.communicate()
        watching.terminate()
        await watching.communicate()
    assert looking.returncode == 1
    assert b"coins  device.gone" in said
    assert b"\x1b" not in said  # no colours into a pipe


async def test_operator_says_at_the_desk_that_the_roll_is_new(
    config: Config, kiosk: Kiosk, eye: Eye
) -> None:
    async with health(config, FixedClock(NOON)):
        kiosk.says("receipt", printer(1000))
        await eye.until(lambda seen: ("receipt", "receipt.paper.low") in codes(seen))
        kiosk.parts["core"].bus.send(
            TOPICS.core_event, SupplyRefilled("receipt", "paper", "R. Meena")
        )
        await eye.until(lambda seen: seen.supplies[0].refilled_by == "R. Meena")
        kiosk.says("receipt", printer(60000))
        seen = await eye.until(in_service)
        assert (seen.findings, seen.supplies[0].refilled_by) == ([], "R. Meena")


async def test_a_jam_becomes_a_ticket_that_the_technician_reads(
    config: Config, kiosk: Kiosk, eye: Eye
) -> None:
    clock = FixedClock(NOON)
    jam = device("notes", Status.OUT_OF_SERVICE, faults=[Fault("notes.jam.stacker")])
    async with health(config, clock) as daemon:
        await eye.until(in_service)
        kiosk.says("notes", jam)
        await eye.until(lambda seen: bool(seen.findings))
        clock.advance(7200)
        async with asyncio.timeout(3 * PATIENCE):
            while not daemon.tickets.open:  # noqa: ASYNC110 - it looks once a second
                await asyncio.sleep(0.05)
        found = await retained(config, TOPICS.health_tickets, FaultTickets)
    assert found is not None
    (ticket,) = found.open
    assert (ticket.part, ticket.code) == ("notes", "notes.jam.stacker")
    _, line = tickets.lines(found, with_closed=False)
    assert line.startswith(ticket.number)
    assert "  operator since " in line or "  block since " in line
    assert line.endswith("take the cash box out and clear it.")
