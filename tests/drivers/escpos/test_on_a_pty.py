"""The driver as it runs in the kiosk: a real serial port (a pty), an event loop, an emulator."""

from __future__ import annotations

import asyncio
import contextlib
import termios
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from drivers.base.bench import EmulatedDevice, EmulatedUsbDevice
from drivers.base.pty_port import PtyPort
from drivers.base.transport import SerialTransport
from drivers.escpos.codec import XOFF, XON
from drivers.escpos.driver import ReceiptPrinter
from drivers.escpos.emulator import ReceiptPrinterEmulator
from firmware.contract.device import (
    Kind,
    Outcome,
    Print,
    Status,
    TicketFailed,
    TicketPrinted,
)
from firmware.runtime.config import DeviceSection
from tests.drivers.escpos.bench import TICKET
from tests.drivers.listener import Listener, WatchedDevice, running


class Bench:
    """A driver, and an emulated printer at the other end of a pty, or of a USB cable."""

    def __init__(self, folder: Path, usb: bool = False, **options: Any) -> None:
        port = folder / "printer"
        self.emulator = ReceiptPrinterEmulator(speed=5, out_folder=str(folder / "paper"))
        if usb:
            options["usb"] = "bench"
        section = DeviceSection("escpos", Kind.RECEIPT, str(port), options)
        self.device = ReceiptPrinter("receipt", section, folder / "state")
        self.listener = Listener(self.device)
        self.cable: EmulatedDevice = (
            EmulatedUsbDevice(self.emulator.on_usb(), port)
            if usb
            else WatchedDevice(self.emulator, port, self.listener)
        )


@contextlib.asynccontextmanager
async def bench(folder: Path, usb: bool = False, **options: Any) -> AsyncIterator[Bench]:
    """Plugged in, started, ready."""
    made = Bench(folder, usb, **options)
    made.cable.plug()
    async with running(made.listener):
        await made.listener.until_status(Status.READY)
        yield made
    made.cable.unplug()


async def test_a_ticket_goes_through_a_port_and_lies_there_as_a_picture(tmp_path: Path) -> None:
    async with bench(tmp_path) as printer:
        reply = printer.device.on_command(Print("a", TICKET))
        assert reply.outcome is Outcome.DONE
        await printer.listener.until_told(TicketPrinted("a"))
        assert printer.emulator.physics()["overflow"] == 0
    with Image.open(tmp_path / "paper" / "ticket-0001.png") as picture:
        assert zxingcpp.read_barcodes(picture.convert("L"))[0].text == "RJ 2026 000123"


async def test_the_cable_is_pulled_in_the_middle_and_put_back(tmp_path: Path) -> None:
    async with bench(tmp_path) as printer:
        printer.device.on_command(Print("a", TICKET))
        await printer.listener.until(lambda: printer.emulator.roll.rows_out > 20)
        printer.cable.hand("unplug", {})
        await printer.listener.until_told(TicketFailed("a", "receipt.link.lost"))
        assert printer.device.state().status is Status.GONE
        printer.cable.hand("plug", {})
        await printer.listener.until_status(Status.READY)
        printer.device.on_command(Print("b", TICKET))
        await printer.listener.until_told(TicketPrinted("b"))
    assert [ticket["is_whole"] for ticket in printer.emulator.physics()["tickets"]] == [False, True]


async def test_paper_is_changed_by_hand_while_the_driver_watches(tmp_path: Path) -> None:
    async with bench(tmp_path) as printer:
        printer.cable.hand("pull_paper", {})
        await printer.listener.until_status(Status.OUT_OF_SERVICE)
        assert printer.device.state().faults[0].code == "receipt.paper.end"
        printer.cable.hand("load_paper", {})
        await printer.listener.until_status(Status.READY)


async def test_the_printer_says_stop_and_the_port_waits_until_it_says_go(tmp_path: Path) -> None:
    """XOFF and XON, obeyed by the kernel: a printer with a small buffer is not overrun."""
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    printer = PtyPort(tmp_path / "printer", heard.put_nowait)
    printer.open()
    device = ReceiptPrinter(
        "receipt",
        DeviceSection("escpos", Kind.RECEIPT, str(printer.path), {"flow": "xonxoff"}),
        tmp_path / "state",
    )
    transport = SerialTransport(
        str(printer.path), heard.put_nowait, lambda error: None, **device.serial_settings()
    )
    assert termios.tcgetattr(transport._fd)[0] & termios.IXON
    printer.write(bytes((XOFF,)) + b"status")
    assert await heard.get() == b"status"  # so the kernel has seen what was before it, and kept it
    transport.write(b"ticket")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(heard.get(), 0.05)
    printer.write(bytes((XON,)))
    assert await asyncio.wait_for(heard.get(), 10.0) == b"ticket"
    transport.close()
    printer.close()
