"""On real ports of the loopback: several services, strangers, and services that others wrote."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import http.server
import socket
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from drivers.base.bench import EmulatedNetworkDevice
from drivers.base.registry import find
from drivers.base.scan import scan
from drivers.rd_service.codec import HOST, PORTS
from drivers.rd_service.driver import FingerReader
from drivers.rd_service.emulator import FingerReaderEmulator
from firmware.contract.device import Kind, Status
from firmware.contract.finger import CaptureFinger, FingerCaptured, FingerFailed, Purpose
from firmware.gateway.sandbox.fingers import open_pid
from firmware.runtime.config import ConfigError, DeviceSection
from tests.drivers.listener import Listener, running
from tests.drivers.rd_service.stage import EmulatedReader, Reader, hurry, make_reader
from tests.drivers.rd_service.test_codec import vector


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


ORDER = CaptureFinger("visit", Purpose.AUTHENTICATION, 5.0)


@contextlib.contextmanager
def plugged(*emulators: FingerReaderEmulator) -> Iterator[list[int]]:
    """Their ports, in order."""
    cables = [EmulatedNetworkDevice(each, f"http://{HOST}:0") for each in emulators]
    for cable in cables:
        cable.plug()
    try:
        yield [cable.address[1] for cable in cables]
    finally:
        for cable in cables:
            cable.unplug()


def free_port() -> int:
    """Where nobody listens."""
    with socket.create_server((HOST, 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def listener_at(folder: Path, ports: list[int], **options: Any) -> Listener:
    kind = type("ReaderHere", (Reader,), {"ports": ports})
    section = DeviceSection("rd_service", Kind.FINGER, "", dict(options))
    return Listener(kind("finger", section, folder))


def maker(here: Listener) -> str:
    return here.device.state().identity.maker


def test_all_ports_of_the_specification_and_no_other_machine() -> None:
    assert (HOST, PORTS[0], PORTS[-1], len(PORTS)) == ("127.0.0.1", 11100, 11120, 21)
    assert FingerReader.ports == PORTS


@pytest.mark.parametrize(
    "port", ["http://10.1.2.3:11100", "http://localhost:11100", "http://[::1]:11100", "/dev/ttyS0"]
)
def test_a_service_on_another_machine_is_an_error_of_the_configuration(
    tmp_path: Path, port: str
) -> None:
    with pytest.raises(ConfigError, match=r"device\.finger\.port: expected"):
        make_reader(tmp_path, port)


async def test_of_two_services_the_one_that_is_wanted(tmp_path: Path) -> None:
    one, other = EmulatedReader(provider="ONE.RD"), EmulatedReader(provider="OTHER.RD")
    with plugged(one, other) as ports:
        here = listener_at(tmp_path, [*ports, free_port()], provider="OTHER.RD")
        async with running(here):
            await here.until_status(Status.READY)
            assert maker(here) == "OTHER.RD"
            other.hand("put_finger", 0.0)
            here.device.on_command(ORDER)
            await here.until(lambda: bool(here.told))
    assert isinstance(here.told[0], FingerCaptured) and one.reader.captured == []
    assert open_pid(here.pids[0].pid).startswith(b"<Pid ")


async def test_of_two_services_the_one_that_has_a_reader(tmp_path: Path) -> None:
    one, other = EmulatedReader(provider="ONE.RD"), EmulatedReader(provider="OTHER.RD")
    one.hand("unplug_reader", 0.0)
    with plugged(one, other) as ports:
        here = listener_at(tmp_path, ports)
        async with running(here):
            await here.until_status(Status.READY)
            assert maker(here) == "OTHER.RD"


async def test_no_service_runs_and_then_one_is_started(tmp_path: Path) -> None:
    emulator = EmulatedReader()
    cable = EmulatedNetworkDevice(emulator, f"http://{HOST}:0")
    cable.plug()
    port = cable.address[1]
    cable.unplug()
    here = listener_at(tmp_path, [free_port(), port])
    async with running(here):
        await here.until_status(Status.GONE)
        assert "no RD service at 127.0.0.1" in here.device.why_silent()
        cable.plug()
        await here.until_status(Status.READY)
        cable.unplug()
        here.device.on_command(ORDER)
        await here.until(lambda: bool(here.told))
        assert here.told == [FingerFailed("visit", "finger.link.lost")]
        await here.until_status(Status.GONE)


async def test_a_scan_says_which_service_runs_here_and_its_section(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with plugged(EmulatedReader()) as (port,):
        found = await scan(f"http://{HOST}:{port}")
        monkeypatch.setattr(FingerReader, "ports", [free_port(), port])
        anywhere = await scan(f"http://{HOST}")
    assert found is not None and anywhere is not None
    assert found.section().splitlines() == [
        "# KIOSK.BENCH BENCH100 KIOSK.BENCH.001 1.4.0, serial BENCH0001",
        "[device.finger]",
        'family = "rd_service"',
        'kind = "finger"',
        f'port = "http://{HOST}:{port}"',
    ]
    assert 'port = ""' in anywhere.section()
    shown = tomllib.loads(anywhere.section())["device"]["finger"]
    assert find("kiosk.drivers", shown["family"]) is FingerReader


async def test_a_scan_asks_no_other_machine_and_finds_nobody_where_nobody_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("drivers.base.scan.PATIENCE", 0.2)
    assert await scan("http://192.168.7.2") is None
    assert await scan(f"http://{HOST}:{free_port()}") is None


# --- who is no RD service -------------------------------------------------------------------------


class Stranger(http.server.BaseHTTPRequestHandler):
    """A web server that happens to listen there."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.send_error(404)

    def send_error(self, *arguments: object, **more: object) -> None:
        self.asked.append(self.command)
        super().send_error(501)

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


class OtherService(http.server.BaseHTTPRequestHandler):
    """An RD service as somebody else's library serves it: HTTP/1.0, and no lengths."""

    answers: ClassVar[dict[str, bytes]] = {
        "RDSERVICE": vector("service.xml"),
        "DEVICEINFO": vector("device-info.xml"),
        "CAPTURE": vector("pid-data.xml"),
    }
    bodies: ClassVar[list[bytes]] = []

    def _answer(self) -> None:
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.end_headers()
        self.wfile.write(self.answers[self.command])

    do_RDSERVICE = do_DEVICEINFO = do_CAPTURE = _answer

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


@contextlib.contextmanager
def served(handler: type[http.server.BaseHTTPRequestHandler]) -> Iterator[int]:
    server = http.server.ThreadingHTTPServer((HOST, 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def test_a_stranger_at_a_port_is_passed_over(tmp_path: Path) -> None:
    with served(Stranger) as stranger, plugged(EmulatedReader()) as (port,):
        here = listener_at(tmp_path, [stranger, port])
        async with running(here):
            await here.until_status(Status.READY)
    assert Stranger.asked == ["RDSERVICE", "RDSERVICE"], "both spellings, and never again"


async def test_only_a_stranger_is_as_good_as_nobody_and_is_said(tmp_path: Path) -> None:
    with served(Stranger) as stranger:
        here = listener_at(tmp_path, [free_port(), stranger])
        async with running(here):
            await here.until_status(Status.GONE)
            assert here.device.why_silent().endswith(f"another listens at {stranger}")


async def test_a_service_that_ends_its_answers_by_closing_the_connection(tmp_path: Path) -> None:
    """And whose answer reaches the gateway to the last byte, line ends and all."""
    with served(OtherService) as port:
        here = listener_at(tmp_path, [port])
        async with running(here):
            await here.until_status(Status.READY)
            here.device.on_command(CaptureFinger("visit", Purpose.AUTHENTICATION, 10.0))
            await here.until(lambda: bool(here.told))
    (event,) = here.told
    (sealed,) = here.pids
    assert isinstance(event, FingerCaptured)
    assert (event.reference, event.quality) == (sealed.reference, 72)
    assert sealed.pid == vector("pid-data.xml")
    assert vector("pid-options.xml").rstrip() in OtherService.bodies


async def test_a_client_that_others_wrote_is_served(tmp_path: Path) -> None:
    """`http.client` of Python, as the kiosks of others ask."""

    def ask(port: int, method: str, target: str, body: bytes = b"") -> tuple[int, bytes]:
        client = http.client.HTTPConnection(HOST, port, timeout=10)
        client.request(method, target, body, {"EXT": "test"})
        answer = client.getresponse()
        return answer.status, answer.read()

    emulator = EmulatedReader()
    with plugged(emulator) as (port,):
        emulator.hand("put_finger", 0.0)
        for method, target, expected in [
            ("RDSERVICE", "*", b'status="READY"'),
            ("RDSERVICE", "/", b"/rd/capture"),
            ("DEVICEINFO", "/rd/info", b'dc="bench-bench0001"'),
        ]:
            status, body = await asyncio.to_thread(ask, port, method, target)
            assert status == 200 and expected in body
        options = vector("pid-options.xml")
        status, body = await asyncio.to_thread(ask, port, "CAPTURE", "/rd/capture", options)
        assert status == 200 and open_pid(body).startswith(b"<Pid ")
        status, _ = await asyncio.to_thread(ask, port, "GET", "/")
        assert status == 404
