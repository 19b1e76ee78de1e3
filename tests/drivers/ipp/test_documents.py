"""Documents as a printer takes them, judged by a reader that is not ours, and where they lie."""

from __future__ import annotations

import ctypes
import ctypes.util
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.base.pdf import BadDocument
from drivers.ipp.document import prepare
from drivers.ipp.emulator import read_pages
from drivers.ipp.events import Abilities
from drivers.ipp.raster import HEADER, header, pack, page_bytes, pages_in, start, unpack
from drivers.ipp.words import PDF, PWG_RASTER
from firmware.runtime.spool import Spool, SpoolError
from tests.drivers.ipp.stage import pdf

TAKES_PDF = Abilities(formats=(PDF,))
TAKES_RASTER = Abilities(formats=(PWG_RASTER,), raster_dpi=50)
RASTER_READ = 0  # CUPS_RASTER_READ
WIDTH_AT, PAGES_AT = 372, 452


def test_the_pages_that_are_left_are_a_document_of_their_own() -> None:
    whole = pdf("one", "two", "three", "four")
    assert prepare(whole, 4, 0, TAKES_PDF, False) == whole
    assert read_pages(prepare(whole, 4, 2, TAKES_PDF, False), PDF) == ["three", "four"]


@pytest.mark.parametrize(("content", "pages"), [(pdf("one"), 2), (b"no pdf", 1), (b"", 1)])
def test_no_pdf_of_so_many_pages(content: bytes, pages: int) -> None:
    with pytest.raises(BadDocument, match="expected"):
        prepare(content, pages, 0, TAKES_PDF, False)


def test_cups_reads_the_dots_that_we_drew(tmp_path: Path) -> None:
    path = tmp_path / "pages.pwg"
    drawn = prepare(pdf("one", "two"), 2, 0, TAKES_RASTER, False)
    path.write_bytes(drawn)
    assert read_by_cups(path) == pages_in(drawn)
    assert len(set(pages_in(drawn))) == 2
    assert min(pages_in(drawn)[0]) < 64 < 250 < max(pages_in(drawn)[0]), "black on white"


def read_by_cups(path: Path) -> list[bytes]:
    """The pages as libcups reads them."""
    cups = ctypes.CDLL(ctypes.util.find_library("cups"))
    cups.cupsRasterOpen.restype = ctypes.c_void_p
    head, pages = ctypes.create_string_buffer(HEADER), []
    with path.open("rb") as file:
        raster = ctypes.c_void_p(cups.cupsRasterOpen(file.fileno(), RASTER_READ))
        while cups.cupsRasterReadHeader2(raster, head):
            width, height = (number_at(head.raw, WIDTH_AT + 4 * n) for n in range(2))
            dots = ctypes.create_string_buffer(width * height)
            assert cups.cupsRasterReadPixels(raster, dots, width * height) == width * height
            assert number_at(head.raw, PAGES_AT) == 2
            pages.append(dots.raw)
        cups.cupsRasterClose(raster)
    return pages


def number_at(head: bytes, at: int) -> int:
    return int.from_bytes(head[at : at + 4], "little")  # as libcups turned it for this machine


@given(st.binary(min_size=1, max_size=700))
def test_a_row_of_dots_comes_back(row: bytes) -> None:
    packed = pack(row)
    assert unpack(packed, 0, len(row)) == (row, len(packed))


def test_six_hundred_equal_rows_come_back() -> None:
    rows = [b"\xff" * 9] * 600 + [b"\0\xff\0" * 3]
    data = start() + page_bytes(rows, 9, 300, False, 1)
    assert pages_in(data) == [b"".join(rows)]
    assert len(header(9, 601, 300, True, 1)) == HEADER


@pytest.mark.parametrize("cut", [2, 10, HEADER + 3, -1])
def test_a_raster_that_breaks_off_is_refused(cut: int) -> None:
    data = start() + page_bytes([b"ab"] * 4, 2, 300, False, 1)
    with pytest.raises(ValueError, match="expected"):
        pages_in(data[:cut])


# --- the spool -----------------------------------------------------------------------------------


def test_a_document_lies_under_a_name_that_says_nothing_and_is_for_no_other(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    name, sha256 = spool.put(b"mool niwas")
    assert spool.read(name, sha256) == b"mool niwas"
    assert (tmp_path / "spool" / name).stat().st_mode & 0o007 == 0
    assert (tmp_path / "spool").stat().st_mode & 0o007 == 0


def test_a_wiped_document_is_nowhere_and_wiping_twice_is_no_harm(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    name, sha256 = spool.put(b"mool niwas")
    (tmp_path / "other-name").hardlink_to(tmp_path / name)
    spool.wipe(name)
    spool.wipe(name)
    assert (tmp_path / "other-name").read_bytes() == bytes(10)
    with pytest.raises(SpoolError):
        spool.read(name, sha256)


def test_only_what_is_under_way_outlives_a_start(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    kept, sha256 = spool.put(b"kept")
    spool.put(b"left behind")
    spool.wipe_all_but([kept])
    assert [path.name for path in tmp_path.iterdir()] == [kept]
    assert spool.read(kept, sha256) == b"kept"


def test_a_link_out_of_the_spool_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    spool = Spool(tmp_path / "spool")
    _, sha256 = spool.put(b"secret")
    (tmp_path / "spool" / "a").symlink_to(tmp_path / "secret")
    with pytest.raises(SpoolError):
        spool.read("a", sha256)
