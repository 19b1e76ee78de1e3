"""A page of the operator's menu: what stands in it, what the machine says, what can be done."""

from __future__ import annotations

from dataclasses import dataclass

from firmware.contract.money import ZERO
from firmware.contract.screen import Action, Desk, Fact, Screen
from firmware.contract.screen import Task as TaskData
from ui.say import NO_BREAK, Say, exact, sentences

ICONS = {
    "collect": "vault-fill", "report": "clipboard-text-fill", "last_slip": "printer-fill",
    "emptied": "check-bold", "not_emptied": "x-bold", "print_x": "printer-fill",
    "close_day": "moon-fill", "again": "printer-fill", "supplies": "package-fill",
    "refilled": "check-bold",
}  # fmt: skip
ICON_OF_OTHERS = "wrench-fill"  # of a core that is newer than this screen


@dataclass(frozen=True)
class Row:
    label: str
    value: str


@dataclass(frozen=True)
class Task:
    """`why_not` is empty when it can be done."""

    id: str
    text: str
    icon: str
    why_not: str = ""


@dataclass(frozen=True)
class DeskModel:
    title: str = ""
    by: str = ""
    says: str = ""
    is_alarm: bool = False
    rows: tuple[Row, ...] = ()
    tasks: tuple[Task, ...] = ()
    action: Action = Action.CHOOSE_TASK

    @property
    def spoken_text(self) -> str:
        return sentences(self.title, self.says)


def model(data: Desk, screen: Screen, say: Say) -> DeskModel:
    return DeskModel(
        title=say(say.known(data.title, "desk.menu")),
        by=say("desk.by", name=data.by),
        says=say(say.known(data.says, "desk.menu")) if data.says else "",
        is_alarm=data.is_alarm,
        rows=tuple(_row(fact, say) for fact in data.facts),
        tasks=tuple(_task(task, say) for task in data.tasks),
    )


def _row(fact: Fact, say: Say) -> Row:
    """A sum, a count, both as `12 · ₹ 470.00`, or a text."""
    parts = [] if fact.count is None else [str(fact.count)]
    if fact.money is not None:
        sign = "− " if fact.money < ZERO else ""
        parts.append(sign + exact(max(fact.money, ZERO - fact.money)))
    if fact.text is not None:
        parts.append(_moment(fact.text, say))
    if fact.days is not None:
        parts.append(say("desk.days", count=fact.days))
    return Row(say(say.known(fact.label, "desk.other")), f"{NO_BREAK}·{NO_BREAK}".join(parts))


def _moment(text: str, say: Say) -> str:
    """`2026-11-22 18:05` with the month in words; anything else as it came."""
    date, _, time = text.partition(" ")
    said = say.month(date)
    return text if said == date else ", ".join(filter(None, (said, time)))


def _task(task: TaskData, say: Say) -> Task:
    why_not = "" if task.why_not is None else say(say.known(task.why_not, "desk.not_now"))
    text = say(say.known(task.label or f"desk.{task.id}", "desk.other"))
    icon = ICONS.get(task.id.partition("/")[0], ICON_OF_OTHERS)
    return Task(task.id, text, icon, why_not)
