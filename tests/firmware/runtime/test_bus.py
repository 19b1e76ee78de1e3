"""A daemon's connection: it comes back after every death of the broker, and ends when told to."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

import firmware.runtime.bus
from firmware.contract.health import Presence
from firmware.runtime.bus import RECONNECT_AFTER, Address, Bus, Envelope
from tests.chaos.virtual import VirtualLoop
from tests.chaos.wiring import Broker, Client

SOON = 3 * RECONNECT_AFTER


class Refused(Client):
    """While it connects, aiomqtt makes its own error of a cancellation."""

    async def __aenter__(self) -> Client:
        try:
            await asyncio.sleep(1.0)
        except asyncio.CancelledError:
            raise aiomqtt.MqttError("the attempt was given up") from None
        raise aiomqtt.MqttError("connection refused")


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualLoop]:
    loop = VirtualLoop()
    Client.broker = Broker()
    connect_with(Client, monkeypatch)
    yield loop
    loop.close()


def connect_with(client: type[Client], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firmware.runtime.bus, "Connection", client)


def run(loop: VirtualLoop, story: Coroutine[Any, Any, None]) -> None:
    asyncio.set_event_loop(loop)
    loop.run_until_complete(story)
    asyncio.set_event_loop(None)


def test_the_broker_dies_again_and_again_and_the_daemon_still_hears(loop: VirtualLoop) -> None:
    heard: list[Envelope] = []
    bus = Bus(Address(Path("bus"), "core", "secret"))
    bus.on("kiosk/k1/said", heard.append)

    async def story() -> None:
        running = asyncio.ensure_future(bus.run())
        for deaths in range(5):
            await asyncio.sleep(SOON)
            assert not running.done(), f"the bus ended after {deaths} deaths"
            bus.send("kiosk/k1/said", Presence(is_alive=True))
            await asyncio.sleep(SOON)
            assert len(heard) == deaths + 1
            Client.broker.die()
            Client.broker.is_up = True
        running.cancel()
        await asyncio.wait([running])
        assert running.cancelled()

    run(loop, story())


@pytest.mark.parametrize("client", [Client, Refused])
@pytest.mark.parametrize("after", [0.1, SOON, 2 * SOON])
def test_a_daemon_that_is_told_to_end_does(
    loop: VirtualLoop, monkeypatch: pytest.MonkeyPatch, client: type[Client], after: float
) -> None:
    connect_with(client, monkeypatch)

    async def story() -> None:
        running = asyncio.ensure_future(Bus(Address(Path("bus"), "core", "secret")).run())
        await asyncio.sleep(after)
        running.cancel()
        await asyncio.wait([running], timeout=10.0)
        assert running.cancelled()

    run(loop, story())
