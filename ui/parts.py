"""The parts that every screen is made of: plates, buttons, icons, dots, codes."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from kivy.clock import Clock
from kivy.graphics import BorderImage, Color, Ellipse, InstructionGroup, Rectangle
from kivy.graphics.texture import Texture
from kivy.metrics import dp
from kivy.properties import (
    BooleanProperty,
    ColorProperty,
    NumericProperty,
    ObjectProperty,
    StringProperty,
)
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget
from PIL import Image, ImageDraw

from firmware.contract.screen import Action
from ui import theme
from ui.frame import NO_BUTTON
from ui.loudness import LOUDNESSES
from ui.text import Text, texture_of, zoom, zoom_of

ICONS = Path(__file__).parent / "icons"
FALLBACK_ICON = "squares-four-duotone"
BOUNCE = 0.08  # seconds: one finger felt twice, by the panel or by its mouse emulation
PRESSED = (0.08, 0.13, 0.24, 0.16)  # the shade over what a finger is on
DASH = 18  # design pixels, and as much between dashes
FINER = 4  # edges are drawn that much larger and scaled down: smooth edges

PressHandler = Callable[[Action, str], None]


class Plate(BoxLayout):
    """A rounded rectangle with an edge, full or dashed.

    It is drawn here and not by a rule: there are some five hundred, and a rule's bindings take
    20 KB of each.
    """

    fill = ColorProperty(theme.CARD)
    edge = ColorProperty(theme.EDGE)
    border = NumericProperty(0)
    radius = NumericProperty(0)
    is_dashed = BooleanProperty(False)

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts)
        self._ground = InstructionGroup()
        self.canvas.before.insert(0, self._ground)  # below what a rule draws there
        redraw = Clock.create_trigger(self._draw, -1)
        for name in ("pos", "size", "fill", "edge", "border", "radius", "is_dashed"):
            self.fbind(name, redraw)
        redraw()

    def _draw(self, *_: object) -> None:
        self._ground.clear()
        if self.border and not self.is_dashed:
            _lay(self._ground, self.edge, self.radius, self.pos, self.size)
        inner = tuple(max(1, side - 2 * self.border) for side in self.size)
        corner = self.x + self.border, self.y + self.border
        _lay(self._ground, self.fill, self.radius - self.border, corner, inner)
        width, height = (round(side) for side in self.size)
        if self.is_dashed and width > 0 and height > 0:
            look = round(self.radius), round(self.border), round(dp(DASH))
            self._ground.add(Color(rgba=self.edge))
            dashes = dashed_edge(width, height, *look)
            self._ground.add(Rectangle(texture=dashes, pos=self.pos, size=self.size))


class Touch(Plate):
    """Something that is pressed: on release, inside, once."""

    is_on = BooleanProperty(True)
    is_down = BooleanProperty(False)
    is_aside = BooleanProperty(False)  # not for citizens: the last that the keys reach
    spoken = StringProperty("")  # where its texts say too little, or too much

    __events__ = ("on_press",)

    def __init__(self, **facts: Any) -> None:
        self._released_at = 0.0
        super().__init__(**facts)
        self._shade = InstructionGroup()
        self.canvas.after.insert(0, self._shade)
        reshade = Clock.create_trigger(self._draw_shade, -1)
        for name in ("is_down", "pos", "size"):
            self.fbind(name, reshade)

    def _draw_shade(self, *_: object) -> None:
        self._shade.clear()
        if self.is_down:
            _lay(self._shade, PRESSED, self.radius, self.pos, self.size)

    def on_press(self) -> None:
        """Bound by whoever uses it."""

    @property
    def spoken_text(self) -> str:
        """What is said when the keys come to it: its own sentence, or what is written on it."""
        texts = (part.text for part in self.walk(restrict=True) if isinstance(part, Text))
        return self.spoken or ", ".join(text.replace("\n", ", ") for text in texts if text)

    def on_touch_down(self, touch: Any) -> bool:
        if not self.is_on or self.is_down or not self.collide_point(*touch.pos):
            return False
        if time.monotonic() - self._released_at < BOUNCE:
            return True
        touch.grab(self)
        self.is_down = True
        return True

    def on_touch_up(self, touch: Any) -> bool:
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        self.is_down = False
        self._released_at = time.monotonic()
        if self.is_on and self.collide_point(*touch.pos):
            self.dispatch("on_press")
        return True


class WordButton(Touch):
    """A `frame.Button`, drawn in its look."""

    button = ObjectProperty(NO_BUTTON, rebind=True)
    letter = NumericProperty(0)
    is_display = BooleanProperty(False)  # as of a Text
    wish = NumericProperty(0)  # the width at which its words are not pressed


class WaysToPay(BoxLayout):
    """A question and a row of buttons below it; nothing where there is nothing to choose."""

    question = StringProperty("")
    buttons = ObjectProperty(())
    is_column = BooleanProperty(False)
    press = ObjectProperty(lambda action, value: None)

    def __init__(self, **facts: Any) -> None:
        self._made: list[Widget] = []
        super().__init__(**facts)
        self._show()

    def on_buttons(self, *_: object) -> None:
        self._show()

    def _show(self) -> None:
        if "row" not in self.ids:
            return
        fill_with(self.ids.row, self._made, len(self.buttons), self._make)
        for widget, button in zip(self._made, self.buttons, strict=False):
            widget.button = button

    def _make(self) -> WordButton:
        made = WordButton()
        made.bind(on_press=lambda it: self.press(it.button.action, it.button.value))
        return made


class Loudness(Widget):
    """How loud the voice is: as many full bars as steps."""

    step = NumericProperty(0)

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts)
        redraw = Clock.create_trigger(self._draw, -1)
        for name in ("step", "pos", "size"):
            self.fbind(name, redraw)

    def _draw(self, *_: object) -> None:
        self.canvas.clear()
        side = self.width / (2 * LOUDNESSES - 1)
        with self.canvas:
            for number in range(LOUDNESSES):
                Color(rgba=_rgba(theme.WHITE if number < self.step else theme.TRACK))
                height = self.height * (number + 1) / LOUDNESSES
                Rectangle(pos=(self.x + 2 * number * side, self.y), size=(side, height))


class Key(Touch):
    """A key of the number pad: a digit or an icon."""

    text = StringProperty("")
    icon = StringProperty("")


class Icon(Widget):
    """A Phosphor icon, tinted."""

    name = StringProperty("")
    colour = ColorProperty(theme.INK)

    @property
    def texture(self) -> Texture | None:
        return icon_texture(self.name) if self.name else None


class Round(Widget):
    """An icon in a filled circle: the tick of success, the mark of a fault."""

    name = StringProperty("")
    fill = ColorProperty(theme.GO)
    colour = ColorProperty(theme.PAPER)


class Strip(Plate):
    """The machine speaking (marigold) or reassuring (pale green): an icon and one sentence."""

    text = StringProperty("")
    icon = StringProperty("info-fill")
    icon_colour = ColorProperty(theme.INK)


class Proof(Plate):
    """A receipt's or claim's number; with its code beside it when there is no paper."""

    label = StringProperty("")
    number = StringProperty("")
    code = StringProperty("")


class Total(Plate):
    """What is to be paid: the largest thing on its screen."""

    label = StringProperty("")
    value = StringProperty("")


class Row(BoxLayout):
    """A label and its value."""

    label = StringProperty("")
    value = StringProperty("")
    has_line = BooleanProperty(False)
    is_long = BooleanProperty(False)  # its value: then it stands below


class Dots(Widget):
    """How far the visit is: `step` of `steps`."""

    step = NumericProperty(0)
    steps = NumericProperty(0)

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts)
        redraw = Clock.create_trigger(self._draw, -1)
        for name in ("step", "steps", "pos", "size"):
            self.fbind(name, redraw)

    def _draw(self, *_: object) -> None:
        self.canvas.clear()
        if not self.step:
            return
        side, gap = dp(26), dp(20)
        steps = int(self.steps)
        x = self.center_x - (steps * side + (steps - 1) * gap) / 2
        with self.canvas:
            for number in range(steps):
                Color(rgba=_rgba(theme.GO if number < self.step else theme.EDGE))
                Ellipse(pos=(x + number * (side + gap), self.center_y - side / 2),
                        size=(side, side))  # fmt: skip


def fill_with(box: Widget, widgets: list[Widget], count: int, make: Callable[[], Widget]) -> None:
    """Let `box` hold `count` widgets of the pool `widgets`, making only what is missing."""
    while len(widgets) < count:
        widgets.append(make())
    for widget in widgets[:count]:
        zoom(widget, zoom_of(box))
    if (hold := getattr(box, "hold", None)) is not None:
        hold(widgets[:count])
    elif len(box.children) != count:
        box.clear_widgets()
        for widget in widgets[:count]:
            box.add_widget(widget)
    if not count:
        widgets.clear()  # and what they said


@lru_cache(maxsize=64)
def icon_texture(name: str) -> Texture:
    """The mask of an icon; a name nobody drew shows the general one."""
    path = ICONS / f"{name}.png"
    if not path.exists():
        path = ICONS / f"{FALLBACK_ICON}.png"
    with Image.open(path) as image:
        texture = texture_of(image.convert("L"), mipmap=True)
    return texture


@lru_cache(maxsize=32)
def rounded(radius: float) -> Texture:
    """A rounded square to be stretched in its middle: nine quads where Kivy's own rounded
    rectangle takes some three hundred triangles, which is what a software renderer dies of.
    """
    corner = max(1, round(radius))
    side = 2 * corner + 2
    square = Image.new("L", (side * FINER, side * FINER))
    box = (0, 0, side * FINER - 1, side * FINER - 1)
    ImageDraw.Draw(square).rounded_rectangle(box, corner * FINER, fill=255)
    return texture_of(square.resize((side, side), Image.Resampling.BOX))


def _lay(group: InstructionGroup, colour: Any, radius: float, pos: Any, size: Any) -> None:
    """A rounded rectangle of that colour."""
    group.add(Color(rgba=colour))
    border = [max(1, radius)] * 4
    group.add(BorderImage(texture=rounded(radius), border=border, pos=pos, size=size))


@lru_cache(maxsize=8)
def dashed_edge(width: int, height: int, radius: int, border: int, dash: int) -> Texture:
    """The dashed outline of a rounded rectangle, as a mask."""
    size = (width * FINER, height * FINER)
    ring = Image.new("L", size)
    box = (0, 0, size[0] - 1, size[1] - 1)
    pen = ImageDraw.Draw(ring)
    pen.rounded_rectangle(box, radius * FINER, outline=255, width=max(1, border) * FINER)
    gaps = ImageDraw.Draw(ring)
    step = 2 * dash * FINER
    inside = radius * FINER
    for x in range(inside, size[0] - inside, step):
        gaps.rectangle((x, 0, x + dash * FINER, border * FINER), fill=0)
        gaps.rectangle((x, size[1] - border * FINER - 1, x + dash * FINER, size[1]), fill=0)
    for y in range(inside, size[1] - inside, step):
        gaps.rectangle((0, y, border * FINER, y + dash * FINER), fill=0)
        gaps.rectangle((size[0] - border * FINER - 1, y, size[0], y + dash * FINER), fill=0)
    return texture_of(ring.resize((width, height), Image.Resampling.LANCZOS))


def _rgba(colour: str) -> tuple[float, float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue, 1.0
