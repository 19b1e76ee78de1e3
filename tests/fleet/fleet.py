"""Many simulated kiosks in one process: a storm of connections, a load, a drain, a reckoning."""

from __future__ import annotations

import asyncio
import contextlib
import random
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from firmware.collector.link import Dial
from tests.fleet.kiosk import SimKiosk

LOOK_EVERY = 0.05  # seconds


class Made(msgspec.Struct, frozen=True):
    """What a kiosk made, all in all: what the database must have."""

    kiosk: str
    chain: str
    rows: int
    head: str
    box: str
    events: int
    credited: int


@dataclass(frozen=True)
class Site:
    """Where the broker is, and how patient kiosks are. `folder` has the certificates, or no TLS."""

    port: int
    folder: Path | None = None
    longest_back_off: float = 300.0  # seconds
    patience: float = 30.0  # seconds until what nobody acknowledged is sent again

    def dial(self, name: str) -> Dial:
        """TLS 1.3 with the kiosk's own certificate; each kiosk a context of its own."""
        tls = None
        if self.folder is not None:
            tls = ssl.create_default_context(cafile=str(self.folder / "ca.pem"))
            tls.load_cert_chain(self.folder / f"{name}.pem")
        return Dial("127.0.0.1", self.port, name, tls, keep_alive=300)


class SimFleet:
    """`names` of kiosks; `connect` starts them, `stop` ends them."""

    def __init__(self, names: Iterable[str], site: Site, seed: int) -> None:
        self._rng = random.Random(seed)
        self.kiosks = [
            SimKiosk(name, site.dial(name), site.longest_back_off, site.patience,
                     random.Random(f"{seed} {name}"))
            for name in names
        ]  # fmt: skip
        self._tasks: list[asyncio.Task[None]] = []

    def connect(self, within: float) -> None:
        """Each at a moment of the next `within` seconds."""
        self._tasks = [
            asyncio.create_task(each.live(self._rng.uniform(0, within))) for each in self.kiosks
        ]

    @property
    def connected(self) -> int:
        return sum(each.link is not None and not each.link.lost.done() for each in self.kiosks)

    async def until_connected(self, patience: float) -> float:
        """Seconds it took until all were at once; raises AssertionError after `patience`."""
        return await _until(lambda: self.connected == len(self.kiosks), patience, self.__str__)

    async def until_drained(self, patience: float) -> float:
        """Until nobody has anything that is not acknowledged."""
        return await _until(
            lambda: all(each.is_drained for each in self.kiosks), patience, self.__str__
        )

    async def load(self, visits_a_second: float, seconds: float) -> int:
        """Visits at kiosks drawn at random, connected or not; how many there were."""
        began, done = time.monotonic(), 0
        while (passed := time.monotonic() - began) < seconds:
            while done < passed * visits_a_second:
                self._rng.choice(self.kiosks).visit()
                done += 1
            if self._rng.random() < 0.5:
                self._rng.choice(self.kiosks).say_health()
            await asyncio.sleep(LOOK_EVERY)
        return done

    def reconnection(self) -> list[float]:
        """Seconds each kiosk was away last time, sorted."""
        return sorted(each.connected_after for each in self.kiosks)

    def made(self) -> list[Made]:
        return [
            Made(k.name, k.chain, k.rows.made, k.head, k.box, k.events.made, k.credited)
            for k in self.kiosks
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*self._tasks)
        for each in self.kiosks:
            each.crash()

    def __str__(self) -> str:
        waiting = sum(not each.is_drained for each in self.kiosks)
        return f"{self.connected} of {len(self.kiosks)} connected, {waiting} with a backlog"


async def _until(is_so: Callable[[], bool], patience: float, describe: Callable[[], str]) -> float:
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < patience, f"after {patience:.0f} s: {describe()}"
        await asyncio.sleep(LOOK_EVERY)
    return time.monotonic() - began
