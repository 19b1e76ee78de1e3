"""Another implementation of the host's side drives our emulator over a pty: cashcode-bv (MIT)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from drivers.base.bench import EmulatedDevice
from drivers.ccnet.emulator import NoteAcceptorEmulator
from tests.drivers.foreign import ForeignHost, foreign_host


@pytest.fixture
async def unit(tmp_path: Path) -> AsyncIterator[EmulatedDevice]:
    unit = EmulatedDevice(NoteAcceptorEmulator(speed=2.0, capacity=1), tmp_path / "tty")
    unit.plug()
    yield unit
    unit.unplug()


@pytest.fixture
async def host(unit: EmulatedDevice, tmp_path: Path) -> AsyncIterator[ForeignHost]:
    async with foreign_host("ccnet_host.js", str(tmp_path / "tty")) as host:
        yield host


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
