"""Sample documents of the operator's pages beside money: part of samples_desk.py."""

from __future__ import annotations

from firmware.contract.desk import DAEMONS, WhyClosed
from firmware.contract.device import Kind
from firmware.contract.screen import Desk, Fact, ScreenData, Task

WELL, ILL = "ok", "ill"
MORE = Task("more")


def devices(by: str) -> Desk:
    """As many as any kiosk has, two of them with a fault."""
    faults = {Kind.RECEIPT: "receipt.paper.end", Kind.NOTES: "notes.jam.stacker"}
    shown = (Kind.NOTES, Kind.COINS, Kind.RECEIPT, Kind.FINGER)
    facts = [Fact(f"desk.device.{kind}", mark=ILL if kind in faults else WELL,
                  fault=faults.get(kind, "")) for kind in shown]  # fmt: skip
    tasks = [Task(f"test/{kind}", label=f"desk.test.{kind}") for kind in shown]
    return Desk("desk.group.devices", by, "desk.test_takes_no_money", True, facts, [*tasks, MORE])


def test(by: str, says: str, is_alarm: bool = False, **words: str) -> Desk:
    steps = [Fact(f"guided.{step}", mark=WELL) for step in ("answers", "no_fault", "who")]
    light = Fact("guided.light", mark=ILL, words={"output": "notes_guide"})
    tasks = [Task("yes"), Task("no")] if says.startswith(("guided.is_", "guided.does")) else []
    return Desk("desk.test", by, says, is_alarm, [*steps, light], tasks, words)


def network(by: str, broken: str = "") -> Desk:
    details = {"cable": "eth0, wwan0", "address": "192.168.1.73",
               "router": "192.168.1.1 by eth0", "names": "api.office.example.go…",
               "office": "no answer for 40 s"}  # fmt: skip
    at = list(details).index(broken) if broken else len(details)
    marks = [WELL if place < at else ILL if place == at else "unknown" for place in range(5)]
    facts = [Fact(f"hop.{hop}", text=None if (hop, mark) == ("office", WELL) else details[hop],
                  mark=mark)
             for hop, mark in zip(details, marks, strict=True)]  # fmt: skip
    facts += [Fact("hop.sim", text="airtel · LTE · 62 %"),
              Fact("desk.measured", text="2026-11-22 18:05")]  # fmt: skip
    says = f"helpdesk.{broken or 'well'}"
    return Desk("desk.group.network", by, says, bool(broken), facts)


def machine(by: str, closed: str = "") -> Desk:
    facts = [Fact("desk.kiosk", text="todaraisingh-1"),
             Fact("desk.serves", mark=ILL if closed else WELL)]  # fmt: skip
    first = "open" if closed else "reasons"
    names = (first, "programs", "settings", "conduct_on", "practise", "clear_alarms")
    tasks = [Task(each) for each in names]
    says = f"desk.closed.{closed}" if closed else None
    return Desk("desk.group.machine", by, says, bool(closed), facts, tasks)


def programs(by: str, says: str = "desk.restart_asks_nobody") -> list[Desk]:
    """Two pages."""
    tasks = [Task("restart/machine", label="desk.restart.machine")]
    tasks += [Task(f"restart/{kind}", label=f"desk.device.{kind}")
              for kind in (Kind.NOTES, Kind.COINS, Kind.RECEIPT, Kind.PANEL)]  # fmt: skip
    others = [Task(f"restart/{name}", label=f"desk.restart.{name}") for name in DAEMONS]
    is_alarm = says == "desk.not_while_at_work"
    return [Desk("desk.programs", by, says, is_alarm, [], [*page, MORE])
            for page in (tasks, others)]  # fmt: skip


def settings(by: str) -> Desk:
    tasks = [Task(f"{what}/{way}", "desk.no_further" if (what, way) == ("brightness", "up") else
                  None, f"desk.{what}.{way}")
             for what in ("volume", "brightness") for way in ("up", "down")]  # fmt: skip
    facts = [Fact("desk.volume", text="70 %"), Fact("desk.brightness", text="100 %")]
    return Desk("desk.settings", by, None, False, facts, tasks)


def day(by: str) -> dict[str, ScreenData]:
    since = [Fact("desk.here", text="2026-11-22 09:02", words={"name": by})]
    tasks = [Task(each) for each in ("leave_kiosk", "report", "days", "attendance")]
    nobody = [Task("attend"), *tasks[1:]]
    days = [Task(f"day/{number}", label="desk.day", text=f"{number} · 2026-11-{number} 18:05")
            for number in (21, 20, 19, 18, 17)]  # fmt: skip
    name = {"name": by}
    shifts = [Fact("desk.shift", text=f"2026-11-{at} 09:02 - 17:40", words=name)
              for at in (21, 20, 19, 18, 17)]  # fmt: skip
    here = Fact("desk.shift", text="2026-11-22 09:02 - …", words=name)
    return {
        "d-day": Desk("desk.group.day", by, None, False, since, tasks),
        "d-day-nobody": Desk("desk.group.day", by, "desk.say_you_are_here", False,
                             [Fact("desk.nobody_here", text="-")], nobody),
        "d-days": Desk("desk.days", by, "desk.days_again", False, [], [*days, MORE]),
        "d-days-none": Desk("desk.days", by, "desk.no_days"),
        "d-attendance": Desk("desk.attendance", by, None, False, [here, *shifts]),
        "d-attendance-none": Desk("desk.attendance", by, "desk.nobody_yet"),
    }  # fmt: skip


def screens(by: str) -> dict[str, ScreenData]:
    """By file name, as in the gallery."""
    first, second = programs(by)
    reasons = [Task(f"close/{why.value}", label=f"desk.closed.{why.value}") for why in WhyClosed]
    return {
        **day(by),
        "f-devices": devices(by),
        "f-devices-none": Desk("desk.group.devices", by, "desk.no_devices"),
        "f-test-put-in": test(by, "guided.do.put_in", piece="guided.note"),
        "f-test-question": test(by, "guided.is_it_whole"),
        "f-test-light": test(by, "guided.does_it_shine", output="receipt_guide"),
        "f-test-failed": test(by, "guided.failed", is_alarm=True),
        "g-network": network(by),
        "g-network-names": network(by, "names"),
        "g-network-unknown": Desk("desk.group.network", by, "helpdesk.nobody_measures", True),
        "h-machine": machine(by),
        "h-machine-closed": machine(by, "supplies"),
        "h-programs": first,
        "h-programs-more": second,
        "h-programs-busy": programs(by, "desk.not_while_at_work")[0],
        "h-reasons": Desk("desk.reasons", by, "desk.why_closed", tasks=reasons),
        "h-settings": settings(by),
    }  # fmt: skip
