"""The real widget tree in a window without a screen, for every test that needs pixels or touches.

Kivy can be set up once a process, so there is one panel a session.
"""

from __future__ import annotations

from typing import Any

from firmware.contract.screen import (
    Action,
    Screen,
)
from ui.languages import languages
from ui.loudness import Loudness
from ui.scene import Director, Scene
from ui.studio import Studio, is_a

WIDTH, HEIGHT = 1080, 1920


class Panel(Studio):
    """Shows documents, is touched, and says what it drew."""

    def __init__(self, width: int = WIDTH, height: int = HEIGHT) -> None:
        self.presses: list[tuple[Action, str]] = []
        self.listened = 0
        self.hushed = 0
        self.said: list[str] = []
        self.loudness = Loudness(70)
        self.flipped: list[Scene] = []
        self.director = Director("181", offered=tuple(languages()))
        super().__init__(width, height, None, self._press, self, self.flipped.append)

    def show(self, screen: Screen) -> None:
        """A document, and the layout that follows."""
        self.show_scene(self.director.scene(screen))

    def show_scene(self, scene: Scene) -> None:
        self.presses.clear()
        self.app.face._last_press = ()
        super().show_scene(scene)

    def touch(self, widget: Any) -> None:
        """A finger down and up in the middle of `widget`."""
        self.touch_at(*widget.center)

    def touch_at(self, x: float, y: float) -> None:
        from kivy.base import EventLoop
        from kivy.input.motionevent import MotionEvent
        from kivy.tests.common import UnitTestTouch  # Kivy's own finger

        assert issubclass(UnitTestTouch, MotionEvent)
        for widget in self.widgets("Touch"):
            widget._released_at = 0.0
        assert EventLoop.window is not None
        finger = UnitTestTouch(x, y)
        finger.touch_down()
        finger.touch_up()
        self.settle()

    def button(self, text: str) -> Any:
        """The touchable part with that text in it."""
        for widget in self.widgets("Touch"):
            if any(is_a(part, "Text") and part.text == text for part in widget.walk(restrict=True)):
                return widget
        raise LookupError(f"no button {text!r}; there are {self.texts()}")

    def texts(self) -> list[str]:
        return [text.text for text in self.widgets("Text") if text.text]

    def _press(self, action: Action, value: str) -> None:
        self.presses.append((action, value))

    # --- an ear ----------------------------------------------------------------------------

    def listen(self) -> None:
        self.listened += 1

    def say(self, text: str) -> None:
        self.said.append(text)

    def hush(self) -> None:
        self.hushed += 1

    def louder(self) -> None:
        self.loudness.louder()
        self.app.face.heard_at(self.loudness.step)
