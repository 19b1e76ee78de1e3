"""A printer on a USB cable: what only that wire does. The whole road, from pyusb to the bench."""

from __future__ import annotations

import asyncio
import errno
import tomllib
from array import array
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import usb.core
import usb.util
import zxingcpp
from PIL import Image

from drivers.base.bench import EmulatedUsbDevice, devices_of
from drivers.base.faults import LinkLost
from drivers.base.scan import every_port, scan
from drivers.base.usb import PRINTER, UsbAddress, claim, device_id, read_device_id
from drivers.base.usb_bench import BULK_IN, BULK_OUT, BenchBackend, Plugged
from drivers.escpos.driver import ReceiptPrinter
from drivers.escpos.emulator import ReceiptPrinterEmulator
from drivers.escpos.events import Fault
from drivers.escpos.states import State
from drivers.escpos.usb import PRODUCT, VENDOR, port_status, read_port_status
from drivers.magnesafe.emulator import MagneSafeEmulator
from firmware.contract.device import Print, Status, TicketFailed, TicketPrinted
from firmware.documents.receipt import receipt
from firmware.runtime.config import Config, DeviceSection, convert
from tests.drivers.escpos.bench import TICKET, Counter
from tests.drivers.escpos.test_on_a_pty import Bench, bench
from tests.drivers.listener import running
from tests.firmware.documents.test_documents import RECEIPT

TEMPLATE = Path(__file__).parents[3] / "docs" / "kiosk.example.toml"
ADDRESS = UsbAddress(VENDOR, PRODUCT)


async def test_a_ticket_goes_through_a_usb_cable_and_lies_there_as_a_picture(
    tmp_path: Path,
) -> None:
    async with bench(tmp_path, usb=True) as printer:
        printer.device.on_command(Print("a", TICKET))
        await printer.listener.until_told(TicketPrinted("a"))
        assert printer.device.state().identity.serial == "BENCH0001"
        assert printer.emulator.physics()["overflow"] == 0
    with Image.open(tmp_path / "paper" / "ticket-0001.png") as picture:
        assert zxingcpp.read_barcodes(picture.convert("L"))[0].text == "RJ 2026 000123"


async def test_the_cable_is_plugged_in_after_the_kiosk_has_started(tmp_path: Path) -> None:
    made = Bench(tmp_path, usb=True)
    assert await said_of(made) == "USB 04b8:0202: not plugged in"
    async with running(made.listener):
        assert made.device.state().faults[0].code == "receipt.link.lost"
        made.cable.plug()
        await made.listener.until_status(Status.READY)
    made.cable.unplug()


async def said_of(made: Bench) -> str:
    """Why it has no printer, as a technician reads it beside the fault."""
    async with running(made.listener):
        await made.listener.until(lambda: bool(made.device.why_silent()))
        return made.device.why_silent()


WAYS: dict[State, Callable[[Bench], Any]] = {
    State.STARTING: lambda made: None,
    State.IDLE: lambda made: None,
    State.PRINTING: lambda made: made.device.on_command(Print("a", TICKET)),
    State.BLOCKED: lambda made: made.cable.hand("open_cover", {}),
    State.SILENT: lambda made: made.cable.hand("power_cut", {}),
}


@pytest.mark.parametrize("state", WAYS, ids=lambda state: state.name)
async def test_the_cable_is_pulled_in_every_state_and_put_back(
    tmp_path: Path, state: State
) -> None:
    made = Bench(tmp_path, usb=True)
    made.cable.plug()
    async with running(made.listener):
        if state is not State.STARTING:
            await made.listener.until_status(Status.READY)
        WAYS[state](made)
        await made.listener.until(lambda: made.device.protocol.state is state)
        made.cable.hand("unplug", {})
        await made.listener.until_status(Status.GONE)
        if state is State.PRINTING:
            await made.listener.until_told(TicketFailed("a", "receipt.link.lost"))
        made.cable.hand("plug", {})
        made.cable.hand("close_cover", {})
        made.cable.hand("power_on", {})
        await made.listener.until_status(Status.READY)
        made.device.on_command(Print("b", TICKET))
        await made.listener.until_told(TicketPrinted("b"))
    made.cable.unplug()
    assert sum(ticket["is_whole"] for ticket in made.emulator.physics()["tickets"]) == 1


async def test_usblp_holds_the_printer_until_it_is_taken_from_it(tmp_path: Path) -> None:
    cable = EmulatedUsbDevice(ReceiptPrinterEmulator().on_usb(), tmp_path / "printer")
    cable.plug()
    backend = BenchBackend(tmp_path / "printer")

    def look() -> tuple[int, int, int, dict[str, str]]:
        device = usb.core.find(backend=backend, idVendor=VENDOR, idProduct=PRODUCT)
        with pytest.raises(usb.core.USBError) as busy:
            usb.util.claim_interface(device, 0)
        claimed = claim(ADDRESS, backend, PRINTER)
        return int(busy.value.errno), claimed.endpoint, claimed.out, device_id(claimed)

    code, way_in, out, who = await asyncio.to_thread(look)
    assert (code, way_in, out) == (errno.EBUSY, BULK_IN, BULK_OUT)
    assert (who["MFG"], who["CMD"]) == ("Kiosk bench", "ESC/POS")
    cable.unplug()


class Awkward(BenchBackend):
    """A printer that takes 61 bytes at a time, pauses, and answers many reads with nothing."""

    writes = reads = 0

    def bulk_write(
        self, dev_handle: Plugged, ep: int, intf: int, data: array[int], timeout: int
    ) -> int:
        self.writes += 1
        if self.writes % 7 == 0:
            raise usb.core.USBTimeoutError("Operation timed out", None, errno.ETIMEDOUT)
        return super().bulk_write(dev_handle, ep, intf, data[:61], timeout)

    def bulk_read(
        self, dev_handle: Plugged, ep: int, intf: int, buff: array[int], timeout: int
    ) -> int:
        self.reads += 1
        return 0 if self.reads % 3 == 0 else super().bulk_read(dev_handle, ep, intf, buff, timeout)


async def test_a_printer_that_takes_little_at_a_time_gets_every_byte_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backends: list[Awkward] = []

    def awkward(path: Path) -> Awkward:
        backends.append(Awkward(path))
        return backends[-1]

    monkeypatch.setattr("drivers.escpos.driver.BenchBackend", awkward)
    async with bench(tmp_path, usb=True) as printer:
        printer.device.on_command(Print("a", TICKET))
        await printer.listener.until_told(TicketPrinted("a"))
    assert [ticket["is_whole"] for ticket in printer.emulator.physics()["tickets"]] == [True]
    assert backends[0].writes > 100


async def test_a_card_reader_on_the_printers_port_is_named(tmp_path: Path) -> None:
    made = Bench(tmp_path, usb=True, vendor=0x0801, product=0x0011)
    reader = EmulatedUsbDevice(MagneSafeEmulator(), tmp_path / "printer")
    reader.plug()
    assert await said_of(made) == (
        "USB 0801:0011: expected a printer interface with a way back (7/1/2), "
        "got Mag-Tek USB Swipe Reader with 3/0/0"
    )
    reader.unplug()


async def test_a_laser_printer_on_the_printers_port_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laser = "MFG:Hewlett-Packard;CMD:PJL,PCL;MDL:HP LaserJet 1020;CLS:PRINTER;"
    monkeypatch.setattr("drivers.escpos.usb_side.DEVICE_ID", laser)
    made = Bench(tmp_path, usb=True)
    made.cable.plug()
    assert await said_of(made) == (
        "USB 04b8:0202: expected a printer that speaks ESC/POS, "
        "got Hewlett-Packard HP LaserJet 1020, which speaks PJL,PCL"
    )
    made.cable.unplug()


def test_a_device_id_with_the_long_names_of_its_keys() -> None:
    """IEEE 1284 allows both; the length counts its own two bytes, and what is behind is nothing."""
    text = b"MANUFACTURER:Epson;COMMAND SET:ESC/POS;MODEL:TM-T82;"
    raw = (len(text) + 2).to_bytes(2) + text + b"rubbish"
    assert read_device_id(raw) == {"MFG": "Epson", "CMD": "ESC/POS", "MDL": "TM-T82"}
    assert read_device_id(b"") == {}


def test_the_section_of_a_usb_printer_makes_the_bench_play_one(tmp_path: Path) -> None:
    """The emulator has both cables; which one is in, its device section says."""
    device = {"family": "escpos", "kind": "receipt", "port": str(tmp_path / "printer")}
    document = tomllib.loads(TEMPLATE.read_text())
    made = {}
    for cable in ("", "bench"):
        document["device"] = {"receipt": {**device, "options": {"usb": cable}}}
        made[cable] = devices_of(convert(document, Config, where="test"))["receipt"]
    assert not isinstance(made[""], EmulatedUsbDevice)
    assert isinstance(made["bench"], EmulatedUsbDevice)


@pytest.fixture
async def plugged_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[EmulatedUsbDevice]:
    """A printer where libusb would find it."""
    backend = BenchBackend(tmp_path / "printer")
    monkeypatch.setattr("usb.backend.libusb1.get_backend", lambda find_library=None: backend)
    cable = EmulatedUsbDevice(ReceiptPrinterEmulator(speed=5).on_usb(), tmp_path / "printer")
    cable.plug()
    yield cable
    cable.unplug()


async def test_a_scan_finds_the_printer_and_writes_its_section(
    tmp_path: Path, plugged_in: EmulatedUsbDevice
) -> None:
    ports = await asyncio.to_thread(every_port)
    assert "usb:04b8:0202" in ports
    found = await scan("usb:04b8:0202")
    assert found is not None and found.family == "escpos"
    document = tomllib.loads(found.section())["device"]["receipt"]
    section = convert(document, DeviceSection, where="scan")
    device = ReceiptPrinter("receipt", section, tmp_path / "state")
    assert (device.options.usb, device.options.vendor) == ("libusb", VENDOR)
    assert plugged_in.emulator.physics()["printed"] == 0


async def test_a_scan_of_a_number_that_is_not_plugged_in(plugged_in: EmulatedUsbDevice) -> None:
    with pytest.raises(LinkLost, match="USB 0519:0003: not plugged in"):
        await scan("usb:0519:0003")


# --- a printer that is offline and takes nothing ------------------------------------------------


@pytest.mark.parametrize(
    ("status", "says"),
    [(0x18, None), (0x38, Fault.PAPER_END), (0x10, Fault.STOPPED), (0x30, Fault.PAPER_END)],
)
def test_the_port_status_of_the_document(status: int, says: Fault | None) -> None:
    assert read_port_status(status) is says
    if status != 0x30:
        paper = says is Fault.PAPER_END
        assert port_status(paper, has_error=says is Fault.STOPPED) == status


ROW_AND_CUT = 110  # rows: what the head had already been given, and the way to the cutter


def deaf_offline(folder: Path) -> Counter:
    ready = Counter(folder, emulator=ReceiptPrinterEmulator(takes_offline=False), usb=True)
    ready.run(0.3)
    assert ready.device.state().status is Status.READY
    return ready


def test_paper_ends_in_a_printer_that_then_takes_no_byte(tmp_path: Path) -> None:
    """No question reaches it any more: its port says that the paper is out, past the data."""
    counter = deaf_offline(tmp_path)
    counter.hand("pull_paper")
    counter.run(6)
    assert counter.faults == ["receipt.paper.end"]
    assert counter.device.state().status is Status.OUT_OF_SERVICE
    counter.order("a")
    assert counter.fault_of("a") == "receipt.paper.end"
    counter.hand("load_paper")
    counter.run(3)
    assert counter.device.state().status is Status.READY
    assert counter.tickets == []


def test_cover_open_in_a_printer_that_then_takes_no_byte(tmp_path: Path) -> None:
    """The port only knows that something is wrong."""
    counter = deaf_offline(tmp_path)
    counter.hand("open_cover")
    counter.run(6)
    assert counter.faults == ["receipt.stopped"]
    counter.hand("close_cover")
    counter.run(3)
    assert counter.device.state().status is Status.READY


def test_what_a_stuck_printer_did_not_take_is_never_printed_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor what it had taken and not printed, although it never said that its paper was out."""
    counter = deaf_offline(tmp_path)
    monkeypatch.setattr(counter.emulator, "_report", lambda: None)
    counter.order("a", receipt(RECEIPT))
    counter.run_until_ink()
    counter.hand("pull_paper")
    counter.run(8)
    assert isinstance(counter.till.journal["a"], TicketFailed)
    counter.hand("load_paper")
    counter.run(5)
    assert counter.device.state().status is Status.READY
    assert all(crumb["rows"] < ROW_AND_CUT for crumb in counter.tickets[1:]), counter.tickets
    counter.order("b")
    counter.run(3)
    assert [t["is_whole"] for t in counter.tickets if t["is_whole"]] == [True]
    assert counter.tickets[-1]["is_whole"]
