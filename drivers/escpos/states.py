"""The states of a printer as its host sees it, and every step between them."""

from __future__ import annotations

from enum import Enum, auto


class State(Enum):
    UNPLUGGED = auto()  # no port
    STARTING = auto()  # asking what it is and how it feels
    IDLE = auto()
    PRINTING = auto()
    BLOCKED = auto()  # answers, and cannot print
    SILENT = auto()  # does not answer


class Trigger(Enum):
    PLUGGED = auto()
    UNPLUGGED = auto()
    STARTED = auto()  # every question of the start-up is answered
    GIVEN = auto()  # a job
    CONFIRMED = auto()  # all of the job
    GARBLED = auto()  # a piece of the job was lost on the wire
    BROKE = auto()  # a fault that forbids printing
    MENDED = auto()  # the last of them is gone
    MUTE = auto()  # no answers any more
    HEARD = auto()  # an answer after silence


TRANSITIONS: dict[State, dict[Trigger, State]] = {
    State.UNPLUGGED: {Trigger.PLUGGED: State.STARTING},
    State.STARTING: {
        Trigger.UNPLUGGED: State.UNPLUGGED,
        Trigger.STARTED: State.IDLE,
        Trigger.BROKE: State.BLOCKED,
        Trigger.MUTE: State.SILENT,
    },
    State.IDLE: {
        Trigger.UNPLUGGED: State.UNPLUGGED,
        Trigger.GIVEN: State.PRINTING,
        Trigger.BROKE: State.BLOCKED,
        Trigger.MUTE: State.SILENT,
    },
    State.PRINTING: {
        Trigger.UNPLUGGED: State.UNPLUGGED,
        Trigger.CONFIRMED: State.IDLE,
        Trigger.GARBLED: State.STARTING,
        Trigger.BROKE: State.BLOCKED,
        Trigger.MUTE: State.SILENT,
    },
    State.BLOCKED: {
        Trigger.UNPLUGGED: State.UNPLUGGED,
        Trigger.MENDED: State.STARTING,
        Trigger.MUTE: State.SILENT,
    },
    State.SILENT: {
        Trigger.UNPLUGGED: State.UNPLUGGED,
        Trigger.HEARD: State.STARTING,
    },
}
