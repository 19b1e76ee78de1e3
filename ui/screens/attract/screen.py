"""The window of the shop: what can be done here, and two languages to begin in."""

from __future__ import annotations

from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from ui.layout import either
from ui.parts import Touch, WordButton, fill_with
from ui.screens.attract.model import AttractModel, Sample
from ui.view import View

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


class AttractView(View):
    model = ObjectProperty(AttractModel(), rebind=True)

    def __init__(self, **facts: Any) -> None:
        self._tiles: list[SampleTile] = []
        self._languages: list[WordButton] = []
        super().__init__(**facts)

    def on_model(self, _: object, model: AttractModel) -> None:
        fill_with(self.ids.samples, self._tiles, len(model.samples), self._tile)
        self.ids.samples.cols = COLUMNS if len(model.samples) > 9 else COLUMNS_WHEN_FEW
        for tile, sample in zip(self._tiles, model.samples, strict=False):
            tile.sample = sample

        fill_with(self.ids.languages, self._languages, len(model.languages), self._language)
        for made, button in zip(self._languages, model.languages, strict=False):
            made.button = button

    def _language(self) -> WordButton:
        made = WordButton(letter=either(70, 54), is_display=True)
        made.bind(on_press=lambda it: self.press(it.button.action, it.button.value))
        return made

    def _tile(self) -> SampleTile:
        tile = SampleTile()
        tile.bind(on_press=lambda it: self.press(it.sample.action, it.sample.value))
        return tile
