"""How fast messages may leave: a token bucket, so that a fleet that is back does not flood."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tempo:
    """How fast, and how patient: a test in a hurry has another."""

    messages_a_second: float = 5.0  # on the average, of up to 64 rows each
    at_once: int = 20  # after a connection
    ack_within: float = 60.0  # seconds; what nobody acknowledged is sent again then


class Pace:
    """`now` is monotonic seconds."""

    def __init__(self, tempo: Tempo) -> None:
        self._rate, self._burst = tempo.messages_a_second, tempo.at_once
        self._level, self._at = float(self._burst), 0.0

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
