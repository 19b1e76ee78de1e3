"""A log filled the memory card: the whole kiosk in memory says so, and lets nobody begin."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from types import SimpleNamespace

import msgspec

from firmware.contract.health import CoreState
from firmware.contract.screen import Attract, ScreenData
from firmware.contract.topics import Topics
from firmware.demo.citizen import Citizen
from tests.chaos.memory import Kiosk, kiosk_in
from tests.chaos.runs import RAM, forked

MIB_IN_BLOCKS = 256  # of 4096 bytes


async def _look(kiosk: Kiosk, citizen: Citizen, tile: str | None) -> CoreState:
    """Wait until the electricity tile says this; what core says of itself then."""

    def says_so(data: ScreenData) -> bool:
        return isinstance(data, Attract) and data.tiles[0].why_not == tile

    await citizen.waits_for(says_so, f"the tile says {tile}", 30.0)
    topic = Topics(kiosk.config.kiosk.id).core_state
    payload = kiosk.broker.retained[topic].payload
    assert isinstance(payload, bytes)
    return msgspec.json.decode(payload, type=CoreState)


def _run(_: int) -> tuple[CoreState, CoreState]:
    free = SimpleNamespace(f_bavail=0, f_frsize=4096, f_flag=0)
    os.statvfs = lambda _: free  # type: ignore  # of this process alone
    folder = tempfile.TemporaryDirectory(prefix="kiosk-", dir=RAM)

    async def both(kiosk: Kiosk) -> tuple[CoreState, CoreState]:
        async with Citizen(kiosk.as_stage) as citizen:
            full = await _look(kiosk, citizen, "tile.no_records")
            free.f_bavail = kiosk.config.limits.free_mib * MIB_IN_BLOCKS
            return full, await _look(kiosk, citizen, None)

    with folder as place, kiosk_in(Path(place)) as kiosk:
        return kiosk.loop.run_until_complete(both(kiosk))


def test_a_full_disk_closes_the_tile_until_there_is_room_again() -> None:
    with forked() as pool:
        full, mended = pool.map(_run, [0])[0]
    assert full.no_records_because.endswith("expected 1 MiB free, got 0")
    assert mended.no_records_because == ""
