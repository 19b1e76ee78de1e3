"""What an operator sees, as a function of where he is at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.contract.money import ZERO, Money
from firmware.contract.screen import Action, Count, Desk, Fact, ScreenData, Task, Waiting
from firmware.core import desk_pages
from firmware.core.desk_network import network_page
from firmware.core.desk_pages import NOT_YOUR_ROLE, cash_lines, may_only_look, when
from firmware.core.desk_supplies import supplies_page
from firmware.journal import desk_rows as rows

if TYPE_CHECKING:
    from firmware.core.operator import OperatorDesk

LIST = [Action.CHOOSE_TASK, Action.BACK]
ACTIONS: dict[str, list[Action]] = {
    "pin": [Action.ENTER, Action.CANCEL],
    "menu": [Action.CHOOSE_TASK, Action.FINISH],
    **dict.fromkeys(("day", "money", "supplies", "devices", "network", "machine"), LIST),
    **dict.fromkeys(("days", "attendance", "programs", "reasons", "settings", "report"), LIST),
    "tickets": LIST,
    "test": LIST,
    "box": [Action.CHOOSE_TASK],
    "count_notes": [Action.ENTER, Action.SKIP],
    "count_coins": [Action.ENTER, Action.SKIP],
    "comparing": [],
    "printing": [],
    "result": [Action.CHOOSE_TASK, Action.BACK, Action.FINISH],
}
PAGES = {
    "menu": desk_pages.menu,
    "day": desk_pages.day,
    "money": desk_pages.money,
    "supplies": supplies_page,
    "devices": desk_pages.devices,
    "network": network_page,
    "machine": desk_pages.machine,
    "days": desk_pages.days,
    "attendance": desk_pages.attendance,
    "tickets": desk_pages.tickets,
    "programs": desk_pages.programs,
    "reasons": desk_pages.reasons,
    "settings": desk_pages.settings,
}


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
        case "result":
            return _result(desk, is_on_paper)
        case "test":
            return desk.testing.page(desk)
        case place:
            return PAGES[place](desk)


def _box(desk: OperatorDesk) -> Desk:
    is_out, was_out = desk.vault.box_is_out, desk.collecting.was_out
    says = "desk.box_is_out" if is_out else "desk.box_is_back" if was_out else "desk.take_box"
    still_out = "desk.put_box_back" if is_out else None
    return Desk(
        "desk.collect",
        desk.by,
        says=says,
        facts=cash_lines(desk.papers.expected),
        tasks=[Task("emptied", still_out), Task("not_emptied", still_out)],
    )


def _report(desk: OperatorDesk) -> Desk:
    figures = desk.papers.figures()
    day = desk.papers.last_day
    return Desk(
        "desk.report",
        desk.by,
        says="desk.x_changes_nothing",
        facts=[
            Fact("desk.since", text=when(None if day is None else day[0].at)),
            Fact("desk.payments", _paid(figures), sum(each.count for each in figures.services)),
            Fact("desk.cash", figures.notes + figures.coins - figures.change),
            Fact("desk.claims", figures.claims_amount, figures.claims_issued),
            Fact("desk.unposted", count=figures.unposted),
        ],
        tasks=[Task("print_x"), Task("close_day", NOT_YOUR_ROLE if may_only_look(desk) else None)],
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
        Fact("desk.last_day", text=when(day[0].at)),
        Fact("desk.cash", day[1].figures.notes + day[1].figures.coins - day[1].figures.change),
    ]


def _or_none(label: str, money: Money | None) -> Fact:
    return Fact(label, text="-") if money is None else Fact(label, money)
