"""Facts in a card, page by page where they are many; nothing of them stays when another comes."""

from __future__ import annotations

from typing import Any

from kivy.properties import ObjectProperty

from ui.parts import Row, fill_with
from ui.screens.facts.model import FactsModel
from ui.view import View


class FactsView(View):
    model = ObjectProperty(FactsModel(), rebind=True)

    def __init__(self, **facts: Any) -> None:
        self._rows: list[Row] = []
        self._subject = ""
        super().__init__(**facts)

    def on_model(self, _: object, model: FactsModel) -> None:
        if model.subject != self._subject:
            self._subject = model.subject
            self.first_page()
        fill_with(self.ids.rows, self._rows, len(model.rows), Row)
        for number, (row, fact) in enumerate(zip(self._rows, model.rows, strict=False)):
            row.label, row.value, row.has_line = fact.label, fact.value, number > 0

    def leave(self) -> None:
        """The view stays in memory for the next lookup; what it showed does not."""
        super().leave()
        self.model = FactsModel()
        for row in self._rows:
            row.label = row.value = ""
