"""The launcher as a table: what it does next is told by what it sees, and by the time."""

from __future__ import annotations

from enum import StrEnum, auto

from firmware.till.session import UnexpectedEvent

UP_AFTER = 5.0  # seconds that the browser lives, until the meeting counts as held
ENDS_WITHIN = 5.0  # seconds between asking it to end and ending it


class State(StrEnum):
    STARTING = auto()
    HELD = auto()
    ENDING = auto()  # asked to end
    KILLING = auto()
    OVER = auto()


class Sign(StrEnum):
    """What happened."""

    IS_UP = auto()
    STOP = auto()  # no order any more, its time is over, or a signal
    LATE = auto()  # it does not end by itself
    GONE = auto()  # no process of it is left


TRANSITIONS: dict[State, dict[Sign, State]] = {
    State.STARTING: {
        Sign.IS_UP: State.HELD,
        Sign.STOP: State.ENDING,
        Sign.GONE: State.OVER,
    },
    State.HELD: {Sign.STOP: State.ENDING, Sign.GONE: State.OVER},
    State.ENDING: {Sign.LATE: State.KILLING, Sign.GONE: State.OVER},
    State.KILLING: {Sign.GONE: State.OVER},
    State.OVER: {},
}


class Launch:
    """`now` is monotonic seconds. Ask `sign`, then `follow` it."""

    def __init__(self, now: float) -> None:
        self.state, self._since = State.STARTING, now

    def sign(self, is_alive: bool, may_go_on: bool, now: float) -> Sign | None:
        """What this moment means; None: nothing new. `is_alive`: a process of it is left."""
        if not is_alive:
            return None if self.state is State.OVER else Sign.GONE
        match self.state:
            case State.STARTING | State.HELD if not may_go_on:
                return Sign.STOP
            case State.STARTING if now - self._since >= UP_AFTER:
                return Sign.IS_UP
            case State.ENDING if now - self._since >= ENDS_WITHIN:
                return Sign.LATE
            case _:
                return None

    def follow(self, sign: Sign, now: float) -> State:
        """The state that follows; raises UnexpectedEvent for a pair that the table lacks."""
        try:
            self.state = TRANSITIONS[self.state][sign]
        except KeyError:
            raise UnexpectedEvent(f"{sign} while {self.state}") from None
        self._since = now
        return self.state
