"""Another implementation of the host drives our emulator over a pty, in clear and sealed (eSSP).

It is encrypted-smiley-secure-protocol (ISC), which shares no code with ours: its primes, its key
agreement, its AES and its CRC meet ours on the wire.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from drivers.base.bench import EmulatedDevice
from drivers.itl_ssp.emulator import NoteAcceptorEmulator
from tests.drivers.foreign import PATIENCE, foreign_host

SCRIPT = "ssp_host.js"
KEY = "0123456701234567"
SILENCE = 2.5  # seconds: two of its time-outs


@pytest.fixture(params=["", KEY], ids=["in clear", "sealed"])
async def unit(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[EmulatedDevice]:
    key: str = request.param
    emulator = NoteAcceptorEmulator(speed=2.0, fixed_key=key, is_sealed_only=bool(key))
    unit = EmulatedDevice(emulator, tmp_path / "tty")
    unit.plug()
    yield unit
    unit.unplug()


async def test_it_starts_our_unit_up_and_takes_a_note_and_gives_one_back(
    unit: EmulatedDevice, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    key = KEY if "sealed" in request.node.name else ""
    async with foreign_host(SCRIPT, str(tmp_path / "tty"), key) as host:
        assert await host.says("serial") == 1873452
        setup = await host.says("setup")
        assert (setup["country"], setup["expanded"]) == ("INR", [10, 20, 50, 100, 200, 500])
        await host.says("enabled")
        unit.hand("insert", {"paise": 20000})
        assert await host.says("READ_NOTE") == 5
        assert (await host.says_all("CREDIT_NOTE", "NOTE_STACKED"))["CREDIT_NOTE"] == 5
        unit.hand("insert", {"paise": 50000})
        assert await host.says("READ_NOTE") == 6
        last = await host.says_all("told to reject", "NOTE_REJECTED")  # in its own order
        assert last["told to reject"] == "OK"
    assert unit.emulator.physics()["in_box"] == {"20000": 1}
    assert unit.emulator.physics()["returned"] == {"50000": 1}
    assert isinstance(unit.emulator, NoteAcceptorEmulator)
    assert unit.emulator.refused == 0


async def test_with_another_fixed_key_it_gets_not_a_word(tmp_path: Path) -> None:
    emulator = NoteAcceptorEmulator(speed=2.0, fixed_key=KEY, is_sealed_only=True)
    unit = EmulatedDevice(emulator, tmp_path / "tty")
    unit.plug()
    async with foreign_host(SCRIPT, str(tmp_path / "tty"), KEY[::-1]) as host:
        async with asyncio.timeout(PATIENCE):
            while not emulator.refused:  # noqa: ASYNC110 - another process writes to the wire
                await asyncio.sleep(0.02)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(host.says("serial"), SILENCE)
    unit.unplug()
