"""The number pad: what is typed stays here until Next sends the whole number."""

from __future__ import annotations

from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from firmware.contract.screen import Action
from ui.keys import Keypad
from ui.parts import fill_with
from ui.screens.number.model import (
    NumberModel,
    backspace,
    keep_typed,
    type_digit,
)
from ui.view import View


class Cell(BoxLayout):
    """The place of one digit: the digit, or a line where it is missing; the caret before it."""

    digit = StringProperty("")
    has_caret = BooleanProperty(False)
    starts_group = BooleanProperty(False)


class NumberView(View):
    model = ObjectProperty(NumberModel(), rebind=True)
    shown = ObjectProperty(NumberModel(), rebind=True)

    def __init__(self, **facts: Any) -> None:
        self._cells: list[Cell] = []
        super().__init__(**facts)

    def on_model(self, _: object, model: NumberModel) -> None:
        self.shown = keep_typed(model, self.shown)

    def on_shown(self, _: object, shown: NumberModel) -> None:
        fill_with(self.ids.cells, self._cells, shown.digits, Cell)
        for at, (cell, digit) in enumerate(zip(self._cells, shown.cells, strict=False)):
            cell.digit = digit
            cell.has_caret = at == len(shown.typed)
            cell.starts_group = at in shown.starts

    def enter(self) -> None:
        self.shown = self.model

    def type(self, digit: str) -> None:
        self.shown = type_digit(self.shown, digit)

    def wipe(self) -> None:
        self.shown = backspace(self.shown)

    def go_on(self) -> None:
        if self.shown.is_complete:
            self.press(Action.ENTER, self.shown.typed)

    @property
    def echo(self) -> str:
        return str(self.shown.echo)

    @property
    def way_on_when_full(self) -> Widget | None:
        return self.ids.pad.ids.next.__self__ if self.shown.is_full else None

    def key(self, name: str) -> bool:
        keypad: Keypad = self.ids.pad
        return keypad.key(name)
