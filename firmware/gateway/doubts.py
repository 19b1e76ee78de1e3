"""Payments that were sent and not answered: for a while they are asked about, and not sent again.

A request that timed out here may still be on its way through a proxy, and be booked after the back
end was asked whether it is. That is what this wait is for, and it is kept in RAM alone: whoever
restarts the gateway waits the few seconds of its start, and the back end's own checks (one bill is
paid once; one reference is one payment) are the second wall.
"""

from __future__ import annotations

SETTLES_IN = 90.0  # seconds; proxies and servers give up on a request after 30 to 60


class Doubts:
    """Times are seconds of one monotonic clock, given by the caller."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def add(self, key: str, now: float) -> None:
        """A payment of this key is about to be sent."""
        self._until = {each: until for each, until in self._until.items() if until > now}
        self._until[key] = now + SETTLES_IN

    def end(self, key: str) -> None:
        """The back end itself has answered."""
        self._until.pop(key, None)

    def still(self, key: str, now: float) -> float:
        """Seconds until it may be sent again; zero when it may be."""
        return max(0.0, self._until.get(key, now) - now)
