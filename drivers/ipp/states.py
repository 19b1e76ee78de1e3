"""Two tables: the printer as its host sees it, and the one job that may be under way."""

from __future__ import annotations

from enum import Enum, auto


class State(Enum):
    UNPLUGGED = auto()  # no connection
    STARTING = auto()  # asking what it is, how it feels, and what it still holds of ours
    IDLE = auto()
    PRINTING = auto()
    BLOCKED = auto()  # answers, and cannot print
    SILENT = auto()  # a connection, and no sensible answer


class Trigger(Enum):
    PLUGGED = auto()
    UNPLUGGED = auto()
    RESTED = auto()  # nothing is in its way, and it has no job
    WORKING = auto()  # nothing is in its way, and it has a job
    BROKE = auto()  # something is in its way
    MUTE = auto()
    HEARD = auto()


TRANSITIONS: dict[State, dict[Trigger, State]] = {
    State.UNPLUGGED: {Trigger.PLUGGED: State.STARTING},
    State.STARTING: {
        Trigger.UNPLUGGED: State.UNPLUGGED,
        Trigger.RESTED: State.IDLE,
        Trigger.WORKING: State.PRINTING,
        Trigger.BROKE: State.BLOCKED,
        Trigger.MUTE: State.SILENT,
    },
    State.IDLE: {
        Trigger.UNPLUGGED: State.UNPLUGGED,
        Trigger.WORKING: State.PRINTING,
        Trigger.BROKE: State.BLOCKED,
        Trigger.MUTE: State.SILENT,
    },
    State.PRINTING: {
        Trigger.UNPLUGGED: State.UNPLUGGED,
        Trigger.RESTED: State.IDLE,
        Trigger.BROKE: State.BLOCKED,
        Trigger.MUTE: State.SILENT,
    },
    State.BLOCKED: {
        Trigger.UNPLUGGED: State.UNPLUGGED,
        Trigger.RESTED: State.IDLE,
        Trigger.WORKING: State.PRINTING,
        Trigger.MUTE: State.SILENT,
    },
    State.SILENT: {
        Trigger.UNPLUGGED: State.UNPLUGGED,
        Trigger.HEARD: State.STARTING,
    },
}


class Stage(Enum):
    NONE = auto()
    CREATING = auto()  # Create-Job: a number, and no document yet
    CREATED = auto()  # the number is being written down
    SENDING = auto()  # Send-Document
    WATCHING = auto()  # the printer has it all
    DOUBTED = auto()  # nobody knows whether it has it all: ask
    CANCELLING = auto()


class Step(Enum):
    GIVEN = auto()
    FOLLOWED = auto()  # a driver before this one had created it
    MADE = auto()
    FED = auto()
    TAKEN = auto()  # the document was taken in, as the printer says
    LOST = auto()  # the answer to Send-Document
    CANCEL = auto()
    ENDED = auto()


JOB: dict[Stage, dict[Step, Stage]] = {
    Stage.NONE: {Step.GIVEN: Stage.CREATING, Step.FOLLOWED: Stage.DOUBTED},
    Stage.CREATING: {Step.MADE: Stage.CREATED, Step.ENDED: Stage.NONE},
    Stage.CREATED: {
        Step.FED: Stage.SENDING,
        Step.CANCEL: Stage.CANCELLING,
        Step.ENDED: Stage.NONE,
    },
    Stage.SENDING: {
        Step.TAKEN: Stage.WATCHING,
        Step.LOST: Stage.DOUBTED,
        Step.ENDED: Stage.NONE,
    },
    Stage.WATCHING: {Step.CANCEL: Stage.CANCELLING, Step.ENDED: Stage.NONE},
    Stage.DOUBTED: {
        Step.TAKEN: Stage.WATCHING,
        Step.CANCEL: Stage.CANCELLING,
        Step.ENDED: Stage.NONE,
    },
    Stage.CANCELLING: {Step.ENDED: Stage.NONE},
}
