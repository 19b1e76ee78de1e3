"""The pages of the operator's menu: each a few facts, and at most six things to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.contract.desk import DAEMONS, LEAST_BRIGHTNESS, LEAST_VOLUME, MACHINE, WhyClosed
from firmware.contract.device import USABLE, DeviceState
from firmware.contract.faults import known
from firmware.contract.screen import Desk, Fact, Task
from firmware.core.desk_tasks import GROUPS, page_of
from firmware.journal import desk_rows as rows
from firmware.journal.shift_rows import Shift

if TYPE_CHECKING:
    from firmware.core.operator import OperatorDesk

NOT_YOUR_ROLE = "desk.not_your_role"
DAYS_SHOWN = 20  # reports to be printed again: those of before are in kioskctl
ENCLOSURE = ("till.door_opened",)  # alarms that a person ends by having looked
WELL, ILL = "ok", "ill"  # marks of a Fact
DEVICES_SHOWN = 5  # on a page, with the button that turns it: each has a line and a button


def menu(desk: OperatorDesk) -> Desk:
    is_pulled = "till.box_pulled" in desk.vault.alarms
    closed = f"desk.closed.{desk.floor.closed_because}" if desk.floor.closed_because else None
    day = desk.papers.last_day
    return Desk(
        "desk.menu",
        desk.by,
        says="desk.box_was_pulled" if is_pulled else closed or "desk.no_cash_meanwhile",
        is_alarm=is_pulled or closed is not None,
        facts=[
            Fact("desk.inside", money=desk.papers.inside),
            Fact("desk.last_day", text=when(None if day is None else day[0].at)),
        ],
        tasks=[Task(group, label=f"desk.group.{group}") for group in GROUPS],
    )


def day(desk: OperatorDesk) -> Desk:
    here = desk.orders.attending.here()
    is_here = desk.by in here
    arrival = Task("leave_kiosk") if is_here else Task("attend")
    facts = [
        Fact("desk.here", text=when(since), words={"name": name}) for name, since in here.items()
    ]
    return Desk(
        "desk.group.day",
        desk.by,
        says=None if is_here else "desk.say_you_are_here",
        facts=facts or [Fact("desk.nobody_here", text="-")],
        tasks=[arrival, Task("report"), Task("days"), Task("attendance"), Task("tickets")],
    )


def money(desk: OperatorDesk) -> Desk:
    last = desk.papers.last_collection
    tasks = [Task("collect", NOT_YOUR_ROLE if may_only_look(desk) else None)]
    if last is not None:
        tasks.append(Task("last_slip"))
    return Desk(
        "desk.group.money",
        desk.by,
        facts=[
            Fact("desk.inside", money=desk.papers.inside),
            Fact("desk.last_collection", text=when(None if last is None else last[0].at)),
        ],
        tasks=tasks,
    )


def days(desk: OperatorDesk) -> Desk:
    """The latest first."""
    closed = desk.papers.closed_days(DAYS_SHOWN)
    tasks = [
        Task(f"day/{row.number}", label="desk.day", text=f"{row.number} · {when(entry.at)}")
        for entry, row in closed
    ]
    says = "desk.days_again" if closed else "desk.no_days"
    return Desk("desk.days", desk.by, says=says, tasks=page_of(tasks, desk.page))


def attendance(desk: OperatorDesk) -> Desk:
    recent = desk.orders.attending.recent()[:6]
    facts = [Fact("desk.shift", text=_shift(each), words={"name": each.by}) for each in recent]
    return Desk("desk.attendance", desk.by, says=None if recent else "desk.nobody_yet", facts=facts)


def tickets(desk: OperatorDesk) -> Desk:
    """What somebody has to mend, oldest first; a touch prints its slip."""
    tasks = [
        Task(f"ticket/{each.number}", label=f"desk.ticket.{each.level}", text=each.number)
        for each in desk.papers.tickets
    ]
    shown = page_of(tasks, desk.page, DEVICES_SHOWN)
    numbers = [task.text for task in shown]
    facts = [
        Fact("desk.ticket", text=when(each.opened), words={"number": each.number[-4:]},
             fault=each.code if known(each.code) is not None else "")
        for each in desk.papers.tickets if each.number in numbers
    ]  # fmt: skip
    says = "desk.tickets_print" if tasks else "desk.no_tickets"
    return Desk("desk.tickets", desk.by, says=says, facts=facts, tasks=shown)


def _shift(shift: Shift) -> str:
    until = shift.ended[11:16] if shift.ended[:10] == shift.began[:10] else when(shift.ended)
    return f"{when(shift.began)} - {until if shift.ended else '…'}"


def devices(desk: OperatorDesk) -> Desk:
    """What each says of itself, the heaviest of its faults in words, and its test."""
    found = list(desk.floor.devices.values())
    tasks = [Task(f"test/{each.name}", label=f"desk.test.{each.kind}") for each in found]
    shown = page_of(tasks, desk.page, DEVICES_SHOWN)
    names = [task.id.partition("/")[2] for task in shown]
    return Desk(
        "desk.group.devices",
        desk.by,
        says="desk.test_takes_no_money" if found else "desk.no_devices",
        is_alarm=any(state.status not in USABLE for state in found),
        facts=[_device(each) for each in found if each.name in names],
        tasks=shown,
    )


def _device(state: DeviceState) -> Fact:
    """`fault` names the row of the table; the screen has its words."""
    codes = [each.code for each in state.faults if known(each.code) is not None]
    worst = max(codes, key=_weight, default="")
    mark = WELL if state.status in USABLE else ILL
    return Fact(f"desk.device.{state.kind}", mark=mark, fault=worst)


def _weight(code: str) -> int:
    fault = known(code)
    return 0 if fault is None else fault.weight


def machine(desk: OperatorDesk) -> Desk:
    closed = desk.floor.closed_because
    tasks = [Task("open") if closed else Task("reasons"), Task("programs"), Task("settings")]
    # Everybody may put it on; to put it off is the operator's to answer for.
    conduct = desk.content.conduct.said
    may_not = NOT_YOUR_ROLE if may_only_look(desk) else None
    tasks.append(Task("conduct_off", may_not) if conduct else Task("conduct_on"))
    tasks.append(Task("practise", desk.why_no_practice()))
    if any(code in desk.vault.alarms for code in ENCLOSURE) or desk.floor.is_tampered:
        tasks.append(Task("clear_alarms"))
    return Desk(
        "desk.group.machine",
        desk.by,
        says=f"desk.closed.{closed}" if closed else None,
        is_alarm=bool(closed),
        facts=[
            Fact("desk.kiosk", text=desk.kiosk_id),
            Fact("desk.serves", mark=ILL if closed else WELL),
            *([Fact("desk.conduct", text=conduct[:16])] if conduct else []),
        ],
        tasks=tasks,
    )


def programs(desk: OperatorDesk) -> Desk:
    """The machine first, then what most often helps: a driver, and the programs."""
    names = [name for name in desk.orders.restarting.known if name not in (*DAEMONS, MACHINE)]
    tasks = [Task(f"restart/{MACHINE}", label="desk.restart.machine")]
    for name in names:
        kind = None if name not in desk.floor.devices else desk.floor.devices[name].kind
        text = "" if kind == name else name
        tasks.append(Task(f"restart/{name}", label=f"desk.device.{kind or 'any'}", text=text))
    tasks += [Task(f"restart/{name}", label=f"desk.restart.{name}") for name in DAEMONS]
    return Desk(
        "desk.programs",
        desk.by,
        says=desk.problem or "desk.restart_asks_nobody",
        is_alarm=desk.problem == "desk.not_while_at_work",
        tasks=page_of(tasks, desk.page),
    )


def reasons(desk: OperatorDesk) -> Desk:
    tasks = [Task(f"close/{why.value}", label=f"desk.closed.{why.value}") for why in WhyClosed]
    return Desk("desk.reasons", desk.by, says="desk.why_closed", tasks=tasks)


def settings(desk: OperatorDesk) -> Desk:
    now = desk.orders.adjusting.settings
    levels = (
        ("volume", now.volume, LEAST_VOLUME),
        ("brightness", now.brightness, LEAST_BRIGHTNESS),
    )
    tasks = []
    for what, level, least in levels:
        for direction, end in (("up", 100), ("down", least)):
            why_not = "desk.no_further" if level == end else None
            tasks.append(Task(f"{what}/{direction}", why_not, label=f"desk.{what}.{direction}"))
    facts = [Fact(f"desk.{what}", text=f"{level} %") for what, level, _ in levels]
    return Desk("desk.settings", desk.by, facts=facts, tasks=tasks)


def may_only_look(desk: OperatorDesk) -> bool:
    return desk.operator is None or desk.operator.role != "operator"


def when(at: str | None) -> str:
    """`2026-11-22 18:05`; the screen writes the month in words."""
    return "-" if not at else at[:16].replace("T", " ")


def cash_lines(cash: rows.Cash) -> list[Fact]:
    """What is inside, by what it is made of."""
    facts = [
        Fact("desk.notes", cash.in_notes, count=sum(each.count for each in cash.notes)),
        Fact("desk.coins", cash.in_coins, count=sum(each.count for each in cash.coins)),
    ]
    if cash.change:
        facts.append(Fact("desk.change", cash.change))
    if cash.brought_forward:
        facts.append(Fact("desk.brought_forward", cash.brought_forward))
    return [*facts, Fact("desk.expected", cash.amount)]
