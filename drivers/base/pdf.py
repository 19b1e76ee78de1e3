"""The PDF of a PrintDocument, opened: the same first look for every printer that has to draw one.

PDFium draws the embedded letters of a PDF; it shapes nothing. It must not be called by two threads
at once: a driver has one job.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2

POINTS = 72  # an inch
MM_PER_INCH = 25.4


class BadDocument(ValueError):
    """No PDF, not of so many pages, or of another size: says what was expected, and what came."""


@contextmanager
def opened(pdf: bytes, pages: int) -> Iterator[pypdfium2.PdfDocument]:
    """The document, of exactly so many pages; raises BadDocument, also for a broken page."""
    try:
        with pypdfium2.PdfDocument(pdf) as document:
            if len(document) != pages:
                raise BadDocument(f"expected {pages} pages, got {len(document)}")
            yield document
    except pypdfium2.PdfiumError as error:
        raise BadDocument(f"expected a PDF of {pages} whole pages: {error}") from None
