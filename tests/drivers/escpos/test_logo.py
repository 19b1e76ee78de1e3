"""The emblem on top of every ticket: sent once in the printer's life, not with each ticket."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from drivers.escpos.codec import CLEAR_BUFFERS
from drivers.escpos.emulator import ReceiptPrinterEmulator
from drivers.escpos.logo import LARGEST, load_logo
from drivers.escpos.raster import Rasteriser
from firmware.contract.device import TicketPrinted
from firmware.runtime.config import ConfigError
from tests.drivers.escpos.bench import TICKET, Counter

SIDE = 96  # dots of the emblem


@pytest.fixture
def emblem(tmp_path: Path) -> Path:
    return drawn(tmp_path / "emblem.png", SIDE)


def drawn(path: Path, side: int, mark: int = 20) -> Path:
    picture = Image.new("RGBA", (side, side), (0, 0, 0, 0))  # what is transparent is no ink
    ImageDraw.Draw(picture).ellipse((mark, 4, side - mark, side - 4), fill=(90, 0, 0, 255))
    picture.save(path)
    return path


def stores(counter: Counter) -> int:
    return int(counter.emulator.physics()["stores"])


def test_the_emblem_is_stored_once_and_stands_on_every_ticket(tmp_path: Path, emblem: Path) -> None:
    counter = Counter(tmp_path, "a", "b", logo=str(emblem))
    counter.run(8)
    assert set(counter.till.journal.values()) == {TicketPrinted("a"), TicketPrinted("b")}
    assert stores(counter) == 1
    printed, ticket = counter.emulator.roll.last_picture, Rasteriser().draw(TICKET)
    assert printed is not None
    left = (576 - SIDE) // 2
    with Image.open(emblem) as picture:
        ink = picture.getchannel("A").point(lambda alpha: 255 * (alpha < 128), mode="1")
    assert printed.crop((left, 0, left + SIDE, SIDE)).tobytes() == ink.tobytes()
    below = printed.crop((0, SIDE, 576, SIDE + ticket.height))
    assert below.tobytes() == ticket.tobytes()
    level = counter.device.state().consumables[0].level
    assert level is not None and abs(level - counter.emulator.physics()["paper_mm"]) <= 2


def test_a_kiosk_that_is_started_anew_stores_nothing_again(tmp_path: Path, emblem: Path) -> None:
    counter = Counter(tmp_path, logo=str(emblem))
    counter.run(2)
    counter.visit.start_driver()
    counter.run(2)
    counter.hand("power_cycle")
    counter.run(6)
    assert counter.device.protocol.logo_is_stored
    assert stores(counter) == 1


def test_another_printer_is_put_in_and_gets_the_emblem_too(tmp_path: Path, emblem: Path) -> None:
    counter = Counter(tmp_path, logo=str(emblem))
    counter.run(2)
    counter.visit.unplug()
    counter.emulator._pictures.clear()  # fresh from the store
    counter.visit.plug()
    counter.run(2)
    assert stores(counter) == 2


def test_a_new_emblem_is_not_taken_for_the_old_one(tmp_path: Path, emblem: Path) -> None:
    emulator = ReceiptPrinterEmulator()
    Counter(tmp_path, logo=str(emblem), emulator=emulator).run(2)
    drawn(emblem, SIDE, mark=30)
    Counter(tmp_path, logo=str(emblem), emulator=emulator).run(2)
    assert emulator.physics()["stores"] == 2


def test_a_printer_without_such_memory_prints_without_the_emblem(
    tmp_path: Path, emblem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = Counter(tmp_path, "a", logo=str(emblem))
    monkeypatch.setattr(counter.emulator, "_obey_graphics", lambda function, content: None)
    counter.run(6)
    assert counter.till.journal == {"a": TicketPrinted("a")}
    printed = counter.emulator.roll.last_picture
    assert printed is not None
    ticket = Rasteriser().draw(TICKET)
    assert printed.crop((0, 0, 576, ticket.height)).tobytes() == ticket.tobytes()


def test_dots_of_an_emblem_are_no_commands(tmp_path: Path) -> None:
    """They would clear the printer in the middle of their own way into its memory."""
    width = 8 * len(CLEAR_BUFFERS)
    inverted = bytes(byte ^ 0xFF for byte in CLEAR_BUFFERS)
    Image.frombytes("1", (width, 1), inverted).save(tmp_path / "emblem.png")
    logo = load_logo(tmp_path / "emblem.png", 576)
    assert logo.row_bytes == len(CLEAR_BUFFERS)
    assert CLEAR_BUFFERS not in logo.store()


@pytest.mark.parametrize(("side", "says"), [(600, "got 600"), (200, "got 200 and 5000")])
def test_an_emblem_that_is_too_large_is_refused_at_the_start(
    tmp_path: Path, side: int, says: str
) -> None:
    with pytest.raises(ConfigError, match=f"at most 576 dots of width and {LARGEST} bytes, {says}"):
        load_logo(drawn(tmp_path / "large.png", side), 576)


def test_a_file_that_is_no_picture_names_itself(tmp_path: Path) -> None:
    (tmp_path / "emblem.png").write_text("<svg/>")
    with pytest.raises(ConfigError, match=r"emblem\.png: expected a picture"):
        load_logo(tmp_path / "emblem.png", 576)
