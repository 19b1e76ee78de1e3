"""The whole of what is seen: the bars, one screen between them, and the question laid over all.

Every screen is built once, when it is first needed or in a quiet moment before, and updated; a
document only changes its model. Kivy draws again what changed.
"""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

from kivy.clock import Clock
from kivy.lang import Builder
from kivy.metrics import dp
from kivy.properties import ColorProperty, NumericProperty, ObjectProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.widget import Widget

from firmware.contract.screen import Action
from firmware.runtime.ui_section import KeysSection
from ui import theme
from ui.codes import Code
from ui.ear import Deaf, Ear
from ui.focus import Key, Zone, key_names
from ui.frame import Button, Frame, Look, Warning
from ui.parts import PressHandler
from ui.play_frame import Hand, NoHand, PlayFrame
from ui.scene import Scene
from ui.screens.attract.screen import AttractView
from ui.screens.basket.screen import BasketView
from ui.screens.choice.screen import ChoiceView
from ui.screens.closed.screen import ClosedView
from ui.screens.commissioning.screen import CommissioningView
from ui.screens.confirm.screen import ConfirmView
from ui.screens.count.screen import CountView
from ui.screens.desk.screen import DeskView
from ui.screens.done.screen import DoneView
from ui.screens.facts.screen import FactsView
from ui.screens.find_place.screen import FindPlaceView
from ui.screens.how_to.screen import HowToView
from ui.screens.insert_cash.screen import InsertCashView
from ui.screens.number.screen import NumberView
from ui.screens.offer.screen import OfferView
from ui.screens.pin.screen import PinView
from ui.screens.printing.screen import PrintingView
from ui.screens.put_finger.screen import PutFingerView
from ui.screens.services.screen import ServicesView
from ui.screens.show_bill.screen import ShowBillView
from ui.screens.show_upi.screen import ShowUpiView
from ui.screens.swipe_card.screen import SwipeCardView
from ui.screens.trouble.screen import TroubleView
from ui.screens.waiting.screen import WaitingView
from ui.screens.write_text.screen import WriteTextView
from ui.sixkeys import SixKeys
from ui.text import zoom
from ui.view import View

FOLDER = Path(__file__).parent
VIEWS: tuple[type[View], ...] = (
    AttractView, ServicesView, NumberView, WaitingView, ShowBillView, BasketView, InsertCashView,
    ShowUpiView, SwipeCardView, OfferView, DoneView, TroubleView, ClosedView, PinView, DeskView,
    CountView, PrintingView, CommissioningView, ChoiceView, FactsView, ConfirmView, PutFingerView,
    HowToView,
    WriteTextView, FindPlaceView,
)  # fmt: skip
BY_MODEL = {type(view.model.defaultvalue): view for view in VIEWS}
QUIET = 0.25  # seconds between two screens that are built before anybody needs them
RULES_NEED: tuple[type[Widget], ...] = (Code,)  # known to them once it is imported
PUBLIC = (AttractView, ServicesView, ClosedView, HowToView)  # nothing on them is of anybody
SAME_PRESS = 0.7  # seconds in which the same press on the same screen is the same finger
ALSO = {"numpadenter": "enter"}  # the same key to whoever presses it
BACK_WIDTH, WAY_ON_WIDTH = 282, 420  # design pixels


class TopBar(BoxLayout):
    letters = NumericProperty(1.0)
    ground = ColorProperty(theme.INK)
    frame = ObjectProperty(Frame(), rebind=True)
    press = ObjectProperty(lambda action, value: None)
    ear = ObjectProperty(Deaf())
    loudness = NumericProperty(0)  # a step, 1 to LOUDNESSES; 0: nothing can be heard


class BottomBar(BoxLayout):
    letters = NumericProperty(1.0)
    ground = ColorProperty(theme.PAPER)
    frame = ObjectProperty(Frame(), rebind=True)
    press = ObjectProperty(lambda action, value: None)

    def width_of(self, button: Button) -> float:
        """A button that is not there still keeps its place, so that the dots stay central."""
        is_long = button.look is Look.GO or button.action is Action.AGAIN
        return float(dp(WAY_ON_WIDTH if button.is_there and is_long else BACK_WIDTH))


class StillThere(Widget):
    """Laid over a screen that is about to leave: nothing below it can be touched."""

    warning = ObjectProperty(Warning(), rebind=True)
    press = ObjectProperty(lambda action, value: None)
    seconds = NumericProperty(0)
    letters = NumericProperty(1.0)

    def on_touch_down(self, touch: Any) -> bool:
        super().on_touch_down(touch)
        return True


class Face(FloatLayout):
    """Shows scenes; hands presses to `on_pressed`, which knows the bus."""

    frame = ObjectProperty(Frame(), rebind=True)

    def __init__(self, on_pressed: PressHandler, ear: Ear, keys: KeysSection,
                 **facts: Any) -> None:  # fmt: skip
        super().__init__(**facts)
        self.scene: Scene | None = None
        self._on_pressed, self._ear = on_pressed, ear
        self._key_names = key_names(keys)
        self._last_press: tuple[object, ...] = ()
        self._pressed_at = 0.0
        self._leaves_at = 0.0
        self._top = TopBar(press=self._press, ear=ear)
        self._bottom = BottomBar(press=self._press)
        self._column = BoxLayout(orientation="vertical")
        self._overlay = StillThere(press=self._press)
        self._screen = FloatLayout(size_hint=(None, None))  # all of it: in a frame, or alone
        self.frame_of_play: PlayFrame | None = None  # made when somebody practises
        self.hand: Hand = NoHand()
        self.views: dict[type[Any], View] = {}  # by their models, as far as they are built
        self.view: View | None = None
        self._screen.add_widget(self._column)
        self.add_widget(self._screen)
        self.fbind("size", self._fill)
        self.keys = SixKeys(self, ear)
        Clock.schedule_interval(self._count, 1.0)
        Clock.schedule_interval(self._build_one, QUIET)

    def show(self, scene: Scene) -> None:
        """Draw this scene from the next frame on."""
        self.scene = scene
        view = self._view_of(type(scene.model))
        view.model = scene.model
        is_another = view is not self.view or scene.frame.warning != self.frame.warning
        if view is not self.view or scene.frame.is_bare != self.frame.is_bare:
            is_new, before = view is not self.view, self.view
            if is_new and before is not None:
                before.leave()
            self._place(view, scene.frame.is_bare)
            if is_new:
                view.enter()
            if is_new and before is not None:
                _forget(before)
        self._frame(scene)
        self.frame = self._top.frame = self._bottom.frame = scene.frame
        self._warn(scene.frame.warning)
        self._zoom(view, theme.LETTERS[scene.text_size])
        view.more = scene.frame.more
        self.count_from_now()
        self.keys.shown(is_another)

    def _view_of(self, model: type[Any]) -> View:
        if model not in self.views:
            self.views[model] = BY_MODEL[model](press=self._press)
        return self.views[model]

    def _build_one(self, _: float) -> bool:
        """The first picture waits for no other screen, and no citizen for his first one of a kind;
        False, which is Kivy's word for enough, once all are there."""
        wanted = next((model for model in BY_MODEL if model not in self.views), None)
        if wanted is not None:
            self._view_of(wanted)
        return wanted is not None

    def key(self, name: str) -> bool:
        """A key of a keypad or a keyboard: one of the six, or what the screen lets be typed."""
        if self.frame.warning is not None:  # who presses anything is here
            self.press_button(self.frame.warning.stay)
            return True
        key = self._key_names.get(ALSO.get(name, name))
        is_typed = key is None or (key is Key.OK and self.keys.spot is None)
        if is_typed and self.keys.type(name):
            return True
        if key is not None:
            self.keys.press(key)
        return key is not None

    def scan(self, text: str) -> None:
        """What a bar code reader read; a screen that asks for none takes no notice of it."""
        if self.frame.warning is None and self.frame.takes_scans:
            self._press(Action.SCAN, text)

    def press_button(self, button: Button) -> bool:
        """As a finger would; False when it is not there."""
        if button.action is not None:
            self._press(button.action, button.value)
        return button.is_there

    def parts(self) -> tuple[tuple[Zone, Widget], ...]:
        """What can be reached now: the question laid over all, alone; else view and bars."""
        if self.frame.warning is not None:
            return ((Zone.BODY, self._overlay),)
        view = () if self.view is None else ((Zone.BODY, self.view),)
        bars = ((Zone.BELOW, self._bottom), (Zone.ABOVE, self._top))
        return (*view, *(() if self.frame.is_bare else bars), *self._parts_around())

    def _parts_around(self) -> tuple[tuple[Zone, Widget], ...]:
        shown = self.frame_of_play
        if shown is None or shown.parent is None:
            return ()
        return ((Zone.AROUND, shown.ids.tray.__self__), (Zone.AROUND, shown.ids.band.__self__))

    def heard_at(self, step: int) -> None:
        """How loud it is: 1 to LOUDNESSES; 0 where nothing can be heard."""
        self._top.loudness = step

    def on_touch_down(self, touch: Any) -> bool:
        """A finger: whoever has one needs no ring, and hears enough."""
        self._ear.hush()
        self.keys.hide()
        return bool(super().on_touch_down(touch))

    def _press(self, action: Action, value: str = "") -> None:
        press = (self.scene.serial if self.scene else 0, action, value)
        now = time.monotonic()
        if press == self._last_press and now - self._pressed_at < SAME_PRESS:
            return
        self._last_press, self._pressed_at = press, now
        self._on_pressed(action, value)

    def _place(self, view: View, is_bare: bool) -> None:
        self.view = view
        self._column.clear_widgets()
        for part in (view,) if is_bare else (self._top, view, self._bottom):
            self._column.add_widget(part)

    def _zoom(self, view: View, letters: float) -> None:
        for part in (view, self._top, self._bottom, self._overlay):
            if part.letters != letters or part is view:
                part.letters = letters
                zoom(part, letters)

    def _fill(self, *_: object) -> None:
        self._screen.size = self.size

    def _frame(self, scene: Scene) -> None:
        """Practice stands in its frame; everything else is the whole of what is seen."""
        if scene.play is None:
            if self.frame_of_play is not None and self._screen.parent is not self:
                self.frame_of_play.inside.remove_widget(self._screen)
                self.remove_widget(self.frame_of_play)
                self.add_widget(self._screen)
            return
        if self.frame_of_play is None:
            self.frame_of_play = PlayFrame()
        shown = self.frame_of_play
        shown.hand, shown.play = self.hand, scene.play
        shown.ground = theme.INK if scene.frame.is_bare else theme.PAPER
        if self._screen.parent is self:
            self.remove_widget(self._screen)
            self.add_widget(shown)
            shown.inside.add_widget(self._screen)

    def _warn(self, warning: Warning | None) -> None:
        if warning is None:
            self._screen.remove_widget(self._overlay)
            return
        self._overlay.warning = warning
        if self._overlay.parent is None:
            self._screen.add_widget(self._overlay)

    def count_from_now(self) -> None:
        """The scene leaves so many seconds from now, where it leaves at all."""
        leaves_in = 0 if self.scene is None else self.scene.leaves_in
        self._leaves_at = time.monotonic() + leaves_in if leaves_in else 0.0
        self._count()

    def _count(self, *_: object) -> None:
        """Whole seconds until core ends this screen; shown only where the screen shows them."""
        left = self._leaves_at - time.monotonic()
        seconds = max(1, math.ceil(left)) if self._leaves_at else 0
        if self.view is not None:
            self.view.seconds = seconds
        self._overlay.seconds = seconds


def _forget(view: View) -> None:
    """What it said stays in no widget and no texture: the next one here is somebody else."""
    if not isinstance(view, PUBLIC):
        view.model = type(view.model)()


def load_rules() -> None:
    """Read every `.kv` once; before the first widget is made."""
    for name in ("parts.kv", "keys.kv", "keyboard.kv", "face.kv", "play.kv"):
        Builder.load_file(str(FOLDER / name))
    for file in sorted((FOLDER / "screens").glob("*/screen.kv")):
        Builder.load_file(str(file))
