"""The real adapter on a real port: a pty with the emulated validator behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from drivers.base.bench import EmulatedDevice
from drivers.ccnet.driver import NoteAcceptor
from drivers.ccnet.emulator import NoteAcceptorEmulator
from firmware.contract.device import (
    Acknowledge,
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
from tests.drivers.itl_ssp.test_conformance import LEASE
from tests.drivers.itl_ssp.test_pty import Desk


class Bench:
    def __init__(self, folder: Path) -> None:
        port = folder / "tty"
        self.unit = EmulatedDevice(NoteAcceptorEmulator(speed=20.0), port)
        section = DeviceSection("ccnet", Kind.NOTES, str(port))
        self.device = NoteAcceptor("notes", section, folder / "ledger")
        self.desk = Desk(self.device)
        self.device.host = self.desk


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path)
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
    bench.device.on_command(Acknowledge(event_key(credit) or ""))
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
