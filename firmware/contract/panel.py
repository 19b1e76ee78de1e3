"""The panel's words: switches, guide lights and the tower lamp."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class TowerSignal(StrEnum):
    """What the lamp on top of the kiosk tells across a room."""

    IN_SERVICE = "in_service"  # green
    NEEDS_SOMEBODY = "needs_somebody"  # amber
    OUT_OF_SERVICE = "out_of_service"  # red
    ALARM = "alarm"  # red, blinking


class Tower(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For TOWER_HOLDS seconds from its arrival, show this; a health that died says nothing new."""

    signal: TowerSignal


TOWER_HOLDS = 15.0  # seconds
