"""Edges of one line into whole trains of pulses, by the widths that the maker promises.

Pure: times are seconds of one monotonic clock, given with each edge. A pulse is believed when it
lasted at least half its width; one of three widths is no pulse but a short, a cut wire or a hand
at the line. A train has ended when the line was quiet for longer than any gap in it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from drivers.base.protocol import NEVER

BOUNCE = 0.004  # seconds; relay and open-collector lines rest within 2 to 5 ms
SHORTEST = 0.5  # of the width: below it is noise
LONGEST = 3.0  # of the width: above it the line is stuck
QUIET = 1.5  # of width + gap: longer than any gap in a train
QUIET_AT_LEAST = 0.1  # seconds, for the fastest setting


@dataclass(frozen=True)
class Began:
    """The first pulse of a train ended."""

    at: float


@dataclass(frozen=True)
class Train:
    """One coin, as its device tells it. `at` is the beginning of its first pulse."""

    pulses: int
    at: float


@dataclass(frozen=True)
class Stuck:
    """The line is active for longer than any pulse; `pulses` had come before in this train."""

    pulses: int


@dataclass(frozen=True)
class Freed:
    """The line that was stuck rests again."""


Event = Began | Train | Stuck | Freed


class TrainReader:
    """`width` of a pulse and `gap` between two of one coin, in seconds."""

    def __init__(self, width: float, gap: float) -> None:
        self._shortest, self._longest = SHORTEST * width, LONGEST * width
        self.quiet = max(QUIET * (width + gap), QUIET_AT_LEAST)
        self._events: deque[Event] = deque()
        self._raw = False  # what the line read last
        self._raw_since = 0.0
        self._is_active = False  # what it settled at
        self._since = 0.0
        self._pulses = 0
        self._began_at = 0.0
        self._is_stuck = False
        self.noise = 0  # pulses too short to be one

    @property
    def is_quiet(self) -> bool:
        """No train is under way, as far as the edges told."""
        return not (self._pulses or self._is_active or self._raw)

    def edge(self, is_active: bool, at: float) -> None:
        """The line changed. Edges of the past are fine, as long as they come in their order."""
        self.tick(at)
        if is_active is not self._raw:
            self._raw, self._raw_since = is_active, at

    def tick(self, now: float) -> None:
        """Time passes: a level settles, a train ends, a line is found stuck."""
        if self._raw is not self._is_active and now - self._raw_since >= BOUNCE:
            self._settle()
        if self._is_active and not self._is_stuck and now - self._since > self._longest:
            self._is_stuck = True
            self._events.append(Stuck(self._pulses))
            self._pulses = 0
        if self._pulses and not self._is_active and now - self._since >= self.quiet:
            self._events.append(Train(self._pulses, self._began_at))
            self._pulses = 0

    def next_event(self) -> Event | None:
        return self._events.popleft() if self._events else None

    def next_deadline(self) -> float:
        """When something will be known without another edge."""
        found = [NEVER]
        if self._raw is not self._is_active:
            found.append(self._raw_since + BOUNCE)
        if self._is_active and not self._is_stuck:
            found.append(self._since + self._longest + BOUNCE)
        if self._pulses and not self._is_active:
            found.append(self._since + self.quiet)
        return min(found)

    def _settle(self) -> None:
        """The level of `_raw` holds since `_raw_since`."""
        lasted, self._since = self._raw_since - self._since, self._raw_since
        self._is_active = self._raw
        if self._is_active:
            return
        if self._is_stuck:
            self._is_stuck = False
            self._events.append(Freed())
        elif lasted < self._shortest:
            self.noise += 1
        else:
            self._count(lasted)

    def _count(self, lasted: float) -> None:
        if not self._pulses:
            self._began_at = self._since - lasted
            self._events.append(Began(self._began_at))
        self._pulses += 1
