"""Another implementation of the printer's side reads what our driver sends: npos (MIT).

It shares no code with our stream.py: what it takes for commands, and for dots, is put on paper here
and held against the picture that was drawn.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import msgspec
import pytest
import zxingcpp
from PIL import Image, ImageChops

from drivers.escpos.emulator import ReceiptPrinterEmulator
from drivers.escpos.raster import Rasteriser
from firmware.contract.device import TicketPrinted
from firmware.contract.ticket import Ticket
from firmware.documents.claim import claim_slip
from firmware.documents.receipt import receipt
from tests.drivers.escpos.bench import Counter
from tests.drivers.foreign import FOREIGN, NODE, PATIENCE
from tests.firmware.documents.test_documents import CLAIM, RECEIPT

FEED, CUT = "ESCJ", "GSV"


class Command(msgspec.Struct, frozen=True):
    """One that the decoder found: its name, its bytes in hex, the rows of a raster as 0 and 1."""

    name: str
    bytes: str
    dots: list[str]


class ListeningPrinter(ReceiptPrinterEmulator):
    """Keeps every byte that the driver sends."""

    def __init__(self, width_dots: int) -> None:
        super().__init__(width_dots=width_dots)
        self.heard = b""

    def receive_bytes(self, data: bytes, now: float) -> None:
        self.heard += data
        super().receive_bytes(data, now)


def decoded(stream: bytes) -> list[Command]:
    """What the foreign decoder makes of it."""
    decoder = [str(NODE), "--no-deprecation", str(FOREIGN / "escpos_decoder.js")]
    done = subprocess.run(decoder, input=stream, capture_output=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return msgspec.json.decode(b"[%s]" % b",".join(done.stdout.splitlines()), type=list[Command])


def paper_of(commands: list[Command], width: int) -> Image.Image:
    """Rasters below each other and what was fed between them, up to the first cut."""
    rows: list[str] = []
    for command in commands:
        if command.name == CUT:
            break
        if command.name == FEED:
            rows += [""] * bytes.fromhex(command.bytes)[2]
        rows += command.dots
    paper = Image.new("L", (width, len(rows)), 255)
    paper.putdata([0 if dot == "1" else 255 for row in rows for dot in row.ljust(width, "0")])
    return paper


@pytest.mark.parametrize("width", [576, 384], ids=["80 mm", "58 mm"])
@pytest.mark.parametrize("ticket", [receipt(RECEIPT), claim_slip(CLAIM)], ids=["receipt", "claim"])
def test_a_paper_has_the_same_dots_for_somebody_elses_decoder(
    tmp_path: Path, ticket: Ticket, width: int
) -> None:
    printer = ListeningPrinter(width)
    counter = Counter(tmp_path, "a", emulator=printer, width_dots=width)
    counter.till.ticket = ticket
    counter.run(8)
    assert counter.till.journal == {"a": TicketPrinted("a")}
    found = decoded(printer.heard)
    assert "STX" not in {command.name for command in found}  # bytes that it takes for text
    assert [command.name for command in found].count(CUT) == 1
    paper, drawn = paper_of(found, width), Rasteriser(width).draw(ticket).convert("L")
    assert ImageChops.difference(drawn, paper.crop((0, 0, *drawn.size))).getbbox() is None
    ours = printer.roll.last_picture
    assert ours is not None
    assert (
        ImageChops.difference(paper, ours.convert("L").crop((0, 0, *paper.size))).getbbox() is None
    )
    assert [code.text for code in zxingcpp.read_barcodes(paper)] != []
