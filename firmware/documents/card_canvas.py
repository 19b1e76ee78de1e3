"""One side of a CR80 card as a picture: shaped text that fits its box, a photo, a QR code.

A card is plastic and lasts: nothing on it is cut off in silence. What does not fit is an error,
before a card is taken.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import segno
from PIL import Image, ImageDraw, ImageOps, UnidentifiedImageError

from firmware.runtime.fonts import font
from firmware.runtime.wrapping import wrap

SIZE = (1016, 648)  # dots: 86.0 x 54.9 mm at 300 dpi, the whole head of a card printer
DOTS_AN_INCH = 300
MARGIN = 36  # dots, 3 mm: a card that sits a little off, and the rounded corners
BLACK, INK, PALE = "#000000", "#004650", "#dfeaec"
LINE_HEIGHT = 1.35  # of the type size: room for vowel signs above and below
SMALLEST = 0.7  # of the wished size: below that, old eyes cannot read it
STEP = 0.95
ABOVE_THE_MIDDLE = 0.32  # of the type size: half a letter, so that a line sits in its box
MODULE = 3  # dots of a QR module at least, 0.25 mm: what a phone reads at a hand's distance
QUIET_ZONE = 4  # modules (ISO/IEC 18004)
LARGEST_PHOTO = 24_000_000  # pixels; more is no photo of a person


class CardError(ValueError):
    """What cannot be put on a card: says what, what room there is, and what it needs."""


@dataclass(frozen=True)
class Box:
    """Dots from the upper left corner."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class Look:
    """How a line is drawn. `anchor` is Pillow's; `language` shapes what languages share."""

    weight: int
    size: int
    colour: str
    anchor: str
    language: str


class CardCanvas:
    """White plastic, and what is drawn on it. Text is `hi` or `en`."""

    def __init__(self) -> None:
        self._picture = Image.new("RGB", SIZE, "white")
        self._draw = ImageDraw.Draw(self._picture)

    def fill(self, box: Box, colour: str) -> None:
        right, bottom = box.left + box.width - 1, box.top + box.height - 1
        self._draw.rectangle((box.left, box.top, right, bottom), fill=colour)

    def text(self, box: Box, text: str, language: str, weight: int = 400,
             colour: str = BLACK, anchor: str = "l") -> None:  # fmt: skip
        """One line in the middle of the box's height, smaller where it must be; CardError."""
        size = _fitting(box, text, language, weight)
        x = {"l": box.left, "m": box.left + box.width // 2, "r": box.left + box.width}[anchor]
        look = Look(weight, size, colour, f"{anchor}s", language)
        self._write(x, box.top + round(box.height / 2 + size * ABOVE_THE_MIDDLE), text, look)

    def paragraph(self, box: Box, text: str, language: str, largest: int) -> int:
        """Lines from the top of the box, smaller where they must be; returns where they end."""
        size = largest
        while size >= largest * SMALLEST:
            lines = _broken(text, box.width, size, language)
            line_height = round(size * LINE_HEIGHT)
            if len(lines) * line_height <= box.height:
                look = Look(400, size, BLACK, "ls", language)
                for number, line in enumerate(lines):
                    self._write(box.left, box.top + number * line_height + size, line, look)
                return box.top + len(lines) * line_height
            size = min(size - 1, round(size * STEP))
        raise CardError(f"{len(text)} letters: expected room of {box.width} x {box.height} dots")

    def photo(self, box: Box, content: bytes) -> None:
        """A JPEG or PNG, cut to the box's shape around its middle; raises CardError."""
        try:
            photo = Image.open(io.BytesIO(content), formats=["JPEG", "PNG"])
            if photo.width * photo.height > LARGEST_PHOTO:
                raise CardError(f"photo: expected {LARGEST_PHOTO} pixels at most, got {photo.size}")
            upright = ImageOps.exif_transpose(photo).convert("RGB")
        except (
            UnidentifiedImageError,
            OSError,
            SyntaxError,
            Image.DecompressionBombError,
        ) as error:
            raise CardError(f"photo of {len(content)} bytes: {error}") from None
        fitted = ImageOps.fit(upright, (box.width, box.height))
        self._picture.paste(fitted, (box.left, box.top))

    def code(self, box: Box, content: str) -> None:
        """A QR code in the middle of the box, as large as whole dots allow; raises CardError."""
        try:
            matrix = segno.make(content, micro=False, error="m", boost_error=False).matrix
        except segno.DataOverflowError as error:
            raise CardError(f"QR code of {len(content)} characters: {error}") from None
        count = len(matrix) + 2 * QUIET_ZONE
        side = min(box.width, box.height) // count
        if side < MODULE:
            raise CardError(
                f"QR code of {len(content)} characters: expected {MODULE * count} dots of room, "
                f"got {min(box.width, box.height)}"
            )
        left = box.left + (box.width - len(matrix) * side) // 2
        top = box.top + (box.height - len(matrix) * side) // 2
        for row, bits in enumerate(matrix):
            for column, bit in enumerate(bits):
                if bit:
                    self.fill(Box(left + column * side, top + row * side, side, side), BLACK)

    def png(self) -> bytes:
        file = io.BytesIO()
        self._picture.save(file, "png", dpi=(DOTS_AN_INCH, DOTS_AN_INCH))
        return file.getvalue()

    def _write(self, x: int, baseline: int, text: str, look: Look) -> None:
        self._draw.text(
            (x, baseline),
            text,
            fill=look.colour,
            font=font(look.weight, look.size),
            anchor=look.anchor,
            language=look.language,
        )


def _fitting(box: Box, text: str, language: str, weight: int) -> int:
    """The largest size in which the line fits its box; raises CardError."""
    largest = size = round(box.height / LINE_HEIGHT)
    while (needed := _length(text, weight, size, language)) > box.width:
        size = min(size - 1, round(size * STEP))
        if size < largest * SMALLEST:
            raise CardError(
                f"{len(text)} letters: expected {box.width} dots at most, got {round(needed)}"
            )
    return size


def _broken(text: str, width: int, size: int, language: str) -> list[str]:
    return wrap(text, width, lambda part: _length(part, 400, size, language))


def _length(text: str, weight: int, size: int, language: str) -> float:
    return font(weight, size).getlength(text, language=language)
