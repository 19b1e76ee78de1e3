"""One moment: a still picture and a sentence. Nothing turns."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from ui.parts import View
from ui.screens.waiting.model import WaitingModel


class WaitingView(View):
    model = ObjectProperty(WaitingModel(), rebind=True)
