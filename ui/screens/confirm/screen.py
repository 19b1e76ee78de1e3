"""What was said, line by line, as a paper would show it; below it what a yes means."""

from __future__ import annotations

from typing import Any

from kivy.properties import ObjectProperty

from ui.parts import Row, fill_with
from ui.screens.confirm.model import ConfirmModel
from ui.view import View


class ConfirmView(View):
    model = ObjectProperty(ConfirmModel(), rebind=True)

    def __init__(self, **facts: Any) -> None:
        self._rows: list[Row] = []
        super().__init__(**facts)

    def on_model(self, _: object, model: ConfirmModel) -> None:
        fill_with(self.ids.rows, self._rows, len(model.rows), Row)
        for number, (row, fact) in enumerate(zip(self._rows, model.rows, strict=False)):
            row.label, row.value, row.has_line = fact.label, fact.value, number > 0
