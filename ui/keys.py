"""What is typed on and what is held: the number pad of all screens that have one, and a padlock."""

from __future__ import annotations

from typing import Any

from kivy.clock import Clock
from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.gridlayout import GridLayout

from ui.parts import Touch

NAMES = {"/": "numpaddivide"}  # Kivy's, of the keys on the right
HOLD = 2.0  # seconds: longer than a curious child leans on a corner, shorter than patience


class NextKey(Touch):
    text = StringProperty("")


class Keypad(GridLayout):
    """Ten digits, a way to wipe and a way on; what is typed belongs to the screen."""

    next = StringProperty("")
    is_ready = BooleanProperty(False)  # the way on may be pressed
    wipe_text = StringProperty("")  # what the key with the arrow does, spoken
    secret = StringProperty("")  # what is said for each digit alike, where nobody may hear which
    mark = StringProperty("")  # what else may be typed: the stroke of a khasra number

    __events__ = ("on_digit", "on_wipe", "on_enter")

    def on_digit(self, digit: str) -> None:
        """Bound by the screen."""

    def on_wipe(self) -> None:
        """Bound by the screen."""

    def on_enter(self) -> None:
        """Bound by the screen."""

    def key(self, name: str) -> bool:
        """A key of a physical keyboard; True when it was one of these."""
        digit = name.removeprefix("numpad")
        if len(digit) == 1 and digit in "0123456789":
            self.dispatch("on_digit", digit)
        elif self.mark and name in (self.mark, NAMES.get(self.mark)):
            self.dispatch("on_digit", self.mark)
        elif name == "backspace":
            self.dispatch("on_wipe")
        elif name in ("enter", "numpadenter"):
            self.dispatch("on_enter")
        else:
            return False
        return True


class Padlock(Touch):
    """For operators: nothing happens at a touch, only when it is held for HOLD seconds."""

    def on_touch_down(self, touch: Any) -> bool:
        is_taken = super().on_touch_down(touch)
        if self.is_down:
            Clock.schedule_once(self._held, HOLD)
        return bool(is_taken)

    def on_touch_up(self, touch: Any) -> bool:
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        self._let_go()
        return True

    def _held(self, _: float) -> None:
        if self.is_down and self.is_on:
            self._let_go()
            self.dispatch("on_press")

    def _let_go(self) -> None:
        self.is_down = False
        Clock.unschedule(self._held)
