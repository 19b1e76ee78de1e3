"""Where a screen's parts stand, in portrait and in landscape."""

from __future__ import annotations

from typing import Any

from kivy.config import Config
from kivy.metrics import dp, mm
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty
from kivy.uix.layout import Layout
from kivy.uix.widget import Widget

from ui import theme

WIDEST_COLUMN = 1240  # design pixels: a longer line is hard to follow
GONE = 1e-6  # size_hint of what is not there; at 0 Kivy leaves it as wide as it last was


def is_wide() -> bool:
    """Whether the panel lies on its side; `ui.environment.prepare` has set its size."""
    return bool(Config.getint("graphics", "width") > Config.getint("graphics", "height"))


def either(portrait: float, landscape: float) -> float:
    """Pixels of so many design pixels, by how the panel stands."""
    return float(dp(landscape if is_wide() else portrait))


def finger(portrait: float, landscape: float | None = None) -> float:
    """The side of something that is touched: as designed, and never below what a finger needs."""
    designed = either(portrait, portrait if landscape is None else landscape)
    return max(designed, float(mm(theme.TARGET_MM)) + 1)


class Split(Layout):
    """Portrait: head, hand, foot and deck, from the top. Landscape: head and foot left, hand and
    deck right.

    `head`, `foot` and `deck` are as high as they wish. `hand`, what is shown and touched, fills
    what is left when its size_hint_y is set, and otherwise is as high as it wishes. `deck` are
    buttons that stay where a thumb finds them. A foot that has no room below the head goes under
    the hand, where the column is wider.
    """

    head = ObjectProperty(None, allownone=True)
    hand = ObjectProperty(None, allownone=True)
    foot = ObjectProperty(None, allownone=True)
    deck = ObjectProperty(None, allownone=True)
    margin = NumericProperty(0)
    gap = NumericProperty(0)
    left_part = NumericProperty(0.44)  # of the width, in landscape
    hand_room = NumericProperty(0)  # as high as `hand` may be
    is_wide = BooleanProperty(False)
    is_deck_left = BooleanProperty(False)  # in landscape; else right
    widest = NumericProperty(0)  # of the one column
    is_column = BooleanProperty(False)  # one column, also in landscape: a plate in the middle
    is_foot_left = BooleanProperty(False)  # in landscape, whatever room there is

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts)
        for name in ("pos", "size", "children", "margin", "gap", "left_part"):
            self.fbind(name, self._trigger_layout)

    def on_foot(self, _: object, foot: Widget) -> None:
        if hasattr(foot, "height_at"):  # it may belong elsewhere, and be as high as before
            foot.fbind("text", self._trigger_layout)

    def on_size(self, *_: object) -> None:
        self.is_wide = self.width > self.height

    def do_layout(self, *_: object) -> None:
        if self.head is None or self.hand is None or self.foot is None:
            return
        margin = self.margin
        if self.is_column:
            margin = max(margin, (self.width - (self.widest or dp(WIDEST_COLUMN))) / 2)
        left, width = self.x + margin, self.width - 2 * margin
        top, bottom = self.y + self.height - self.margin, self.y + self.margin
        wide = bool(self.is_wide and not self.is_column)
        column = width * self.left_part if wide else width
        hand_left = left + column + self.gap if wide else left
        hand_width = width - column - self.gap if wide else width
        _put(self.head, left, top - self.head.height, column)
        above_deck = bottom
        if self.deck is not None and wide and self.is_deck_left:
            _put(self.deck, left, bottom + self._with_gap(self.foot), column)
        elif self.deck is not None:
            _put(self.deck, hand_left, bottom, hand_width)
            above_deck += self._with_gap(self.deck)
        if wide and not self._is_foot_under_hand(column, top - bottom):
            _put(self.foot, left, bottom, column)
            floor = above_deck
        else:
            _put(self.foot, hand_left, above_deck, hand_width)
            floor = above_deck + self._with_gap(self.foot)
        ceiling = top if wide else top - self._with_gap(self.head)
        self.hand_room = ceiling - floor
        if self.hand.size_hint_y is not None:
            self.hand.height = self.hand_room
        _put(self.hand, hand_left, ceiling - self.hand.height, hand_width)

    def _is_foot_under_hand(self, column: float, room: float) -> bool:
        """By what the foot would need at the left, wherever it is now."""
        height_at = getattr(self.foot, "height_at", None)
        if height_at is None or self.is_foot_left or not self.foot.height:
            return False
        return bool(self.head.height + self.gap + height_at(column) > room)

    def _with_gap(self, part: Widget) -> float:
        return float(part.height + self.gap) if part.height > 0 else 0.0


def _put(widget: Widget, x: float, y: float, width: float) -> None:
    widget.width = width
    widget.pos = (x, y)
