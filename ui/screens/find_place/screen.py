"""The name that is typed, what core found by it, and the keyboard."""

from __future__ import annotations

import time
from typing import Any

from kivy.metrics import dp
from kivy.properties import NumericProperty, ObjectProperty

from firmware.contract.screen import MOST_ROWS, Action
from ui.parts import fill_with
from ui.screens.choice.screen import OptionRow
from ui.screens.find_place.model import Asking, FindPlaceModel, keep_typed, wipe, write
from ui.typing_view import TypingView


class FoundRow(OptionRow):
    """Low: six of them stand above a keyboard."""


class FindPlaceView(TypingView):
    model = ObjectProperty(FindPlaceModel(), rebind=True)
    shown = ObjectProperty(FindPlaceModel(), rebind=True)
    row_height = NumericProperty(0)
    rows_room = NumericProperty(0)  # in landscape, under the box
    fits = NumericProperty(MOST_ROWS)  # rows; what is not seen is found by one letter more

    def __init__(self, **facts: Any) -> None:
        self._rows: list[FoundRow] = []
        self._asking = Asking()
        super().__init__(**facts)

    def on_model(self, _: object, model: FindPlaceModel) -> None:
        self.shown = keep_typed(model, self.shown)
        self._fill()
        self._ask()

    def on_row_height(self, *_: object) -> None:
        self.on_rows_room()

    def on_rows_room(self, *_: object) -> None:
        row = self.row_height + dp(14)
        self.fits = (
            max(1, min(MOST_ROWS, int(self.rows_room // row))) if self.is_wide else MOST_ROWS
        )
        self._fill()

    def _fill(self) -> None:
        rows = self.model.rows[: int(self.fits)]
        fill_with(self.ids.grid, self._rows, len(rows), self._row)
        for row, facts in zip(self._rows, rows, strict=False):
            row.row = facts

    def enter(self) -> None:
        """The letters of the last visitor are not asked for again."""
        self._asking = Asking(self.model.sought)
        super().enter()

    def type(self, letter: str) -> None:
        self.shown = write(self.shown, letter)
        self._ask()

    def wipe(self) -> None:
        self.shown = wipe(self.shown)
        self._ask()

    def _ask(self) -> None:
        if self._asking.due(self.shown, time.monotonic()):
            self.press(Action.SEARCH, self.shown.typed)

    def _row(self) -> FoundRow:
        row = FoundRow()
        row.bind(on_press=lambda it: self.press(Action.CHOOSE, it.row.id))
        return row
