"""The driver as it runs: a real event loop, a real serial port (a pty), the emulator behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.base.bench import EmulatedDevice
from drivers.cctalk.driver import CoinAcceptor
from drivers.cctalk.emulator import INDIAN_COINS, CoinAcceptorEmulator
from firmware.contract.device import CoinAccepted, Kind, Status
from firmware.contract.money import Money
from firmware.runtime.config import DeviceSection
from tests.drivers.cctalk.stage import lease
from tests.drivers.listener import Listener, running


@pytest.mark.parametrize("has_echo", [True, False])
async def test_coins_over_a_port_that_is_pulled_and_put_back(
    tmp_path: Path, has_echo: bool
) -> None:
    port = tmp_path / "run" / "coins"
    bench = EmulatedDevice(CoinAcceptorEmulator(has_echo=has_echo, speed=5.0), port)
    section = DeviceSection("cctalk", Kind.COINS, str(port), {"coins": INDIAN_COINS})
    device = CoinAcceptor("coins", section, tmp_path / "ledger")
    bench.plug()
    async with running(Listener(device)) as listener:
        await listener.until_status(Status.READY)
        device.on_lease(lease(500, 1000))
        await listener.until(lambda: Money(1000) in device.state().accepting)
        bench.hand("insert", {"paise": 1000})
        bench.hand("insert", {"paise": 200})
        await listener.until(lambda: len(listener.told) == 2)
        bench.hand("unplug", {})
        await listener.until_status(Status.GONE)
        bench.hand("plug", {})
        await listener.until(lambda: Money(500) in device.state().accepting)
        bench.hand("insert", {"paise": 500})
        await listener.until(lambda: len(listener.told) == 3)
    bench.hand("unplug", {})
    coins = [event.value.paise for event in listener.told if isinstance(event, CoinAccepted)]
    assert coins == [1000, 500]
    physics = bench.emulator.physics()
    assert physics["in_box"] == {"500": 1, "1000": 1} and physics["returned"] == {"200": 1}


async def test_a_driver_that_starts_after_the_coin_fell_tells_it(tmp_path: Path) -> None:
    port = tmp_path / "run" / "coins"
    bench = EmulatedDevice(CoinAcceptorEmulator(speed=5.0), port)
    section = DeviceSection("cctalk", Kind.COINS, str(port), {"coins": INDIAN_COINS})
    bench.plug()
    device = CoinAcceptor("coins", section, tmp_path / "ledger")
    async with running(Listener(device)) as listener:
        device.on_lease(lease())
        await listener.until_status(Status.READY)
        await listener.until(lambda: device.state().accepting != [])
    emulator = bench.emulator
    bench.hand("insert", {"paise": 2000})
    emulator.tick(emulator.next_deadline())
    assert emulator.physics()["in_box"] == {"2000": 1}
    device = CoinAcceptor("coins", section, tmp_path / "ledger")
    async with running(Listener(device)) as listener:
        await listener.until(lambda: listener.told != [])
    bench.hand("unplug", {})
    [told] = listener.told
    assert isinstance(told, CoinAccepted) and told.value == Money(2000)
