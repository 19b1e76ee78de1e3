"""A picture of the card, three steps, and what the reader said last."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from ui.screens.swipe_card.model import SwipeCardModel
from ui.view import View


class SwipeCardView(View):
    model = ObjectProperty(SwipeCardModel(), rebind=True)
