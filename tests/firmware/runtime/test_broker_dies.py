"""The broker dies in the moment in which a daemon speaks: the daemon lives, and finds it again."""

from __future__ import annotations

import argparse
import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from firmware.runtime.bus import Address, Bus
from firmware.runtime.daemon import start_with

CONNACK = bytes.fromhex("2003000000")  # MQTT 5, 3.2: accepted, no properties
Story = Callable[[Bus, socket.socket], Awaitable[None]]


@pytest.fixture
def core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Story], None]:
    """Runs as daemons do; the socket is that on which a broker listens."""
    monkeypatch.setattr("sys.argv", ["kiosk-test"])

    def run(story: Story) -> None:
        async def main(settings: str, options: argparse.Namespace) -> None:
            with socket.socket(socket.AF_UNIX) as listening:
                listening.bind(str(tmp_path / "bus"))
                listening.listen()
                listening.setblocking(False)
                await story(Bus(Address(tmp_path / "bus", "core", "secret")), listening)

        start_with(lambda path: "settings", Path("/nowhere"), "kiosk-test", main)

    return run


async def knocks(listening: socket.socket) -> socket.socket:
    """The next one who connects; he waits to be let in."""
    loop = asyncio.get_running_loop()
    there, _ = await loop.sock_accept(listening)
    await loop.sock_recv(there, 1024)
    return there


async def comes_in(listening: socket.socket) -> socket.socket:
    there = await knocks(listening)
    await asyncio.get_running_loop().sock_sendall(there, CONNACK)
    return there


async def ends(running: asyncio.Future[None]) -> None:
    running.cancel()
    await asyncio.wait([running])


def test_the_broker_dies_while_core_waits_for_the_disk_and_core_speaks_next(
    core: Callable[[Story], None],
) -> None:
    """What is sent is watched for a turn of the loop later, and by then the socket was closed: the
    loop's complaint of a bad file descriptor ended core in the middle of a visit."""
    came = []

    async def story(bus: Bus, listening: socket.socket) -> None:
        running = asyncio.ensure_future(bus.run())
        there = await comes_in(listening)
        await bus.connected()
        await asyncio.sleep(0)  # both of its tasks wait now
        there.close()  # core waits for the disk, and does not hear of it
        bus.send("kiosk/k1/core/state", 1)
        with await comes_in(listening):
            await bus.connected()
            came.append("again")
            await ends(running)

    core(story)
    assert came == ["again"]


def test_core_is_told_to_stop_while_a_broker_lets_nobody_in(
    core: Callable[[Story], None],
) -> None:
    """It ended with an error of aiomqtt: `exception()` of a future that is cancelled raises."""
    lives = []

    async def story(bus: Bus, listening: socket.socket) -> None:
        running = asyncio.ensure_future(bus.run())
        there = await knocks(listening)
        await ends(running)
        there.close()
        for _ in range(3):  # turns of the loop: in the first it sees the end
            await asyncio.sleep(0)
        lives.append("still")

    core(story)
    assert lives == ["still"]
