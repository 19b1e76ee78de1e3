"""How a daemon ends: by a signal, by a wrong configuration, or by an error wherever it happens."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from drivers.base.network import TcpTransport
from firmware.runtime.config import ConfigError
from firmware.runtime.daemon import apart, start_with

Main = Callable[[str, argparse.Namespace], Awaitable[None]]


class DiskIsFull(OSError):
    """Of the ledger, in the middle of what a device said."""


@pytest.fixture(autouse=True)
def no_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["kiosk-test"])


def run(main: Main) -> int:
    return start_with(lambda path: "settings", Path("/nowhere"), "kiosk-test", main)


def test_an_error_in_what_a_device_said_ends_the_driver() -> None:
    """It was logged, the driver stayed, set no alarm any more, and polled nobody for ever."""
    ends, closed = os.pipe(), []

    def on_bytes() -> None:
        raise DiskIsFull(28, "No space left on device")

    async def main(settings: str, options: argparse.Namespace) -> None:
        asyncio.get_running_loop().add_reader(ends[0], on_bytes)
        os.write(ends[1], b"x")
        try:
            await asyncio.Event().wait()
        finally:
            closed.append("port")

    with pytest.raises(DiskIsFull):
        run(main)
    assert closed == ["port"], "it let go of what it held"
    for end in ends:
        os.close(end)


def test_an_error_at_an_alarm_ends_it_too() -> None:
    def on_alarm() -> None:
        raise KeyError("bug")

    async def main(settings: str, options: argparse.Namespace) -> None:
        asyncio.get_running_loop().call_later(0.0, on_alarm)
        await asyncio.Event().wait()

    with pytest.raises(KeyError, match="bug"):
        run(main)


def test_an_error_in_what_a_printer_on_the_network_said_ends_its_driver() -> None:
    """The loop closed the wire and told of a lost link: dialled again, for ever, by a driver with
    half of what it had to do."""

    def on_bytes(data: bytes) -> None:
        raise KeyError("bug")

    async def main(settings: str, options: argparse.Namespace) -> None:
        here, there = socket.socketpair()
        wire = TcpTransport("page", on_bytes, lambda lost: None)
        await asyncio.get_running_loop().create_connection(lambda: wire, sock=here)
        with there:
            there.send(b"x")
            await asyncio.wait_for(asyncio.Event().wait(), 2.0)

    with pytest.raises(KeyError, match="bug"):
        run(main)


def test_a_wire_that_breaks_is_no_bug() -> None:
    """As the loop tells of a read that fails: the protocol hears of it, too."""
    broken = OSError(113, "No route to host")

    async def main(settings: str, options: argparse.Namespace) -> None:
        wire = TcpTransport("page", lambda data: None, lambda lost: None)
        told = {"message": "Fatal read error", "exception": broken, "protocol": wire}
        asyncio.get_running_loop().call_exception_handler(told)
        await asyncio.sleep(0)

    assert run(main) == 0


def test_an_error_in_what_nobody_waits_for_ends_it_too() -> None:
    """A row that the uplink stumbled over: the question to core stood open for ever, and no row
    left any more."""
    tasks: set[asyncio.Task[None]] = set()

    async def asks() -> None:
        raise KeyError("bug")

    async def main(settings: str, options: argparse.Namespace) -> None:
        apart(tasks, asks())
        await asyncio.wait_for(asyncio.Event().wait(), 2.0)

    with pytest.raises(KeyError, match="bug"):
        run(main)
    assert not tasks


def test_a_signal_is_an_end_like_any_other() -> None:
    async def main(settings: str, options: argparse.Namespace) -> None:
        asyncio.get_running_loop().call_later(0.0, os.kill, os.getpid(), signal.SIGTERM)
        await asyncio.Event().wait()

    assert run(main) == 0


def test_a_wrong_configuration_is_not_tried_again(capsys: pytest.CaptureFixture[str]) -> None:
    def wrong(path: Path) -> str:
        raise ConfigError(f"{path}: no key")

    async def main(settings: str, options: argparse.Namespace) -> None:
        raise AssertionError("it was started")

    assert start_with(wrong, Path("/nowhere"), "kiosk-test", main) == 78
    assert capsys.readouterr().err == "kiosk-test: /nowhere: no key\n"
