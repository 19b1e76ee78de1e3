"""A PDF as this printer can take it, from any page on: cut with PDFium, or drawn as PWG raster.

The pages that are left are a document of their own, because printers differ in what they make of
`page-ranges`, and a raster has none.
"""

from __future__ import annotations

import io

import pypdfium2
from PIL import Image

from drivers.base.pdf import MM_PER_INCH, opened
from drivers.ipp.events import Abilities
from drivers.ipp.raster import page_bytes, start
from drivers.ipp.words import PDF, PWG_RASTER

A4_MM = (210, 297)
WHITE = 255


def prepare(pdf: bytes, pages: int, first: int, can: Abilities, is_two_sided: bool) -> bytes:
    """Pages `first` (from 0) to the last, as PDF or as raster; a raster takes a second a page,
    a few of them on a small board.

    Raises BadDocument.
    """
    with opened(pdf, pages) as document:
        left = range(first, pages)
        if not can.takes_pdf:
            return _drawn(document, left, can.raster_dpi, is_two_sided)
        return _cut(document, left) if first else pdf


def kind(can: Abilities) -> str:
    """The MIME type of what `prepare` makes."""
    return PDF if can.takes_pdf else PWG_RASTER


def _cut(document: pypdfium2.PdfDocument, pages: range) -> bytes:
    rest = pypdfium2.PdfDocument.new()
    with rest, io.BytesIO() as out:
        rest.import_pages(document, list(pages))
        rest.save(out)
        return out.getvalue()


def _drawn(document: pypdfium2.PdfDocument, pages: range, dpi: int, is_two_sided: bool) -> bytes:
    width, height = (round(mm / MM_PER_INCH * dpi) for mm in A4_MM)
    out = bytearray(start())
    for number in pages:
        page = document[number]
        scale = min(width / page.get_width(), height / page.get_height())
        bitmap = page.render(scale=scale, grayscale=True)
        sheet = Image.new("L", (width, height), WHITE)
        sheet.paste(bitmap.to_pil().convert("L"))
        dots = sheet.tobytes()
        rows = [dots[at : at + width] for at in range(0, len(dots), width)]
        out += page_bytes(rows, width, dpi, is_two_sided, len(pages))
        bitmap.close()
        page.close()
    return bytes(out)
