"""Another implementation of the host's side prints on our emulator: python-escpos (MIT)."""

from __future__ import annotations

import tomllib
from pathlib import Path

import zxingcpp
from escpos.printer import Dummy
from PIL import Image, ImageChops

from drivers.escpos.emulator import ReceiptPrinterEmulator
from drivers.escpos.raster import Rasteriser
from tests.drivers.escpos.bench import TICKET

VECTORS = Path(__file__).parents[2] / "vectors" / "escpos"
PIECE = 512  # bytes; written only when the printer has room, as hardware flow control does


def print_on(emulator: ReceiptPrinterEmulator, stream: bytes) -> float:
    """Send at the printer's pace; returns the seconds it took."""
    now = 1.0
    for at in range(0, len(stream), PIECE):
        emulator.receive_bytes(stream[at : at + PIECE], now)
        now = until_idle(emulator, now)
    return now - 1.0


def until_idle(emulator: ReceiptPrinterEmulator, now: float) -> float:
    while (deadline := emulator.next_deadline()) != float("inf"):
        now = max(deadline, now)
        emulator.tick(now)
    return now


def printed(emulator: ReceiptPrinterEmulator) -> Image.Image:
    picture = emulator.roll.last_picture
    assert picture is not None
    return picture.convert("L")


def test_text_a_native_qr_code_and_a_cut() -> None:
    host = Dummy()
    host.set(align="center", bold=True)
    host.text("Payment receipt\nRs. 1,505.00\n")
    host.qr("RJ 2026 000123", native=True, size=8)
    host.cut()
    emulator = ReceiptPrinterEmulator()
    print_on(emulator, host.output)
    assert [ticket["is_whole"] for ticket in emulator.physics()["tickets"]] == [True]
    assert zxingcpp.read_barcodes(printed(emulator))[0].text == "RJ 2026 000123"


def test_a_picture_arrives_dot_by_dot() -> None:
    drawn = Rasteriser().draw(TICKET)
    host = Dummy(profile="TM-T88V")
    host.profile.profile_data["media"]["width"]["pixels"] = 576
    host.image(drawn, impl="bitImageRaster", fragment_height=200)
    host.cut()
    emulator = ReceiptPrinterEmulator()
    seconds = print_on(emulator, host.output)
    paper = printed(emulator).crop((0, 0, 576, drawn.height))
    assert ImageChops.difference(drawn.convert("L"), paper).getbbox() is None
    assert seconds > drawn.height / 1200  # 150 mm/s, and no faster
    assert emulator.physics()["overflow"] == 0


def test_a_host_without_flow_control_overruns_the_buffer_and_it_shows() -> None:
    host = Dummy()
    host.image(Rasteriser().draw(TICKET), impl="bitImageRaster")
    emulator = ReceiptPrinterEmulator()
    emulator.receive_bytes(host.output, 1.0)
    assert emulator.physics()["overflow"] > 20_000


def test_the_captured_stream_of_the_document_prints_one_ticket() -> None:
    captured = tomllib.loads((VECTORS / "commands.toml").read_text())["foreign"]["bytes"]
    emulator = ReceiptPrinterEmulator()
    print_on(emulator, bytes.fromhex(captured))
    assert zxingcpp.read_barcodes(printed(emulator).resize((1152, printed(emulator).height * 2)))
    assert [ticket["is_cut"] for ticket in emulator.physics()["tickets"]] == [True]
