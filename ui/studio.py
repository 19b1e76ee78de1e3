"""A window without a screen that shows scenes and takes their pictures, one after the other.

For the gallery, the documentation and every test of pixels. Kivy can be set up once a process, so
there is one studio a process and one size of panel a studio.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from PIL import Image

from firmware.contract.screen import Action
from ui.ear import Deaf, Ear
from ui.environment import prepare
from ui.scene import Scene

NOBODY = Deaf()
ROUNDS = 6  # of the clock: text heights follow widths, layouts follow heights, pages follow both


class Studio:
    """Shows scenes, and says what it drew."""

    def __init__(self, width: int, height: int, inches: float | None = None,
                 pressed: Callable[[Action, str], None] = lambda action, value: None,
                 ear: Ear = NOBODY,
                 flipped: Callable[[Scene], None] = lambda scene: None) -> None:  # fmt: skip
        self.width, self.height = width, height
        os.environ["SDL_VIDEODRIVER"] = "offscreen"
        prepare(width, height, False, inches)
        from kivy.base import runTouchApp
        from kivy.clock import Clock

        from ui.app import KioskApp

        Clock._max_fps = 0  # no waiting for the next frame
        self._clock = Clock
        self.app = KioskApp(pressed, ear, flipped)
        self.app._run_prepare()
        runTouchApp(embedded=True)
        self.settle()

    def show_scene(self, scene: Scene) -> None:
        """A scene, and the layout that follows."""
        self.app.show(scene)
        self.settle()

    def settle(self) -> None:
        """Let the layout come to rest; draws nothing."""
        for _ in range(ROUNDS):
            self._clock.tick()
            self._clock.tick_draw()

    def draw(self) -> None:
        """One frame, drawn and flipped."""
        from kivy.base import EventLoop

        EventLoop.idle()

    def picture(self, scene: Scene) -> Image.Image:
        """The pixels of a scene, with all its seconds left: slow drawing takes none away."""
        self.show_scene(scene)
        self.app.face.count_from_now()
        return self.again()

    def again(self) -> Image.Image:
        """The pixels of what is shown now."""
        from ui.app import frame_buffer

        found: list[Image.Image] = []
        self.app.at_next_flip(lambda: found.append(frame_buffer()))
        self.draw()
        return found[0]

    def widgets(self, kind: str) -> list[Any]:
        """Every widget of that class that is in the tree now, the bars and the overlay too."""
        return [widget for widget in self.app.face.walk() if is_a(widget, kind)]


def is_a(widget: Any, kind: str) -> bool:
    """By the name of a class, which a rule in a `.kv` may have made."""
    return any(cls.__name__ == kind for cls in type(widget).__mro__)
