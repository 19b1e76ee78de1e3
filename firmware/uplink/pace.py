"""How fast messages may leave: a token bucket, so that a fleet that is back does not flood."""

from __future__ import annotations


class Pace:
    """`rate` messages a second on the average, `burst` at once. `now` is monotonic seconds."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate, self._burst = rate, burst
        self._level, self._at = float(burst), 0.0

    def fill(self, now: float) -> None:
        """A new connection begins with a full bucket."""
        self._level, self._at = float(self._burst), now

    def take(self, now: float) -> bool:
        """Whether one may leave now; it is counted then."""
        self._level = min(self._burst, self._level + (now - self._at) * self._rate)
        self._at = now
        if self._level < 1.0:
            return False
        self._level -= 1.0
        return True

    def wait(self, now: float) -> float:
        """Seconds until the next may leave."""
        level = self._level + (now - self._at) * self._rate
        return max(0.0, (1.0 - level) / self._rate)
