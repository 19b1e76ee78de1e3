"""Every task of the operator's desk, the page it stands on, and how kioskctl does the same.

A task that kioskctl cannot do leaves a technician behind the counter, and one that the desk cannot
do leaves the operator waiting for a technician: a test holds the two lists against each other.
"""

from __future__ import annotations

from typing import NamedTuple

from firmware.contract.screen import Task

MOST_TASKS = 6  # on a page: each as large as a thumb, and none forgotten below the edge
MORE = "more"


class Known(NamedTuple):
    """`page` is where it is offered; `command` the arguments of kioskctl, as one would type."""

    page: str
    command: str


# By the first part of a task's name: `refilled/receipt/paper` is `refilled`.
TASKS = {
    "attend": Known("day", "attendance here"),
    "leave_kiosk": Known("day", "attendance left"),
    "attendance": Known("day", "attendance"),
    "tickets": Known("day", "tickets"),
    "ticket": Known("tickets", "tickets print x"),
    "report": Known("day", "report"),
    "days": Known("day", "report --list"),
    "print_x": Known("report", "paper report --out x.pdf"),
    "close_day": Known("report", ""),  # only before the box: the operator signs the paper
    "day": Known("days", "report --z 1 --print"),
    "collect": Known("money", ""),  # hands are needed at the box
    "emptied": Known("collect", ""),
    "not_emptied": Known("collect", ""),
    "last_slip": Known("money", "paper collection 1 --out slip.pdf"),
    "again": Known("result", "report --z 1 --print"),
    "refilled": Known("supplies", "consumables refilled receipt paper"),
    "test": Known("devices", "device test notes"),
    "yes": Known("test", "device test notes"),
    "no": Known("test", "device test notes"),
    "restart": Known("restart", "restart notes"),
    "programs": Known("machine", "restart --list"),
    "close": Known("reasons", "close cleaning"),
    "reasons": Known("machine", "close --list"),
    "open": Known("machine", "open"),
    "clear_alarms": Known("machine", "alarm clear"),
    "practise": Known("machine", "practice start"),
    "conduct_on": Known("machine", "content conduct on --reason x"),
    "conduct_off": Known("machine", "content conduct off --reason x"),
    "settings": Known("machine", "settings"),
    "volume": Known("settings", "settings --volume 50"),
    "brightness": Known("settings", "settings --brightness 50"),
}
# The pages that the menu opens, and the look that kioskctl has at each.
GROUPS = {
    "day": "report",
    "money": "collections",
    "supplies": "consumables",
    "devices": "device list",
    "network": "network",
    "machine": "status",
}
NEEDS_HANDS = frozenset({"close_day", "collect", "emptied", "not_emptied"})


def kind_of(task: str) -> str:
    """`refilled` of `refilled/receipt/paper`."""
    return task.partition("/")[0]


def page_of(tasks: list[Task], page: int, most: int = MOST_TASKS) -> list[Task]:
    """At most so many: where there are more, the last turns the page, round and round."""
    if len(tasks) <= most:
        return tasks
    room = most - 1
    pages = -(-len(tasks) // room)
    at = page % pages * room
    return [*tasks[at : at + room], Task(MORE)]
