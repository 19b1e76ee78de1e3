"""A fault: the citizen's money first, then what to do, then who knows."""

from __future__ import annotations

from typing import Any

from kivy.properties import NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from ui.parts import fill_with
from ui.screens.trouble.model import TroubleModel
from ui.view import View


class Step(BoxLayout):
    """One numbered thing to do."""

    number = NumericProperty(1)
    text = StringProperty("")


class TroubleView(View):
    model = ObjectProperty(TroubleModel(), rebind=True)

    def __init__(self, **facts: Any) -> None:
        self._steps: list[Step] = []
        super().__init__(**facts)

    def on_model(self, _: object, model: TroubleModel) -> None:
        fill_with(self.ids.steps, self._steps, len(model.steps), Step)
        for number, (step, text) in enumerate(zip(self._steps, model.steps, strict=False), 1):
            step.number, step.text = number, text
