"""Text as pixels: Pillow with Raqm shapes and draws every line, so Hindi is right everywhere.

Kivy's own text providers break conjuncts and vowel signs, measure shaped text wrongly, or cost
15 ms a label. Here a line costs about 0.1 ms to measure and 1 ms to draw, and what is measured is
what is drawn. No Kivy in this module.
"""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageDraw

from firmware.runtime.fonts import ShapingMissing, font

# Mukta's tallest stack (र्ऊँ) reaches 0.94 em over the base line, its deepest (द्ध्रू, 800) 0.35 below.
ASCENT = 1.0  # em
DESCENT = 0.38  # em
LINE = ASCENT + DESCENT  # em from one line to the next
OVERHANG = 0.06  # em left free at both sides: a vowel sign may start before its origin
SMALLEST = 0.6  # of the wished size; below that the text does not fit and says so
STEP = 0.95

__all__ = ["ShapingMissing", "font"]  # what a caller needs of them, too


@dataclass(frozen=True)
class Block:
    """Lines of text in one size, ready to draw. `fits` is false when the box was too small."""

    lines: tuple[str, ...]
    weight: int
    size: int
    width: int
    fits: bool

    @property
    def line_height(self) -> int:
        return round(self.size * LINE)

    @property
    def height(self) -> int:
        return self.line_height * len(self.lines)


def measure(text: str, weight: int, size: int) -> int:
    """Pixels that one line takes, rounded up."""
    return -int(-font(weight, size).getlength(text) // 1)


def break_lines(text: str, weight: int, size: int, width: int) -> tuple[str, ...]:
    """Break at spaces so that each line fits `width`; a word that is wider stands alone."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and measure(longer, weight, size) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return tuple(lines)


def balance(lines: tuple[str, ...], text: str, weight: int, size: int,
            width: int) -> tuple[str, ...]:  # fmt: skip
    """The same number of lines, as equal as may be: no word left alone on the last one."""
    narrow, wide = width // len(lines), width
    while wide - narrow > size // 2:
        middle = (narrow + wide) // 2
        tried = break_lines(text, weight, size, middle)
        fits = all(measure(line, weight, size) <= middle for line in tried)
        if len(tried) == len(lines) and fits:
            lines, wide = tried, middle
        else:
            narrow = middle
    return lines


def lay_out(text: str, weight: int, size: int, width: int, height: int | None = None,
            is_wrapped: bool = True, is_balanced: bool = True) -> Block:  # fmt: skip
    """Fit `text` into `width` x `height` pixels, shrinking down to SMALLEST where it must."""
    smallest = size * SMALLEST
    while True:
        block = _at_size(text, weight, size, width, is_wrapped, is_balanced)
        is_inside = block.width <= width and (height is None or block.height <= height)
        smaller = min(size - 1, int(size * STEP))
        if is_inside or smaller < smallest:
            return Block(block.lines, weight, size, block.width, is_inside)
        size = smaller


def _at_size(
    text: str, weight: int, size: int, width: int, is_wrapped: bool, is_balanced: bool
) -> Block:
    lines = break_lines(text, weight, size, width) if is_wrapped else (text,)
    if len(lines) > 1 and is_balanced and "\n" not in text:
        lines = balance(lines, text, weight, size, width)
    widest = max(measure(line, weight, size) for line in lines)
    return Block(lines, weight, size, widest, True)


def draw(block: Block, align: str = "left") -> Image.Image:
    """The block's coverage as an `L` image, wider than the block by OVERHANG at both sides."""
    margin = overhang(block)
    image = Image.new("L", (block.width + 2 * margin, block.height))
    pen = ImageDraw.Draw(image)
    face = font(block.weight, block.size)
    base = round(block.size * ASCENT)
    for number, line in enumerate(block.lines):
        spare = block.width - measure(line, block.weight, block.size)
        x = margin + {"left": 0, "center": spare // 2, "right": spare}[align]
        pen.text((x, number * block.line_height + base), line, fill=255, font=face, anchor="ls")
    return image


def overhang(block: Block) -> int:
    """Pixels left free at each side of a drawn block."""
    return max(1, round(block.size * OVERHANG))
