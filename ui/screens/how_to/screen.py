"""The pages of how this is used; each picture is composed of the parts that the screens are of."""

from __future__ import annotations

from typing import Any

from kivy.properties import NumericProperty, ObjectProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from ui.screens.how_to.model import HowToModel
from ui.view import View

DRAWN = 920, 510  # design pixels, that the largest of them needs


class Drawing(BoxLayout):
    """One of them; `unit` is a design pixel of it."""

    unit = NumericProperty(0)


class TouchPicture(Drawing):
    """A finger on a tile."""


class NumberPicture(Drawing):
    """Digits in their places, and a finger on the keys."""


class MoneyPicture(Drawing):
    """A note on its way into the slot whose light is on."""


class ReceiptPicture(Drawing):
    """Paper that comes out, and a hand."""


class HelpPicture(Drawing):
    """A telephone and its number, and the voice."""


PICTURES: dict[str, type[Drawing]] = {
    "touch": TouchPicture,
    "number": NumberPicture,
    "money": MoneyPicture,
    "receipt": ReceiptPicture,
    "help": HelpPicture,
}


class HowToView(View):
    model = ObjectProperty(HowToModel(), rebind=True)

    def __init__(self, **facts: Any) -> None:
        self._made: dict[str, Widget] = {}
        super().__init__(**facts)

    def on_model(self, _: object, model: HowToModel) -> None:
        box = self.ids.picture
        box.clear_widgets()
        if model.picture:
            if model.picture not in self._made:
                self._made[model.picture] = PICTURES[model.picture]()
            box.add_widget(self._made[model.picture])
