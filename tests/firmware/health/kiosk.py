"""The parts of a kiosk in good order, from which each test takes something away."""

from __future__ import annotations

from typing import Any

from firmware.contract.device import Consumable, DeviceState, Identity, Kind, Source, Status
from firmware.contract.gateway import GatewayState
from firmware.contract.health import CoreState, Presence, Supply
from firmware.contract.money import ZERO, rupees
from firmware.health.assess import Facts

NOW = "2026-01-15T12:00:00+05:30"
EARLIER = "2026-01-15T09:30:00+05:30"
EXPECTED = {
    "notes": Kind.NOTES,
    "coins": Kind.COINS,
    "receipt": Kind.RECEIPT,
    "panel": Kind.PANEL,
}


def device(name: str, status: Status = Status.READY, **facts: Any) -> DeviceState:
    kind = EXPECTED[name]
    return DeviceState(name=name, kind=kind, family="any", status=status, **facts)


def printer(level_mm: int | None, serial: str = "P-1", **facts: Any) -> DeviceState:
    roll = Consumable("paper", level_mm, "mm", Source.COUNTED)
    return device("receipt", consumables=[roll], identity=Identity(serial=serial), **facts)


def roll(**changes: Any) -> Supply:
    """Of the receipt printer, as good as new."""
    whole: dict[str, Any] = {
        "device": "receipt",
        "name": "paper",
        "level": 60000,
        "unit": "mm",
        "source": "counted",
        "jobs_left": 333,
        "days_left": None,
    }
    return Supply(**{**whole, **changes})


def till(status: Status = Status.READY) -> CoreState:
    return CoreState(
        status=status,
        screen="attract",
        session=None,
        inserted=ZERO,
        in_cash_box=rupees(4700),
        unposted=2,
        claims=1,
        journal_rows=1234,
        journal_head="0123456789abcdef",
    )


def facts(**changes: Any) -> Facts:
    everything: dict[str, Any] = {
        "expected": EXPECTED,
        "devices": {name: device(name) for name in EXPECTED},
        "presences": {name: Presence(is_alive=True) for name in ("core", "ui")},
        "core": till(),
        "gateway": GatewayState(is_online=True),
        "supplies": [roll()],
    }
    return Facts(**{**everything, **changes})


def with_device(state: DeviceState) -> dict[str, DeviceState]:
    return {**{name: device(name) for name in EXPECTED}, state.name: state}


def without(name: str) -> dict[str, DeviceState]:
    return {each: device(each) for each in EXPECTED if each != name}
