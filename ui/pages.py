"""Columns that turn pages: where there is no room for everything, the rest is a touch away."""

from __future__ import annotations

from typing import Any

from kivy.metrics import dp
from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.layout import Layout
from kivy.uix.widget import Widget

from ui.paging import Block, Page, Part, Plan, plan
from ui.parts import Plate, Touch

LEAST_GAP = 8  # design pixels: two plates are still two


class Table(Plate):
    """Rows in a card, of which a page of a column shows a part."""

    version = NumericProperty(0)  # grows when a row changed its height

    def __init__(self, **facts: Any) -> None:
        self.rows: list[Widget] = []
        super().__init__(**facts)

    @property
    def all_parts(self) -> list[Widget]:
        """On every page."""
        return self.rows

    def hold(self, rows: list[Widget]) -> None:
        """These are the rows; whatever shows the table says which of them are seen."""
        if rows == self.rows:
            return
        for row in self.rows:
            row.funbind("height", self._changed)
        self.rows = list(rows)
        for row in rows:
            row.fbind("height", self._changed)
        self.show(0, len(rows))
        self._changed()

    def show(self, first: int, end: int) -> None:
        shown = self.rows[first:end]
        if self.children[::-1] != shown:
            self.clear_widgets()
            for row in shown:
                self.add_widget(row)

    def measured(self) -> Block:
        """As the column asks: every row at the table's width, also one that is not seen."""
        inner = self.width - self.padding[0] - self.padding[2]
        for row in self.rows:
            row.width = inner
        frame = self.padding[1] + self.padding[3] + self.spacing * max(0, len(self.rows) - 1)
        return Block(tuple(row.height for row in self.rows), frame)

    def _changed(self, *_: object) -> None:
        self.version += 1


class MoreButton(Touch):
    """To the next page, and from the last one to the first."""

    text = StringProperty("")
    is_bare = BooleanProperty(False)  # on ink


class Pages(Layout):
    """Blocks of which as many are seen as there is room for; a button turns the page."""

    gap = NumericProperty(0)
    page = NumericProperty(0)
    pages = NumericProperty(1)
    more = StringProperty("")  # its words, with {page} and {pages}
    is_bare = BooleanProperty(False)  # it stands on ink
    is_middle = BooleanProperty(False)  # what leaves room stands in the middle of it

    def __init__(self, **facts: Any) -> None:
        self.blocks: list[Widget] = []
        self._more = MoreButton()
        self._more.bind(on_press=lambda it: self.turn())
        super().__init__(**facts)
        for name in ("pos", "size", "gap", "page", "more", "is_middle"):
            self.fbind(name, self._trigger_layout)

    @property
    def all_parts(self) -> list[Widget]:
        """On every page."""
        return [*self.blocks, self._more]

    def turn(self) -> None:
        """The next page; the first one after the last."""
        self.page = (self.page + 1) % max(1, self.pages)

    def watch(self, widget: Widget) -> None:
        """What changes the place of all others."""
        for name in ("height", "version", "least"):
            if hasattr(widget, name):
                widget.fbind(name, self._trigger_layout)

    def hold_page(self, wanted: list[Widget]) -> None:
        """What is not on this page is not in the tree: it is neither drawn nor touched."""
        wanted = [*wanted, *([self._more] if self.pages > 1 else [])]
        if self.children[::-1] != wanted:
            for child in list(self.children):
                super().remove_widget(child)
            for child in wanted:
                super().add_widget(child)
        if self.pages > 1:
            self._more.text = self.more.format(page=int(self.page) + 1, pages=self.pages)
            self._more.width, self._more.pos = self.width, self.pos
            self._more.is_bare = self.is_bare

    def _turn_to(self, made: Plan) -> Page:
        self.pages = len(made.pages)
        self.page = min(self.page, self.pages - 1)
        return made.pages[int(self.page)]


class Stack(Pages):
    """Blocks under each other; where there is no room for all of them, a page at a time.

    A block without size_hint_y is as high as it wishes; one with it takes what is left. Gaps shrink
    before a page turns; letters never do.
    """

    def add_widget(self, widget: Widget, *where: Any, **options: Any) -> None:
        self.blocks.append(widget)
        self.watch(widget)
        super().add_widget(widget, *where, **options)

    def do_layout(self, *_: object) -> None:
        if self.width <= 1 or self.height <= 1:
            return
        for block in self.blocks:
            block.width = self.width
        alive = [each for each in self.blocks if each.size_hint_y is not None or each.height > 0]
        measured = [_measure(each) for each in alive]
        made = plan(measured, self.height, self.gap, dp(LEAST_GAP), self._more.height)
        page = self._turn_to(made)
        shown = [alive[part.at] for part in page]
        self.hold_page(shown)
        self._show_parts(alive, page)
        self._stand(shown, [_height(measured[part.at], part) for part in page], made.gap)

    def _show_parts(self, alive: list[Widget], page: Page) -> None:
        for part in page:
            table = alive[part.at]
            if isinstance(table, Table):
                table.show(part.first, part.end)

    def _stand(self, shown: list[Widget], heights: list[float], gap: float) -> None:
        has_more = self.pages > 1
        free = self.height - sum(heights) - gap * max(0, len(shown) - 1)
        growing = [each for each in shown if each.size_hint_y is not None]
        top = self.top - (free / 2 if self.is_middle and not has_more and not growing else 0)
        for block, height in zip(shown, heights, strict=True):
            if block in growing:
                height += free / len(growing) - (self._more.height + gap if has_more else 0)
                block.height = height
            block.pos = self.x, top - height
            top -= height + gap


def _measure(widget: Widget) -> Block:
    if isinstance(widget, Table):
        return widget.measured()
    least = getattr(widget, "least", 0) if widget.size_hint_y is not None else widget.height
    return Block((least,))


def _height(block: Block, part: Part) -> float:
    return sum(block.rows[part.first : part.end]) + block.frame


class Tiles(Pages):
    """Tiles in columns, each as high as the words of any in its row need (`least`), and higher
    where there is room, up to `most`. What the rules put in it stands below them, on the last page.
    """

    cols = NumericProperty(2)
    most = NumericProperty(0)

    def __init__(self, **facts: Any) -> None:
        self.below: Widget | None = None
        super().__init__(**facts)

    @property
    def all_parts(self) -> list[Widget]:
        return [*super().all_parts, *([] if self.below is None else [self.below])]

    def add_widget(self, widget: Widget, *where: Any, **options: Any) -> None:
        self.below = widget
        self.watch(widget)
        super().add_widget(widget, *where, **options)

    def hold(self, tiles: list[Widget]) -> None:
        """These are the tiles."""
        if tiles != self.blocks:
            for tile in tiles[len(self.blocks) :]:
                self.watch(tile)
            self.blocks = list(tiles)
            self._trigger_layout()

    def do_layout(self, *_: object) -> None:
        if self.width <= 1 or self.height <= 1 or not self.blocks:
            return
        rows = self._rows()
        for row in rows:
            for part in row:
                part.width = (self.width - self.gap * (self._across(row) - 1)) / self._across(row)
        measured = [Block((max(map(_least, row)),)) for row in rows]
        made = plan(measured, self.height, self.gap, dp(LEAST_GAP), self._more.height)
        page = self._turn_to(made)
        shown = [rows[part.at] for part in page]
        self.hold_page([part for row in shown for part in row])
        self._stand(shown, self._grown(shown, made.gap), made.gap)

    def _rows(self) -> list[list[Widget]]:
        cols = int(self.cols)
        rows = [self.blocks[at : at + cols] for at in range(0, len(self.blocks), cols)]
        has_below = self.below is not None and self.below.height > 0
        return [*rows, [self.below]] if has_below else rows

    def _across(self, row: list[Widget]) -> int:
        return 1 if row == [self.below] else int(self.cols)

    def _stand(self, shown: list[list[Widget]], heights: list[float], gap: float) -> None:
        free = self.height - sum(heights) - gap * (len(heights) - 1)
        top = self.top - (free / 2 if self.is_middle and self.pages == 1 else 0)
        for row, height in zip(shown, heights, strict=True):
            for at, part in enumerate(row):
                part.height = height
                part.pos = self.x + at * (part.width + self.gap), top - height
            top -= height + gap

    def _grown(self, shown: list[list[Widget]], gap: float) -> list[float]:
        """Tiles all as high as the highest, if that fits; else each with its part of what is left.
        What stands below them is as high as it is."""
        room = self.height - gap * (len(shown) - 1)
        room -= self._more.height + gap if self.pages > 1 else 0
        fixed = [self.below.height] if self.below is not None and shown[-1] == [self.below] else []
        room -= sum(fixed)
        least = [max(map(_least, row)) for row in shown[: len(shown) - len(fixed)]]
        if not least:
            return fixed
        if max(least) * len(least) <= room:
            even = max(max(least), min(self.most, room / len(least)))
            return [*[even] * len(least), *fixed]
        return [*[each + (room - sum(least)) / len(least) for each in least], *fixed]


def _least(part: Widget) -> float:
    return float(getattr(part, "least", part.height))
