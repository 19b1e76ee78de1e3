"""One moment: a still picture and a sentence. Nothing turns."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from ui.screens.waiting.model import WaitingModel
from ui.view import View


class WaitingView(View):
    model = ObjectProperty(WaitingModel(), rebind=True)
