"""How often the window looks whether it was touched: half as often while nobody is there.

SDL says nothing by itself when a finger comes, so Kivy asks it as often as it may draw, and each
time costs a third of a millisecond of Python. A document is drawn at once in any case.
"""

from __future__ import annotations

from typing import Final

from kivy.clock import Clock
from kivy.core.window import Window

from ui.environment import FRAMES_A_SECOND

QUIET_FRAMES: Final = 15  # a second: the first touch waits 67 ms at most, those after it 33
QUIET_AFTER: Final = 10.0  # seconds without a touch or a key


class Pace:
    """Of Kivy's clock: full while somebody is there, and on each screen of a visit."""

    def __init__(self) -> None:
        self._is_first_screen = False
        self._calm = Clock.create_trigger(self._settle, QUIET_AFTER)
        Window.bind(on_mouse_down=self.wake, on_key_down=self.wake)

    def shown(self, is_first_screen: bool) -> None:
        """That of nobody's visit, or another one."""
        self._is_first_screen = is_first_screen
        if not self._calm.is_triggered:
            self._settle()

    def wake(self, *_: object) -> None:
        """Somebody is here."""
        Clock._max_fps = FRAMES_A_SECOND
        self._calm.cancel()
        self._calm()

    def _settle(self, *_: object) -> None:
        Clock._max_fps = QUIET_FRAMES if self._is_first_screen else FRAMES_A_SECOND
