"""The one widget that shows text: a texture drawn by `ui.shaping`, tinted and placed by Kivy.

It draws again only when its text, size or width changed, and keeps one texture.
"""

from __future__ import annotations

import re
from typing import Any

from kivy.clock import Clock
from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture
from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, StringProperty
from kivy.uix.widget import Widget
from PIL import Image

from ui import shaping, theme

UNLIMITED = 10_000  # pixels: wider than any panel
WORDS = re.compile("[ \n]")  # a no-break space holds two together


class Text(Widget):
    """A line or a paragraph.

    `letter` is the em in pixels; `text_height` and `text_width` are what the drawn block takes, for
    layouts that follow it. With `is_tall_as_text` the height of the widget is not a limit; without,
    the text shrinks to stay inside. `fits` says whether it does.
    """

    is_balanced = True  # lines of one length, as far as may be
    text = StringProperty("")
    weight = NumericProperty(400)
    letter = NumericProperty(42)
    is_display = BooleanProperty(False)  # figures that are large already: they never grow
    zoom = NumericProperty(1.0)
    colour = ColorProperty(theme.INK)
    align = StringProperty("left")  # left, center, right
    stand = StringProperty("middle")  # top, middle, bottom
    is_wrapped = BooleanProperty(True)
    is_tall_as_text = BooleanProperty(False)
    is_wide_as_text = BooleanProperty(False)
    room = NumericProperty(UNLIMITED)  # the widest that is_wide_as_text may grow
    text_height = NumericProperty(0)
    text_width = NumericProperty(0)
    natural_width = NumericProperty(0)  # in one line that nothing squeezes
    fits = BooleanProperty(True)

    def __init__(self, **facts: Any) -> None:
        self.block: shaping.Block | None = None
        self._drawn: tuple[object, ...] = ()
        super().__init__(**facts)
        with self.canvas:
            self._tint = Color(rgba=self.colour)
            self._plate = Rectangle(size=(0, 0))
        redraw = Clock.create_trigger(self._redraw, -1)
        for name in ("text", "weight", "letter", "zoom", "align", "is_wrapped", "size",
                     "is_tall_as_text", "is_wide_as_text", "room"):  # fmt: skip
            self.fbind(name, redraw)
        for name in ("pos", "stand"):
            self.fbind(name, self._place)
        self.fbind("colour", self._paint)
        redraw()

    @property
    def wished(self) -> float:
        """The em in pixels, with the citizen's wish for larger letters."""
        return float(self.letter * (1.0 if self.is_display else self.zoom))

    def widest_word(self, text: str) -> int:
        """Pixels of the longest word of `text`, which no line can be narrower than."""
        size = max(1, round(self.wished))
        return max(shaping.measure(word, int(self.weight), size) for word in WORDS.split(text))

    def _paint(self, *_: object) -> None:
        self._tint.rgba = self.colour

    def _redraw(self, *_: object) -> None:
        width = int(self.room if self.is_wide_as_text else self.width)
        height = None if self.is_tall_as_text else int(self.height)
        size = max(1, round(self.wished))
        wish = (self.text, self.weight, size, self.align, self.is_wrapped, width, height)
        if wish == self._drawn:
            self._place()
            return
        self._drawn = wish
        self.natural_width = max(
            shaping.measure(line, int(self.weight), size) for line in self.text.split("\n")
        )
        if not self.text or width <= 1:
            self._show_nothing()
            return
        self.block = shaping.lay_out(
            self.text, int(self.weight), size, width, height, self.is_wrapped, self.is_balanced
        )
        self.fits = self.block.fits
        self._plate.texture = texture_of(shaping.draw(self.block, self.align))
        self._plate.size = self._plate.texture.size
        self.text_height, self.text_width = self.block.height, self.block.width
        self._place()

    def _show_nothing(self) -> None:
        self.block = None
        self._plate.texture = None  # what it said is in no texture, either
        self._plate.size = (0, 0)
        self.fits = True
        self.text_height = self.text_width = 0

    def _place(self, *_: object) -> None:
        """Whole pixels, or the letters would be blurred."""
        if self.block is None:
            return
        spare_x, spare_y = self.width - self.block.width, self.height - self.block.height
        x = {"left": 0, "center": spare_x / 2, "right": spare_x}[self.align]
        y = {"top": spare_y, "middle": spare_y / 2, "bottom": 0}[self.stand]
        left = self.x + x - shaping.overhang(self.block)
        self._plate.pos = (round(left), round(self.y + y))


def zoom(tree: Widget, by: float) -> None:
    """Let the letters in `tree` be so much larger than designed, also on pages that are not seen.

    Only what is seen is drawn again: a screen that comes up later is zoomed then.
    """
    if isinstance(tree, Text):
        tree.zoom = by
    for part in getattr(tree, "all_parts", tree.children):
        zoom(part, by)


def zoom_of(box: Widget) -> float:
    """How large the letters are where `box` stands; as designed where it stands nowhere yet."""
    seen: Widget | None = box
    while seen is not None and not hasattr(seen, "letters"):
        seen = None if seen.parent is seen else seen.parent
    return 1.0 if seen is None else float(seen.letters)


def texture_of(mask: Image.Image, mipmap: bool = False) -> Texture:
    """White, as opaque as `mask`: two bytes a pixel."""
    texture = Texture.create(size=mask.size, colorfmt="luminance_alpha", mipmap=mipmap)
    white = Image.new("L", mask.size, 255)
    pixels = Image.merge("LA", (white, mask)).tobytes()
    texture.blit_buffer(pixels, colorfmt="luminance_alpha", bufferfmt="ubyte")
    texture.flip_vertical()
    return texture
