"""The daemon's part beside a driver that runs on a real port: hears it, and waits for facts.

A wait looks again at whatever the driver says, and at whatever moves in a `WatchedDevice`; it asks
nothing by the clock.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec

from drivers.base.bench import EmulatedDevice
from drivers.base.device import Device, WireDevice
from drivers.base.emulator import Emulator
from firmware.contract.card import SealedCard
from firmware.contract.device import DeviceEvent, DeviceState, Status
from firmware.contract.finger import Sealed, SealedFinger

PATIENCE = 60.0  # seconds; only a failing test waits so long


class Listener:
    """The host of one device."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.told: list[DeviceEvent] = []
        self.sealed: list[SealedCard] = []
        self.pids: list[SealedFinger] = []
        self._moved = asyncio.Event()
        device.host = self

    def tell(self, event: DeviceEvent) -> None:
        """As the bus carries it: through JSON."""
        self.told.append(msgspec.json.decode(msgspec.json.encode(event), type=DeviceEvent))
        self._moved.set()

    def hand_over(self, sealed: Sealed) -> None:
        if isinstance(sealed, SealedFinger):
            self.pids.append(sealed)
        else:
            self.sealed.append(sealed)

    def changed(self) -> None:
        msgspec.json.decode(msgspec.json.encode(self.device.state()), type=DeviceState)
        self.look()

    def look(self) -> None:
        """Something moved: whoever waits looks again."""
        self._moved.set()

    async def until(self, fact: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not fact():
                self._moved.clear()
                await self._moved.wait()

    async def until_status(self, *statuses: Status) -> None:
        await self.until(lambda: self.device.state().status in statuses)

    async def until_fault(self, code: str) -> None:
        await self.until(lambda: code in [fault.code for fault in self.device.state().faults])

    async def until_told(self, event: DeviceEvent) -> None:
        await self.until(lambda: event in self.told)


class WatchedDevice(EmulatedDevice):
    """An emulator on a pty whose paper and metal wake who waits, also where the driver is deaf."""

    def __init__(self, emulator: Emulator, port: Path, watcher: Listener) -> None:
        super().__init__(emulator, port)
        self._watcher = watcher

    def pump(self) -> None:
        super().pump()
        self._watcher.look()


@contextlib.asynccontextmanager
async def running(listener: Listener) -> AsyncIterator[Listener]:
    """Its device's `run`; at the end it lets its port go, as a process that ends does."""
    task = asyncio.create_task(listener.device.run())
    try:
        yield listener
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        if isinstance(listener.device, WireDevice):
            listener.device.close()
