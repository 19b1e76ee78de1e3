"""The money panel, the notes that are taken now, and what just happened."""

from __future__ import annotations

from typing import Any

from kivy.properties import BooleanProperty, ColorProperty, ObjectProperty, StringProperty

from ui import theme
from ui.parts import Plate, fill_with
from ui.screens.insert_cash.model import InsertCashModel
from ui.view import View


class Chip(Plate):
    """A denomination: in its colour when it is taken now."""

    text = StringProperty("")
    stamp = StringProperty("")  # of play money
    ink = ColorProperty(theme.INK)
    is_taken = BooleanProperty(True)


class InsertCashView(View):
    model = ObjectProperty(InsertCashModel(), rebind=True)

    def __init__(self, **facts: Any) -> None:
        self._chips: list[Chip] = []
        super().__init__(**facts)

    def on_model(self, _: object, model: InsertCashModel) -> None:
        fill_with(self.ids.chips, self._chips, len(model.notes), Chip)
        for chip, note in zip(self._chips, model.notes, strict=False):
            chip.text, chip.fill, chip.is_taken = note.text, note.colour, note.is_taken
            chip.ink, chip.stamp = note.ink, note.stamp
