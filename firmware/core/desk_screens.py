"""What an operator sees, as a function of where he is at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.contract.money import ZERO, Money
from firmware.contract.screen import Action, Count, Desk, Fact, ScreenData, Task, Waiting
from firmware.core.desk_supplies import supplies_page
from firmware.journal import desk_rows as rows

if TYPE_CHECKING:
    from firmware.core.operator import OperatorDesk

ACTIONS: dict[str, list[Action]] = {
    "pin": [Action.ENTER, Action.CANCEL],
    "menu": [Action.CHOOSE_TASK, Action.FINISH],
    "box": [Action.CHOOSE_TASK],
    "count_notes": [Action.ENTER, Action.SKIP],
    "count_coins": [Action.ENTER, Action.SKIP],
    "comparing": [],
    "report": [Action.CHOOSE_TASK, Action.BACK],
    "supplies": [Action.CHOOSE_TASK, Action.BACK],
    "printing": [],
    "result": [Action.CHOOSE_TASK, Action.BACK, Action.FINISH],
}
NOT_YOUR_ROLE = "desk.not_your_role"


def draw(desk: OperatorDesk, is_on_paper: bool) -> ScreenData:
    """The page of every place but the PIN's."""
    match desk.place:
        case "box":
            return _box(desk)
        case "count_notes" | "count_coins":
            return Count(f"desk.{desk.place}")
        case "comparing":
            return Waiting("waiting.comparing")
        case "printing":
            return Waiting("waiting.desk_printing")
        case "report":
            return _report(desk)
        case "supplies":
            return supplies_page(desk)
        case "result":
            return _result(desk, is_on_paper)
        case _:
            return _menu(desk)


def _menu(desk: OperatorDesk) -> Desk:
    is_pulled = "till.box_pulled" in desk.vault.alarms
    money = NOT_YOUR_ROLE if _may_only_look(desk) else None
    tasks = [Task("collect", money), Task("report"), Task("supplies")]
    last, day = desk.papers.last_collection, desk.papers.last_day
    if last is not None:
        tasks.append(Task("last_slip"))
    tasks.append(Task("practise", desk.why_no_practice()))
    # Everybody may put it on; to put it off is the operator's to answer for.
    conduct = desk.content.conduct.said
    tasks.append(Task("conduct_off", money) if conduct else Task("conduct_on"))
    return Desk(
        "desk.menu",
        desk.by,
        says="desk.box_was_pulled" if is_pulled else "desk.no_cash_meanwhile",
        is_alarm=is_pulled,
        facts=[
            Fact("desk.inside", money=desk.papers.inside),
            Fact("desk.last_collection", text=_when(None if last is None else last[0].at)),
            Fact("desk.last_day", text=_when(None if day is None else day[0].at)),
            *([Fact("desk.conduct", text=conduct[:16])] if conduct else []),
        ],
        tasks=tasks,
    )


def _may_only_look(desk: OperatorDesk) -> bool:
    return desk.operator is None or desk.operator.role != "operator"


def _box(desk: OperatorDesk) -> Desk:
    is_out, was_out = desk.vault.box_is_out, desk.collecting.was_out
    says = "desk.box_is_out" if is_out else "desk.box_is_back" if was_out else "desk.take_box"
    still_out = "desk.put_box_back" if is_out else None
    return Desk(
        "desk.collect",
        desk.by,
        says=says,
        facts=_cash(desk.papers.expected),
        tasks=[Task("emptied", still_out), Task("not_emptied", still_out)],
    )


def _cash(cash: rows.Cash) -> list[Fact]:
    facts = [
        Fact("desk.notes", cash.in_notes, count=sum(each.count for each in cash.notes)),
        Fact("desk.coins", cash.in_coins, count=sum(each.count for each in cash.coins)),
    ]
    if cash.change:
        facts.append(Fact("desk.change", cash.change))
    if cash.brought_forward:
        facts.append(Fact("desk.brought_forward", cash.brought_forward))
    return [*facts, Fact("desk.expected", cash.amount)]


def _report(desk: OperatorDesk) -> Desk:
    figures = desk.papers.figures()
    day = desk.papers.last_day
    return Desk(
        "desk.report",
        desk.by,
        says="desk.x_changes_nothing",
        facts=[
            Fact("desk.since", text=_when(None if day is None else day[0].at)),
            Fact("desk.payments", _paid(figures), sum(each.count for each in figures.services)),
            Fact("desk.cash", figures.notes + figures.coins - figures.change),
            Fact("desk.claims", figures.claims_amount, figures.claims_issued),
            Fact("desk.unposted", count=figures.unposted),
        ],
        tasks=[Task("print_x"), Task("close_day", NOT_YOUR_ROLE if _may_only_look(desk) else None)],
    )


def _paid(figures: rows.DayFigures) -> Money:
    found = ZERO
    for each in figures.services:
        found = found + each.amount + each.fees + each.advances
    return found


def _result(desk: OperatorDesk, is_on_paper: bool) -> Desk:
    is_slip = bool(desk.papers.last) and desk.papers.last[0].document.startswith("collection")
    is_day = bool(desk.papers.last) and desk.papers.last[0].document.startswith("report z")
    facts, differs = _collected(desk) if is_slip else (_day(desk) if is_day else [], False)
    paper = "desk.on_paper" if is_on_paper else "desk.not_on_paper"
    return Desk(
        "desk.collected" if is_slip else "desk.reported",
        desk.by,
        says="desk.differs" if differs else paper,
        is_alarm=differs or not is_on_paper,
        facts=facts,
        tasks=[Task("again")],
    )


def _collected(desk: OperatorDesk) -> tuple[list[Fact], bool]:
    found = desk.papers.last_collection
    if found is None:
        return [], False
    closed = found[1]
    facts = [
        Fact("desk.collection", count=closed.number),
        Fact("desk.expected", closed.expected.amount),
        _or_none("desk.counted", closed.counted),
    ]
    if closed.counted is not None:
        facts.append(Fact("desk.difference", closed.counted - closed.expected.amount))
    if closed.office is not None:
        facts.append(Fact("desk.posted", closed.office.posted))
        facts.append(_or_none("desk.booked", closed.office.booked))
    return facts, desk.papers.differs(closed.number) is not None


def _day(desk: OperatorDesk) -> list[Fact]:
    day = desk.papers.last_day
    if day is None:
        return []
    return [
        Fact("desk.day", count=day[1].number),
        Fact("desk.last_day", text=_when(day[0].at)),
        Fact("desk.cash", day[1].figures.notes + day[1].figures.coins - day[1].figures.change),
    ]


def _or_none(label: str, money: Money | None) -> Fact:
    return Fact(label, text="-") if money is None else Fact(label, money)


def _when(at: str | None) -> str:
    """`2026-11-22 18:05`; the screen writes the month in words."""
    return "-" if at is None else at[:16].replace("T", " ")
