"""The driver as it runs in the kiosk: a real serial port (a pty), an event loop, an emulator."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
from PIL import Image, ImageChops

from drivers.base.bench import EmulatedDevice
from drivers.evolis.driver import CardPrinter
from drivers.evolis.emulator import CardPrinterEmulator
from firmware.contract.device import DeviceCommand, DeviceEvent, DeviceState, Outcome, Status
from firmware.contract.pvc import CardFailed, CardPrinted
from firmware.runtime.config import DeviceSection
from firmware.runtime.spool import Spool
from tests.drivers.evolis.bench import order, section, side

PATIENCE = 20.0  # seconds; only a failing test waits so long


class Listener:
    """The daemon's part: hears events, and can wait for a state or an event."""

    def __init__(self, device: CardPrinter) -> None:
        self._device = device
        self._moved = asyncio.Event()
        self.events: list[DeviceEvent] = []
        device.host = self

    def tell(self, event: DeviceEvent) -> None:
        """As the bus carries it: through JSON."""
        self.events.append(msgspec.json.decode(msgspec.json.encode(event), type=DeviceEvent))
        self._moved.set()

    def changed(self) -> None:
        msgspec.json.decode(msgspec.json.encode(self._device.state()), type=DeviceState)
        self._moved.set()

    async def until(self, is_true: Callable[[DeviceState], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not is_true(self._device.state()):
                self._moved.clear()
                await self._moved.wait()

    async def until_told(self, event: DeviceEvent) -> None:
        await self.until(lambda state: event in self.events)


class Bench:
    def __init__(self, folder: Path) -> None:
        port = folder / "printer"
        self.emulator = CardPrinterEmulator(speed=40, out_folder=str(folder / "cards"))
        self.cable = EmulatedDevice(self.emulator, port)
        self.spool = Spool(folder / "spool" / "pvc")
        made = section(folder / "spool")
        self.device = CardPrinter(
            "pvc", DeviceSection("evolis", made.kind, str(port), made.options), folder / "state"
        )
        self.listener = Listener(self.device)

    def order(self, job: str) -> None:
        sent = msgspec.json.encode(order(job, self.spool))
        command = msgspec.json.decode(sent, type=DeviceCommand)
        assert self.device.on_command(command).outcome is Outcome.DONE


@contextlib.asynccontextmanager
async def bench(folder: Path) -> AsyncIterator[Bench]:
    """Plugged in, started, ready."""
    made = Bench(folder)
    made.cable.plug()
    task = asyncio.create_task(made.device.run())
    try:
        await made.listener.until(lambda state: state.status is Status.READY)
        yield made
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        made.cable.unplug()


async def test_a_card_in_colour_goes_through_a_port_and_lies_there_as_two_pictures(
    tmp_path: Path,
) -> None:
    async with bench(tmp_path) as printer:
        printer.order("a")
        await printer.listener.until_told(CardPrinted("a"))
    assert sorted(path.name for path in (tmp_path / "cards").iterdir()) == [
        "card-0001-back.png",
        "card-0001-front.png",
    ]
    with Image.open(tmp_path / "cards/card-0001-front.png") as printed:
        (tmp_path / "drawn.png").write_bytes(side("crimson"))
        difference = ImageChops.difference(Image.open(tmp_path / "drawn.png"), printed)
        assert max(difference.tobytes()) <= 2


async def test_the_cable_is_pulled_in_the_middle_and_put_back(tmp_path: Path) -> None:
    async with bench(tmp_path) as printer:
        printer.order("a")
        await printer.listener.until(lambda state: printer.emulator.card is not None)
        printer.cable.hand("unplug", {})
        await printer.listener.until_told(CardFailed("a", "pvc.link.lost"))
        assert printer.device.state().status is Status.GONE
        printer.cable.hand("plug", {})
        await printer.listener.until(lambda state: state.counters["rejected"] == 1)
        await printer.listener.until(lambda state: state.status is Status.READY)
    assert printer.emulator.physics()["rejected"] == 1
