"""The fan: on when the board is warm, off when it has cooled, on when nobody knows.

The kernel writes the temperature of the processor into a file, in thousandths of a degree Celsius
(Documentation/driver-api/thermal/sysfs-api.rst, `temp`).
"""

from __future__ import annotations

from pathlib import Path

from firmware.contract.device import Fault

ON_FROM = 60.0  # degrees Celsius
OFF_BELOW = 50.0  # ten below, or it would start and stop all day
HOT_FROM = 80.0  # where a Raspberry Pi begins to slow down: the fan is stuck, or the air is blocked
BELIEVABLE = (-40.0, 125.0)  # what the board is made for, and where its sensor ends
LOOK_EVERY = 5.0  # seconds; a board takes minutes to warm up
UNKNOWN, HOT = "panel.fan.temperature_unknown", "panel.board.hot"


class Thermostat:
    """Whether the fan shall run. It runs until somebody has measured."""

    def __init__(self) -> None:
        self.is_on = True
        self.fault: Fault | None = None

    def measured(self, celsius: float | None, why_not: str = "") -> None:
        """Take a reading, or None and why there is none."""
        if celsius is None:
            self.is_on, self.fault = True, Fault(UNKNOWN, why_not)
            return
        self.is_on = celsius >= (OFF_BELOW if self.is_on else ON_FROM)
        self.fault = Fault(HOT, f"{celsius:.0f} degrees") if celsius >= HOT_FROM else None


def read_celsius(path: Path) -> float:
    """Raises OSError, and ValueError for what is no temperature of a board."""
    text = path.read_text(encoding="ascii").strip()
    celsius = int(text) / 1000
    low, high = BELIEVABLE
    if not low <= celsius <= high:
        raise ValueError(f"{path}: expected {low:g} to {high:g} degrees, got {celsius:g}")
    return celsius
