"""The fingerprint reader as its host sees it, through the service that was chosen, as a table."""

from __future__ import annotations

from enum import Enum, auto


class State(Enum):
    SEARCHING = auto()  # all ports are asked for the first time
    ABSENT = auto()  # no RD service at any port; they are asked again and again
    WRONG = auto()  # there are some, and none is of the provider that is wanted
    READY = auto()
    USED = auto()  # by another application
    NOT_READY = auto()  # no reader, or it is starting; meanwhile another service may be ready
    CAPTURING = auto()
    SILENT = auto()  # the service that was chosen says nothing sensible


class Trigger(Enum):
    FREE = auto()  # what RDSERVICE and DEVICEINFO say: a reader, and nobody uses it
    TAKEN = auto()
    UNREADY = auto()
    NOBODY = auto()  # a whole round and no service, or its port refuses
    OTHERS = auto()  # a whole round, and only services of other providers
    CAPTURE = auto()
    ENDED = auto()
    MUTE = auto()


FOUND = {
    Trigger.FREE: State.READY,
    Trigger.TAKEN: State.USED,
    Trigger.UNREADY: State.NOT_READY,
}
TRANSITIONS: dict[State, dict[Trigger, State]] = {
    State.SEARCHING: {**FOUND, Trigger.NOBODY: State.ABSENT, Trigger.OTHERS: State.WRONG},
    State.ABSENT: {**FOUND, Trigger.OTHERS: State.WRONG},
    State.WRONG: {**FOUND, Trigger.NOBODY: State.ABSENT},
    State.READY: {
        Trigger.TAKEN: State.USED,
        Trigger.UNREADY: State.NOT_READY,
        Trigger.CAPTURE: State.CAPTURING,
        Trigger.MUTE: State.SILENT,
        Trigger.NOBODY: State.ABSENT,
    },
    State.USED: {
        Trigger.FREE: State.READY,
        Trigger.UNREADY: State.NOT_READY,
        Trigger.MUTE: State.SILENT,
        Trigger.NOBODY: State.ABSENT,
    },
    State.NOT_READY: {
        Trigger.FREE: State.READY,
        Trigger.TAKEN: State.USED,
        Trigger.OTHERS: State.WRONG,
        Trigger.NOBODY: State.ABSENT,
    },
    State.CAPTURING: {
        Trigger.ENDED: State.READY,
        Trigger.MUTE: State.SILENT,
        Trigger.NOBODY: State.ABSENT,
    },
    State.SILENT: {**FOUND, Trigger.NOBODY: State.ABSENT},
}
