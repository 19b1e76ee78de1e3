"""A fault: the citizen's money first, then what to do, then who knows."""

from __future__ import annotations

from typing import Any

from kivy.properties import NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from ui.parts import View, fill_with
from ui.screens.trouble.model import TroubleModel


class Step(BoxLayout):
    """One numbered thing to do."""

    number = NumericProperty(1)
    text = StringProperty("")


class TroubleView(View):
    model = ObjectProperty(TroubleModel(), rebind=True)

    def __init__(self, **facts: Any) -> None:
        self._steps: list[Step] = []
        super().__init__(**facts)
        ids = self.ids  # weak; a box that is not in the tree lives by these
        self._safe, self._claim, self._list = (
            ids.safe.__self__, ids.claim.__self__, ids.steps.__self__)  # fmt: skip

    def on_model(self, _: object, model: TroubleModel) -> None:
        fill_with(self._list, self._steps, len(model.steps), Step)
        for number, (step, text) in enumerate(zip(self._steps, model.steps, strict=False), 1):
            step.number, step.text = number, text
        self._show_boxes(model)

    def _show_boxes(self, model: TroubleModel) -> None:
        """Only the boxes that have something to say, money first."""
        boxes = [self._safe] if model.safe else []
        boxes += [self._claim] if model.claim else []
        boxes += [self._list] if model.steps else []
        if boxes != list(reversed(self.ids.hand.children)):
            self.ids.hand.clear_widgets()
            for box in boxes:
                self.ids.hand.add_widget(box)
