"""The six keys beside the screen: they move a thick ring from thing to thing, and say each.

Nothing is meant when a screen comes up, so that a second OK from habit presses nothing; OK then
says the screen again. A touch takes the ring away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from kivy.graphics import Color, InstructionGroup, Line
from kivy.metrics import dp
from kivy.uix.widget import Widget
from kivy.utils import get_color_from_hex

from ui import theme
from ui.ear import Ear
from ui.focus import Focus, Key, Spot, Zone, reading_order
from ui.parts import Touch

if TYPE_CHECKING:
    from ui.face import Face

# Design pixels, from the thing outwards: of two lines whose colours stand 15:1 apart one always
# stands out, whatever lies below (WCAG 2.2, technique C40).
NEAR, FAR = 7, 10


class Ring:
    """Two lines round one thing: white near it, ink around."""

    def __init__(self, owner: Widget) -> None:
        self._lines = InstructionGroup()
        self._canvas = owner.canvas.after
        self._round: Widget | None = None

    @property
    def is_shown(self) -> bool:
        return self._round is not None

    def put(self, touch: Widget | None) -> None:
        """Around `touch`, wherever it goes; around nothing."""
        if self._round is not None:
            self._round.funbind("pos", self._draw)
            self._round.funbind("size", self._draw)
            self._canvas.remove(self._lines)
        self._round = touch
        if touch is not None:
            self._canvas.add(self._lines)
            touch.fbind("pos", self._draw)
            touch.fbind("size", self._draw)
            self._draw()

    def _draw(self, *_: object) -> None:
        assert self._round is not None
        self._lines.clear()
        for colour, width, away in (
            (theme.INK, FAR, NEAR + FAR / 2),
            (theme.WHITE, NEAR, NEAR / 2),
        ):
            self._lines.add(Color(rgba=get_color_from_hex(colour)))
            self._lines.add(_line_round(self._round, dp(away), dp(width)))


def in_window(touch: Widget) -> tuple[float, float, float, float]:
    """Left, bottom, width and height as they are seen: a practice stands smaller in its frame."""
    left, bottom = touch.to_window(*touch.pos)
    right, top = touch.to_window(touch.right, touch.top)
    return left, bottom, right - left, top - bottom


def _line_round(touch: Any, away: float, width: float) -> Line:
    left, bottom, wide, high = in_window(touch)
    shape = (left - away, bottom - away, wide + 2 * away, high + 2 * away,
             max(1, touch.radius + away))  # fmt: skip
    return Line(rounded_rectangle=shape, width=width / 2)


class SixKeys:
    """What each key does to a face."""

    def __init__(self, face: Face, ear: Ear) -> None:
        self._face, self._ear = face, ear
        self._focus, self._ring = Focus(), Ring(face)
        self._is_helped = False  # the help was the last thing that was pressed
        self._does: dict[Key, Callable[[], None]] = {
            Key.PREVIOUS: lambda: self._step(-1),
            Key.NEXT: lambda: self._step(1),
            Key.OK: self._ok,
            Key.BACK: self._back,
            Key.LISTEN: ear.listen,
            Key.VOLUME: ear.louder,
        }

    @property
    def spot(self) -> Spot | None:
        """What is meant now."""
        return self._focus.spot

    def press(self, key: Key) -> None:
        self._ear.hush()
        if key is Key.HELP:
            self._help()
            return
        self._is_helped = False
        self._does[key]()

    def type(self, name: str) -> bool:
        """A key of a keyboard; False where the screen lets nothing of the kind be typed."""
        view = self._face.view
        before = "" if view is None else view.echo
        if view is None or not view.key(name):
            return False
        self._is_helped = False
        self.hide()
        self._after(before)
        return True

    def hide(self) -> None:
        self._focus.clear()
        self._ring.put(None)

    def shown(self, is_another: bool) -> None:
        """A document was drawn: another screen begins with nothing meant."""
        if is_another:
            self._is_helped = False
            self.hide()
        elif self._focus.spot is not None:
            self._follow(self._focus.keep(self.spots()))

    def spots(self) -> tuple[Spot, ...]:
        """What may be pressed now, in reading order."""
        return reading_order(_spots(self._face))

    def _step(self, by: int) -> None:
        self._follow(self._focus.step(self.spots(), by))
        if self._focus.spot is not None:
            self._ear.say(self._focus.spot.spoken_text)

    def _ok(self) -> None:
        """Press what is meant. It may be gone since, and what stands in its place was not meant."""
        spot = self._focus.keep(self.spots())
        self._follow(spot)
        if spot is None:
            self._ear.listen()
            return
        assert isinstance(spot.owner, Touch) and self._face.view is not None
        before = self._face.view.echo
        spot.owner.dispatch("on_press")
        self._after(before)

    def _after(self, before: str) -> None:
        """Say what was typed; once there is room for no more, go to the way on."""
        view = self._face.view
        if view is None or view.echo in ("", before):
            return
        self._ear.say(view.echo)
        owner = view.way_on_when_full
        way_on = next((spot for spot in self.spots() if spot.owner is owner), None)
        if way_on is not None:
            self._focus.spot = way_on
            self._follow(way_on)

    def _back(self) -> None:
        if not self._face.press_button(self._face.frame.back):
            self._ear.say(self._face.frame.no_way_back)

    def _help(self) -> None:
        """Say how it goes on; at the second press in a row leave, where core lets that be done."""
        if self._is_helped and self._face.press_button(self._face.frame.leave):
            self._is_helped = False
            return
        self._is_helped = True
        self._ear.say(self._face.frame.help)

    def _follow(self, spot: Spot | None) -> None:
        self._ring.put(None if spot is None else spot.owner)


def _spots(face: Face) -> Iterator[Spot]:
    for zone, part in face.parts():
        for widget in part.walk(restrict=True):
            if isinstance(widget, Touch) and widget.is_on and min(widget.size) > 1:
                left, bottom = widget.to_window(*widget.pos)
                where = Zone.ASIDE if widget.is_aside else zone
                yield Spot(
                    widget, widget.spoken_text, left, bottom, widget.width, widget.height, where
                )
