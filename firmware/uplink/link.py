"""One connection after another: when to dial, how long to wait, what the link is called meanwhile.

Pure: time and chance are arguments. Back-off is full jitter (each wait is drawn anew between the
least and a ceiling that doubles), so that a fleet that lost its broker does not come back as one.
"""

from __future__ import annotations

from enum import Enum, auto
from random import Random

from firmware.contract.uplink import Link
from firmware.runtime.table import step

LEAST_WAIT, MOST_WAIT = 1.0, 300.0  # seconds between two tries
HELD_FOR = 60.0  # seconds: a connection that held so long was one, and the waits begin anew


class State(Enum):
    AWAY = auto()  # waiting for the next try
    DIALLING = auto()
    DRAINING = auto()  # connected; what waited goes out
    ONLINE = auto()


class Trigger(Enum):
    DUE = auto()  # the wait is over
    ACCEPTED = auto()  # CONNACK, and something waits
    ACCEPTED_EMPTY = auto()  # CONNACK, and nothing waits
    FAILED = auto()  # no connection, or refused
    DRAINED = auto()  # nothing waits any more
    LOST = auto()


TRANSITIONS: dict[State, dict[Trigger, State]] = {
    State.AWAY: {Trigger.DUE: State.DIALLING},
    State.DIALLING: {
        Trigger.ACCEPTED: State.DRAINING,
        Trigger.ACCEPTED_EMPTY: State.ONLINE,
        Trigger.FAILED: State.AWAY,
    },
    State.DRAINING: {Trigger.DRAINED: State.ONLINE, Trigger.LOST: State.AWAY},
    State.ONLINE: {Trigger.LOST: State.AWAY},
}
SAID = {State.DRAINING: Link.DRAINING, State.ONLINE: Link.ONLINE}


class Dialler:
    """`now` is monotonic seconds."""

    def __init__(self, random: Random, now: float) -> None:
        self.state = State.AWAY
        self._random = random
        self._failures = 0  # since a connection that held
        self._connected_at = now
        self._next = now + random.uniform(0.0, LEAST_WAIT)  # the mains come back to a whole town

    @property
    def link(self) -> Link:
        """What `up/status` says of it."""
        return SAID.get(self.state, Link.OFFLINE)

    def wait(self, now: float) -> float:
        """Seconds until the next try is due."""
        return max(0.0, self._next - now)

    def dial(self) -> None:
        self._step(Trigger.DUE)

    def accepted(self, something_waits: bool, now: float) -> None:
        """The broker took us in."""
        self._step(Trigger.ACCEPTED if something_waits else Trigger.ACCEPTED_EMPTY)
        self._connected_at = now

    def drained(self) -> bool:
        """Nothing waits any more; whether that is news."""
        if self.state is not State.DRAINING:
            return False
        self._step(Trigger.DRAINED)
        return True

    def ended(self, now: float) -> None:
        """No connection was made, or the one there was is gone."""
        if self.state is State.DIALLING:
            self._step(Trigger.FAILED)
        else:
            self._step(Trigger.LOST)
            if now - self._connected_at >= HELD_FOR:
                self._failures = 0
        self._failures += 1
        ceiling = min(MOST_WAIT, LEAST_WAIT * 2.0 ** min(self._failures, 16))
        self._next = now + self._random.uniform(LEAST_WAIT, ceiling)

    def _step(self, trigger: Trigger) -> None:
        self.state = step(TRANSITIONS, self.state, trigger)
