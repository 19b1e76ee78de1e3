"""The line is back: core and gateway post what waited for weeks, and somebody watches.

Both are the product's own processes on a real broker, and so is the office; between gateway and
office is the line of line.py. Their time runs `speed` times as fast. On the way core is killed, and
then the gateway.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import aiohttp
import msgspec

from firmware.contract.health import CoreState
from firmware.contract.till import PaymentRefused, TillEvent
from firmware.contract.topics import Topics
from firmware.demo.broker import Broker
from firmware.demo.stage import free_port
from firmware.runtime.bus import Bus, Envelope
from firmware.runtime.config import Config, load
from tests.weeks.line import Line, Weather

GUESTS = {"recorder": ["topic deny kiosk/+/device/+/sealed", "topic read #"]}
COUNTER = "paid at the counter"  # the key of a payment that no kiosk made
LOOK_EVERY = 0.1  # seconds, of this machine
STARTS_WITHIN = 30.0  # seconds, of this machine
KILLS = {"core": 0.75, "gateway": 0.4}  # when so much of what waited is still unposted
DAEMONS = {"core": "firmware.core", "gateway": "firmware.gateway"}

CONFIG = """
[kiosk]
id = "tdr-0417"
place = {{ en = "Todaraisingh", hi = "टोडारायसिंह" }}
receipt_prefix = "TDR 0417"
[gateway]
url = "http://127.0.0.1:{port}"
[limits]
free_mib = 1
[paths]
state = "{folder}/state"
run = "{folder}/run"
[bus]
socket = "{folder}/run/bus.sock"
credentials = "{folder}/broker/credentials"
[device]
"""


class TooSlow(AssertionError):
    """What waited is not posted in time; says what was seen."""


@dataclass
class Seen:
    """Times are the kiosk's seconds since the line came back."""

    unposted: list[tuple[float, int]] = field(default_factory=list)
    refused: list[PaymentRefused] = field(default_factory=list)
    rss_kib: dict[str, list[int]] = field(default_factory=dict)  # of each life: core, gateway
    befell: dict[str, int] = field(default_factory=dict)  # requests on the line
    took: float = 0.0

    @property
    def longest_stretch(self) -> float:
        """Seconds in which nothing was posted."""
        falls = [0.0]
        least = self.unposted[0][1]
        for at, count in self.unposted:
            if count < least:
                falls.append(at)
                least = count
        return max(b - a for a, b in pairwise(falls))


def config_in(folder: Path) -> tuple[Config, Path, Path, int]:
    """The kiosk's, whose gateway asks the line; the files of both, and the office's port."""
    (folder / "run").mkdir(parents=True)
    ports = {"kiosk": free_port(), "office": free_port()}
    for name, port in ports.items():
        path = folder / f"{name}.toml"
        path.write_text(CONFIG.format(folder=folder, port=port), encoding="utf-8")
    kiosk, office = folder / "kiosk.toml", folder / "office.toml"
    return load(kiosk), kiosk, office, ports["office"]


class Kiosk:
    """The processes."""

    def __init__(self, folder: Path, speed: float) -> None:
        self.folder, self.speed = folder, speed
        self.config, self._kiosk, self._office, self.office_port = config_in(folder)
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        fast = [sys.executable, "-m", "tests.weeks.fast"]
        if name == "office":
            command = [*fast, "1", "firmware.gateway.sandbox", "--config", str(self._office)]
        else:
            command = [*fast, str(self.speed), DAEMONS[name], "--config", str(self._kiosk)]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(command, stdout=log, stderr=log)

    @asynccontextmanager
    async def running_all(self) -> AsyncIterator[None]:
        for name in ("office", *DAEMONS):
            self.start(name)
        try:
            yield
        finally:
            self.stop()

    def kill(self, name: str) -> None:
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def stop(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            process.wait(20)
        self.running.clear()

    def rss_kib(self, name: str) -> int:
        return resident_kib(self.running[name].pid)


def resident_kib(pid: int | None = None) -> int:
    """VmRSS of a process, of this one by default (proc(5))."""
    status = Path(f"/proc/{pid or os.getpid()}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) if found else 0


class Watcher:
    """A client of the bus who hears what core says of itself."""

    def __init__(self, config: Config) -> None:
        topics = Topics(config.kiosk.id)
        self.state: CoreState | None = None
        self.events: list[TillEvent] = []
        self._bus = Bus(config.bus_address("recorder"))
        self._bus.on(topics.core_state, self._on_state)
        self._bus.on(topics.core_event, self._on_event)

    def _on_state(self, envelope: Envelope) -> None:
        self.state = msgspec.json.decode(envelope.payload, type=CoreState)

    def _on_event(self, envelope: Envelope) -> None:
        self.events.append(msgspec.json.decode(envelope.payload, type=TillEvent))

    @property
    def unposted(self) -> int | None:
        return None if self.state is None else self.state.unposted

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Watcher]:
        task = asyncio.create_task(self._bus.run())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@dataclass(frozen=True)
class Trouble:
    """`sick`: the receipt that the office breaks on; `paid`: the account whose bill somebody has
    paid at the counter; seconds of the kiosk until it is too late."""

    sick: str
    paid: str
    within: float


async def post(kiosk: Kiosk, weather: Weather, seed: int, trouble: Trouble) -> Seen:
    """Until all but the sick order is posted or refused, and then, with the office mended, that
    one, by a core that was started anew. Raises TooSlow."""
    line = Line(("127.0.0.1", kiosk.office_port), weather, kiosk.speed, seed)
    line.sick = trouble.sick.encode()
    seen = Seen()
    port = int(kiosk.config.gateway.url.rsplit(":", 1)[1])
    with Broker(kiosk.config, kiosk.folder / "broker", GUESTS):
        watcher = Watcher(kiosk.config)
        async with line.on(port), kiosk.running_all(), watcher.listening():
            await _until(lambda: watcher.unposted is not None, STARTS_WITHIN, kiosk)
            await _pay_at_the_counter(kiosk, trouble.paid)
            line.come_back()
            await _watch(kiosk, watcher, seen, trouble.within)
            line.sick = b""
            kiosk.kill("core")
            kiosk.start("core")
            await _until(lambda: watcher.unposted == 0, trouble.within / kiosk.speed, kiosk)
    seen.refused = [each for each in watcher.events if isinstance(each, PaymentRefused)]
    seen.befell = dict(line.befell)
    return seen


async def _pay_at_the_counter(kiosk: Kiosk, account: str) -> None:
    url = f"http://127.0.0.1:{kiosk.office_port}/services/electricity/payments"
    body = {"account": account, "amount": 47000, "receipt": "COUNTER 1"}
    deadline = time.monotonic() + STARTS_WITHIN
    async with aiohttp.ClientSession(headers={"Idempotency-Key": COUNTER}) as session:
        while time.monotonic() < deadline:
            with contextlib.suppress(aiohttp.ClientConnectionError):
                async with session.post(url, json=body) as response:
                    assert response.status == 201, await response.text()
                    return
            await asyncio.sleep(LOOK_EVERY)
    raise TooSlow("the office does not answer")


async def _watch(kiosk: Kiosk, watcher: Watcher, seen: Seen, within: float) -> None:
    assert watcher.unposted is not None
    began, waited = time.monotonic(), watcher.unposted
    kills = dict(KILLS)
    while watcher.unposted > 1:
        at = (time.monotonic() - began) * kiosk.speed
        if at > within:
            raise TooSlow(f"{watcher.unposted} of {waited} unposted after {at:.0f} s")
        seen.unposted.append((at, watcher.unposted))
        for name, share in list(kills.items()):
            if watcher.unposted < share * waited:
                del kills[name]
                _weigh(kiosk, seen)
                kiosk.kill(name)
                kiosk.start(name)
        await asyncio.sleep(LOOK_EVERY)
    _weigh(kiosk, seen)
    seen.took = (time.monotonic() - began) * kiosk.speed
    seen.unposted.append((seen.took, watcher.unposted))


def _weigh(kiosk: Kiosk, seen: Seen) -> None:
    for name in DAEMONS:
        seen.rss_kib.setdefault(name, []).append(kiosk.rss_kib(name))


async def _until(is_so: Callable[[], bool], seconds: float, kiosk: Kiosk) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            tail = (kiosk.folder / "core.log").read_text()[-2000:]
            raise TooSlow(f"nothing came of it in {seconds:.0f} s; core said: {tail}")
        await asyncio.sleep(LOOK_EVERY)


def booked(folder: Path) -> list[tuple[str, str, int, str]]:
    """Key, receipt, paise and tender of each payment, in the order of the office's books."""
    path = folder / "state" / "sandbox" / "office.db"
    query = "SELECT key, receipt, amount, tender FROM payments ORDER BY id"
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return [(str(k), str(r), int(a), str(t)) for k, r, a, t in database.execute(query)]
