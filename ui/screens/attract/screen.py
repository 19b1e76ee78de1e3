"""The window of the shop: what can be done here, and two languages to begin in."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path
from typing import Any

from kivy.clock import Clock
from kivy.graphics.texture import Texture
from kivy.metrics import dp
from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.widget import Widget
from PIL import Image

from ui.layout import either
from ui.parts import Touch, WordButton, fill_with
from ui.screens.attract.model import AttractModel, Sample
from ui.screens.attract.turns import EVERY, turn
from ui.view import View

log = logging.getLogger("attract")

KEPT = 6  # pictures: a logo, four banners, and one of the pack that comes
COLUMNS = 4
COLUMNS_WHEN_FEW = 3  # up to nine


class SampleTile(Touch):
    sample = ObjectProperty(None, allownone=True)
    name = StringProperty("")
    icon = StringProperty("")
    is_working = BooleanProperty(True)

    def on_sample(self, _: object, sample: Sample) -> None:
        self.name, self.is_working = sample.name, sample.is_on
        self.icon = f"{sample.icon}-duotone"


class Picture(Widget):
    """`source` is a PNG that the kiosk itself has written (firmware/content/pictures.py).

    One that is not there leaves its place empty: nobody goes without a screen for a picture.
    """

    source = StringProperty("")
    is_left = BooleanProperty(False)  # of its place; else at the right
    shift = ObjectProperty((0, 0))  # pixels, to the left and down

    @property
    def drawn_x(self) -> float:
        return float(self.x if self.is_left else self.right - self.drawn_size[0])

    @property
    def texture(self) -> Texture | None:
        return picture_texture(self.source) if self.source else None

    @property
    def drawn_size(self) -> tuple[float, float]:
        """As large as fits, in its own shape."""
        texture = self.texture
        if texture is None:
            return 0.0, 0.0
        width, height = texture.size
        scale = min(self.width / width, self.height / height)
        return width * scale, height * scale


class AttractView(View):
    model = ObjectProperty(AttractModel(), rebind=True)
    has_words = BooleanProperty(False)  # of the district, or of a meeting
    banner = StringProperty("")  # the one of them that is seen now
    shift = ObjectProperty((0, 0))  # of the banner, pixels

    def __init__(self, **facts: Any) -> None:
        self._tiles: list[SampleTile] = []
        self._languages: list[WordButton] = []
        self._banners: tuple[str, ...] = ()
        self._is_seen = False
        self._seen_for = 0.0  # seconds
        self._turning = Clock.create_trigger(self.go_on, EVERY, interval=True)
        super().__init__(**facts)

    def on_model(self, _: object, model: AttractModel) -> None:
        fill_with(self.ids.samples, self._tiles, len(model.samples), self._tile)
        self.ids.samples.cols = COLUMNS if len(model.samples) > 9 else COLUMNS_WHEN_FEW
        for tile, sample in zip(self._tiles, model.samples, strict=False):
            tile.sample = sample

        fill_with(self.ids.languages, self._languages, len(model.languages), self._language)
        for made, button in zip(self._languages, model.languages, strict=False):
            made.button = button
        if model.banners != self._banners:
            self._banners = model.banners
            self._begin()

    def enter(self) -> None:
        self._is_seen = True
        self._begin()

    def leave(self) -> None:
        super().leave()
        self._is_seen = False
        self._turning.cancel()

    def go_on(self, seconds: float) -> None:
        """So many more have passed: show the picture whose turn it is."""
        self._seen_for += seconds
        shown = turn(self._seen_for, len(self._banners))
        self.banner = self._banners[shown.picture] if self._banners else ""
        self.shift = tuple(dp(each) for each in shown.shift)

    def _begin(self) -> None:
        """With the first; the clock wakes nobody where there is but one, or nobody sees it."""
        self._turning.cancel()
        self._seen_for = 0.0
        self.go_on(0.0)
        if self._is_seen and len(self._banners) > 1:
            self._turning()

    def _language(self) -> WordButton:
        made = WordButton(letter=either(70, 54), is_display=True)
        made.bind(on_press=lambda it: self.press(it.button.action, it.button.value))
        return made

    def _tile(self) -> SampleTile:
        tile = SampleTile()
        tile.bind(on_press=lambda it: self.press(it.sample.action, it.sample.value))
        return tile


@lru_cache(maxsize=KEPT)
def picture_texture(source: str) -> Texture | None:
    """None for a file that is gone or damaged, which the log then names."""
    try:
        with Image.open(Path(source), formats=("PNG",)) as image:
            coloured = image.convert("RGBA")
    except (OSError, ValueError, SyntaxError) as error:
        log.error("no picture %s: %s", source, error)
        return None
    texture = Texture.create(size=coloured.size, colorfmt="rgba", mipmap=True)
    texture.blit_buffer(coloured.tobytes(), colorfmt="rgba", bufferfmt="ubyte")
    texture.flip_vertical()
    return texture
