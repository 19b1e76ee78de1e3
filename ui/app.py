"""The Kivy application: one window, one Face, and word of every frame that was really drawn."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kivy.app import App
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glFinish, glReadPixels
from kivy.utils import get_color_from_hex
from PIL import Image

from ui import theme
from ui.face import Face, load_rules
from ui.parts import PressHandler
from ui.scene import Scene

KEYS = {13: "enter", 271: "numpadenter", 27: "escape", 8: "backspace"}


class KioskApp(App):
    """Draws scenes. `on_flip` is called when a new scene is drawn and about to be flipped."""

    def __init__(self, on_pressed: PressHandler, on_listen: Callable[[], None],
                 on_flip: Callable[[Scene], None] = lambda scene: None,
                 **facts: Any) -> None:  # fmt: skip
        super().__init__(**facts)
        load_rules()
        self._on_flip = on_flip
        self._undrawn: Scene | None = None
        self._photographs: dict[Path, asyncio.Event] = {}
        self._watchers: list[Callable[[], None]] = []
        self.face = Face(on_pressed, on_listen)

    def build(self) -> Face:
        Window.bind(on_key_down=self._key, on_flip=self._flipping)
        return self.face

    def show(self, scene: Scene) -> None:
        self.face.show(scene)
        # The ground is what the frame is cleared to: a rectangle of two million pixels less.
        Window.clearcolor = get_color_from_hex(theme.INK if scene.frame.is_bare else theme.PAPER)
        self._undrawn = scene
        Window.canvas.ask_update()

    def draw_now(self) -> None:
        """Draw without waiting for the clock's next frame: half a frame sooner on average.

        The same steps as Kivy's EventLoop.idle takes for a frame: layouts, drawing, flip.
        """
        Clock.tick_draw()
        if Window.canvas.needs_redraw:
            Window.dispatch("on_draw")
            Window.dispatch("on_flip")

    def photograph(self, path: Path) -> asyncio.Event:
        """Write the next frame to `path`; the event is set once it is there."""
        Window.canvas.ask_update()
        return self._photographs.setdefault(path, asyncio.Event())

    def at_next_flip(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` when the next frame is drawn and not yet flipped, so it can be read."""
        Window.canvas.ask_update()
        self._watchers.append(watcher)

    def _flipping(self, *_: object) -> None:
        """All is drawn and not yet flipped: the frame buffer may be read.

        Waiting for the renderer here makes "drawn" true, and keeps a slow one from piling up
        frames: each holds megabytes (a software renderer queues up to 64).
        """
        glFinish()
        for path, is_there in self._photographs.items():
            save_frame(path)
            is_there.set()
        self._photographs.clear()
        for watcher in self._watchers:
            watcher()
        self._watchers.clear()
        if self._undrawn is not None:
            self._on_flip(self._undrawn)
            self._undrawn = None

    def _key(self, _: object, key: int, __: int, text: str | None, ___: object) -> bool:
        return self.face.key(KEYS.get(key, text or ""))


def frame_buffer() -> Image.Image:
    """What the frame buffer holds, from the top."""
    width, height = (int(side) for side in Window.size)
    pixels = glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE)
    image = Image.frombytes("RGB", (width, height), bytes(pixels))
    return image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)


def save_frame(path: Path) -> None:
    """The frame buffer as a PNG that appears whole or not at all."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    frame_buffer().save(fresh, format="PNG")
    fresh.replace(path)
