"""PWG raster, grey, eight bits a dot: PWG 5102.4, table 1 and section 4.

RaS2, then for each page a header of 1796 bytes and its rows. A row begins with how often it is
repeated; its dots are runs (count - 1, dot) or literal (257 - count, dots).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from itertools import groupby

SYNC = b"RaS2"
HEADER = 1796  # bytes
SGRAY = 18  # colour space: device-independent grey, 255 is white
MOST = 256  # rows or dots that one count can say
LONGEST_LITERAL = 128
A4_POINTS = (595, 842)
A4_NAME = b"iso_a4_210x297mm"
# Offsets of table 1
MEDIA_COLOUR_AT, DUPLEX_AT, DPI_AT, PAGE_SIZE_AT = 64, 272, 276, 352
COPIES_AT, WIDTH_AT, ORDER_AT, PAGES_AT, NAME_AT = 340, 372, 396, 452, 1732


def start() -> bytes:
    return SYNC


def header(width: int, height: int, dpi: int, is_two_sided: bool, pages: int) -> bytes:
    """Of one page."""
    raw = bytearray(HEADER)
    raw[:10] = b"PwgRaster\0"
    struct.pack_into(">I", raw, DUPLEX_AT, is_two_sided)
    struct.pack_into(">II", raw, DPI_AT, dpi, dpi)
    struct.pack_into(">I", raw, COPIES_AT, 1)
    struct.pack_into(">II", raw, PAGE_SIZE_AT, *A4_POINTS)
    struct.pack_into(">II", raw, WIDTH_AT, width, height)
    # bits a colour, bits a dot, bytes a row, order (chunky), colour space
    struct.pack_into(">IIIII", raw, WIDTH_AT + 12, 8, 8, width, 0, SGRAY)
    struct.pack_into(">I", raw, 420, 1)  # colours
    struct.pack_into(">I", raw, PAGES_AT, pages)
    struct.pack_into(">ii", raw, PAGES_AT + 4, 1, 1)  # neither direction is turned
    raw[NAME_AT : NAME_AT + len(A4_NAME)] = A4_NAME
    return bytes(raw)


def page_bytes(
    rows: Sequence[bytes], width: int, dpi: int, is_two_sided: bool, pages: int
) -> bytes:
    """Header and rows; each row is `width` bytes."""
    out = bytearray(header(width, len(rows), dpi, is_two_sided, pages))
    for row, same in groupby(rows):
        repeats = sum(1 for _ in same)
        packed = pack(row)
        while repeats > 0:
            out.append(min(repeats, MOST) - 1)
            out += packed
            repeats -= MOST
    return bytes(out)


def pack(row: bytes) -> bytes:
    """PackBits, as 4.3.2 has it."""
    out, literal = bytearray(), bytearray()
    for dot, count in _runs(row):
        if count == 1:
            literal.append(dot)
            continue
        out += _literal(literal)
        literal.clear()
        out += bytes((count - 1, dot))
    return bytes(out + _literal(literal))


def _runs(row: bytes) -> Iterator[tuple[int, int]]:
    for dot, same in groupby(row):
        count = sum(1 for _ in same)
        while count > 0:
            yield dot, min(count, LONGEST_LITERAL)
            count -= LONGEST_LITERAL


def _literal(dots: bytes | bytearray) -> bytes:
    out = bytearray()
    for at in range(0, len(dots), LONGEST_LITERAL):
        piece = dots[at : at + LONGEST_LITERAL]
        out += bytes((257 - len(piece) if len(piece) > 1 else 0,)) + piece
    return bytes(out)


def unpack(packed: bytes, at: int, width: int) -> tuple[bytes, int]:
    """One row of dots and where it ends; raises ValueError."""
    row = bytearray()
    while len(row) < width:
        count = packed[at] if at < len(packed) else 128
        if count == 128:
            raise ValueError(f"byte {at}: expected dots, got {packed[at : at + 1].hex() or 'end'}")
        if count < 128:
            row += packed[at + 1 : at + 2] * (count + 1)
            at += 2
        else:
            row += packed[at + 1 : at + 1 + 257 - count]
            at += 1 + 257 - count
    return bytes(row), at


def pages_in(data: bytes) -> list[bytes]:
    """The dots of each page; raises ValueError for what is no PWG raster."""
    if not data.startswith(SYNC):
        raise ValueError(f"expected {SYNC!r} in front, got {data[:4]!r}")
    at, pages = len(SYNC), []
    while at < len(data):
        if len(data) - at < HEADER:
            raise ValueError(f"byte {at}: expected a header of {HEADER}, got {len(data) - at}")
        width, height = struct.unpack_from(">II", data, at + WIDTH_AT)
        at += HEADER
        dots = bytearray()
        while len(dots) < width * height:
            repeats = data[at] + 1 if at < len(data) else 0
            row, at = unpack(data, at + 1, width)
            dots += row * repeats
        pages.append(bytes(dots))
    return pages
