"""A card from the slot to the acquirer over the real broker: who saw what of it, and what it cost.

Reader, gateway and acquirer are the real ones; the till is a client with core's name, which does
what core is to do.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from drivers.base.bench import EmulatedDevice, EmulatedUsbDevice
from drivers.base.daemon import DriverDaemon, _without_cards
from drivers.base.device import WireDevice
from drivers.base.emulator import Emulator
from drivers.base.flight import What
from drivers.base.plastic import CARDS
from drivers.base.registry import find
from drivers.magnesafe.emulator import MagneSafeEmulator
from drivers.magstripe.emulator import StripeReaderEmulator
from firmware.contract.card import (
    Arm,
    AuthoriseCard,
    CardClass,
    CardPayment,
    CardRequest,
    CardStatus,
    CardSwiped,
    ConfirmCard,
    FindCard,
    SealedCard,
    Sealing,
    VoidCard,
)
from firmware.contract.device import DeviceEvent, DeviceState, Kind, Outcome, Reply, Status
from firmware.contract.gateway import Failed, GatewayReply, GatewayState, Problem
from firmware.contract.money import rupees
from firmware.contract.topics import Topics
from firmware.demo.broker import Broker
from firmware.demo.stage import GUESTS
from firmware.gateway.__main__ import Gateway
from firmware.gateway.connectors import routes_of
from firmware.gateway.sandbox.__main__ import say_no
from firmware.gateway.sandbox.card_counter import CardCounter
from firmware.gateway.sandbox.cards import CardOffice
from firmware.gateway.sandbox.unsealing import PUBLIC_KEY
from firmware.runtime.bus import Bus, Envelope
from firmware.runtime.config import (
    BusSection,
    Config,
    DeviceSection,
    KioskSection,
    PathsSection,
)
from firmware.runtime.gateway_section import GatewaySection

PATIENCE = 20.0  # seconds, for a machine that is busy with something else
NOW = 1_795_000_000.0  # a day in November 2026
TOPICS = Topics("k1")


@dataclass
class Reader:
    """A family, its emulator, and how it is plugged in."""

    family: str
    options: dict[str, str]
    emulator: Emulator


def reader_of(family: str) -> Reader:
    if family == "magstripe":
        return Reader(family, {"public_key": PUBLIC_KEY}, StripeReaderEmulator(speed=5.0))
    return Reader(family, {"usb": "bench"}, MagneSafeEmulator(speed=5.0))


@dataclass
class Counter:
    """All that runs, and the till's hands on it."""

    bench: EmulatedDevice
    device: WireDevice[Any, Any]
    till: Bus
    is_ready: asyncio.Event = field(default_factory=asyncio.Event)
    is_online: asyncio.Event = field(default_factory=asyncio.Event)
    events: asyncio.Queue[DeviceEvent] = field(default_factory=asyncio.Queue)
    heard: dict[str, list[Envelope]] = field(default_factory=dict)  # by guest

    async def swipe(self, card: str) -> CardSwiped:
        """Arm the reader, as soon as it has started, and swipe."""
        async with asyncio.timeout(PATIENCE):
            await self.is_ready.wait()
            answer = await self.till.request(
                TOPICS.device_command("card"), TOPICS.reply("core"), Arm("visit", 10.0), PATIENCE
            )
            assert msgspec.json.decode(answer, type=Reply).outcome is Outcome.DONE
            while not self.bench.emulator.physics().get("is_reading", True):  # noqa: ASYNC110
                await asyncio.sleep(0.01)  # until the reader has heard of it, on its own wire
            self.bench.hand("swipe", {"card": card})
            event = await self.events.get()
        assert isinstance(event, CardSwiped), event
        return event

    def on_state(self, envelope: Envelope) -> None:
        if msgspec.json.decode(envelope.payload, type=DeviceState).status is Status.READY:
            self.is_ready.set()

    def on_gateway(self, envelope: Envelope) -> None:
        if msgspec.json.decode(envelope.payload, type=GatewayState).is_online:
            self.is_online.set()

    async def ask(self, request: CardRequest) -> GatewayReply:
        topic, answer = TOPICS.gateway_request, TOPICS.reply("core")
        raw = await self.till.request(topic, answer, request, PATIENCE)
        reply: GatewayReply = msgspec.json.decode(raw, type=GatewayReply)
        return reply


@pytest.fixture(params=["magstripe", "magnesafe"])
async def counter(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Counter]:
    reader = reader_of(request.param)
    monkeypatch.setattr(f"drivers.{reader.family}.driver.guard_process", lambda: None)
    application = web.Application(middlewares=[say_no])
    office = CardOffice(tmp_path / "cards.db")
    application.add_routes(CardCounter(office, lambda: NOW).routes())
    application.router.add_get("/health", answer_well)
    server = TestServer(application)
    await server.start_server()
    config = config_in(tmp_path, reader, str(server.make_url("/")))
    plug = EmulatedDevice if reader.emulator.usb is None else EmulatedUsbDevice
    bench = plug(reader.emulator, Path(config.device["card"].port))
    bench.plug()
    with Broker(config, tmp_path / "broker", GUESTS):
        back_end = routes_of(config, asyncio.get_running_loop().time)
        device = find("kiosk.drivers", reader.family)("card", config.device["card"], tmp_path / "d")
        daemons = [DriverDaemon(device, config).run(), Gateway(config, back_end).run()]
        counter = Counter(bench, device, Bus(config.bus_address("core")))
        buses = [counter.till, *listeners(counter, config)]
        tasks = [asyncio.ensure_future(each) for each in (*daemons, *(bus.run() for bus in buses))]
        async with asyncio.timeout(PATIENCE):
            for bus in buses:
                await bus.connected()
            await counter.is_online.wait()  # before that, it hears of no card
        yield counter
        device.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await back_end.close()
    bench.unplug()
    await server.close()


async def answer_well(request: web.Request) -> web.Response:
    return web.json_response({"is_open": True})


def config_in(folder: Path, reader: Reader, url: str) -> Config:
    port = str(folder / "dev" / "card")
    return Config(
        kiosk=KioskSection(id="k1", place={"en": "Here"}, receipt_prefix="TD 0001"),
        gateway=GatewaySection(url=url),
        device={"card": DeviceSection(reader.family, Kind.CARD, port, dict(reader.options))},
        paths=PathsSection(state=str(folder / "state"), run=str(folder / "run")),
        bus=BusSection(str(folder / "bus.sock"), str(folder / "broker" / "credentials")),
    )


def listeners(counter: Counter, config: Config) -> list[Bus]:
    """The till's ears, and everybody who may listen to everything."""
    counter.till.take_replies(TOPICS.reply("core"))
    counter.till.on(TOPICS.device_event("card"), lambda envelope: counter.events.put_nowait(
        msgspec.json.decode(envelope.payload, type=DeviceEvent)))  # fmt: skip
    counter.till.on(TOPICS.device_state("card"), counter.on_state)
    counter.till.on(TOPICS.gateway_state, counter.on_gateway)
    guests = []
    for user in ("recorder", "technician", "health"):
        bus, heard = Bus(config.bus_address(user)), list[Envelope]()
        bus.on("#", heard.append)
        counter.heard[user] = heard
        guests.append(bus)
    return guests


async def test_a_card_is_charged_and_nobody_on_the_bus_could_have_done_it_again(
    counter: Counter,
) -> None:
    card = await counter.swipe("visa")
    paid = await counter.ask(AuthoriseCard("k1", card.reference, rupees(470), "R1"))
    assert isinstance(paid, CardPayment)
    assert (paid.status, paid.amount) == (CardStatus.APPROVED, rupees(470))
    assert paid.masked_pan == "411111******1111"
    confirmed = await counter.ask(ConfirmCard("k1"))
    assert isinstance(confirmed, CardPayment) and confirmed.status is CardStatus.CONFIRMED
    again = await counter.ask(AuthoriseCard("k2", card.reference, rupees(470), "R2"))
    assert isinstance(again, Failed) and again.problem is Problem.CARD_FORGOTTEN
    for user, heard in counter.heard.items():
        said = b"\n".join(envelope.topic.encode() + envelope.payload for envelope in heard)
        assert b"/sealed" not in said and b"tracks" not in said, user
        assert CARDS["visa"].track2[1:17] not in said, user
        if user != "health":
            assert card.reference.encode() in said, f"{user} heard nothing, so this proves nothing"


async def test_the_flight_recorder_of_a_reader_hears_nothing(counter: Counter) -> None:
    """What it keeps, it writes to disk beside the next fault."""
    card = await counter.swipe("visa")
    kept = list(counter.device.flight.entries(counter.device.now()))
    assert {entry.what for entry in kept} >= {What.SENT, What.COMMAND, What.TOLD}
    assert not [entry for entry in kept if entry.what is What.HEARD]
    said = "\n".join(entry.data for entry in kept)
    assert card.reference not in said and "4111" not in said and b"4111".hex() not in said


async def test_the_second_swipe_of_a_card_that_was_declined(counter: Counter) -> None:
    for number, (name, status) in enumerate((("poor", "declined"), ("rupay", "approved"))):
        card = await counter.swipe(name)
        paid = await counter.ask(AuthoriseCard(f"k{number}", card.reference, rupees(1), "R"))
        assert isinstance(paid, CardPayment) and paid.status == status


async def test_after_a_restart_core_asks_instead_of_guessing(counter: Counter) -> None:
    unknown = await counter.ask(FindCard("k1"))
    assert isinstance(unknown, CardPayment) and unknown.status is CardStatus.UNKNOWN
    card = await counter.swipe("visa")
    await counter.ask(AuthoriseCard("k1", card.reference, rupees(470), "R1"))
    found = await counter.ask(FindCard("k1"))
    assert isinstance(found, CardPayment) and found.status is CardStatus.APPROVED
    voided = await counter.ask(VoidCard("k1"))
    assert isinstance(voided, CardPayment) and voided.status is CardStatus.VOIDED


def test_what_a_flight_recorder_and_a_log_keep_of_a_card() -> None:

    event = CardSwiped("visit", "ab" * 16, "411111******1111", CardClass.NATIONAL)
    kept = msgspec.json.encode(_without_cards(event))
    assert b"4111" not in kept and b"abab" not in kept
    assert isinstance(msgspec.json.decode(kept, type=DeviceEvent), CardSwiped)
    sealed = SealedCard("ab" * 16, Sealing.BOX, "00" * 32, {"2": b"cipher"})
    assert "cipher" not in repr(sealed) and "abab" in repr(sealed)[:16]
