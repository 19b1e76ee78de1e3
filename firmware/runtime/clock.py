"""The time of day and the time that only grows, passed in so that a test can set both.

A Raspberry Pi has no clock battery: the time of day may jump when the network sets it, so every
duration is measured with `monotonic`.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import Protocol

# India has one zone and no summer time, so the offset needs no zone database on the image.
INDIA = timezone(timedelta(hours=5, minutes=30), "Asia/Kolkata")

MAY_GO_BACK = timedelta(hours=1)  # a clock that ran ahead is set right by less than that


class Clock(Protocol):
    """What every part that needs the time takes as an argument."""

    def now(self) -> datetime:
        """The time of day, aware, in Asia/Kolkata."""

    def monotonic(self) -> float:
        """Seconds since an unknown start; never goes back."""


class SystemClock:
    """The clocks of this machine."""

    def now(self) -> datetime:
        return datetime.now(INDIA)

    def monotonic(self) -> float:
        return time.monotonic()


class FixedClock:
    """Stands still until it is told to move: the clock of the tests."""

    def __init__(self, now: datetime, monotonic: float = 0.0) -> None:
        self._monotonic = monotonic
        self.set(now)

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def set(self, now: datetime) -> None:
        """Set the time of day, as a network does; raises ValueError for one without a zone."""
        if now.tzinfo is None:
            raise ValueError(f"expected a time with its zone, got {now.isoformat()}")
        self._now = now.astimezone(INDIA)

    def advance(self, seconds: float) -> None:
        """Let both clocks run; raises ValueError for time that would go back."""
        if seconds < 0:
            raise ValueError(f"expected seconds >= 0, got {seconds}")
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds
