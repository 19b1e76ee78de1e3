"""Out of service: said in both languages, with whom to call."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from ui.screens.closed.model import ClosedModel
from ui.view import View


class ClosedView(View):
    model = ObjectProperty(ClosedModel(), rebind=True)
