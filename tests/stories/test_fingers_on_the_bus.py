"""A finger from the glass to the gateway over the real broker: who saw what of it, and where it is.

Reader and gateway are the real ones; the till is a client with core's name.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from drivers.base.bench import EmulatedNetworkDevice
from drivers.base.daemon import DriverDaemon
from drivers.base.flight import What
from firmware.contract.device import DeviceEvent, DeviceState, Kind, Outcome, Reply, Status
from firmware.contract.finger import (
    CaptureFinger,
    FingerCaptured,
    FingerFailed,
    Purpose,
    SealedFinger,
)
from firmware.contract.topics import Topics
from firmware.demo.broker import Broker
from firmware.demo.stage import GUESTS
from firmware.gateway.__main__ import Gateway
from firmware.gateway.connectors import routes_of
from firmware.gateway.sandbox.fingers import open_pid
from firmware.runtime.bus import Bus, Envelope
from firmware.runtime.config import (
    BusSection,
    Config,
    DeviceSection,
    KioskSection,
    PathsSection,
)
from firmware.runtime.gateway_section import GatewaySection
from tests.drivers.rd_service.stage import EmulatedReader, Reader, hurry

PATIENCE = 20.0  # seconds, for a machine that is busy with something else
TOPICS = Topics("k1")
PARTS = (b"<Skey", b"<Hmac", b"<Data", b"U2tleQ", b"PidData")  # of a print, also as base64 of it


@dataclass
class Counter:
    """All that runs, and the till's hands on it."""

    folder: Path
    emulator: EmulatedReader
    device: Reader
    gateway: Gateway
    till: Bus
    is_ready: asyncio.Event = field(default_factory=asyncio.Event)
    has_gateway: asyncio.Event = field(default_factory=asyncio.Event)
    events: asyncio.Queue[DeviceEvent] = field(default_factory=asyncio.Queue)
    heard: dict[str, list[Envelope]] = field(default_factory=dict)  # by guest

    def on_state(self, envelope: Envelope) -> None:
        if msgspec.json.decode(envelope.payload, type=DeviceState).status is Status.READY:
            self.is_ready.set()

    async def capture(self) -> DeviceEvent:
        async with asyncio.timeout(PATIENCE):
            await self.is_ready.wait()
            order = CaptureFinger("visit", Purpose.AUTHENTICATION, 10.0)
            answer = await self.till.request(
                TOPICS.device_command("finger"), TOPICS.reply("core"), order, PATIENCE
            )
            assert msgspec.json.decode(answer, type=Reply).outcome is Outcome.DONE
            return await self.events.get()

    async def taken(self, reference: str, key: str) -> SealedFinger | None:
        """What the gateway holds; it hears on a topic of its own, perhaps a moment later."""
        async with asyncio.timeout(PATIENCE):
            while not len(self.gateway.fingers):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return self.gateway.fingers.take(reference, key, asyncio.get_running_loop().time())


class Everything(logging.Handler):
    """Every line that anybody logs, at any level."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@pytest.fixture
def logged() -> Iterator[list[str]]:
    handler, root = Everything(), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler.lines
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture
async def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Counter]:
    hurry(monkeypatch)
    emulator = EmulatedReader()
    bench = EmulatedNetworkDevice(emulator, "http://127.0.0.1:0")
    bench.plug()
    config = config_in(tmp_path, bench.address[1])
    with Broker(config, tmp_path / "broker", GUESTS):
        back_end = routes_of(config, asyncio.get_running_loop().time)
        device = Reader("finger", config.device["finger"], tmp_path / "state" / "finger")
        (tmp_path / "state" / "finger").mkdir(parents=True)
        gateway = Gateway(config, back_end)
        till = Bus(config.bus_address("core"))
        counter = Counter(tmp_path, emulator, device, gateway, till)
        buses = [till, *listeners(counter, config)]
        running = [DriverDaemon(device, config).run(), gateway.run(), *(bus.run() for bus in buses)]
        tasks = [asyncio.ensure_future(each) for each in running]
        async with asyncio.timeout(PATIENCE):
            for bus in buses:
                await bus.connected()
            await counter.has_gateway.wait()  # before that, it hears of no finger
        yield counter
        device.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await back_end.close()
    bench.unplug()


def config_in(folder: Path, port: int) -> Config:
    section = DeviceSection("rd_service", Kind.FINGER, f"http://127.0.0.1:{port}")
    return Config(
        kiosk=KioskSection(id="k1", place={"en": "Here"}, receipt_prefix="TD 0001"),
        gateway=GatewaySection(url="http://127.0.0.1:9"),  # nobody is there, and nobody is asked
        device={"finger": section},
        paths=PathsSection(state=str(folder / "state"), run=str(folder / "run")),
        bus=BusSection(str(folder / "bus.sock"), str(folder / "broker" / "credentials")),
    )


def listeners(counter: Counter, config: Config) -> list[Bus]:
    """The till's ears, and everybody who may listen to everything."""
    counter.till.take_replies(TOPICS.reply("core"))
    counter.till.on(TOPICS.device_event("finger"), lambda envelope: counter.events.put_nowait(
        msgspec.json.decode(envelope.payload, type=DeviceEvent)))  # fmt: skip
    counter.till.on(TOPICS.device_state("finger"), counter.on_state)
    counter.till.on(TOPICS.gateway_state, lambda envelope: counter.has_gateway.set())
    guests = []
    for user in ("recorder", "technician", "health"):
        bus, heard = Bus(config.bus_address(user)), list[Envelope]()
        bus.on("#", heard.append)
        counter.heard[user] = heard
        guests.append(bus)
    return guests


def nothing_of_a_print(said: bytes, pid: bytes, where: str) -> None:
    for part in (*PARTS, pid[:60], pid[-60:], pid.hex().encode()[:60]):
        assert part not in said, f"{where}: {part!r}"


async def test_a_print_is_at_the_gateway_and_nowhere_else(
    counter: Counter, logged: list[str]
) -> None:
    counter.emulator.hand("put_finger", 0.0)
    event = await counter.capture()
    assert isinstance(event, FingerCaptured)
    sealed = await counter.taken(event.reference, "k1")
    assert sealed is not None and open_pid(sealed.pid).startswith(b"<Pid ")
    assert await counter.taken(event.reference, "another request") is None
    bus = {user: b"\n".join(each.topic.encode() + each.payload for each in heard)
           for user, heard in counter.heard.items()}  # fmt: skip
    assert event.reference.encode() in bus["technician"], "who heard nothing proves nothing"
    for user, said in bus.items():
        assert b"/sealed" not in said, user
        nothing_of_a_print(said, sealed.pid, user)
    assert any("FingerCaptured" in line for line in logged)
    nothing_of_a_print("\n".join(logged).encode(), sealed.pid, "the log")
    for path in counter.folder.rglob("*"):
        if path.is_file():
            nothing_of_a_print(path.read_bytes(), sealed.pid, str(path))


async def test_the_recording_of_a_fault_after_a_print_has_nothing_of_it(counter: Counter) -> None:
    """The recorder keeps half a minute of the wire, and writes it to disk beside the next fault."""
    counter.emulator.hand("put_finger", 0.0)
    event = await counter.capture()
    assert isinstance(event, FingerCaptured)
    sealed = await counter.taken(event.reference, "k1")
    assert sealed is not None
    counter.emulator.hand("unplug_reader", 0.0)
    folder = counter.folder / "state" / "finger" / "flights"
    async with asyncio.timeout(PATIENCE):
        while not list(folder.glob("*finger.reader.gone.flight")):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    (path,) = folder.glob("*finger.reader.gone.flight")
    written = path.read_bytes()
    assert b"CAPTURE".hex().encode() in written, "what was asked is there"
    assert f'"{What.TOLD}"'.encode() in written and b"FingerCaptured" in written
    assert event.reference.encode() not in written
    nothing_of_a_print(written, sealed.pid, path.name)
    for part in PARTS:
        assert part.hex().encode() not in written


async def test_a_citizen_who_lifts_the_finger_is_told_over_the_bus(counter: Counter) -> None:
    counter.emulator.hand("use", 0.0)
    assert await counter.capture() == FingerFailed("visit", "finger.used")
