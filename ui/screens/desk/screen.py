"""The operator's menu: facts in a card, tasks as large buttons."""

from __future__ import annotations

from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from ui.parts import Row, Touch, View, fill_with
from ui.screens.desk.model import DeskModel, Task


class TaskButton(Touch):
    """Grey with a dashed edge, and why, while it cannot be done."""

    task = ObjectProperty(None, allownone=True)
    text = StringProperty("")
    icon = StringProperty("")
    why_not = StringProperty("")
    is_low = BooleanProperty(False)

    def on_task(self, _: object, task: Task) -> None:
        self.text, self.icon, self.why_not = task.text, task.icon, task.why_not


class DeskView(View):
    model = ObjectProperty(DeskModel(), rebind=True)

    def __init__(self, **facts: Any) -> None:
        self._rows: list[Row] = []
        self._tasks: list[TaskButton] = []
        super().__init__(**facts)

    def on_model(self, _: object, model: DeskModel) -> None:
        fill_with(self.ids.facts, self._rows, len(model.rows), Row)
        for number, (row, fact) in enumerate(zip(self._rows, model.rows, strict=False)):
            row.label, row.value, row.has_line = fact.label, fact.value, number > 0
        fill_with(self.ids.tasks, self._tasks, len(model.tasks), self._button)
        for button, task in zip(self._tasks, model.tasks, strict=False):
            button.task, button.is_low = task, model.is_crowded

    def _button(self) -> TaskButton:
        button = TaskButton()
        button.bind(on_press=lambda it: self.press(self.model.action, it.task.id))
        return button
