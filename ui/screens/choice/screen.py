"""The rows of a list, and the two ways to leaf through it."""

from __future__ import annotations

from typing import Any

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty

from firmware.contract.screen import Action
from ui.parts import Touch, fill_with
from ui.screens.choice.model import ChoiceModel, RowModel
from ui.view import View


class OptionRow(Touch):
    row = ObjectProperty(None, allownone=True)
    name = StringProperty("")
    by = StringProperty("")
    amount = StringProperty("")
    is_chosen = BooleanProperty(False)
    least = NumericProperty(0)  # what a finger needs

    def on_row(self, _: object, row: RowModel) -> None:
        self.name, self.by, self.amount = row.name, row.by, row.amount
        self.is_chosen = row.is_chosen


class ChoiceView(View):
    model = ObjectProperty(ChoiceModel(), rebind=True)

    def __init__(self, **facts: Any) -> None:
        self._rows: list[OptionRow] = []
        self._listed: tuple[RowModel, ...] = ()
        super().__init__(**facts)

    def on_model(self, _: object, model: ChoiceModel) -> None:
        if model.rows != self._listed:
            self._listed = model.rows
            self.first_page()
        fill_with(self.ids.hand, self._rows, len(model.rows), self._row)
        for row, facts in zip(self._rows, model.rows, strict=False):
            row.row = facts

    def _row(self) -> OptionRow:
        row = OptionRow()
        row.bind(on_press=lambda it: self.press(Action.CHOOSE, it.row.id))
        return row
