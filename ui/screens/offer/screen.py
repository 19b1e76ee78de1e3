"""Two large buttons, each with what it does."""

from __future__ import annotations

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from firmware.contract.screen import Action
from ui.parts import Touch
from ui.screens.offer.model import OfferModel
from ui.view import View


class Choice(Touch):
    """A button of two lines: what is done, and what follows from it."""

    title = StringProperty("")
    line = StringProperty("")
    icon = StringProperty("")
    is_way_on = BooleanProperty(False)


class OfferView(View):
    model = ObjectProperty(OfferModel(), rebind=True)

    def pay(self) -> None:
        self.press(Action.PAY_PART, "")

    def take_slip(self) -> None:
        self.press(Action.TAKE_SLIP, "")
