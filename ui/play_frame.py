"""The frame of practice: stripes all round, a band, a stop, and play money to be touched.

The screen inside is the very screen, made smaller as a whole: nothing in it can look real.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from kivy.graphics.texture import Texture
from kivy.metrics import dp
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.scatter import Scatter
from kivy.uix.widget import Widget
from PIL import Image, ImageDraw

from ui import shaping, theme
from ui.parts import Touch, fill_with
from ui.play import Piece, Play

BAND, EDGE = 156, 28  # design pixels
TRAYS = {False: 380, True: 240}  # by is_wide: the pieces stand in two rows, or in one
COLUMNS = {False: 6, True: 11}
STRIPE = 56  # pixels of the texture, which is repeated
STAMP_LETTER = 0.16  # of a picture's width
STAMP_TURN = 30  # degrees
STAMP_INK = (142, 15, 91, 150)
STAMPS = 4  # down a receipt, so that no part of it can be cut out


class Hand(Protocol):
    """What is done in the frame, beside the presses on the screen inside."""

    def stop(self) -> None:
        """No more practice."""

    def feed(self, piece: Piece) -> None:
        """A play note or coin to its slot."""

    def receipt(self) -> Path | None:
        """The picture of the last receipt."""


class NoHand:
    """Nobody touches: pictures."""

    def stop(self) -> None: ...

    def feed(self, piece: Piece) -> None: ...

    def receipt(self) -> Path | None:
        return None


class PlayPiece(Touch):
    """A play note, or a coin."""

    piece = ObjectProperty(None, allownone=True)
    text = StringProperty("")
    stamp = StringProperty("")
    is_coin = BooleanProperty(False)

    def on_piece(self, _: object, piece: Piece) -> None:
        self.text, self.is_coin = f"₹{piece.text}", piece.is_coin


class PlayReceipt(Touch):
    """A receipt of practice, over everything, until it is touched."""

    picture = ObjectProperty(None, allownone=True)
    close = StringProperty("")


class Shrunk(Scatter):
    """The whole of the screen at its own size, drawn smaller; touches are made larger again."""

    def __init__(self, **facts: Any) -> None:
        super().__init__(do_translation=False, do_rotation=False, do_scale=False,
                         auto_bring_to_front=False, **facts)  # fmt: skip


class PlayFrame(FloatLayout):
    """Holds the screen while somebody practises. `play` is what it says."""

    play = ObjectProperty(Play("", "", "", ""), rebind=True)
    ground = StringProperty(theme.PAPER)
    scale = NumericProperty(1)
    tray = NumericProperty(0)
    columns = NumericProperty(6)

    def __init__(self, **facts: Any) -> None:
        self._pieces: list[Widget] = []
        self.hand: Hand = NoHand()
        super().__init__(**facts)
        self.inside = Shrunk(size_hint=(None, None))
        self.add_widget(self.inside)
        self._paper: PlayReceipt | None = None
        self.fbind("size", self._fit)

    def on_play(self, _: object, play: Play) -> None:
        self._forget_paper()
        fill_with(self.ids.pieces, self._pieces, len(play.pieces), self._make)
        for widget, piece in zip(self._pieces, play.pieces, strict=False):
            widget.piece, widget.stamp = piece, play.stamp

    def show_receipt(self) -> None:
        """Over everything; another touch puts it away."""
        path = self.hand.receipt()
        if path is None or self._paper is not None:
            return
        self._paper = PlayReceipt(picture=stamped(path, self.play.stamp), close=self.play.close)
        self._paper.bind(on_press=self._forget_paper)
        self.add_widget(self._paper)

    def stripes(self) -> Texture:
        """To be repeated over the whole."""
        return stripes()

    def _forget_paper(self, *_: object) -> None:
        if self._paper is not None:
            self.remove_widget(self._paper)
            self._paper = None

    def _make(self) -> PlayPiece:
        made = PlayPiece()
        made.bind(on_press=lambda it: self.hand.feed(it.piece))
        return made

    def _fit(self, *_: object) -> None:
        """As large as it can be between band and tray."""
        is_wide = self.width > self.height
        self.tray, self.columns = dp(TRAYS[is_wide]), COLUMNS[is_wide]
        room = self.height - dp(BAND) - self.tray - 2 * dp(EDGE)
        self.scale = max(0.1, min(room / self.height, (self.width - 2 * dp(EDGE)) / self.width))
        self.inside.size = self.size
        self.inside.scale = self.scale
        left = (self.width - self.width * self.scale) / 2
        self.inside.pos = (self.x + left, self.y + self.tray + dp(EDGE))


@lru_cache(maxsize=1)
def stripes() -> Texture:
    """Diagonal, of the colour of practice and a pale one."""
    image = Image.new("RGBA", (STRIPE, STRIPE), theme.PLAY_PALE)
    half = STRIPE // 2
    pen = ImageDraw.Draw(image)
    pen.polygon([(0, 0), (half, 0), (0, half)], fill=theme.PLAY)
    pen.polygon([(STRIPE, 0), (STRIPE, half), (half, STRIPE), (0, STRIPE)], fill=theme.PLAY)
    texture = coloured(image)
    texture.wrap = "repeat"
    return texture


def stamped(path: Path, words: str) -> Texture:
    """A receipt with the words across it, again and again."""
    with Image.open(path) as opened:
        paper = opened.convert("RGBA")
    stamp = _stamp(words, round(paper.width * STAMP_LETTER))
    for number in range(STAMPS):
        top = paper.height * (2 * number + 1) // (2 * STAMPS) - stamp.height // 2
        layer = Image.new("RGBA", paper.size)
        layer.paste(stamp, ((paper.width - stamp.width) // 2, top))
        paper = Image.alpha_composite(paper, layer)
    return coloured(paper)


def _stamp(words: str, letter: int) -> Image.Image:
    mask = shaping.draw(shaping.lay_out(words, 800, letter, 10_000), "center")
    ink = Image.new("RGBA", mask.size, STAMP_INK)
    ink.putalpha(mask.convert("L").point(lambda level: level * STAMP_INK[3] // 255))
    return ink.rotate(STAMP_TURN, expand=True, resample=Image.Resampling.BICUBIC)


def coloured(image: Image.Image) -> Texture:
    """As it is; `texture_of` makes masks."""
    texture = Texture.create(size=image.size, colorfmt="rgba")
    texture.blit_buffer(image.tobytes(), colorfmt="rgba", bufferfmt="ubyte")
    texture.flip_vertical()
    return texture
