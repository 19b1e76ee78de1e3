"""The box of words and its keyboard: what is typed stays here until Next sends all of it."""

from __future__ import annotations

import time
from typing import Any

from kivy.properties import ObjectProperty

from firmware.contract.screen import Action
from ui.screens.write_text.model import WriteTextModel, keep_typed, wipe, write
from ui.typing_view import TypingView

STAYS_EVERY = 10.0  # seconds: how often core hears that somebody is typing


class WriteTextView(TypingView):
    model = ObjectProperty(WriteTextModel(), rebind=True)
    shown = ObjectProperty(WriteTextModel(), rebind=True)

    def __init__(self, **facts: Any) -> None:
        self._stayed_at = 0.0
        super().__init__(**facts)

    def on_model(self, _: object, model: WriteTextModel) -> None:
        is_new = model.subject != self.shown.subject
        self.shown = keep_typed(model, self.shown)
        if is_new or not self.shown.typed:
            self.begin()

    def type(self, letter: str) -> None:
        self.shown = write(self.shown, letter)
        self._stay()

    def wipe(self) -> None:
        self.shown = wipe(self.shown)
        self._stay()

    def go_on(self) -> None:
        if self.shown.is_complete:
            self.press(Action.ENTER, self.shown.typed)

    def _stay(self) -> None:
        """Words take longer than core waits for a press."""
        if time.monotonic() - self._stayed_at >= STAYS_EVERY:
            self._stayed_at = time.monotonic()
            self.press(Action.STAY, "")
