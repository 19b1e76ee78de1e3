"""Contacts bounce: a switch has moved when it still reads the same after it had time to settle."""

from __future__ import annotations

from drivers.base.protocol import NEVER

SETTLES_AFTER = 0.03  # seconds; microswitches bounce for up to 10 ms, and no door is that fast


class Debouncer:
    """The settled facts of some switches. Times are seconds of one monotonic clock."""

    def __init__(self) -> None:
        self.facts: dict[str, bool] = {}
        self._moving: dict[str, float] = {}  # name: when it settles

    def see(self, readings: dict[str, bool], now: float) -> None:
        """Take what the pins read now. The first reading of a switch is a fact at once."""
        for name, reading in readings.items():
            if self.facts.setdefault(name, reading) == reading:
                self._moving.pop(name, None)
            else:
                self._moving.setdefault(name, now + SETTLES_AFTER)

    def moved(self, now: float) -> dict[str, bool]:
        """The switches that settled in their new place by `now`; told once."""
        settled = [name for name, at in self._moving.items() if at <= now]
        for name in settled:
            del self._moving[name]
            self.facts[name] = not self.facts[name]
        return {name: self.facts[name] for name in settled}

    def next_deadline(self) -> float:
        """When to read the pins again; NEVER when all switches are at rest."""
        return min(self._moving.values(), default=NEVER)
