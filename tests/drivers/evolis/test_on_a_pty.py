"""The driver as it runs in the kiosk: a real serial port (a pty), an event loop, an emulator."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
from PIL import Image, ImageChops

from drivers.evolis.driver import CardPrinter
from drivers.evolis.emulator import CardPrinterEmulator
from firmware.contract.device import DeviceCommand, Outcome, Status
from firmware.contract.document import DocumentFailed
from firmware.runtime.config import DeviceSection
from firmware.runtime.spool import Spool
from tests.drivers.evolis.bench import order, printed, section, side
from tests.drivers.listener import Listener, WatchedDevice, running


class Bench:
    def __init__(self, folder: Path) -> None:
        port = folder / "printer"
        self.emulator = CardPrinterEmulator(speed=40, out_folder=str(folder / "cards"))
        self.spool = Spool(folder / "spool" / "pvc")
        made = section(folder / "spool")
        self.device = CardPrinter(
            "pvc", DeviceSection("evolis", made.kind, str(port), made.options), folder / "state"
        )
        self.listener = Listener(self.device)
        self.cable = WatchedDevice(self.emulator, port, self.listener)

    def order(self, job: str) -> None:
        sent = msgspec.json.encode(order(job, self.spool))
        command = msgspec.json.decode(sent, type=DeviceCommand)
        assert self.device.on_command(command).outcome is Outcome.DONE


@contextlib.asynccontextmanager
async def bench(folder: Path) -> AsyncIterator[Bench]:
    """Plugged in, started, ready."""
    made = Bench(folder)
    made.cable.plug()
    async with running(made.listener):
        await made.listener.until_status(Status.READY)
        yield made
    made.cable.unplug()


async def test_a_card_in_colour_goes_through_a_port_and_lies_there_as_two_pictures(
    tmp_path: Path,
) -> None:
    async with bench(tmp_path) as printer:
        printer.order("a")
        await printer.listener.until_told(printed("a"))
    assert sorted(path.name for path in (tmp_path / "cards").iterdir()) == [
        "card-0001-back.png",
        "card-0001-front.png",
    ]
    with Image.open(tmp_path / "cards/card-0001-front.png") as found:
        (tmp_path / "drawn.png").write_bytes(side("crimson"))
        difference = ImageChops.difference(Image.open(tmp_path / "drawn.png"), found)
        assert max(difference.tobytes()) <= 2


async def test_the_cable_is_pulled_in_the_middle_and_put_back(tmp_path: Path) -> None:
    async with bench(tmp_path) as printer:
        printer.order("a")
        await printer.listener.until(lambda: printer.emulator.card is not None)
        printer.cable.hand("unplug", {})
        await printer.listener.until_told(DocumentFailed("a", 0, "pvc.link.lost"))
        assert printer.device.state().status is Status.GONE
        printer.cable.hand("plug", {})
        await printer.listener.until(lambda: printer.device.state().counters["rejected"] == 1)
        await printer.listener.until_status(Status.READY)
    assert printer.emulator.physics()["rejected"] == 1
