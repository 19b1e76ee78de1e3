"""The plainest PDF files: pages of text, and pages that are one picture (ISO 32000-1, 7.5 and 8.9).

A picture is kept dot by dot, so that a card printer of the same head prints the very dots.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image

POINTS = 72  # an inch
A4 = (595.0, 842.0)  # points
OBJECTS_A_PAGE = 3  # the page, what is drawn on it, and with what


@dataclass(frozen=True)
class _Page:
    """`size` in points; `needs` is the kind of the one resource, which is called R."""

    size: tuple[float, float]
    needs: str
    resource: bytes
    drawing: bytes


def pdf_of_text(pages: Iterable[list[str]]) -> bytes:
    """A page of A4 for each list of lines, in Helvetica; the second line is the title."""
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    return _file([_Page(A4, "Font", font, _written(lines)) for lines in pages])


def pdf_of_pictures(pngs: Iterable[bytes], dpi: int) -> bytes:
    """A page of just its size for each picture."""
    return _file([_pictured(png, dpi) for png in pngs])


def _written(lines: list[str]) -> bytes:
    shown = [
        f"BT /R {22 if at == 1 else 13} Tf 72 {760 - 40 * at} Td ({line}) Tj ET"
        for at, line in enumerate(lines)
    ]
    return "\n".join(shown).encode()


def _pictured(png: bytes, dpi: int) -> _Page:
    with Image.open(io.BytesIO(png)) as opened:
        picture = opened.convert("RGB")
    size = (picture.width * POINTS / dpi, picture.height * POINTS / dpi)
    facts = (
        f"/Type/XObject/Subtype/Image/Width {picture.width}/Height {picture.height}"
        "/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/FlateDecode"
    )
    dots = _stream(facts, zlib.compress(picture.tobytes()))
    return _Page(size, "XObject", dots, b"%g 0 0 %g 0 0 cm /R Do" % size)


def _stream(facts: str, content: bytes) -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (facts.encode(), len(content), content)


def _file(pages: list[_Page]) -> bytes:
    first = OBJECTS_A_PAGE
    kids = " ".join(f"{first + OBJECTS_A_PAGE * at} 0 R" for at in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode(),
    ]
    for page in pages:
        number = len(objects) + 1
        width, height = page.size
        objects += [
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width:g} {height:g}]"
            f"/Contents {number + 1} 0 R"
            f"/Resources<</{page.needs}<</R {number + 2} 0 R>>>>>>".encode(),
            _stream("", page.drawing),
            page.resource,
        ]
    return _joined(objects)


def _joined(objects: list[bytes]) -> bytes:
    """With the table of where each object begins."""
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n" % size
    tail = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))
    return out + head + table + tail
