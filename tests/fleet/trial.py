"""The long run in phases, each with its figures on standard output."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
import time
from pathlib import Path

import asyncpg

from tests.fleet import reckoning
from tests.fleet.certificates import Authority
from tests.fleet.fleet import Made
from tests.fleet.servers import ROOT, CollectorProcess, Mosquitto, Postgres, Server
from tests.fleet.simulate import name_of

PATIENCE = 240.0  # seconds that a phase may take
VERIFIED = 300  # kiosks whose chains are recomputed row by row
PROGRAM = ("-m", "tests.fleet.simulate")


class Simulator:
    """One process of kiosks."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, first: int, count: int, *arguments: str) -> Simulator:
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable, *PROGRAM, "--first", str(first), "--count", str(count), *arguments,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=ROOT,
                limit=2**26,
            )
        )  # fmt: skip

    async def ask(self, do: str, **arguments: float) -> object:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **arguments}).encode() + b"\n")
        line = await self._process.stdout.readline()
        assert line, f"the simulator died at {do}"
        found: object = json.loads(line)
        return found

    async def end(self) -> None:
        if self._process.returncode is None and self._process.stdin is not None:
            self._process.stdin.close()
            await self._process.wait()


class Trial:
    """`run` says what does not agree."""

    def __init__(self, folder: Path, chosen: argparse.Namespace) -> None:
        self._chosen = chosen
        self._authority = None if chosen.plain else Authority(folder / "ca")
        self._broker = Mosquitto(folder / "broker", self._authority)
        self._database = Postgres(folder / "pg")
        self._collectors = [
            CollectorProcess(
                folder / name, name, self._broker.port, self._database, self._authority
            )
            for name in ("collector-a", "collector-b")
        ]  # fmt: skip
        self._servers: list[Server] = [self._broker, self._database, *self._collectors]
        self._simulators: list[Simulator] = []
        self._began = time.monotonic()

    async def run(self) -> list[str]:
        """However it ends, nothing is left running."""
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        try:
            await self._prepare()
            await self._storm()
            await self._steady()
            await self._deaths()
            return await self._reckon()
        finally:
            await asyncio.gather(*(each.end() for each in self._simulators))
            for server in reversed(self._servers):
                server.stop()

    def _say(self, what: str) -> None:
        print(f"{time.monotonic() - self._began:6.1f} s  {what}", flush=True)

    async def _ask(self, do: str, **arguments: float) -> list[object]:
        return list(await asyncio.gather(*(s.ask(do, **arguments) for s in self._simulators)))

    async def _prepare(self) -> None:
        count = self._chosen.kiosks
        if self._authority is not None:
            for number in range(count):
                self._authority.make(name_of(number))
            self._say(f"{count} certificates, ECDSA P-256")
        for server in self._servers:
            server.start()
        share = count // self._chosen.processes
        tls = ["--certificates", str(self._authority.folder)] if self._authority else []
        starting = [
            Simulator.start(
                place * share, share, "--port", str(self._broker.port),
                "--back-off", str(self._chosen.back_off),
                "--patience", str(self._chosen.patience), *tls,
            )
            for place in range(self._chosen.processes)
        ]  # fmt: skip
        self._simulators = list(await asyncio.gather(*starting))
        self._empty = self._broker.memory()

    async def _storm(self) -> None:
        await self._ask("connect", within=self._chosen.storm)
        took = await self._ask("until_connected", patience=PATIENCE + self._chosen.storm)
        self._say(f"all connected {max(map(_float, took)):.1f} s after the first; "
                  f"storm over {self._chosen.storm:.0f} s")  # fmt: skip
        self._say_memory()

    def _say_memory(self) -> None:
        used = self._broker.memory() - self._empty
        collectors = ", ".join(f"{each.memory() / 2**20:.0f} MiB" for each in self._collectors)
        self._say(f"broker {self._broker.memory() / 2**20:.0f} MiB, "
                  f"{used / self._chosen.kiosks / 1024:.1f} KiB a connection; "
                  f"collectors {collectors}")  # fmt: skip

    async def _load(self, seconds: float) -> int:
        each = self._chosen.visits / len(self._simulators)
        done = await self._ask("load", visits_a_second=each, seconds=seconds)
        return sum(int(_float(count)) for count in done)

    async def _steady(self) -> None:
        rows, began = await self._rows(), time.monotonic()
        before = {server: server.processor() for server in (self._broker, *self._collectors)}
        visits = await self._load(self._chosen.seconds)
        await self._ask("until_drained", patience=PATIENCE)
        took, rows = time.monotonic() - began, await self._rows() - rows
        spent = {server: server.processor() - before[server] for server in before}
        collectors = ", ".join(f"{spent[each] / took:.0%}" for each in self._collectors)
        self._say(f"steady: {visits} visits, {rows} rows committed in {took:.1f} s: "
                  f"{rows / took:.0f} rows/s; processor: broker {spent[self._broker] / took:.0%}, "
                  f"collectors {collectors}")  # fmt: skip

    async def _deaths(self) -> None:
        victims: list[tuple[str, list[Server]]] = [
            ("one collector", [self._collectors[0]]),
            ("PostgreSQL", [self._database]),
            ("both collectors", list(self._collectors)),
            ("the broker", [self._broker]),
        ]
        for name, servers in victims:
            loading = asyncio.create_task(self._load(self._chosen.seconds / 3))
            await asyncio.sleep(2)
            for server in servers:
                server.kill()
            await asyncio.sleep(3)
            for server in servers:
                await asyncio.to_thread(server.start)
            back = time.monotonic()
            await loading
            await self._ask("until_connected", patience=PATIENCE)
            if name == "the broker":
                await self._say_reconnection(back)
            await self._ask("until_drained", patience=PATIENCE)
            self._say(f"{name} killed, back after 3 s; all acknowledged "
                      f"{time.monotonic() - back:.1f} s after that")  # fmt: skip
        self._say_memory()

    async def _say_reconnection(self, back: float) -> None:
        found = await self._ask("reconnection")
        times = sorted(t for each in found if isinstance(each, list) for t in each)
        p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
        self._say(f"all connected again {time.monotonic() - back:.1f} s after the broker was back; "
                  f"away p50 {p50:.1f} s, p99 {p99:.1f} s, longest {times[-1]:.1f} s")  # fmt: skip

    async def _rows(self) -> int:
        connection = await asyncpg.connect(self._database.dsn)
        try:
            return int(await connection.fetchval("SELECT coalesce(sum(seq), 0) FROM streams"
                                                 " WHERE stream LIKE 'chain:%'"))  # fmt: skip
        finally:
            await connection.close()

    async def _reckon(self) -> list[str]:
        found = await self._ask("made")
        made = [Made(**m) for each in found if isinstance(each, list) for m in each]
        rows, events = sum(m.rows for m in made), sum(m.events for m in made)
        money = sum(m.credited for m in made)
        self._say(f"made: {rows} rows, {events} events, {money / 100:.0f} rupees")
        faults = await reckoning.faults(self._database.dsn, made, VERIFIED)
        self._say("counted")
        return faults


def _float(found: object) -> float:
    assert isinstance(found, int | float), found
    return float(found)
