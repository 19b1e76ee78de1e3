"""Out of service: said in both languages, with whom to call."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from ui.parts import View
from ui.screens.closed.model import ClosedModel


class ClosedView(View):
    model = ObjectProperty(ClosedModel(), rebind=True)
