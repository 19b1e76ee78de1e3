"""The start-up sequence of CCNET as a table: what a state of the unit or an answer leads to."""

from __future__ import annotations

from enum import Enum, auto

from drivers.ccnet.codec import POWER_UPS, Code, Reply, Request, Unit


class State(Enum):
    CLOSED = auto()  # no wire
    WAKING = auto()  # polled until the unit may be asked who it is
    IDENTIFYING = auto()
    READING_TABLE = auto()
    READYING = auto()  # polled until it may be set
    RESETTING = auto()
    DISABLING = auto()
    SECURING = auto()
    ENABLING = auto()
    CHECKING = auto()  # what it lets in
    POLLING = auto()


POLLED = frozenset({State.WAKING, State.READYING, State.POLLING})

# CCNET: a unit tells who it is only at power-up, while it initializes, disabled, or in trouble.
TROUBLES = frozenset(
    {
        Unit.CASSETTE_FULL,
        Unit.CASSETTE_OUT,
        Unit.VALIDATOR_JAMMED,
        Unit.CASSETTE_JAMMED,
        Unit.FAILURE,
    }
)
TELLS_WHO_IT_IS = POWER_UPS | TROUBLES | {Unit.INITIALIZE, Unit.DISABLED}

# A poll that is not here leaves the state as it is: the unit is busy with a note. An answer that is
# not here is a refusal: it is told, and tried again. A unit that is only out of power (10, 11, 12)
# and will not say who it is, is reset first.
TRANSITIONS: dict[State, dict[Unit | Reply, State]] = {
    State.WAKING: {
        **dict.fromkeys(sorted(TELLS_WHO_IT_IS), State.IDENTIFYING),
        Unit.IDLING: State.DISABLING,
    },
    State.IDENTIFYING: {Reply.DATA: State.READING_TABLE},
    State.READING_TABLE: {Reply.DATA: State.READYING},
    State.READYING: {
        **dict.fromkeys(sorted(POWER_UPS), State.RESETTING),
        Unit.FAILURE: State.RESETTING,
        Unit.IDLING: State.SECURING,
        Unit.DISABLED: State.SECURING,
    },
    State.RESETTING: dict.fromkeys((Reply.ACK, Reply.ILLEGAL), State.READYING),
    State.DISABLING: dict.fromkeys((Reply.ACK, Reply.ILLEGAL), State.WAKING),
    State.SECURING: dict.fromkeys((Reply.ACK, Reply.ILLEGAL), State.ENABLING),
    State.ENABLING: {Reply.ACK: State.CHECKING, Reply.ILLEGAL: State.POLLING},
    State.CHECKING: {Reply.DATA: State.POLLING},
    State.POLLING: {
        **dict.fromkeys(sorted(POWER_UPS), State.WAKING),
        Unit.INITIALIZE: State.WAKING,
        Unit.FAILURE: State.WAKING,
    },
}

# What is asked in a state; ENABLING carries data, and what is polled may have a note to order.
ASKED: dict[State, Request] = {
    State.IDENTIFYING: Request(Code.IDENTIFICATION),
    State.READING_TABLE: Request(Code.GET_BILL_TABLE),
    State.RESETTING: Request(Code.RESET),
    State.CHECKING: Request(Code.GET_STATUS),
}

# Where to go on when the answer never came: what it would have changed is polled for first.
UNANSWERED: dict[State, State] = {
    State.RESETTING: State.READYING,
    State.DISABLING: State.WAKING,
}
