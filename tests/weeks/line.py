"""A bad line: a TCP proxy between gateway and office that delays, cuts and refuses.

What befalls a request is drawn from the seed, what it is and how often it came, so that it does not
hang on who was scheduled first. Seconds are the kiosk's, whose time runs `speed` times as fast.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

RECEIPT = re.compile(rb'"receipt": ?"([^"]+)"')
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
BROKEN = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"
MOST = 1 << 20  # bytes of one message


@dataclass(frozen=True)
class Weather:
    """Shares of all requests, seconds each way, and stretches in which nobody gets through."""

    delay: tuple[float, float] = (0.1, 0.8)
    cut_before: float = 0.03  # the request is lost
    cut_within: float = 0.06  # the office has done it, and half of its answer arrives
    crawls: float = 0.04  # the answer takes CRAWL: longer than core waits for one try
    refuses_every: tuple[float, float] = (200.0, 400.0)
    refuses_for: tuple[float, float] = (20.0, 60.0)


CRAWL = 6.0


class Line:
    """`sick`: the number of a receipt whose payment the office breaks on, every time."""

    def __init__(self, office: tuple[str, int], weather: Weather, speed: float, seed: int) -> None:
        self._office, self._weather, self._speed, self._seed = office, weather, speed, seed
        self.sick = b""
        self.is_refusing = True
        self.befell: Counter[str] = Counter()
        self._came: Counter[bytes] = Counter()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def on(self, port: int) -> AsyncIterator[None]:
        """Listening; nobody gets through until `come_back`."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", port)
        try:
            yield
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._run(self._serve(reader, writer))

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def come_back(self) -> None:
        self._run(self._change())

    async def _change(self) -> None:
        """The stretches, one after the other."""
        chance = Random(f"{self._seed} stretches")
        while True:
            self.is_refusing = False
            await self._wait(chance.uniform(*self._weather.refuses_every))
            self.refuse()
            await self._wait(chance.uniform(*self._weather.refuses_for))

    def refuse(self) -> None:
        """Whoever is connected is cut off, too."""
        self.befell["stretch"] += 1
        self.is_refusing = True
        for writer in list(self._writers):
            writer.transport.abort()

    async def _wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            if not self.is_refusing:
                await self._relay(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # one of the two has gone
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Request and answer, one after the other, over one connection to each side."""
        there, here = await asyncio.open_connection(*self._office)
        try:
            while await self._exchange(await _message(reader), there, here, writer):
                pass
        finally:
            with contextlib.suppress(ConnectionError):
                here.close()

    async def _exchange(
        self,
        request: bytes,
        office: asyncio.StreamReader,
        to_office: asyncio.StreamWriter,
        to_kiosk: asyncio.StreamWriter,
    ) -> bool:
        """Whether the connection lasts."""
        receipt, chance = self._fate(request)
        weather, share = self._weather, chance.random()
        await self._wait(chance.uniform(*weather.delay))
        if receipt and receipt == self.sick:
            self.befell["sick"] += 1
            to_kiosk.write(BROKEN)
            return True
        if share < weather.cut_before:
            self.befell["cut before"] += 1
            return False
        to_office.write(request)
        answer = await _message(office)
        if share < weather.cut_before + weather.cut_within:
            self.befell["cut within"] += 1
            to_kiosk.write(answer[: len(answer) // 2])
            await to_kiosk.drain()
            return False
        is_slow = share > 1 - weather.crawls
        self.befell["slow" if is_slow else "passed"] += 1
        await self._wait(CRAWL if is_slow else chance.uniform(*weather.delay))
        to_kiosk.write(answer)
        return True

    def _fate(self, request: bytes) -> tuple[bytes, Random]:
        found = RECEIPT.search(request)
        receipt = found[1] if found else b""
        name = receipt or request.split(b"\r\n", 1)[0]
        self._came[name] += 1
        return receipt, Random(f"{self._seed} {name!r} {self._came[name]}")


async def _message(reader: asyncio.StreamReader) -> bytes:
    """One HTTP message whose body has a length; raises IncompleteReadError at its end."""
    head = await reader.readuntil(b"\r\n\r\n")
    found = LENGTH.search(head)
    length = int(found[1]) if found else 0
    if length > MOST:
        raise ConnectionError(f"a message of {length} bytes")
    return head + await reader.readexactly(length)
