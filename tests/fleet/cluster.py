"""Three nodes of RabbitMQ on one machine, killed with kill -9 while people pay: each, two, all.

    KIOSK_RABBITMQ=build/rabbitmq .venv/bin/python -m tests.fleet.cluster [--kiosks 300] [--classic]

What was seen: docs/fleet-scale.md. Two to three minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import shutil
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from tests.fleet import reckoning
from tests.fleet.certificates import Authority
from tests.fleet.fleet import SimFleet, Site
from tests.fleet.rabbitmq import Epmd, RabbitMQ, missing
from tests.fleet.servers import CollectorProcess, Postgres, Server
from tests.fleet.simulate import name_of

NODES = 3
AWAY = 5.0  # seconds that a killed node stays away
LOAD = 12.0  # seconds of visits around each death
PATIENCE = 120.0  # seconds


class Balancer:
    """What stands before a cluster: each connection goes to the next node that takes it. It does
    not look inside: TLS is between the kiosk and the node."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = ports
        self._next = itertools.count()
        self.port = 0

    async def start(self) -> asyncio.Server:
        server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _take(self, here: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        first = next(self._next)
        for place in range(len(self._ports)):
            port = self._ports[(first + place) % len(self._ports)]
            with contextlib.suppress(OSError):
                there, forth = await asyncio.open_connection("127.0.0.1", port)
                await asyncio.gather(_pass_on(here, forth), _pass_on(there, back))
                return
        back.close()


async def _pass_on(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(65536):
            to.write(data)
            await to.drain()
    to.close()


def settings_of(chosen: argparse.Namespace) -> str:
    """What rabbitmq.conf of a node has on top."""
    lines = ["", "cluster_formation.peer_discovery_backend = classic_config"]
    lines += [
        f"cluster_formation.classic_config.nodes.{place} = {node_of(place)}"
        for place in range(1, NODES + 1)
    ]
    if chosen.classic:
        lines.append("mqtt.durable_queue_type = classic")
    return "\n".join([*lines, ""])


def node_of(place: int) -> str:
    return f"rabbit{place}@localhost"


@contextlib.asynccontextmanager
async def servers(folder: Path, chosen: argparse.Namespace, names: Sequence[str]) -> AsyncIterator[
    tuple[list[RabbitMQ], CollectorProcess, Postgres, Site]
]:  # fmt: skip
    """All of them started, with a way in before the nodes."""
    authority = Authority(folder / "ca")
    for name in names:
        authority.make(name)
    epmd = Epmd(folder / "epmd")
    nodes = [
        RabbitMQ(folder / f"n{place}", authority, names, settings_of(chosen), node_of(place),
                 epmd.port)
        for place in range(1, NODES + 1)
    ]  # fmt: skip
    balancer, database = Balancer([node.port for node in nodes]), Postgres(folder / "pg")
    way_in = await balancer.start()
    collector = CollectorProcess(
        folder / "c", "collector-a", balancer.port, database, authority, share=""
    )
    everything: list[Server] = [epmd, *nodes, database, collector]
    try:
        await asyncio.to_thread(epmd.start)
        # Together: the first alone would look for the others for half a minute.
        await asyncio.gather(*(asyncio.to_thread(node.start) for node in nodes))
        await asyncio.to_thread(database.start)
        await asyncio.to_thread(collector.start)
        site = Site(balancer.port, authority.folder, longest_back_off=5.0, patience=5.0)
        yield nodes, collector, database, site
    finally:
        way_in.close()
        for server in reversed(everything):
            await asyncio.to_thread(server.stop)


async def run(folder: Path, chosen: argparse.Namespace) -> list[str]:
    """What does not agree at the end."""
    names = [name_of(number) for number in range(chosen.kiosks)]
    async with servers(folder, chosen, names) as (nodes, collector, database, site):
        fleet = SimFleet(names, site, seed=1)
        try:
            fleet.connect(within=3.0)
            print(f"all connected after {await fleet.until_connected(PATIENCE):.1f} s")
            print(await asyncio.to_thread(queues, nodes[0]))
            for places in ((1,), (2,), (3,), (1, 2), (1, 2, 3)):
                said = await one_death(fleet, [nodes[place - 1] for place in places])
                print(f"{', '.join(map(node_of, places))} killed: {said}", flush=True)
                print(await asyncio.to_thread(queues, nodes[0]))
            rows = sum(each.rows for each in fleet.made())
            heard = await asyncio.to_thread(rows_heard, collector)
            print(f"{rows} rows made, {heard} heard by the collector")
            return await reckoning.faults(database.dsn, fleet.made(), verified=len(names))
        finally:
            await fleet.stop()


async def one_death(fleet: SimFleet, victims: Sequence[RabbitMQ]) -> str:
    """While people pay: who was away, and how long nothing at all was acknowledged."""
    for kiosk in fleet.kiosks:
        kiosk.connected_after = 0.0
    loading = asyncio.create_task(fleet.load(visits_a_second=30, seconds=LOAD))
    watching = asyncio.create_task(longest_silence(fleet, loading))
    await asyncio.sleep(2)
    for node in victims:
        node.kill()
    await asyncio.sleep(AWAY)
    began = time.monotonic()
    await asyncio.gather(*(asyncio.to_thread(node.start) for node in victims))
    back = time.monotonic() - began
    visits = await loading
    silence = await watching
    await fleet.until_connected(PATIENCE)
    away = [each for each in fleet.reconnection() if each]
    return (f"back {AWAY:.0f} s later, ready in {back:.1f} s; {len(away)} kiosks lost it, the"
            f" longest for {away[-1]:.1f} s; {visits} visits; for {silence:.1f} s nothing"
            " was acknowledged")  # fmt: skip


async def longest_silence(fleet: SimFleet, loading: asyncio.Task[int]) -> float:
    """Seconds in which no row of any kiosk was acknowledged, until the last one is."""
    known, since, longest, began = 0, time.monotonic(), 0.0, time.monotonic()
    while not (loading.done() and all(each.is_drained for each in fleet.kiosks)):
        assert time.monotonic() - began < PATIENCE, fleet
        now = sum(each.rows.acked for each in fleet.kiosks)
        if now > known:
            longest, since = max(longest, time.monotonic() - since), time.monotonic()
        known = now
        await asyncio.sleep(0.05)
    return longest


def queues(node: RabbitMQ) -> str:
    """The collector's queue, and where it is."""
    said = node.control("list_queues", "--formatter=json", "name", "type", "leader",
                        "online", "messages")  # fmt: skip
    (mine,) = [each for each in json.loads(said) if "collector-a" in each["name"]]
    return f"  {mine}"


def rows_heard(collector: CollectorProcess) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{collector.metrics_port}/metrics") as answer:
        lines: list[str] = answer.read().decode().splitlines()
    (line,) = [each for each in lines if each.startswith("kiosk_collector_rows_total ")]
    return int(float(line.split()[1]))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fleet.cluster", description=__doc__)
    parser.add_argument("--kiosks", type=int, default=300)
    parser.add_argument("--classic", action="store_true", help="the collector's queue on one node")
    chosen = parser.parse_args()
    if why := missing():
        print(why)
        return 1
    folder = Path(tempfile.mkdtemp(prefix="fleet-"))
    folder.chmod(0o755)
    try:
        found = asyncio.run(run(folder, chosen))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("\n".join(found) or "nothing lost, nothing doubled, every chain whole")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
