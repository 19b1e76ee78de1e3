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
    "refilled": "check-bold", "day": "clipboard-text-fill", "money": "money-fill",
    "devices": "printer-fill", "network": "wifi-slash-duotone", "machine": "power-duotone",
    "attend": "check-bold", "leave_kiosk": "x-bold", "days": "notebook-duotone",
    "attendance": "users-duotone", "more": "arrow-right-bold", "yes": "check-bold", "no": "x-bold",
    "restart": "power-duotone", "programs": "power-duotone", "reasons": "prohibit-fill",
    "close": "prohibit-fill", "open": "check-bold", "volume": "speaker-high-fill",
    "brightness": "info-fill", "clear_alarms": "shield-check-fill",
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
        says=_says(data, say),
        is_alarm=data.is_alarm,
        rows=tuple(_row(fact, say) for fact in data.facts),
        tasks=tuple(_task(task, say) for task in data.tasks),
    )


def _says(data: Desk, say: Say) -> str:
    if not data.says:
        return ""
    return say(say.known(data.says, "desk.menu"), **_words(data.words, say))


def _words(words: dict[str, str], say: Say) -> dict[str, str]:
    """The facts of a text: one that is a key is said in its own words."""
    return {name: say(value) if say.has(value) else value for name, value in words.items()}


def _row(fact: Fact, say: Say) -> Row:
    """A sum, a count, both as `12 · ₹ 470.00`, or a text; before it whether that is well."""
    parts = [say(say.known(f"desk.mark.{fact.mark}", "desk.mark.unknown"))] if fact.mark else []
    parts += [] if fact.count is None else [str(fact.count)]
    if fact.money is not None:
        sign = "− " if fact.money < ZERO else ""
        parts.append(sign + exact(max(fact.money, ZERO - fact.money)))
    if fact.text is not None:
        parts.append(_moment(fact.text, say))
    if fact.days is not None:
        parts.append(say("desk.days.left", count=fact.days))
    if (fault := say.of_fault(fact.fault)) is not None:
        parts.append(fault.short or fault.text)
    label = say(say.known(fact.label, "desk.other"), **_words(fact.words, say))
    return Row(label, f"{NO_BREAK}· ".join(parts))


def _moment(text: str, say: Say) -> str:
    """`2026-11-22 18:05` with the month in words; anything else as it came."""
    date, _, time = text.partition(" ")
    said = say.month(date)
    return text if said == date else ", ".join(filter(None, (said, time)))


def _behind(text: str, say: Say) -> str:
    """`12 · 2026-11-21 18:05` with the month in words."""
    before, dot, moment = text.rpartition("· ")
    return f"{before}{dot}{_moment(moment, say)}"


def _task(task: TaskData, say: Say) -> Task:
    why_not = "" if task.why_not is None else say(say.known(task.why_not, "desk.not_now"))
    name = say(say.known(task.label or f"desk.{task.id}", "desk.other"))
    text = " ".join(filter(None, (name, _behind(task.text, say))))
    icon = ICONS.get(task.id.partition("/")[0], ICON_OF_OTHERS)
    return Task(task.id, text, icon, why_not)
