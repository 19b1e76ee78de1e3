"""A code as large as the screen lets it be, and the sum beside it."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from ui.screens.show_upi.model import ShowUpiModel
from ui.view import View


class ShowUpiView(View):
    model = ObjectProperty(ShowUpiModel(), rebind=True)
