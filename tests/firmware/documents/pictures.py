"""Papers as pictures, and how a picture is compared with the one that somebody looked at.

    python -m tests.firmware.documents.pictures

draws all of tests/vectors/paper anew. Then look at each that changed, in Hindi and in English.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import zxingcpp
from PIL import Image, ImageChops, ImageOps

from drivers.escpos.raster import Rasteriser
from firmware.documents.a4 import typeset
from tests.firmware.documents.papers import AT, CARDS, ON_A4, ON_ROLLS

GOLDEN = Path(__file__).parents[2] / "vectors" / "paper"
ROLLS = {"80mm": 576, "58mm": 384}  # dots across
DIFFERENT_FROM = 48  # of 255: another release of FreeType moves the grey of an edge by less
MOST_DIFFERENT = 12  # dots of a picture: less than half a letter
A4_DPI = 100  # of a golden; what a code is read from has more
SCAN_DPI = 200
FRAME = 40  # dots of white that a phone sees around a paper


def names() -> list[str]:
    """Of every golden, but pages after the first of a paper have the same name."""
    rolls = [f"{roll}-{paper}" for roll in ROLLS for paper in ON_ROLLS]
    return [*rolls, *(f"a4-{paper}" for paper in ON_A4), *(f"cr80-{side}" for side in CARDS)]


def draw(name: str, dpi: int = A4_DPI) -> list[Image.Image]:
    """The pages of that paper, as it is drawn today."""
    kind, _, paper = name.partition("-")
    if kind == "cr80":
        return [opened(CARDS[paper])]
    if kind == "a4":
        return pages(typeset(ON_A4[paper], AT).pdf, dpi)
    return [Rasteriser(ROLLS[kind]).draw(ON_ROLLS[paper])]


def goldens(name: str) -> list[Image.Image]:
    """The pages as somebody saw them."""
    return [opened(path.read_bytes()) for path in files(name)]


def files(name: str) -> list[Path]:
    first, more = GOLDEN / f"{name}.png", sorted(GOLDEN.glob(f"{name}-page[0-9].png"))
    return [first, *more]


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


def pages(pdf: bytes, dpi: int) -> list[Image.Image]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.render(scale=dpi / 72).to_pil().convert("RGB") for page in document]


def dots_different(one: Image.Image, other: Image.Image) -> int:
    """Every dot of both where they have not the same size."""
    if one.size != other.size:
        return one.width * one.height + other.width * other.height
    grey = ImageChops.difference(one.convert("RGB"), other.convert("RGB")).convert("L")
    return sum(grey.histogram()[DIFFERENT_FROM:])


def codes(name: str) -> list[str]:
    """What a phone reads on all pages."""
    framed = (ImageOps.expand(page.convert("L"), FRAME, 255) for page in draw(name, SCAN_DPI))
    return [found.text for page in framed for found in zxingcpp.read_barcodes(page)]


def _small(page: Image.Image, name: str) -> Image.Image:
    """A roll has one bit a dot; of a page sixteen greys are enough, and a colour or two."""
    if not name.startswith("a4-"):
        return page
    return page.quantize(32, dither=Image.Dither.NONE)


def _write(name: str) -> Iterator[Path]:
    for old in files(name):
        old.unlink(missing_ok=True)
    for number, page in enumerate(draw(name), 1):
        path = GOLDEN / (f"{name}-page{number}.png" if number > 1 else f"{name}.png")
        _small(page, name).save(path, optimize=True)
        yield path


def main() -> int:
    for name in names():
        if not name.startswith("cr80-"):
            for path in _write(name):
                sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
