"""Pages come out: a still picture, how many, and what was checked."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from ui.screens.printing.model import PrintingModel
from ui.view import View


class PrintingView(View):
    model = ObjectProperty(PrintingModel(), rebind=True)
