"""What every screen is: a split of the space between the bars, with a model and presses."""

from __future__ import annotations

from kivy.properties import NumericProperty, ObjectProperty, StringProperty
from kivy.uix.widget import Widget

from ui.layout import Split
from ui.pages import Pages


class View(Split):
    """One screen. `model` is what it shows; `press` is where presses go."""

    model = ObjectProperty(None)
    press = ObjectProperty(lambda action, value: None)
    seconds = NumericProperty(0)  # until this screen leaves; 0 when nobody counts
    letters = NumericProperty(1.0)  # so much larger than designed
    more = StringProperty("")  # the words of what turns a page: with {page} and {pages}

    def on_letters(self, *_: object) -> None:
        self._trigger_layout()

    @property
    def echo(self) -> str:
        """What is said after a key was typed; empty where nothing is typed."""
        return ""

    @property
    def way_on_when_full(self) -> Widget | None:
        """What is pressed next, once nothing more can be typed."""
        return None

    def enter(self) -> None:
        """This screen comes up after another one: nothing of the last visitor may be left."""

    def leave(self) -> None:
        """Another screen comes up after this one."""
        self.first_page()

    def first_page(self) -> None:
        """Of every column of this screen."""
        for stack in self._stacks():
            stack.page = 0

    def key(self, name: str) -> bool:
        """A key of a physical keyboard; True when this screen took it. Space and page keys turn."""
        if name not in ("spacebar", "pagedown"):
            return False
        turned = [stack for stack in self._stacks() if stack.pages > 1]
        for stack in turned:
            stack.turn()
        return bool(turned)

    def _stacks(self) -> list[Pages]:
        return [part for part in self.walk(restrict=True) if isinstance(part, Pages)]
