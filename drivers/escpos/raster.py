"""Draws a ticket: from meaning to black dots of the printer's width.

Printers know no Devanagari that anybody can read, and no rupee sign, so the whole ticket is drawn
here, with the shaping of Raqm (conjuncts, vowel signs), and sent as a picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import segno
from PIL import Image, ImageDraw, ImageFont, features

from firmware.contract.ticket import Code, Pair, Rule, Style, Text, Ticket
from firmware.runtime.fonts import font
from firmware.runtime.wrapping import wrap

FULL_WIDTH = 576  # dots of an 80 mm roll at 8 dots/mm; a 58 mm roll has 384 (escpos.md 7.6)
NARROW_SCALE = 0.8  # type on a 58 mm roll: two thirds would be too small for old eyes
INK_FROM = 150  # of 255: a grey edge dot darker than this becomes black; thin strokes survive
MARGIN = 8  # dots left and right: 1 mm, for a roll that sits a little off
PAIR_GAP = 20  # dots between a label and its value at least, else the value goes below
LINE_HEIGHT = 1.4  # of the type size: room for vowel signs above and below
BASELINE = 1.02  # of the type size, from the top of its line
RULE_SPACE = 14  # dots above and below a rule
RULE_WEIGHT = 2  # dots: one is lost by a tired head
MODULE = 5  # dots of a QR module at least, 0.6 mm: what any phone reads at arm's length
CODE_SHARE = 0.36  # of the width, for a QR code that may be larger
QUIET_ZONE = 4  # modules (ISO/IEC 18004)
INVERTED = bytes(byte ^ 0xFF for byte in range(256))  # Pillow's 1 is white, a printer's black


@dataclass(frozen=True)
class Face:
    """How a style looks: sizes in dots at full width, weights of label and value."""

    size: int
    weight: int
    value_weight: int


FACES = {
    Style.TITLE: Face(48, 800, 800),
    Style.STRONG: Face(32, 800, 800),
    Style.BODY: Face(29, 400, 600),
    Style.SMALL: Face(25, 400, 600),
}


@dataclass(frozen=True)
class Block:
    """Something with a height that can be drawn once its top is known."""

    height: int
    draw: Callable[[ImageDraw.ImageDraw, int], None]


class RasterError(ValueError):
    """What cannot be drawn: no shaping, or a code too wide for the paper."""


class Rasteriser:
    """Draws tickets for one width; loads its fonts once. Raises RasterError without Raqm."""

    def __init__(self, width: int = FULL_WIDTH) -> None:
        if not features.check("raqm"):
            raise RasterError(
                "Pillow has no Raqm, so Hindi cannot be shaped: expected libfribidi0, found none"
            )
        self.width = width
        self._scale = 1.0 if width >= FULL_WIDTH else NARROW_SCALE
        self._fonts: dict[tuple[Style, int], ImageFont.FreeTypeFont] = {}

    def draw(self, ticket: Ticket) -> Image.Image:
        """A picture of mode `1`, black on white, cropped to its last inked row."""
        blocks = [block for line in ticket.lines for block in self._blocks(line, ticket.language)]
        height = sum(block.height for block in blocks)
        with Image.new("L", (self.width, max(1, height)), 255) as grey:
            canvas = ImageDraw.Draw(grey)
            top = 0
            for block in blocks:
                block.draw(canvas, top)
                top += block.height
            picture = grey.point(_to_ink, mode="1")
        box = picture.convert("L").point(_inverted).getbbox()
        return picture.crop((0, box[1], self.width, box[3])) if box else picture

    def _blocks(self, line: Text | Pair | Rule | Code, language: str) -> Iterable[Block]:
        match line:
            case Text():
                yield from self._paragraph(line, language)
            case Pair():
                yield from self._pair(line, language)
            case Rule():
                yield Block(2 * RULE_SPACE + RULE_WEIGHT, self._draw_rule)
            case Code(content, caption):
                yield self._code(content)
                words = Text(content if caption is None else caption, Style.STRONG, is_centred=True)
                yield from self._paragraph(words, "en")

    def _paragraph(self, text: Text, language: str) -> Iterable[Block]:
        face = FACES[text.style]
        side = "centre" if text.is_centred else "left"
        for piece in self._wrap(text.text, text.style, face.weight, language):
            yield self._line([(side, piece, face.weight)], text.style, language)

    def _pair(self, pair: Pair, language: str) -> Iterable[Block]:
        """The value stands beside the label's last line, or below it where there is no room."""
        face, style = FACES[pair.style], pair.style
        *above, last = self._wrap(pair.label, style, face.weight, language)
        for piece in above:
            yield self._line([("left", piece, face.weight)], style, language)
        label = self._measure(last, style, face.weight, language)
        value = self._measure(pair.value, style, face.value_weight, language)
        if label + PAIR_GAP + value <= self._room:
            both = [("left", last, face.weight), ("right", pair.value, face.value_weight)]
            yield self._line(both, style, language)
            return
        yield self._line([("left", last, face.weight)], style, language)
        for piece in self._wrap(pair.value, style, face.value_weight, language):
            yield self._line([("right", piece, face.value_weight)], style, language)

    def _line(self, parts: list[tuple[str, str, int]], style: Style, language: str) -> Block:
        size = self._size(style)

        def draw(canvas: ImageDraw.ImageDraw, top: int) -> None:
            for side, text, weight in parts:
                x, anchor = self._place(side)
                canvas.text(
                    (x, top + round(size * BASELINE)),
                    text,
                    fill=0,
                    font=self._font(style, weight),
                    anchor=anchor,
                    language=language,
                )

        return Block(round(size * LINE_HEIGHT), draw)

    def _place(self, side: str) -> tuple[int, str]:
        """The x of that side, and Pillow's anchor: left, middle or right of the baseline."""
        places = {
            "left": (MARGIN, "ls"),
            "centre": (self.width // 2, "ms"),
            "right": (self.width - MARGIN, "rs"),
        }
        return places[side]

    def _draw_rule(self, canvas: ImageDraw.ImageDraw, top: int) -> None:
        y = top + RULE_SPACE
        canvas.rectangle((0, y, self.width - 1, y + RULE_WEIGHT - 1), fill=0)

    def _code(self, content: str) -> Block:
        modules = [list(row) for row in segno.make(content, micro=False, error="m").matrix]
        count = len(modules)
        side = max(MODULE, round(self.width * CODE_SHARE) // count)
        quiet = QUIET_ZONE * side
        if count * side + 2 * quiet > self.width:
            raise RasterError(
                f"QR code of {len(content)} characters: expected {self.width} dots at most, "
                f"got {count * side + 2 * quiet}"
            )
        left = (self.width - count * side) // 2

        def draw(canvas: ImageDraw.ImageDraw, top: int) -> None:
            for row, bits in enumerate(modules):
                for column, bit in enumerate(bits):
                    if bit:
                        x, y = left + column * side, top + quiet + row * side
                        canvas.rectangle((x, y, x + side - 1, y + side - 1), fill=0)

        return Block(count * side + 2 * quiet, draw)

    @property
    def _room(self) -> int:
        return self.width - 2 * MARGIN

    def _wrap(self, text: str, style: Style, weight: int, language: str) -> list[str]:
        return wrap(text, self._room, lambda part: self._measure(part, style, weight, language))

    def _measure(self, text: str, style: Style, weight: int, language: str) -> float:
        return self._font(style, weight).getlength(text, language=language)

    def _size(self, style: Style) -> int:
        return round(FACES[style].size * self._scale)

    def _font(self, style: Style, weight: int) -> ImageFont.FreeTypeFont:
        key = (style, weight)
        if key not in self._fonts:
            self._fonts[key] = font(weight, self._size(style))
        return self._fonts[key]


def dots_of(picture: Image.Image) -> bytes:
    """The rows of a picture of mode `1` as a printer takes them: eight dots a byte, 1 is black."""
    return picture.tobytes().translate(INVERTED)


def _to_ink(grey: int) -> int:
    return 255 if grey >= INK_FROM else 0


def _inverted(grey: int) -> int:
    return 255 - grey
