"""A screen on which words are typed: what its keyboard, and one of plastic, do there."""

from __future__ import annotations

from typing import Any

from ui.keyboard import LETTERS, Keyboard
from ui.view import View

ENTER = ("enter", "numpadenter")


class TypingView(View):
    """`shown` is the model with the letters typed since; its keyboard is `board` in its rules."""

    shown: Any  # a property of each screen, whose rules need it from the start

    def enter(self) -> None:
        """What the last visitor typed is gone, and the letters are those of the language."""
        self.shown = self.model
        self.begin()

    def begin(self) -> None:
        """A new question: its letters."""
        board: Keyboard = self.ids.board
        board.begin()

    @property
    def echo(self) -> str:
        return str(self.shown.echo)

    def type(self, letter: str) -> None:
        """One letter more, if it may follow."""
        raise NotImplementedError

    def wipe(self) -> None:
        """One letter less."""
        raise NotImplementedError

    def go_on(self) -> None:
        """What Enter does: nothing, where a row is touched."""

    def key(self, name: str) -> bool:
        if name == "backspace":
            self.wipe()
        elif name in ENTER:
            self.go_on()
        elif len(letter := LETTERS.get(name, name)) == 1:
            self.type(letter)
        else:
            return False
        return True
