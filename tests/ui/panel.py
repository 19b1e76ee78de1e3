"""The real widget tree in a window without a screen, for every test that needs pixels or touches.

Kivy can be set up once a process, so there is one panel a session.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from firmware.contract.money import rupees
from firmware.contract.reading import Language
from firmware.contract.screen import (
    Action,
    Hint,
    Number,
    Screen,
    Services,
    SwipeCard,
    Waiting,
)
from ui import samples, samples_again, samples_asks
from ui.languages import languages
from ui.scene import Director, Scene
from ui.studio import Studio, is_a

WIDTH, HEIGHT = 1080, 1920


class Panel(Studio):
    """Shows documents, is touched, and says what it drew."""

    def __init__(self, width: int = WIDTH, height: int = HEIGHT) -> None:
        self.presses: list[tuple[Action, str]] = []
        self.listened = 0
        self.flipped: list[Scene] = []
        self.director = Director("181", tuple(languages()))
        super().__init__(width, height, None, self._press, self._listen, self.flipped.append)

    def show_document(self, screen: Screen) -> None:
        """A document, and the layout that follows."""
        self.show_scene(self.director.scene(screen))

    def show_scene(self, scene: Scene) -> None:
        self.presses.clear()
        self.app.face._last_press = ()
        self.show(scene)

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

    def _listen(self) -> None:
        self.listened += 1


def every_document(language: Language) -> Iterator[tuple[str, Screen]]:
    """Everything that a screen can say, in one language."""
    make: Callable[..., Screen] = samples.screen
    for name, data in samples.main_screens().items():
        yield name, make(data, language, leaves_in=20)
    for name, data in samples.ways_to_pay().items():
        yield name, make(data, language, has_ways=True)
    for reason in samples.CARD_HINTS:
        yield reason, make(SwipeCard("electricity", rupees(470), Hint(f"card.{reason}")), language)
    for hint in samples.HINTS:
        yield hint, make(samples.cash(Hint(hint, rupees(500))), language)
    for waiting in samples.WAITINGS:
        yield waiting, make(Waiting(f"waiting.{waiting}"), language)
    for problem in samples.PROBLEMS:
        number = Number("electricity", "electricity.ask.account", 12, "2103", f"number.{problem}")
        yield problem, make(number, language)
    for problem in samples_asks.PROBLEMS:
        asked = samples_asks.born(f"number.{problem}")
        yield f"ask/{problem}", make(asked, language)
    for problem in samples_again.PROBLEMS:
        key = f"reprint.{problem}"
        yield f"number/{key}", make(samples_again.receipt_number(key), language)
        yield f"mobile/{key}", make(samples_again.mobile(key), language)
    for problem in samples.SLIP_PROBLEMS:
        yield f"slip/{problem}", make(samples.slip(f"slip.{problem}"), language)
    yield "resumed/wrong", make(samples.resumed("resumed.wrong"), language)
    for reason in samples.TILE_REASONS:
        yield reason, make(Services(samples.tiles(f"tile.{reason}")), language)
    for cause in samples.TROUBLES:
        for safe, proof in ((0, None), (200, None), (200, "paper"), (12345, "screen")):
            yield f"{cause}/{proof}", make(samples.trouble(cause, safe, proof), language)
    for cause in samples.CLOSINGS:
        from firmware.contract.screen import Closed

        yield cause, make(Closed(f"closed.{cause}"), language)
    yield "warning", make(samples.cash(), language, is_warning=True, leaves_in=15)
