"""The keyboard of letters: draws the keys of keyboard_rows.py, and says what was pressed."""

from __future__ import annotations

from functools import partial
from typing import Any

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.properties import (
    BooleanProperty,
    ObjectProperty,
    OptionProperty,
    StringProperty,
)
from kivy.uix.layout import Layout

from ui import shaping
from ui.keyboard_rows import UNITS, Cap, Does, Layer, first_layer, rows_of
from ui.parts import Touch
from ui.text import Text

LETTERS = {"spacebar": " "}  # what keys with a name type
AHEAD = 2.0  # seconds after the start
GAP = 10  # design pixels between two keys


class CapKey(Touch):
    """A key with a letter or a word."""

    cap = ObjectProperty(Cap("", ""), rebind=True)
    text = StringProperty("")
    is_way_on = BooleanProperty(False)


class IconKey(CapKey):
    """A key with an icon. The letters, eighty of them, have none to draw."""


class Keyboard(Layout):
    """What is typed belongs to the screen: it gives `typed`, and hears `on_letter` and the rest.

    The keys of a layer are made once and kept: those that come up first a moment after the start,
    when nobody waits for them (half a second on a slow board), others when they are first shown.
    """

    typed = StringProperty("")
    script = OptionProperty("any", options=["any", "devanagari", "latin"])
    language = StringProperty("hi")
    has_digits = BooleanProperty(True)
    has_next = BooleanProperty(True)
    next = StringProperty("")  # the words of the way on
    space = StringProperty("")  # the word on the space
    wipe_text = StringProperty("")  # what the key with the arrow does, spoken
    is_ready = BooleanProperty(False)  # the way on may be pressed

    __events__ = ("on_letter", "on_wipe", "on_enter")

    def __init__(self, **facts: Any) -> None:
        self._layers: dict[tuple[object, ...], list[list[CapKey]]] = {}
        self._rows: list[list[CapKey]] = []
        self._layer = Layer.DEVANAGARI
        super().__init__(**facts)
        for name in ("pos", "size", "children"):
            self.fbind(name, self._trigger_layout)
        again = Clock.create_trigger(self._show_again, -1)
        for name in ("script", "has_digits", "has_next"):
            self.fbind(name, again)
        for name in ("typed", "is_ready", "space", "next"):
            self.fbind(name, self._light)
        for at, layer in enumerate((Layer.DEVANAGARI, Layer.LATIN), 1):
            Clock.schedule_once(partial(self._make_ahead, layer), at * AHEAD)

    def _make_ahead(self, layer: Layer, _: float) -> None:
        self._rows_of(layer)

    def on_letter(self, letter: str) -> None:
        """Bound by the screen."""

    def on_wipe(self) -> None:
        """Bound by the screen."""

    def on_enter(self) -> None:
        """Bound by the screen."""

    def begin(self) -> None:
        """For the next question: with the letters of its script, or of the language."""
        self._layer = first_layer(self.script, self.language)
        self._show()

    def _show_again(self, *_: object) -> None:
        """Other keys are wanted; before the first question none are, and each layer takes 5 MB."""
        if self._rows:
            self._show()

    def _show(self) -> None:
        rows = self._rows_of(self._layer)
        if self._rows is not rows:
            self._rows = rows
            self.clear_widgets()
            for key in (key for row in self._rows for key in row):
                self.add_widget(key)
        self._light()

    def _rows_of(self, layer: Layer) -> list[list[CapKey]]:
        kind = (layer, self.script, self.has_digits, self.has_next)
        if kind not in self._layers:
            rows = rows_of(*kind)
            self._layers[kind] = [[self._key(cap) for cap in row] for row in rows]
        return self._layers[kind]

    def _key(self, cap: Cap) -> CapKey:
        kind = IconKey if cap.icon else CapKey
        # Without a size it draws no letter: it would draw it again at the size that it is shown in.
        key = kind(cap=cap, is_way_on=cap.does is Does.NEXT, size=(0, 0))
        key.bind(on_press=self._pressed)
        return key

    def _pressed(self, key: CapKey) -> None:
        match key.cap.does:
            case Does.TYPE:
                self.dispatch("on_letter", key.cap.value)
            case Does.WIPE:
                self.dispatch("on_wipe")
            case Does.NEXT:
                self.dispatch("on_enter")
            case Does.LAYER:
                self._layer = Layer(key.cap.value)
                self._show()

    def _light(self, *_: object) -> None:
        """Off is what cannot follow: a sign with no letter to stand on."""
        for key in (key for row in self._rows for key in row):
            key.is_on = key.cap.is_on(self.typed, self.is_ready)
            key.text = self._words_of(key.cap)
            key.spoken = self.wipe_text if key.cap.does is Does.WIPE else ""

    def _words_of(self, cap: Cap) -> str:
        if cap.does is Does.NEXT:
            return str(self.next)
        return str(self.space) if cap.value == " " else cap.face

    def do_layout(self, *_: object) -> None:
        if not self._rows:
            return
        gap = dp(GAP)
        height = (self.height - gap * (len(self._rows) - 1)) / len(self._rows)
        unit = (self.width + gap) / UNITS
        for at, row in enumerate(self._rows):
            x = self.x
            for key in row:
                key.size = key.cap.units * unit - gap, height
                key.pos = x, self.top - (at + 1) * height - at * gap
                x += key.cap.units * unit


class Writing(Text):
    """What is typed, as it stands on paper, with a caret behind its end. Lines break where they
    are full, and do not move when more is typed."""

    is_balanced = False
    caret = ObjectProperty((0, 0, 0))  # x, y and height

    def _place(self, *_: object) -> None:
        super()._place()
        height = self.letter * 1.2
        if self.block is None:
            is_top = self.stand == "top"
            low = self.top - height if is_top else self.center_y - height / 2
            self.caret = (self.x, low, height)
            return
        last = self.block.lines[-1]
        width = shaping.measure(last, self.block.weight, self.block.size)
        low = self._plate.pos[1] + (self.block.line_height - height) / 2
        self.caret = (self.x + width, low, height)
