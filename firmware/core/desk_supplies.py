"""The operator's page of what runs out: what is left, for how long, and "refilled" at a touch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.contract.device import Consumable, DeviceState
from firmware.contract.screen import Desk, Fact, Task
from firmware.core.desk_tasks import page_of
from firmware.core.refilling import can_be_said

if TYPE_CHECKING:
    from firmware.core.operator import OperatorDesk

REFILLED = "refilled/"  # refilled/<device>/<consumable>
MM_IN_A_METRE = 1000
PARTS = ("cutter", "cleaning")  # a technician's, by kioskctl: they last for years, or need tools


def supplies_page(desk: OperatorDesk) -> Desk:
    """A line for each thing that operators fill; a button where the device cannot see it filled."""
    found = [each for each in desk.refilling.all() if each[1].name not in PARTS]
    tasks = [
        Task(f"{REFILLED}{device.name}/{each.name}", label=_name("refilled", device, each))
        for device, each in found
        if can_be_said(each)
    ]
    return Desk(
        "desk.supplies",
        desk.by,
        says="desk.refilled_counts" if found else "desk.no_supplies",
        facts=[_line(desk, device, each) for device, each in found],
        tasks=page_of(tasks, desk.page),
    )


def _line(desk: OperatorDesk, device: DeviceState, each: Consumable) -> Fact:
    forecast = [
        supply.days_left
        for supply in desk.supplies
        if (supply.device, supply.name) == (device.name, each.name)
    ]
    return Fact(
        _name("supply", device, each),
        text=_level(each),
        days=forecast[0] if forecast else None,
    )


def _level(each: Consumable) -> str:
    """`31.2 m`, `84 %`, `220`: signs that need no words."""
    if each.level is None:
        return "?"
    if each.unit == "mm":
        return f"{each.level / MM_IN_A_METRE:.1f} m"
    return f"{each.level} %" if each.unit == "%" else str(each.level)


def _name(what: str, device: DeviceState, each: Consumable) -> str:
    """A message key: by the kind of device, since a kiosk may call its own as it likes."""
    return f"desk.{what}.{device.kind}.{each.name.partition('.')[0]}"
