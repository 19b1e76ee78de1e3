"""A circuit breaker: a back end that is down is left alone, and looked at ever less often.

Without one, each of a district's kiosks waits for each answer that does not come, and all of them
ask at once when the back end is up again: so a look waits a part of its time that is drawn.
"""

from __future__ import annotations

from collections.abc import Callable

FAILURES = 5  # in a row, and nobody is asked any more
FIRST, LONGEST = 2.0, 30.0  # seconds between two looks at what is down; each wait twice the last
LEAST_PART = 0.5  # of such a wait; the rest of it is drawn


class Breaker:
    """Times are seconds of one monotonic clock, given by the caller. `draw` gives 0 to 1."""

    def __init__(self, draw: Callable[[], float]) -> None:
        self._draw = draw
        self._failures = 0
        self._next_probe = 0.0

    @property
    def is_open(self) -> bool:
        """True: ask nothing; look, one at a time, when `may_probe` says so."""
        return self._failures >= FAILURES

    def may_probe(self, now: float) -> bool:
        return now >= self._next_probe

    def heard(self, answered: bool, now: float) -> None:
        """One request or look has ended, with or without an answer of the back end."""
        self._failures = 0 if answered else self._failures + 1
        if self.is_open:
            wait = min(LONGEST, FIRST * 2.0 ** min(self._failures - FAILURES, 10))
            self._next_probe = now + wait * (LEAST_PART + (1 - LEAST_PART) * self._draw())

    def until_probe(self, now: float) -> float:
        """Seconds until the next look at a back end that is down."""
        return max(0.0, self._next_probe - now)
