"""Bytes that the fleet link costs a day, on an idle kiosk and on a busy one.

Each exchange is made once over real mutual TLS to a real Mosquitto, and counted by a proxy in
between: both ways, the handshake and the TLS records included. A day is then the sum of how often
each happens by the rules of the code; nobody waits a day. What a network adds below TCP is told
apart: an IPv4 and TCP header with timestamps for every piece, and for the one that acknowledges it.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from firmware.contract.device import Status
from firmware.contract.fleet import RowsAfter
from firmware.contract.health import Condition, CoreState, Finding, KioskHealth, Supply
from firmware.contract.money import ZERO, Money
from firmware.contract.screen import Action
from firmware.contract.uplink import (
    HEARD_BY_KIOSK,
    DownAck,
    Link,
    UpHealth,
    UpJournal,
    UpState,
    UpStatus,
    topic,
)
from firmware.journal.outgoing import Outgoing
from firmware.runtime import wide
from firmware.runtime.uplink_section import UplinkSection
from firmware.uplink.stamp import Stamp
from firmware.uplink.truth import AGAIN_BEFORE_END, FIGURES_APART, Heard
from tests.bench.figures import Figure
from tests.firmware.core.world import World
from tests.firmware.uplink.fleet import KIOSK, FleetBroker, Receiver, Signer, section_of

DAY = 86400.0
AIM = 300_000  # bytes a day of an idle kiosk
VISITS = 300  # of a busy day
OPEN_FOR = 10 * 3600.0  # seconds of it
CONNECTIONS = 4  # a day: a line of a village comes and goes
MESSAGES_A_VISIT = 6  # of rows: a visit of 100 s, gathered for 10 s each
HEALTH_EVERY = 300.0  # seconds, the default
SEGMENT = 52 + 52  # bytes: header of a piece, and of its acknowledgement
SETTLES_IN = 0.15  # seconds on a loopback: the answer is there, and its answer
STAMP = Stamp(41, "2026-11-22T10:15:00.000Z", True)


@dataclass
class Bytes:
    """Of one exchange, both ways."""

    count: int = 0
    pieces: int = 0

    def __mul__(self, times: float) -> Bytes:
        return Bytes(round(self.count * times), round(self.pieces * times))

    def __add__(self, other: Bytes) -> Bytes:
        return Bytes(self.count + other.count, self.pieces + other.pieces)

    @property
    def below(self) -> int:
        """With what TCP and IP put around it."""
        return self.count + self.pieces * SEGMENT


class Proxy:
    """Counts what goes through."""

    def __init__(self, port: int) -> None:
        self._to, self.seen = port, Bytes()

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        async with server:
            yield server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection("127.0.0.1", self._to)
        await asyncio.gather(self._copy(reader, forth), self._copy(back, writer))

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while piece := await reader.read(65536):
                self.seen += Bytes(len(piece), 1)
                writer.write(piece)
                await writer.drain()
        writer.close()

    async def of(self, doing: Callable[[], Awaitable[object]]) -> Bytes:
        """What this exchange costs."""
        self.seen = Bytes()
        await doing()
        await asyncio.sleep(SETTLES_IN)
        return self.seen


async def run() -> list[Figure]:
    """Measure each exchange, and add up two days."""
    with tempfile.TemporaryDirectory(prefix="kiosk-") as folder:
        visit = _visit(Path(folder) / "visit")
        signer = Signer.make(Path(folder) / "ca")
        broker = FleetBroker(Path(folder) / "broker", signer)
        broker.start()
        try:
            seen = await _measure(broker, section_of(broker, signer), visit)
        finally:
            broker.kill()
    return _figures(seen, len(visit))


async def _measure(
    broker: FleetBroker, section: UplinkSection, visit: list[UpJournal]
) -> dict[str, Bytes]:
    proxy, receiver = Proxy(broker.port), Receiver(broker)
    receiver.keeps = lambda name: False  # it acknowledges here, one by one
    task = asyncio.create_task(receiver.run())
    await receiver.until(lambda: receiver.client is not None)
    seen: dict[str, Bytes] = {}
    async with contextlib.AsyncExitStack() as stack:
        port = await stack.enter_async_context(proxy.listening())
        through = msgspec.structs.replace(section, port=port)
        link: list[wide.Wide] = []

        async def connect() -> None:
            mine = [topic(KIOSK, each) for each in HEARD_BY_KIOSK]
            topics = [*mine, "kiosk/v1/all/down/notice"]
            will = (f"kiosk/v1/{KIOSK}/up/status", _status(Link.OFFLINE))
            link.append(await stack.enter_async_context(wide.connect(through, KIOSK, will, topics)))
            await _say(link[0], "up/status", _status(Link.ONLINE), retain=True)

        async def rows() -> None:
            for message in visit:
                await _say(link[0], "up/journal", message)
                await receiver.send("down/ack", DownAck(chain=message.chain, rows=10_000))

        seen["connect"] = await proxy.of(connect)
        for name, document, qos in (("up/health", _health(), 0), ("up/state", _state(), 1)):
            await _say(link[0], name, document, qos=qos)  # the first time tells the alias
            seen[name] = await proxy.of(lambda n=name, d=document, q=qos: _say(link[0], n, d, q))  # type: ignore[misc]
        await _say(link[0], "up/journal", visit[0])
        seen["visit"] = await proxy.of(rows)
        client = link[0]._client._client
        seen["ping"] = await proxy.of(lambda: asyncio.to_thread(client._send_pingreq))
    task.cancel()
    await asyncio.wait([task])
    return seen


def _figures(seen: dict[str, Bytes], messages: int) -> list[Figure]:
    healths = DAY / HEALTH_EVERY
    # A ping after KEEPALIVE of silence: one between two of health, which are further apart.
    pings = healths if wide.KEEPALIVE < HEALTH_EVERY else 0.0
    states = DAY / (_state().ttl * AGAIN_BEFORE_END)
    idle = seen["connect"] * CONNECTIONS + seen["up/health"] * healths + seen["ping"] * pings
    idle += seen["up/state"] * (states + CONNECTIONS)
    busy = idle + seen["visit"] * VISITS + seen["up/state"] * (OPEN_FOR / FIGURES_APART)
    each = [
        Figure(f"one {name}", f"{found.count} bytes, {found.pieces} pieces", 1)
        for name, found in seen.items()
    ]
    return [
        *each,
        _day("an idle day", idle, AIM),
        _day(f"a day of {VISITS} visits, {messages} messages of rows each", busy, None),
    ]


def _day(what: str, found: Bytes, aim: int | None) -> Figure:
    said = f"{found.count / 1000:.0f} kB, with TCP/IP {found.below / 1000:.0f} kB"
    is_met = None if aim is None else found.count <= aim
    return Figure(what, said, 1, "" if aim is None else f"<= {aim // 1000} kB", is_met)


async def _say(
    link: wide.Wide, name: str, document: object, qos: int = 1, retain: bool = False
) -> None:
    payload = msgspec.json.encode(document)
    await link.publish(f"kiosk/v1/{KIOSK}/{name}", payload, qos=qos, retain=retain)


def _visit(folder: Path) -> list[UpJournal]:
    """The rows of an electricity bill paid with three notes and a coin, as they leave."""
    folder.mkdir()
    world = World(folder)
    before = world.journal.length
    world.go_to_cash()
    for note in (200, 200, 50):
        world.insert(note)
    world.drop(20)
    world.run(3)
    world.press(Action.FINISH)
    outgoing = Outgoing(world.journal.path)
    head = outgoing.after(RowsAfter(done=[]))
    rows = [row for row in head.rows if row.seq > before]
    size = max(1, -(-len(rows) // MESSAGES_A_VISIT))
    return [
        UpJournal(
            chain=head.chain, before=rows[start].hash, rows=rows[start : start + size],
            boot=STAMP.boot, t=STAMP.t,
        )
        for start in range(0, len(rows), size)
    ]  # fmt: skip


def _status(state: Link) -> UpStatus:
    return UpStatus(state=state, connection=913, boot=41, release="0.1.0", t=STAMP.t, t_ok=True)


def _health() -> UpHealth:
    numbers = {
        "cpu_celsius": 52.6, "load_1m": 0.31, "memory_free_mib": 412.0, "disk_free_mib": 9021.0,
        "storage_worn_percent": 10.0, "uptime_s": 812345.0, "undervoltage": 0.0, "throttled": 0.0,
        "clock_is_set": 1.0, "backlog_events": 0, "backlog_rows": 0, "refused_commands": 0,
        "puback_ms": 212,
    }  # fmt: skip
    return UpHealth(boot=STAMP.boot, t=STAMP.t, numbers=numbers)


def _state() -> UpState:
    devices = ("notes", "coins", "receipt", "card", "panel", "page")
    supply = Supply(device="receipt", name="paper", level=41000, unit="mm", source="measured",
                    jobs_left=201, days_left=9)  # fmt: skip
    finding = Finding("receipt", "receipt.paper.low", "2026-11-22T10:15:00+05:30", "3 days left")
    health = KioskHealth(
        Condition.DEGRADED, [finding], dict.fromkeys(devices, Status.READY), 41000, 201,
        supplies=[supply, msgspec.structs.replace(supply, device="page", name="toner")],
    )  # fmt: skip
    core = CoreState(
        status=Status.READY, screen="attract", session=None, inserted=ZERO,
        in_cash_box=Money(4_713_000), unposted=0, claims=1, journal_rows=81234,
        journal_head="0123456789abcdef", journal_chain="0123456789abcdef",
        taken_today=Money(51_200),
    )  # fmt: skip
    place = {"hi": "टोडारायसिंह", "en": "Todaraisingh"}
    return Heard(core, health, place=place, desired=3, ages={"certificate": 301}).state(STAMP)
