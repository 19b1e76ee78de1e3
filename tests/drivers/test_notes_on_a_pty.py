"""The real adapter on a real port, each maker's: a pty with the emulated unit behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from drivers.base import notes
from drivers.base.bench import EmulatedDevice
from drivers.base.notes import NoteAcceptor
from drivers.base.registry import find
from firmware.contract.device import (
    Acknowledge,
    DeviceEvent,
    DeviceState,
    Kind,
    NoteEscrowed,
    NoteReturned,
    NoteStacked,
    Return,
    Stack,
    Status,
    event_key,
)
from firmware.contract.money import rupees
from firmware.runtime.config import DeviceSection
from tests.drivers.notes import LEASE

FAMILIES = ("itl_ssp", "id003", "ccnet", "cctalk_bill")
PATIENCE = 20.0  # seconds, for a machine that is busy with other things


class Desk:
    """The daemon's place: keeps what it is told, and lets a test wait for it."""

    def __init__(self, device: notes.NoteAcceptor) -> None:
        self.device = device
        self.told: asyncio.Queue[DeviceEvent] = asyncio.Queue()
        self._has_changed = asyncio.Event()

    def tell(self, event: DeviceEvent) -> None:
        self.told.put_nowait(event)

    def changed(self) -> None:
        self._has_changed.set()

    async def until(self, status: Status, accepting: int) -> DeviceState:
        async with asyncio.timeout(PATIENCE):
            while True:
                state = self.device.state()
                if state.status is status and len(state.accepting) == accepting:
                    return state
                self._has_changed.clear()
                await self._has_changed.wait()

    async def next(self) -> DeviceEvent:
        async with asyncio.timeout(PATIENCE):
            return await self.told.get()


class Bench:
    def __init__(self, folder: Path, family: str) -> None:
        port = folder / "tty"
        self.unit = EmulatedDevice(find("kiosk.emulators", family)(speed=20.0), port)
        section = DeviceSection(family, Kind.NOTES, str(port))
        self.device: NoteAcceptor = find("kiosk.drivers", family)(
            "notes", section, folder / "ledger"
        )
        self.desk = Desk(self.device)
        self.device.host = self.desk


@pytest.fixture(params=FAMILIES)
async def bench(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path, request.param)
    bench.unit.plug()
    running = asyncio.create_task(bench.device.run())
    await bench.desk.until(Status.READY, accepting=0)
    bench.device.on_lease(LEASE)
    await bench.desk.until(Status.READY, accepting=6)
    yield bench
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    bench.unit.unplug()


async def test_a_note_over_a_real_port_is_stacked_and_acknowledged(bench: Bench) -> None:
    bench.unit.hand("insert", {"paise": 50000})
    note = await bench.desk.next()
    assert isinstance(note, NoteEscrowed)
    bench.device.on_command(Stack(note.id))
    credit = await bench.desk.next()
    assert credit == NoteStacked(note.id, rupees(500))
    key = event_key(credit)
    assert key is not None
    bench.device.on_command(Acknowledge(key))
    await bench.desk.until(Status.READY, accepting=6)
    assert bench.unit.emulator.physics()["in_box"] == {"50000": 1}


async def test_a_note_over_a_real_port_is_returned(bench: Bench) -> None:
    bench.unit.hand("insert", {"paise": 10000})
    note = await bench.desk.next()
    assert isinstance(note, NoteEscrowed)
    bench.device.on_command(Return(note.id))
    assert await bench.desk.next() == NoteReturned(note.id, rupees(100))


async def test_an_adapter_pulled_and_put_back_is_found_again(bench: Bench) -> None:
    bench.unit.unplug()
    await bench.desk.until(Status.GONE, accepting=0)
    assert [fault.code for fault in bench.device.state().faults] == ["notes.link.lost"]
    bench.unit.plug()
    await bench.desk.until(Status.READY, accepting=6)
