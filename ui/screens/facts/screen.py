"""Facts in a card, page by page where they are many; nothing of them stays when another comes."""

from __future__ import annotations

from typing import Any

from kivy.properties import NumericProperty, ObjectProperty, StringProperty

from ui.parts import Row, Touch, View, fill_with
from ui.screens.facts.model import FactsModel
from ui.screens.facts.model import Row as RowModel

EMPTY = RowModel("", "")  # of a row that this page does not need


class MoreButton(Touch):
    """To the next page, and from the last one to the first."""

    text = StringProperty("")


class FactsView(View):
    model = ObjectProperty(FactsModel(), rebind=True)
    page = NumericProperty(0)
    more = StringProperty("")

    def __init__(self, **facts: Any) -> None:
        self._rows: list[Row] = []
        self._subject = ""
        super().__init__(**facts)

    def on_model(self, _: object, model: FactsModel) -> None:
        if model.subject != self._subject or self.page >= len(model.pages):
            self._subject, self.page = model.subject, 0
        self._show()

    def leave(self) -> None:
        """The view stays in memory for the next lookup; what it showed does not."""
        self.model = FactsModel()

    def turn(self) -> None:
        """The next page; the first one after the last."""
        self.page = (self.page + 1) % max(1, len(self.model.pages))
        self._show()

    def key(self, name: str) -> bool:
        """Space and page keys turn the page."""
        if name not in ("spacebar", "pagedown") or len(self.model.pages) < 2:
            return False
        self.turn()
        return True

    def _show(self) -> None:
        pages = self.model.pages
        rows = pages[int(self.page)] if pages else ()
        fill_with(self.ids.rows, self._rows, len(rows), Row)
        shown = [*rows, *[EMPTY] * (len(self._rows) - len(rows))]
        for number, (row, fact) in enumerate(zip(self._rows, shown, strict=True)):
            row.label, row.value, row.has_line = fact.label, fact.value, number > 0
        self.more = self.model.more.replace("{page}", str(int(self.page) + 1))
