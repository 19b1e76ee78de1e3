"""The operator's menu: facts in a card, tasks as large buttons."""

from __future__ import annotations

from typing import Any

from kivy.properties import NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from ui.layout import is_wide
from ui.parts import Row, Touch, fill_with
from ui.screens.desk.model import DeskModel, Task
from ui.view import View


class TaskButton(Touch):
    """Grey with a dashed edge, and why, while it cannot be done."""

    task = ObjectProperty(None, allownone=True)
    text = StringProperty("")
    icon = StringProperty("")
    why_not = StringProperty("")
    least = NumericProperty(0)  # as high as its words need

    def on_task(self, _: object, task: Task) -> None:
        self.text, self.icon, self.why_not = task.text, task.icon, task.why_not


class TaskRow(BoxLayout):
    """Two tasks beside each other where the panel is wide, else one; as high as its words need."""

    def hold(self, tasks: list[TaskButton]) -> None:
        if self.children[::-1] != tasks:
            self.clear_widgets()
            for task in tasks:
                if task.parent is not None:  # another row held it, when the panel was wider
                    task.parent.remove_widget(task)
                self.add_widget(task)
                task.fbind("least", self._fit)
        self._fit()

    def _fit(self, *_: object) -> None:
        self.height = max((float(task.least) for task in self.children), default=0.0)


class DeskView(View):
    model = ObjectProperty(DeskModel(), rebind=True)

    def __init__(self, **facts: Any) -> None:
        self._rows: list[Row] = []
        self._tasks: list[TaskButton] = []
        self._lines: list[TaskRow] = []
        super().__init__(**facts)

    def on_model(self, _: object, model: DeskModel) -> None:
        fill_with(self.ids.facts, self._rows, len(model.rows), Row)
        for number, (row, fact) in enumerate(zip(self._rows, model.rows, strict=False)):
            row.label, row.value, row.has_line = fact.label, fact.value, number > 0
        across = 2 if is_wide() else 1
        while len(self._tasks) < len(model.tasks):
            self._tasks.append(self._button())
        fill_with(self.ids.tasks, self._lines, -(-len(model.tasks) // across), TaskRow)
        for at, line in enumerate(self._lines):
            tasks = self._tasks[: len(model.tasks)][at * across : (at + 1) * across]
            if tasks:
                line.hold(tasks)
        for button, task in zip(self._tasks, model.tasks, strict=False):
            button.task = task

    def _button(self) -> TaskButton:
        button = TaskButton()
        button.bind(on_press=lambda it: self.press(self.model.action, it.task.id))
        return button
