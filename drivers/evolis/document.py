"""The PDF of a card to the two pictures that its sides are.

A page is drawn over the whole head, 1016 x 648 dots, so a page that is one picture of that size
comes out dot by dot, whichever of the sizes in use (85.6, 86 mm) its box has.
"""

from __future__ import annotations

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from drivers.base.pdf import MM_PER_INCH, POINTS, BadDocument, opened
from drivers.evolis.bitmap import PICTURE_SIZE

MOST_PAGES = 2  # a card has two sides
CR80_MM = (86.0, 54.0)  # ISO/IEC 7810 ID-1 is 85.60 x 53.98; the head covers 86.0 x 54.9
TOLERANCE_MM = 1.5  # between those, and a page that was rounded to whole millimetres
WHITE = (255, 255, 255, 255)
SHRINK = 1e-5  # of its size, far less than a dot
Sides = tuple[Image.Image, Image.Image]


def sides(pdf: bytes, pages: int) -> Sides:
    """Front and back, 1016 x 648 dots each; the back of a single page is white.

    Raises BadDocument.
    """
    if pages > MOST_PAGES:
        raise BadDocument(f"expected 1 or {MOST_PAGES} pages of a card, got {pages}")
    with opened(pdf, pages) as document:
        drawn = [_drawn(document, number) for number in range(pages)]
    blank = Image.new("RGB", PICTURE_SIZE, "white")
    front, back = (*drawn, blank)[:MOST_PAGES]
    return front, back


def _drawn(document: pypdfium2.PdfDocument, number: int) -> Image.Image:
    page = document[number]
    _check_size(page, number + 1)
    _keep_dots(page)
    width, height = PICTURE_SIZE
    bitmap = pypdfium2.PdfBitmap.new_native(width, height, pdfium.FPDFBitmap_BGRx)
    bitmap.fill_rect(WHITE, 0, 0, width, height)
    pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, 0)
    picture: Image.Image = bitmap.to_pil().convert("RGB")  # a copy: the bitmap's memory goes
    bitmap.close()
    page.close()
    return picture


def _keep_dots(page: pypdfium2.PdfPage) -> None:
    """Of a page that is one picture of the head's dots: where the size of the page was rounded up,
    PDFium would stretch it over a dot more, and blur every edge of a QR code."""
    found = list(page.get_objects(max_depth=1))
    if [each.type for each in found] != [pdfium.FPDF_PAGEOBJ_IMAGE]:
        return
    picture = found[0]
    if picture.get_px_size() == PICTURE_SIZE:
        a, b, c, d, left, bottom = picture.get_matrix().get()
        place = (left + a * SHRINK / 2, bottom + d * SHRINK / 2)
        scale = 1 - SHRINK
        picture.set_matrix(pypdfium2.PdfMatrix(a * scale, b, c, d * scale, *place))


def _check_size(page: pypdfium2.PdfPage, number: int) -> None:
    found = [points / POINTS * MM_PER_INCH for points in page.get_size()]
    pairs = zip(found, CR80_MM, strict=True)
    if any(abs(mm - wanted) > TOLERANCE_MM for mm, wanted in pairs):
        expected, got = (" x ".join(f"{mm:.1f}" for mm in size) for size in (CR80_MM, found))
        raise BadDocument(f"page {number}: expected a card of {expected} mm, got {got}")
