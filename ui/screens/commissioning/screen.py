"""Before the first citizen: the technician's facts, large enough to copy from."""

from __future__ import annotations

from typing import Any

from kivy.properties import ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from ui.parts import fill_with
from ui.screens.commissioning.model import CommissioningModel
from ui.view import View


class KnownFact(BoxLayout):
    """A label, and below it what is to be copied, in the whole width."""

    label = StringProperty("")
    value = StringProperty("")


class TodoStep(BoxLayout):
    """What is still to be done, in both languages."""

    text = StringProperty("")
    text_too = StringProperty("")


class CommissioningView(View):
    model = ObjectProperty(CommissioningModel(), rebind=True)

    def __init__(self, **facts: Any) -> None:
        self._facts: list[KnownFact] = []
        self._steps: list[TodoStep] = []
        super().__init__(**facts)

    def on_model(self, _: object, model: CommissioningModel) -> None:
        fill_with(self.ids.facts, self._facts, len(model.facts), KnownFact)
        for known, (label, value) in zip(self._facts, model.facts, strict=False):
            known.label, known.value = label, value
        fill_with(self.ids.todo, self._steps, len(model.todo), TodoStep)
        for step, (text, too) in zip(self._steps, model.todo, strict=False):
            step.text, step.text_too = text, too
