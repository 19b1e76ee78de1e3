"""The bill as a paper would show it, and its total as the largest thing."""

from __future__ import annotations

from typing import Any

from kivy.properties import ObjectProperty

from ui.parts import Row, fill_with
from ui.screens.show_bill.model import Row as RowModel
from ui.screens.show_bill.model import ShowBillModel
from ui.view import View


class ShowBillView(View):
    model = ObjectProperty(ShowBillModel(), rebind=True)

    def __init__(self, **facts: Any) -> None:
        self._who: list[Row] = []
        self._sums: list[Row] = []
        super().__init__(**facts)

    def on_model(self, _: object, model: ShowBillModel) -> None:
        _show_rows(self.ids.who, self._who, model.who)
        _show_rows(self.ids.sums, self._sums, model.sums)


def _show_rows(box: Any, rows: list[Row], facts: tuple[RowModel, ...]) -> None:
    fill_with(box, rows, len(facts), Row)
    for number, (row, fact) in enumerate(zip(rows, facts, strict=False)):
        row.label, row.value, row.has_line = fact.label, fact.value, number > 0
