"""The tiles: one a service, in two columns, or three where the panel is wide."""

from __future__ import annotations

from typing import Any

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty

from firmware.contract.screen import Action
from ui.parts import Touch, fill_with
from ui.screens.services.model import ServicesModel, TileModel
from ui.view import View


class ServiceTile(Touch):
    tile = ObjectProperty(None, allownone=True)
    name = StringProperty("")
    line = StringProperty("")
    icon = StringProperty("")
    is_fault = BooleanProperty(False)
    least = NumericProperty(0)  # as high as its words need

    def on_tile(self, _: object, tile: TileModel) -> None:
        self.name, self.line, self.is_on = tile.name, tile.line, tile.is_on
        self.is_fault, self.icon = tile.is_fault, f"{tile.icon}-duotone"


class ServicesView(View):
    model = ObjectProperty(ServicesModel(), rebind=True)

    def __init__(self, **facts: Any) -> None:
        self._tiles: list[ServiceTile] = []
        super().__init__(**facts)

    def on_model(self, _: object, model: ServicesModel) -> None:
        fill_with(self.ids.tiles, self._tiles, len(model.tiles), self._tile)
        for tile, facts in zip(self._tiles, model.tiles, strict=False):
            tile.tile = facts

    def _tile(self) -> ServiceTile:
        tile = ServiceTile()
        tile.bind(on_press=lambda it: self.press(Action.CHOOSE_SERVICE, it.tile.service))
        return tile
