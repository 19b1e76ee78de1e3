"""The reader as its host sees it, as a table."""

from __future__ import annotations

from enum import Enum, auto


class State(Enum):
    UNPLUGGED = auto()
    STARTING = auto()  # reset; who are you
    IDLE = auto()  # deaf to cards; asked now and then whether it is there
    ARMING = auto()  # permitted; is it still there?
    ARMED = auto()  # waits for a card
    READING = auto()  # a block comes in
    SILENT = auto()


class Trigger(Enum):
    PLUGGED = auto()
    UNPLUGGED = auto()
    ANSWERED = auto()  # all that was asked
    MUTE = auto()  # nothing was, and often enough
    ARM = auto()
    DISARM = auto()  # told to, or the permission ran out
    LOOK = auto()  # armed for long: is it still there?
    BEGAN = auto()  # the first bytes of a block
    READ = auto()  # a card to pay with
    BAD = auto()  # none: go on listening


TRANSITIONS: dict[State, dict[Trigger, State]] = {
    State.UNPLUGGED: {Trigger.PLUGGED: State.STARTING},
    State.STARTING: {
        Trigger.ANSWERED: State.IDLE,
        Trigger.MUTE: State.SILENT,
        Trigger.UNPLUGGED: State.UNPLUGGED,
    },
    State.IDLE: {
        Trigger.ARM: State.ARMING,
        Trigger.MUTE: State.SILENT,
        Trigger.UNPLUGGED: State.UNPLUGGED,
    },
    State.ARMING: {
        Trigger.ANSWERED: State.ARMED,
        Trigger.MUTE: State.SILENT,
        Trigger.DISARM: State.IDLE,
        Trigger.UNPLUGGED: State.UNPLUGGED,
    },
    State.ARMED: {
        Trigger.BEGAN: State.READING,
        Trigger.LOOK: State.ARMING,
        Trigger.DISARM: State.IDLE,
        Trigger.UNPLUGGED: State.UNPLUGGED,
    },
    State.READING: {
        Trigger.READ: State.IDLE,
        Trigger.BAD: State.ARMING,
        Trigger.DISARM: State.IDLE,
        Trigger.UNPLUGGED: State.UNPLUGGED,
    },
    State.SILENT: {Trigger.ANSWERED: State.STARTING, Trigger.UNPLUGGED: State.UNPLUGGED},
}
PERMITTED = (State.ARMING, State.ARMED, State.READING)
