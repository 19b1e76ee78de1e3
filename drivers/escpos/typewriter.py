"""The emulated printer's own letters and QR codes: what it draws when it is not sent a picture.

Our driver never uses them. Other hosts do, and an emulator that only our driver can print on
would prove little about either.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import segno
from PIL import Image, ImageDraw, ImageFont

from drivers.escpos.raster import dots_of
from firmware.runtime.fonts import font_path

LINE_ROWS = 30  # the usual line feed: 3.75 mm
TYPE_SIZE = 22
INK_FROM = 150
QR_CODE = 49  # cn of GS ( k (7.6)
ERROR_LEVELS = {48: "l", 49: "m", 50: "q", 51: "h"}


@dataclass
class QrCode:
    """What GS ( k has set so far."""

    module: int = 3
    error: str = "l"
    content: bytes = b""


class Typewriter:
    """Turns characters and stored codes into rows of dots."""

    def __init__(self, width_dots: int) -> None:
        self._width = width_dots
        self._font = ImageFont.truetype(
            font_path(400), TYPE_SIZE, layout_engine=ImageFont.Layout.BASIC
        )
        self.reset()

    def reset(self) -> None:
        """As ESC @ does: forget the line, the alignment and the code."""
        self._line = b""
        self.alignment = 0  # 0 left, 1 centre, 2 right
        self._code = QrCode()

    def type(self, characters: bytes) -> None:
        self._line += characters

    def feed(self) -> Iterator[bytes]:
        """The rows of the line typed so far; blank ones when there is none."""
        text, self._line = self._line.decode("cp437"), b""
        with Image.new("L", (self._width, LINE_ROWS), 255) as line:
            x = (self._width - self._font.getlength(text)) * self.alignment / 2
            ImageDraw.Draw(line).text((x, LINE_ROWS - 8), text, 0, self._font, anchor="ls")
            yield from rows_of(line.point(lambda grey: 255 * (grey >= INK_FROM), mode="1"))

    def on_code(self, content: bytes) -> Iterator[bytes]:
        """GS ( k: store something of a QR code, or print it."""
        if len(content) < 3 or content[0] != QR_CODE:
            return
        function, data = content[1], content[2:]
        match function:
            case 0x43:
                self._code.module = data[0]
            case 0x45:
                self._code.error = ERROR_LEVELS.get(data[0], "l")
            case 0x50:
                self._code.content = data[1:]
            case 0x51 if self._code.content:
                yield from self._draw_code()

    def _draw_code(self) -> Iterator[bytes]:
        code = segno.make(
            self._code.content, error=self._code.error, micro=False, boost_error=False
        )
        matrix = [bytes(row) for row in code.matrix]
        side = len(matrix) * self._code.module
        with Image.new("1", (self._width, side), 1) as picture:
            left = int((self._width - side) * self.alignment / 2)
            small = Image.frombytes("L", (len(matrix),) * 2, b"".join(matrix))
            modules = small.point(lambda bit: 255 * (not bit), mode="1")
            picture.paste(modules.resize((side, side), Image.Resampling.NEAREST), (left, 0))
            yield from rows_of(picture)


def rows_of(picture: Image.Image) -> Iterator[bytes]:
    """The rows of a picture of mode `1`: leftmost dot in bit 7, 1 is black."""
    row_bytes = picture.width // 8
    dots = dots_of(picture)
    for at in range(0, len(dots), row_bytes):
        yield dots[at : at + row_bytes]
