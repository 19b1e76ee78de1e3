"""Paid: the tick, the receipt's number, where the proof is."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from ui.screens.done.model import DoneModel
from ui.view import View


class DoneView(View):
    model = ObjectProperty(DoneModel(), rebind=True)
