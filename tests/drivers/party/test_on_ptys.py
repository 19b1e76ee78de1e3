"""The party line as it runs: a pty for the wire, a pty for each driver, and its process killed."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from drivers.base.bench import devices_of
from drivers.base.device import WireDevice
from drivers.base.party_line import SharedPort
from drivers.base.registry import find
from firmware.contract.device import (
    CoinAccepted,
    NoteEscrowed,
    NoteStacked,
    Stack,
    Status,
)
from firmware.runtime.config import load
from tests.drivers.listener import Listener, running
from tests.drivers.party.wire import COIN_LEASE, NOTE_LEASE

CONFIG = """
[kiosk]
id = "party"
place = {{ en = "Here" }}
receipt_prefix = "TDR 0417"
[gateway]
url = "http://127.0.0.1:1"
[party.money]
port = "{folder}/wire"
wire = "{wire}"
ports = ["{folder}/coins", "{folder}/notes"]
[device.coins]
family = "{coins}"
kind = "coins"
port = "{folder}/coins"
options = {coin_options}
[device.notes]
family = "{notes}"
kind = "notes"
port = "{folder}/notes"
options = {note_options}
[bench]
coins = {{ speed = 5.0 }}
notes = {{ speed = 10.0 }}
"""
WIRES = {
    "cctalk": {
        "coins": "cctalk",
        "coin_options": "{ coins = { IN100A = 100, IN1K0A = 1000 } }",
        "notes": "cctalk_bill",
        "note_options": "{}",
    },
    "mdb": {"coins": "mdb_coins", "coin_options": "{}", "notes": "mdb_notes", "note_options": "{}"},
}


class Cabinet:
    """Both devices on one pty, and both drivers where the party line's ptys will be."""

    def __init__(self, folder: Path, wire: str) -> None:
        self.folder = folder
        self.path = folder / "kiosk.toml"
        self.path.write_text(CONFIG.format(folder=folder, wire=wire, **WIRES[wire]))
        self.config = load(self.path)
        self.bench = devices_of(self.config)
        self.coins, self.notes = self._driver("coins"), self._driver("notes")

    def _driver(self, name: str) -> WireDevice[Any, Any]:
        section = self.config.device[name]
        device: WireDevice[Any, Any] = find("kiosk.drivers", section.family)(
            name, section, self.folder / f"{name}-ledger"
        )
        return device

    def party(self) -> SharedPort:
        section = self.config.party["money"]
        return SharedPort(section, find("kiosk.wires", section.wire)())

    def plug(self) -> None:
        self.bench["coins"].plug()

    def unplug(self) -> None:
        """The cable of one is the other's."""
        self.bench["notes"].unplug()


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
async def cabinet(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Cabinet]:
    cabinet = Cabinet(tmp_path, getattr(request, "param", "cctalk"))
    cabinet.plug()
    yield cabinet
    cabinet.unplug()


@pytest.mark.parametrize("cabinet", WIRES, indirect=True)
async def test_a_coin_and_a_note_cross_one_port_that_is_pulled_and_put_back(
    cabinet: Cabinet,
) -> None:
    party = asyncio.create_task(cabinet.party().run())
    async with drivers(cabinet) as (coins, notes):
        await both_are(Status.READY, coins, notes)
        cabinet.unplug()
        await both_are(Status.GONE, coins, notes)
        assert not (cabinet.folder / "coins").is_symlink()
        assert not (cabinet.folder / "notes").is_symlink()
        cabinet.plug()
        await both_are(Status.READY, coins, notes)
        cabinet.coins.on_lease(COIN_LEASE)
        cabinet.notes.on_lease(NOTE_LEASE)
        await coins.until(lambda: cabinet.coins.state().accepting != [])
        await notes.until(lambda: cabinet.notes.state().accepting != [])
        cabinet.bench["coins"].hand("insert", {"paise": 1000})
        cabinet.bench["notes"].hand("insert", {"paise": 50000})
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
    assert cabinet.bench["notes"].emulator.physics()["in_box"] == {"50000": 1}
    assert not (cabinet.folder / "notes").is_symlink(), "it takes its ptys with it"


async def test_the_process_is_killed_and_both_drivers_lose_and_find_their_link(
    cabinet: Cabinet,
) -> None:
    async def start() -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "drivers.base.party_line", "--config", str(cabinet.path), "money"
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
