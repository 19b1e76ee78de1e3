"""Sample documents of the operator's desk: part of samples.py."""

from __future__ import annotations

from firmware.contract.money import rupees
from firmware.contract.screen import Count, Desk, Fact, Pin, ScreenData, Task
from ui import samples_machine

PIN_PROBLEMS = ("wrong", "locked", "file_missing", "file_broken")


def supplies_desk() -> Desk:
    """As much as any kiosk has: three printers."""
    facts = [Fact("desk.supply.receipt.paper", text="31.2 m", days=9),
             Fact("desk.supply.page.paper", text="31", days=2),
             Fact("desk.supply.page.toner", text="84 %", days=61),
             Fact("desk.supply.pvc.cards", text="?"),
             Fact("desk.supply.pvc.ribbon", text="180", days=40)]  # fmt: skip
    counted = ("receipt/paper", "page/paper", "pvc/cards")
    tasks = [Task(f"refilled/{each}", label=f"desk.refilled.{each.replace('/', '.')}")
             for each in counted]  # fmt: skip
    return Desk("desk.supplies", "R. Meena", "desk.refilled_counts", False, facts, tasks)


def tickets_desk() -> Desk:
    """Two that wait for somebody."""
    open_ = (("0012", "block", "notes.jam.stacker"), ("0013", "operator", "receipt.paper.end"))
    facts = [Fact("desk.ticket", text="2026-11-21 18:05", words={"number": number}, fault=code)
             for number, _, code in open_]  # fmt: skip
    tasks = [Task(f"ticket/TDR 0417/7C {number}", label=f"desk.ticket.{level}",
                  text=f"TDR 0417/7C {number}") for number, level, _ in open_]  # fmt: skip
    return Desk("desk.tickets", "R. Meena", "desk.tickets_print", False, facts, tasks)


PIN_KEY = "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo="  # of RFC 7748, 6.1: anybody's


def groups() -> list[Task]:
    """The menu."""
    return [Task(group, label=f"desk.group.{group}")
            for group in ("day", "money", "supplies", "devices", "network", "machine")]  # fmt: skip


def screens() -> dict[str, ScreenData]:
    """By file name, as in the gallery."""
    sums = [Fact("desk.notes", rupees(13150), 54), Fact("desk.coins", rupees(300), 27),
            Fact("desk.expected", rupees(13450))]  # fmt: skip
    inside = Fact("desk.inside", rupees(13450))
    menu = [inside, Fact("desk.last_day", text="2026-11-21 18:05")]
    money = [inside, Fact("desk.last_collection", text="-")]
    day = [Fact("desk.since", text="2026-11-21 18:05"), Fact("desk.payments", rupees(13325), 23),
           Fact("desk.cash", rupees(14240)), Fact("desk.claims", rupees(700), 2),
           Fact("desk.unposted", count=2)]  # fmt: skip
    result = [Fact("desk.collection", count=7), Fact("desk.expected", rupees(13450)),
              Fact("desk.counted", rupees(13440)), Fact("desk.difference", rupees(-10)),
              Fact("desk.posted", rupees(13000)), Fact("desk.booked", text="-")]  # fmt: skip
    by, office = "R. Meena", "desk.not_your_role"
    return {
        "a-pin": Pin(PIN_KEY),
        **{f"a-pin-{problem}": Pin(PIN_KEY if problem == "wrong" else "", f"pin.{problem}", 15)
           for problem in PIN_PROBLEMS},
        "b-menu": Desk("desk.menu", by, "desk.no_cash_meanwhile", False, menu, groups()),
        "b-menu-pulled": Desk("desk.menu", by, "desk.box_was_pulled", True, menu, groups()),
        "b-money": Desk("desk.group.money", by, None, False, money,
                        [Task("collect", office), Task("last_slip")]),
        "b-tickets": tickets_desk(),
        **samples_machine.screens(by),
        "c-box": Desk("desk.collect", by, "desk.take_box", False, sums,
                      [Task("emptied"), Task("not_emptied")]),
        "c-box-out": Desk("desk.collect", by, "desk.box_is_out", False, sums,
                          [Task("emptied", "desk.put_box_back"),
                           Task("not_emptied", "desk.put_box_back")]),
        "c-count-notes": Count("desk.count_notes"),
        "c-count-coins": Count("desk.count_coins"),
        "c-collected": Desk("desk.collected", by, "desk.differs", True, result, [Task("again")]),
        "d-report": Desk("desk.report", by, "desk.x_changes_nothing", False, day,
                         [Task("print_x"), Task("close_day")]),
        "e-supplies": supplies_desk(),
        "d-reported": Desk("desk.reported", by, "desk.not_on_paper", True,
                           [Fact("desk.day", count=12), Fact("desk.cash", rupees(14240))],
                           [Task("again")]),
    }  # fmt: skip
