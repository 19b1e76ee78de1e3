"""The counted sum: typed here, sent whole."""

from __future__ import annotations

from kivy.properties import ObjectProperty, StringProperty

from firmware.contract.screen import Action
from ui.keys import Keypad
from ui.screens.count.model import CountModel, shown, with_digit
from ui.view import View


class CountView(View):
    model = ObjectProperty(CountModel(), rebind=True)
    typed = StringProperty("")

    def __init__(self, **facts: object) -> None:
        self._subject = ""
        super().__init__(**facts)

    def on_model(self, _: object, model: CountModel) -> None:
        if model.subject != self._subject:
            self._subject, self.typed = model.subject, ""

    def enter(self) -> None:
        self.typed = ""

    def type(self, digit: str) -> None:
        self.typed = with_digit(self.typed, digit)

    def wipe(self) -> None:
        self.typed = self.typed[:-1]

    def go_on(self) -> None:
        if self.typed:
            self.press(Action.ENTER, self.typed)

    @property
    def echo(self) -> str:
        return shown(self.typed) or str(self.model.wipe)

    def key(self, name: str) -> bool:
        keypad: Keypad = self.ids.pad
        return keypad.key(name)
