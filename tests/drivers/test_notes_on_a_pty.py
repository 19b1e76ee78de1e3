"""The real adapter on a real port, each maker's: a pty with the emulated unit behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from drivers.base.bench import EmulatedDevice
from drivers.base.notes import NoteAcceptor
from drivers.base.registry import find
from firmware.contract.device import (
    Acknowledge,
    DeviceEvent,
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
from tests.drivers.listener import Listener, running
from tests.drivers.notes import LEASE

FAMILIES = ("itl_ssp", "id003", "ccnet", "cctalk_bill")


class Desk(Listener):
    """Reads what it is told one by one."""

    def __init__(self, device: NoteAcceptor) -> None:
        super().__init__(device)
        self._read = 0

    async def until_accepting(self, denominations: int) -> None:
        def is_so() -> bool:
            state = self.device.state()
            return state.status is Status.READY and len(state.accepting) == denominations

        await self.until(is_so)

    async def next(self) -> DeviceEvent:
        await self.until(lambda: len(self.told) > self._read)
        self._read += 1
        return self.told[self._read - 1]


class Bench:
    def __init__(self, folder: Path, family: str) -> None:
        port = folder / "tty"
        self.unit = EmulatedDevice(find("kiosk.emulators", family)(speed=20.0), port)
        section = DeviceSection(family, Kind.NOTES, str(port))
        self.device: NoteAcceptor = find("kiosk.drivers", family)(
            "notes", section, folder / "ledger"
        )
        self.desk = Desk(self.device)


@pytest.fixture(params=FAMILIES)
async def bench(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path, request.param)
    bench.unit.plug()
    async with running(bench.desk):
        await bench.desk.until_accepting(0)
        bench.device.on_lease(LEASE)
        await bench.desk.until_accepting(6)
        yield bench
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
    await bench.desk.until_accepting(6)
    assert bench.unit.emulator.physics()["in_box"] == {"50000": 1}


async def test_a_note_over_a_real_port_is_returned(bench: Bench) -> None:
    bench.unit.hand("insert", {"paise": 10000})
    note = await bench.desk.next()
    assert isinstance(note, NoteEscrowed)
    bench.device.on_command(Return(note.id))
    assert await bench.desk.next() == NoteReturned(note.id, rupees(100))


async def test_an_adapter_pulled_and_put_back_is_found_again(bench: Bench) -> None:
    bench.unit.unplug()
    await bench.desk.until_status(Status.GONE)
    assert [fault.code for fault in bench.device.state().faults] == ["notes.link.lost"]
    bench.unit.plug()
    await bench.desk.until_accepting(6)
