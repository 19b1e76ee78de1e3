"""The reader as its host sees it, as a table. The reader itself reads always; we listen or not."""

from __future__ import annotations

from enum import Enum, auto


class State(Enum):
    UNPLUGGED = auto()
    STARTING = auto()  # who are you, and what do you show
    IDLE = auto()  # a swipe is told and forgotten
    ARMED = auto()
    KEYLESS = auto()  # no keys, or none left: it would send cards in clear, so nothing is taken
    SILENT = auto()


class Trigger(Enum):
    PLUGGED = auto()
    UNPLUGGED = auto()
    ANSWERED = auto()
    MUTE = auto()
    ARM = auto()
    DISARM = auto()
    READ = auto()
    KEYS_GONE = auto()
    AGAIN = auto()  # it was silent: ask from the beginning


TRANSITIONS: dict[State, dict[Trigger, State]] = {
    State.UNPLUGGED: {Trigger.PLUGGED: State.STARTING},
    State.STARTING: {
        Trigger.ANSWERED: State.IDLE,
        Trigger.MUTE: State.SILENT,
        Trigger.KEYS_GONE: State.KEYLESS,
        Trigger.UNPLUGGED: State.UNPLUGGED,
    },
    State.IDLE: {
        Trigger.ARM: State.ARMED,
        Trigger.MUTE: State.SILENT,
        Trigger.KEYS_GONE: State.KEYLESS,
        Trigger.UNPLUGGED: State.UNPLUGGED,
    },
    State.ARMED: {
        Trigger.READ: State.IDLE,
        Trigger.DISARM: State.IDLE,
        Trigger.MUTE: State.SILENT,
        Trigger.KEYS_GONE: State.KEYLESS,
        Trigger.UNPLUGGED: State.UNPLUGGED,
    },
    State.KEYLESS: {Trigger.UNPLUGGED: State.UNPLUGGED},
    State.SILENT: {
        Trigger.AGAIN: State.STARTING,
        Trigger.KEYS_GONE: State.KEYLESS,
        Trigger.UNPLUGGED: State.UNPLUGGED,
    },
}
