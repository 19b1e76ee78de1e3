"""The party line as it runs: a pty for the wire, a pty for each driver, and its process killed."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from drivers.base.bench import EmulatedDevice
from drivers.base.device import WireDevice
from drivers.base.party_line import SharedPort
from drivers.base.registry import find
from drivers.cctalk.codec import Checksum
from drivers.cctalk.emulator import INDIAN_COINS, CoinAcceptorEmulator
from drivers.cctalk.party import CctalkManners
from drivers.cctalk_bill.emulator import NoteAcceptorEmulator
from firmware.contract.device import (
    CoinAccepted,
    Kind,
    NoteEscrowed,
    NoteStacked,
    Stack,
    Status,
)
from firmware.runtime.config import DeviceSection, PartySection
from tests.drivers.listener import Listener, running
from tests.drivers.party.wire import COIN_LEASE, NOTE_LEASE, OneWire

CONFIG = """
[kiosk]
id = "party"
place = {{ en = "Here" }}
receipt_prefix = "TDR 0417"
[gateway]
url = "http://127.0.0.1:1"
[device]
[party.money]
port = "{folder}/wire"
wire = "cctalk"
ports = ["{folder}/coins", "{folder}/notes"]
"""


class Cabinet:
    """Both devices on one pty, and both drivers where the party line's ptys will be."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        bills = NoteAcceptorEmulator(speed=10.0, checksum=Checksum.SIMPLE)
        self.bus = OneWire((CoinAcceptorEmulator(speed=5.0), bills), has_echo=True)
        self.cable = EmulatedDevice(self.bus, folder / "wire")
        self.section = PartySection(
            str(folder / "wire"), "cctalk", [str(folder / "coins"), str(folder / "notes")]
        )
        self.coins = self._driver("cctalk", Kind.COINS, {"coins": INDIAN_COINS})
        self.notes = self._driver("cctalk_bill", Kind.NOTES, {"checksum": "simple"})

    def _driver(self, family: str, kind: Kind, options: dict[str, Any]) -> WireDevice[Any, Any]:
        section = DeviceSection(family, kind, str(self.folder / kind), options)
        device: WireDevice[Any, Any] = find("kiosk.drivers", family)(
            kind.value, section, self.folder / f"{kind}-ledger"
        )
        return device

    def hand(self, number: int, paise: int) -> None:
        self.bus.devices[number].hand("insert", asyncio.get_running_loop().time(), paise=paise)
        self.cable.pump()


@contextlib.asynccontextmanager
async def drivers(cabinet: Cabinet) -> AsyncIterator[tuple[Listener, Listener]]:
    async with (
        running(Listener(cabinet.coins)) as coins,
        running(Listener(cabinet.notes)) as notes,
    ):
        yield coins, notes


async def both_are(status: Status, coins: Listener, notes: Listener) -> None:
    await coins.until_status(status)
    await notes.until_status(status)


@pytest.fixture
async def cabinet(tmp_path: Path) -> AsyncIterator[Cabinet]:
    cabinet = Cabinet(tmp_path)
    cabinet.cable.plug()
    yield cabinet
    cabinet.cable.unplug()


async def test_a_coin_and_a_note_cross_one_port_that_is_pulled_and_put_back(
    cabinet: Cabinet,
) -> None:
    party = asyncio.create_task(SharedPort(cabinet.section, CctalkManners()).run())
    async with drivers(cabinet) as (coins, notes):
        await both_are(Status.READY, coins, notes)
        cabinet.cable.unplug()
        await both_are(Status.GONE, coins, notes)
        assert not (cabinet.folder / "coins").is_symlink()
        assert not (cabinet.folder / "notes").is_symlink()
        cabinet.cable.plug()
        await both_are(Status.READY, coins, notes)
        cabinet.coins.on_lease(COIN_LEASE)
        cabinet.notes.on_lease(NOTE_LEASE)
        await coins.until(lambda: cabinet.coins.state().accepting != [])
        await notes.until(lambda: cabinet.notes.state().accepting != [])
        cabinet.hand(0, 1000)
        cabinet.hand(1, 50000)
        await notes.until(lambda: notes.told != [])
        [note] = notes.told
        assert isinstance(note, NoteEscrowed)
        cabinet.notes.on_command(Stack(note.id))
        await notes.until(lambda: len(notes.told) == 2)
        await coins.until(lambda: coins.told != [])
    party.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await party
    assert isinstance(notes.told[1], NoteStacked) and isinstance(coins.told[0], CoinAccepted)
    assert cabinet.bus.devices[1].physics()["in_box"] == {"50000": 1}
    assert not (cabinet.folder / "notes").is_symlink(), "it takes its ptys with it"


async def test_the_process_is_killed_and_both_drivers_lose_and_find_their_link(
    cabinet: Cabinet,
) -> None:
    config = cabinet.folder / "kiosk.toml"
    config.write_text(CONFIG.format(folder=cabinet.folder))

    async def start() -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "drivers.base.party_line", "--config", str(config), "money"
        )

    process = await start()
    try:
        async with drivers(cabinet) as (coins, notes):
            for _ in range(2):
                await both_are(Status.READY, coins, notes)
                process.kill()
                await process.wait()
                await both_are(Status.GONE, coins, notes)
                process = await start()
    finally:
        process.kill()
        await process.wait()
