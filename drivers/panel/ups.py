"""The emulated UPS: a battery that drains while the mains are off, and is charged by them."""

from __future__ import annotations

from drivers.base.protocol import NEVER

LOW_PERCENT = 20  # where a small UPS closes its "battery low" contact
CHARGES_IN = 8.0  # times as long as it lasts: a lead battery is charged at a tenth of its capacity


class Ups:
    """Charge in whole per cent. Times are seconds; `lasts` is how long a full battery carries."""

    def __init__(self, lasts: float) -> None:
        self._lasts = lasts
        self.percent = 100
        self.mains_are_on = True
        self._changed_at = 0.0  # when `percent` was reached

    @property
    def is_low(self) -> bool:
        return self.percent <= LOW_PERCENT

    @property
    def carries(self) -> bool:
        """Whether the kiosk has power at all."""
        return self.mains_are_on or self.percent > 0

    def set_mains(self, are_on: bool, now: float) -> None:
        self.tick(now)
        self.mains_are_on, self._changed_at = are_on, now

    def set_charge(self, percent: int, now: float) -> None:
        self.percent, self._changed_at = percent, now

    def tick(self, now: float) -> None:
        while self.next_deadline() <= now:
            self._changed_at += self._step
            self.percent += 1 if self.mains_are_on else -1

    def next_deadline(self) -> float:
        """When the next per cent is gone, or is there."""
        is_at_rest = self.percent == (100 if self.mains_are_on else 0)
        return NEVER if is_at_rest else self._changed_at + self._step

    @property
    def _step(self) -> float:
        return self._lasts / 100 * (CHARGES_IN if self.mains_are_on else 1.0)
