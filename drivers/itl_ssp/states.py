"""The start-up sequence of SSP as a table."""

from __future__ import annotations

from enum import Enum, auto

from drivers.itl_ssp.codec import Code, Generic, Request


class State(Enum):
    CLOSED = auto()  # no wire
    SYNC = auto()
    KEYING = auto()  # eSSP only: generator, modulus, key exchange
    VERSION = auto()
    SETUP = auto()
    SERIAL = auto()
    COUNTERS = auto()
    RECOVERING = auto()  # HOLD asks whether a note is in escrow
    REJECTING = auto()  # one is, and goes back
    INHIBITS = auto()
    ENABLING = auto()
    POLLING = auto()


OK, CANNOT, FAIL = Generic.OK, Generic.CANNOT_BE_PROCESSED, Generic.FAIL

# The start-up sequence. A pair that is not here is a unit that refuses: it is told, and tried
# again. VERSION fails downwards through VERSIONS.
TRANSITIONS: dict[State, dict[Generic, State]] = {
    State.SYNC: {OK: State.KEYING},
    State.KEYING: {OK: State.VERSION},
    State.VERSION: {OK: State.SETUP, FAIL: State.VERSION},
    State.SETUP: {OK: State.SERIAL},
    State.SERIAL: {OK: State.COUNTERS},
    State.COUNTERS: dict.fromkeys(Generic, State.RECOVERING),  # old firmware has none
    State.RECOVERING: {OK: State.REJECTING, CANNOT: State.INHIBITS},
    State.REJECTING: {OK: State.INHIBITS, CANNOT: State.INHIBITS},
    State.INHIBITS: {OK: State.ENABLING},
    State.ENABLING: {OK: State.POLLING},
}

# What is asked in a state; VERSION, INHIBITS and ENABLING carry data, POLLING depends on the note.
ASKED: dict[State, Request] = {
    State.SYNC: Request(Code.SYNC),
    State.SETUP: Request(Code.SETUP_REQUEST),
    State.SERIAL: Request(Code.SERIAL_NUMBER),
    State.COUNTERS: Request(Code.COUNTERS),
    State.RECOVERING: Request(Code.HOLD),
    State.REJECTING: Request(Code.REJECT),
}
