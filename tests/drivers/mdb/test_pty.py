"""The drivers as they run: a real event loop, a real port (a pty), the emulators behind it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from drivers.base.bench import EmulatedDevice
from drivers.base.device import Device
from drivers.base.emulator import Emulator
from drivers.mdb.driver import CoinChanger
from drivers.mdb.emulator import CoinChangerEmulator
from drivers.mdb.notes import BillValidator
from drivers.mdb.notes_emulator import BillValidatorEmulator
from firmware.contract.device import (
    CoinAccepted,
    Kind,
    NoteEscrowed,
    NoteStacked,
    Stack,
    Status,
)
from firmware.contract.money import rupees
from firmware.contract.payout import PaidOut, PayOut
from firmware.runtime.config import DeviceSection
from tests.drivers.listener import Listener, running
from tests.drivers.mdb.stage import lease
from tests.drivers.mdb.test_notes_conformance import LEASE


@contextlib.asynccontextmanager
async def plugged(
    device: Device, emulator: Emulator
) -> AsyncIterator[tuple[Listener, EmulatedDevice]]:
    bench = EmulatedDevice(emulator, Path(device.section.port))
    bench.plug()
    async with running(Listener(device)) as listener:
        await listener.until_status(Status.READY)
        yield listener, bench
    bench.unplug()


async def test_coins_in_and_change_out_over_a_port_that_is_pulled(tmp_path: Path) -> None:
    section = DeviceSection("mdb_coins", Kind.COINS, str(tmp_path / "coins"))
    device = CoinChanger("coins", section, tmp_path / "ledger")
    async with plugged(device, CoinChangerEmulator(speed=5.0)) as (listener, bench):
        device.on_lease(lease())
        await listener.until(lambda: rupees(10) in device.state().accepting)
        bench.hand("insert", {"paise": 1000})
        await listener.until(lambda: len(listener.told) == 1)
        bench.hand("unplug", {})
        await listener.until_status(Status.GONE)
        bench.hand("plug", {})
        await listener.until_status(Status.READY)
        device.on_command(PayOut("change", rupees(7)))
        await listener.until(lambda: len(listener.told) == 2)
    [coin, change] = listener.told
    assert isinstance(coin, CoinAccepted) and coin.value == rupees(10)
    assert change == PaidOut("change", rupees(7), {500: 1, 200: 1})


async def test_a_note_over_a_real_port_is_stacked(tmp_path: Path) -> None:
    section = DeviceSection("mdb_notes", Kind.NOTES, str(tmp_path / "notes"))
    device = BillValidator("notes", section, tmp_path / "ledger")
    async with plugged(device, BillValidatorEmulator(speed=10.0)) as (listener, bench):
        device.on_lease(LEASE)
        await listener.until(lambda: rupees(500) in device.state().accepting)
        bench.hand("insert", {"paise": 50000})
        await listener.until(lambda: bool(listener.told))
        [note] = listener.told
        assert isinstance(note, NoteEscrowed)
        device.on_command(Stack(note.id))
        await listener.until(lambda: len(listener.told) == 2)
    assert listener.told[1] == NoteStacked(note.id, rupees(500))
