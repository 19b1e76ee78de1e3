"""The PIN pad: digits stay in this object, are drawn as dots, and leave it sealed or not at all."""

from __future__ import annotations

from kivy.properties import NumericProperty, ObjectProperty

from firmware.contract.screen import Action
from firmware.runtime.sealing import seal
from ui.keys import Keypad
from ui.screens.pin.model import LONGEST, SHORTEST, PinModel
from ui.view import View


class PinView(View):
    model = ObjectProperty(PinModel(), rebind=True)
    count = NumericProperty(0)  # dots

    def __init__(self, **facts: object) -> None:
        self._digits = ""
        super().__init__(**facts)

    def on_model(self, _: object, model: PinModel) -> None:
        self._forget()

    def enter(self) -> None:
        self._forget()

    def type(self, digit: str) -> None:
        if self.model.key and self.count < LONGEST:
            self._digits += digit
            self.count = len(self._digits)

    def wipe(self) -> None:
        self._digits = self._digits[:-1]
        self.count = len(self._digits)

    def go_on(self) -> None:
        if self.model.key and self.count >= SHORTEST:
            sealed = seal(self._digits, self.model.key)
            self._forget()
            self.press(Action.ENTER, sealed)

    @property
    def echo(self) -> str:
        """How many, and never which (M10)."""
        return str(self.model.taken.format(count=int(self.count))) if self.count else ""

    def key(self, name: str) -> bool:
        keypad: Keypad = self.ids.pad
        return keypad.key(name)

    def _forget(self) -> None:
        self._digits, self.count = "", 0
