"""Contacts bounce: a switch has moved when it still reads the same after it had time to settle.

Decided from the times of the edges, not from when we hear of them: a tamper contact that was open
for five milliseconds was open, also where this program was busy for a second.
"""

from __future__ import annotations

from collections.abc import Mapping

from drivers.base.protocol import NEVER
from firmware.contract.device import Switch

# Seconds. Microswitches bounce for up to 10 ms, and no door or box is faster than 30.
SETTLES_AFTER: Mapping[str, float] = {
    Switch.DOOR_IS_OPEN: 0.03,
    Switch.CASH_BOX_IS_OUT: 0.03,
    # A spike of a motor is microseconds long; nobody lifts a lid as quickly as this.
    Switch.TAMPER: 0.002,
    # Rural mains flicker, and a UPS that changes over chatters. Nothing depends on the second.
    Switch.MAINS_IS_OFF: 1.0,
    Switch.NOBODY_IS_NEAR: 0.5,  # a person who turns round is out of the beam for less
    Switch.BATTERY_IS_LOW: 2.0,  # a battery under the load of a motor sags for a moment
}


class Debouncer:
    """The settled facts of some switches. Times are seconds of one monotonic clock."""

    def __init__(self) -> None:
        self.facts: dict[str, bool] = {}
        self._moving: dict[str, float] = {}  # name: when it settles
        self._moved: list[tuple[str, bool]] = []

    def see(self, name: str, reading: bool, at: float) -> None:
        """The switch read this from `at` on. The first reading of a switch is a fact at once."""
        self._settle(name, at)
        if self.facts.setdefault(name, reading) == reading:
            self._moving.pop(name, None)
        else:
            self._moving.setdefault(name, at + SETTLES_AFTER[name])

    def moved(self, now: float) -> list[tuple[str, bool]]:
        """What settled in its new place by `now`, in that order; told once."""
        for name in list(self._moving):
            self._settle(name, now)
        moved, self._moved = self._moved, []
        return moved

    def next_deadline(self) -> float:
        """When something settles, unless it moves again; NEVER when all switches are at rest."""
        return min(self._moving.values(), default=NEVER)

    def _settle(self, name: str, now: float) -> None:
        if self._moving.get(name, NEVER) <= now:
            del self._moving[name]
            self.facts[name] = not self.facts[name]
            self._moved.append((name, self.facts[name]))
