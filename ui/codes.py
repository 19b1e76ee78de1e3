"""A QR code on the screen, drawn in whole modules."""

from __future__ import annotations

from typing import Any

import segno
from kivy.clock import Clock
from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture
from kivy.properties import StringProperty
from kivy.uix.widget import Widget
from PIL import Image, ImageDraw


class Code(Widget):
    """A QR code of `content`, as large as the widget lets whole modules be."""

    content = StringProperty("")

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts)
        with self.canvas:
            Color(1, 1, 1, 1)
            self._plate = Rectangle(size=(0, 0))
        redraw = Clock.create_trigger(self._draw, -1)
        for name in ("content", "pos", "size"):
            self.fbind(name, redraw)

    def _draw(self, *_: object) -> None:
        room = int(min(self.size))
        if not self.content or room <= 0:
            self._plate.size = (0, 0)
            return
        matrix = segno.make(self.content, error="m", micro=False)
        across = int(matrix.symbol_size(border=2)[0])
        scale = max(1, room // across)
        side = across * scale
        self._plate.texture = _code_texture(matrix, scale, side)
        self._plate.size = (side, side)
        self._plate.pos = (round(self.center_x - side / 2), round(self.center_y - side / 2))


def _code_texture(code: Any, scale: int, side: int) -> Texture:
    image = Image.new("L", (side, side), 255)
    pen = ImageDraw.Draw(image)
    for y, line in enumerate(code.matrix_iter(scale=1, border=2)):
        for x, is_dark in enumerate(line):
            if is_dark:
                pen.rectangle(
                    (x * scale, y * scale, (x + 1) * scale - 1, (y + 1) * scale - 1), fill=0
                )
    texture = Texture.create(size=(side, side), colorfmt="luminance")
    texture.blit_buffer(image.tobytes(), colorfmt="luminance", bufferfmt="ubyte")
    texture.flip_vertical()
    return texture
