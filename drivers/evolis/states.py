"""The states of a card printer as its host sees it, and every step between them."""

from __future__ import annotations

from enum import Enum, auto


class State(Enum):
    UNPLUGGED = auto()  # no port
    SYNCING = auto()  # one question, until its answer is the last thing heard
    ASKING = auto()  # who it is, what it holds, what stands in the way
    CLEARING = auto()  # a card that is not finished goes to the reject box
    IDLE = auto()
    PRINTING = auto()
    BLOCKED = auto()  # answers, and cannot print
    SILENT = auto()  # does not answer


class Trigger(Enum):
    PLUGGED = auto()
    UNPLUGGED = auto()
    SYNCED = auto()  # answers belong to their questions again
    FOUND_CARD = auto()  # in the path, and of no job
    REJECTED = auto()  # that card is in the reject box
    READY = auto()  # nothing stands in the way
    BROKE = auto()  # something does
    GIVEN = auto()  # a job
    CARD_OUT = auto()  # the printer says that the card has left it
    GARBLED = auto()  # an answer was lost, damaged or one too many
    MUTE = auto()  # no answers any more
    HEARD = auto()  # an answer after silence


_WIRE = {Trigger.UNPLUGGED: State.UNPLUGGED, Trigger.GARBLED: State.SYNCING}

TRANSITIONS: dict[State, dict[Trigger, State]] = {
    State.UNPLUGGED: {Trigger.PLUGGED: State.SYNCING},
    State.SYNCING: {
        Trigger.UNPLUGGED: State.UNPLUGGED,
        Trigger.SYNCED: State.ASKING,
        Trigger.MUTE: State.SILENT,
    },
    State.ASKING: {
        **_WIRE,
        Trigger.FOUND_CARD: State.CLEARING,
        Trigger.READY: State.IDLE,
        Trigger.BROKE: State.BLOCKED,
    },
    State.CLEARING: {
        **_WIRE,
        Trigger.REJECTED: State.ASKING,
        Trigger.BROKE: State.BLOCKED,
    },
    State.IDLE: {
        **_WIRE,
        Trigger.GIVEN: State.PRINTING,
        Trigger.FOUND_CARD: State.CLEARING,
        Trigger.BROKE: State.BLOCKED,
    },
    State.PRINTING: {
        **_WIRE,
        Trigger.CARD_OUT: State.IDLE,
        Trigger.FOUND_CARD: State.CLEARING,  # cancelled, and the card was fetched
        Trigger.READY: State.IDLE,  # cancelled before
        Trigger.BROKE: State.BLOCKED,
    },
    State.BLOCKED: {
        **_WIRE,
        Trigger.FOUND_CARD: State.CLEARING,
        Trigger.READY: State.IDLE,
    },
    State.SILENT: {
        Trigger.UNPLUGGED: State.UNPLUGGED,
        Trigger.HEARD: State.SYNCING,
    },
}
