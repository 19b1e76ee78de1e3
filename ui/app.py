"""The Kivy application: one window, one Face, and word of every frame that was really drawn."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

from kivy.app import App
from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glFinish, glReadPixels
from kivy.lang import Builder
from kivy.utils import get_color_from_hex
from PIL import Image

from firmware.runtime.ui_section import KeysSection
from ui import theme
from ui.ear import Ear
from ui.face import Face, load_rules
from ui.parts import PressHandler
from ui.scene import Scene
from ui.wedge import PAUSE, Heard, Scanned, Typed, Wedge

# Kivy's numbers of the keys that are no letters (kivy.core.window.Keyboard has them all)
KEYS = {13: "enter", 271: "numpadenter", 27: "escape", 8: "backspace", 9: "tab",
        127: "delete", 273: "up", 274: "down", 275: "right", 276: "left", 277: "insert",
        278: "home", 279: "end", 280: "pageup", 281: "pagedown",
        **{281 + number: f"f{number}" for number in range(1, 13)}}  # fmt: skip
NAMES = {" ": "spacebar"}  # of letters that are called otherwise in `[ui.keys]`

DEFAULT_KEYS = KeysSection()
LATE = 0.05  # seconds: a frame more than is usual


class KioskApp(App):
    """Draws scenes. `on_flip` is called when a new scene is drawn and about to be flipped."""

    def __init__(self, on_pressed: PressHandler, ear: Ear,
                 on_flip: Callable[[Scene], None] = lambda scene: None,
                 keys: KeysSection = DEFAULT_KEYS, **facts: Any) -> None:  # fmt: skip
        super().__init__(**facts)
        load_rules()
        self._on_flip = on_flip
        self._undrawn: Scene | None = None
        self._photographs: dict[Path, asyncio.Event] = {}
        self._watchers: list[Callable[[], None]] = []
        self.face = Face(on_pressed, ear, keys)
        self._wedge = Wedge()

    def build(self) -> Face:
        Window.bind(on_key_down=self._key, on_textinput=self._text, on_flip=self._flipping,
                    on_mouse_down=self._touched, on_mouse_up=self._touched)  # fmt: skip
        return self.face

    def _touched(self, *_: object) -> None:
        """Kivy reads SDL's queue after a frame, sleeps, and hands a touch on in the next one; the
        loop comes round to what is called soon before it sleeps."""
        asyncio.get_running_loop().call_soon(self._hand_on)

    def _hand_on(self) -> None:
        EventLoop.dispatch_input()
        self.draw_now()

    def show(self, scene: Scene) -> None:
        self.face.show(scene)
        # The ground is what the frame is cleared to: a rectangle of two million pixels less.
        Window.clearcolor = get_color_from_hex(theme.INK if scene.frame.is_bare else theme.PAPER)
        self._undrawn = scene
        Window.canvas.ask_update()

    def draw_now(self) -> None:
        """Draw without waiting for the clock's next frame: half a frame sooner on average.

        The same steps as Kivy's EventLoop.idle takes for a frame: layouts, what the rules say of
        the canvas (without it half a picture is drawn, and the rest a frame later), drawing, flip.
        """
        Builder.sync()
        Clock.tick_draw()
        Builder.sync()
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

    def _key(self, _: object, key: int, *__: object) -> bool:
        """A key that is no letter; letters come as text, in the layout of the keyboard and with
        what Shift makes of them."""
        if (name := KEYS.get(key)) is None:
            return False
        self._hear(self._wedge.command(name, monotonic()))
        self._listen_on_soon(PAUSE)
        return True

    def _text(self, _: object, text: str) -> None:
        for letter in text:
            self._wedge.letter(letter, monotonic())
        self._listen_on_soon(PAUSE)

    def _listen_on_soon(self, after: float) -> None:
        Clock.unschedule(self._listen_on)
        if self._wedge.is_waiting:
            Clock.schedule_once(self._listen_on, after)

    def _listen_on(self, waited: float) -> None:
        """After a slow frame the window's queue may hold keys of that time: they are read before
        the next one."""
        if waited <= PAUSE + LATE:
            self._hear(self._wedge.tick(monotonic()))
        self._listen_on_soon(0.0)

    def _hear(self, heard: list[Heard]) -> None:
        for each in heard:
            match each:
                case Typed(name=name):
                    self.face.key(NAMES.get(name, name))
                case Scanned(text=text):
                    self.face.scan(text)
        if heard:
            asyncio.get_running_loop().call_soon(self.draw_now)


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
