"""The list of bills, with a way out for each."""

from __future__ import annotations

from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from firmware.contract.screen import Action
from ui.parts import fill_with
from ui.screens.basket.model import BasketModel
from ui.view import View


class BasketRow(BoxLayout):
    """One bill, and the button that takes it out."""

    what = StringProperty("")
    who = StringProperty("")
    amount = StringProperty("")
    name = StringProperty("")
    spoken = StringProperty("")
    has_line = BooleanProperty(False)

    __events__ = ("on_take_out",)

    def on_take_out(self) -> None:
        """Bound by the view."""


class BasketView(View):
    model = ObjectProperty(BasketModel(), rebind=True)

    def __init__(self, **facts: Any) -> None:
        self._rows: list[BasketRow] = []
        super().__init__(**facts)

    def on_model(self, _: object, model: BasketModel) -> None:
        fill_with(self.ids.bills, self._rows, len(model.bills), self._row)
        for number, (row, bill) in enumerate(zip(self._rows, model.bills, strict=False)):
            row.what, row.who, row.amount = bill.what, bill.who, bill.amount
            row.name, row.spoken, row.has_line = bill.take_out, bill.spoken_text, number > 0

    def _row(self) -> BasketRow:
        row = BasketRow()
        row.bind(on_take_out=lambda it: self.press(Action.TAKE_OUT, it.name))
        return row
