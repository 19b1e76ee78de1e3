"""The bus of demos and tests: real passwords, the real access list, and it may die at any time."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiomqtt
import pytest

from firmware.boot.bus_files import BrokerError
from firmware.contract.device import Kind
from firmware.contract.health import Presence
from firmware.contract.topics import Topics
from firmware.demo.broker import Broker
from firmware.runtime.bus import Bus, Envelope
from firmware.runtime.config import Config
from tests.firmware.small_kiosk import config_in

TOPICS = Topics("k1")
ALIVE = Presence(is_alive=True)
DEAD = Presence(is_alive=False)
PANEL = {"panel": Kind.PANEL}


async def presence_of_core_seen_by_health(config: Config) -> bytes:
    """What health receives when core retains its presence."""
    arrived: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def take(envelope: Envelope) -> None:
        if not arrived.done():
            arrived.set_result(envelope.payload)

    health = Bus(config.bus_address("health"), (TOPICS.presence("health"), DEAD))
    health.on(TOPICS.presence("core"), take)
    core = Bus(config.bus_address("core"), (TOPICS.presence("core"), DEAD))
    core.retain(TOPICS.presence("core"), ALIVE)
    tasks = [asyncio.ensure_future(bus.run()) for bus in (health, core)]
    try:
        return await asyncio.wait_for(arrived, 10)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_messages_pass_and_a_killed_broker_comes_back_with_the_same_passwords(
    tmp_path: Path,
) -> None:
    config = config_in(tmp_path, PANEL)
    with Broker(config, tmp_path) as broker:
        password = (broker.credentials / "core").read_text()
        assert b"true" in await presence_of_core_seen_by_health(config)
        broker.kill()
        broker.start()
        assert (broker.credentials / "core").read_text() == password
        assert b"true" in await presence_of_core_seen_by_health(config)


async def test_stranger_without_password_is_turned_away(tmp_path: Path) -> None:
    config = config_in(tmp_path, PANEL)
    with Broker(config, tmp_path) as broker:
        assert (broker.credentials / "core").stat().st_mode & 0o777 == 0o600
        client = aiomqtt.Client(
            hostname=str(broker.socket), port=1, transport="unix", username="core", password="no"
        )
        with pytest.raises(aiomqtt.MqttError):
            await client.__aenter__()


def test_folder_too_deep_for_a_socket_is_said_before_mosquitto_fails(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    with pytest.raises(BrokerError, match="at most 107 bytes"):
        Broker(config_in(deep, PANEL), deep).start()


def test_broker_that_cannot_listen_says_why(tmp_path: Path) -> None:
    (tmp_path / "bus.sock").mkdir()
    with pytest.raises(BrokerError, match="did not start"):
        Broker(config_in(tmp_path, PANEL), tmp_path).start()


def test_second_broker_on_the_same_socket_is_refused(tmp_path: Path) -> None:
    config = config_in(tmp_path, PANEL)
    with Broker(config, tmp_path), pytest.raises(BrokerError, match="running already"):
        Broker(config, tmp_path).start()


async def test_daemon_told_to_end_while_it_connects_does_end(tmp_path: Path) -> None:
    """The signal may come at any moment of the first milliseconds, and is given once."""
    config = config_in(tmp_path, PANEL)
    with Broker(config, tmp_path):
        for step in range(40):
            bus = Bus(config.bus_address("core"), (TOPICS.presence("core"), DEAD))
            bus.on(TOPICS.presence("health"), lambda envelope: None)
            task = asyncio.ensure_future(bus.run())
            await asyncio.sleep(step / 8000)
            task.cancel()
            done, _ = await asyncio.wait([task], timeout=5)
            assert done, f"after {step / 8} ms"
