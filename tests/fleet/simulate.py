"""A process full of simulated kiosks: told what to do by lines of JSON, answers each with one.

{"do": "connect", "within": 60}   {"do": "load", "visits_a_second": 50, "seconds": 30}
{"do": "until_connected", "patience": 300}   {"do": "until_drained", "patience": 300}
{"do": "reconnection"}   {"do": "made"}   {"do": "end"}
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from tests.fleet.fleet import SimFleet, Site


def name_of(number: int) -> str:
    return f"rj14-{number:06d}"


async def answer(fleet: SimFleet, order: dict[str, Any]) -> object:
    """What one line asks for."""
    what = order.pop("do")
    if what == "connect":
        fleet.connect(**order)
        return True
    if what == "reconnection":
        return fleet.reconnection()
    if what == "connected":
        return fleet.connected
    if what == "made":
        return msgspec.to_builtins(fleet.made())
    return await getattr(fleet, what)(**order)


async def serve(options: argparse.Namespace) -> None:
    site = Site(options.port, options.certificates, options.back_off, options.patience)
    names = map(name_of, range(options.first, options.first + options.count))
    fleet = SimFleet(names, site, options.first)
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        order = json.loads(line)
        if order["do"] == "end":
            break
        sys.stdout.write(json.dumps(await answer(fleet, order)) + "\n")
        sys.stdout.flush()
    await fleet.stop()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fleet.simulate", description=__doc__)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--certificates", type=Path, help="without: no TLS")
    parser.add_argument("--back-off", type=float, default=300.0, help="the longest, seconds")
    parser.add_argument("--patience", type=float, default=60.0, help="seconds until sent again")
    asyncio.run(serve(parser.parse_args()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
