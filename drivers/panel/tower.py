"""The tower lamp: which lamps a signal lights, and when they blink. Time is an argument.

Health says what the kiosk is and says it again; a panel that hears nothing shows amber, blinking,
because nobody knows. The colours are those of IEC 60073: green normal, amber abnormal, red danger.
"""

from __future__ import annotations

from drivers.base.protocol import NEVER
from drivers.panel.wiring import Lamp
from firmware.contract.panel import TOWER_HOLDS, TowerSignal

HALF_PERIOD = 0.5  # seconds on, and as many off: within the 0.4 to 2.8 Hz of IEC 60073
LAMPS: dict[TowerSignal | None, tuple[Lamp, bool]] = {  # which, and whether it blinks
    TowerSignal.IN_SERVICE: (Lamp.GREEN, False),
    TowerSignal.NEEDS_SOMEBODY: (Lamp.AMBER, False),
    TowerSignal.OUT_OF_SERVICE: (Lamp.RED, False),
    TowerSignal.ALARM: (Lamp.RED, True),
    None: (Lamp.AMBER, True),
}


class TowerLamp:
    """`now` is monotonic seconds."""

    def __init__(self) -> None:
        self._signal: TowerSignal | None = None
        self._until = NEVER
        self._since = 0.0

    def show(self, signal: TowerSignal, now: float) -> None:
        """Keep to it for TOWER_HOLDS seconds; the same again does not start its blinking anew."""
        self._take(signal, now)
        self._until = now + TOWER_HOLDS

    @property
    def lamp(self) -> Lamp:
        """The lamp that is meant, also in the dark half of its blinking."""
        return LAMPS[self._signal][0]

    def lit(self, now: float) -> dict[Lamp, bool]:
        """What each lamp is now."""
        if now >= self._until:
            self._take(None, now)
            self._until = NEVER
        lamp, blinks = LAMPS[self._signal]
        is_on = not blinks or self._half_periods(now) % 2 == 0
        return {each: is_on and each is lamp for each in Lamp}

    def next_deadline(self, now: float) -> float:
        """When to look again."""
        _, blinks = LAMPS[self._signal]
        if not blinks:
            return self._until
        return min(self._until, self._since + (self._half_periods(now) + 1) * HALF_PERIOD)

    def _take(self, signal: TowerSignal | None, now: float) -> None:
        if signal is not self._signal:
            self._signal, self._since = signal, now

    def _half_periods(self, now: float) -> int:
        return int((now - self._since) / HALF_PERIOD)
