"""The start-up of ID-003 as a table: from who is there to notes being let in."""

from __future__ import annotations

from enum import Enum, auto

from drivers.id003.codec import POWER_UPS, Code, Frame, Status


class State(Enum):
    CLOSED = auto()  # no wire
    GREETING = auto()  # whose unit it is, before anything is concluded about a note
    LOOKING = auto()  # until the unit stands still; a note that is inside is dealt with first
    RESETTING = auto()
    VERSION = auto()
    SERIAL = auto()
    CURRENCY = auto()
    SECURITY = auto()
    COMMUNICATION = auto()
    DIRECTION = auto()
    OPTIONS = auto()
    DENOMINATIONS = auto()
    INHIBIT = auto()
    POLLING = auto()


class Heard(Enum):
    """What an answer means to the start-up."""

    DONE = auto()  # ACK, or the setting or question said again
    REFUSED = auto()  # INVALID COMMAND: not every model has every command
    POWER_UP = auto()  # it had no power; it waits for RESET
    BEGINS = auto()  # INITIALIZE: its settings are gone
    READY = auto()  # it stands still, and can be asked and set


DONE, REFUSED, POWER_UP, BEGINS, READY = Heard

# A pair that is not here, and no poll, is a unit that refuses: it is told, and tried again.
TRANSITIONS: dict[State, dict[Heard, State]] = {
    State.GREETING: {DONE: State.LOOKING, REFUSED: State.LOOKING},
    State.LOOKING: {POWER_UP: State.RESETTING, BEGINS: State.VERSION, READY: State.VERSION},
    State.RESETTING: {DONE: State.LOOKING, REFUSED: State.LOOKING},
    State.VERSION: {DONE: State.SERIAL, REFUSED: State.SERIAL},
    State.SERIAL: {DONE: State.CURRENCY, REFUSED: State.CURRENCY},
    State.CURRENCY: {DONE: State.SECURITY},
    State.SECURITY: {DONE: State.COMMUNICATION, REFUSED: State.COMMUNICATION},
    State.COMMUNICATION: {DONE: State.DIRECTION, REFUSED: State.DIRECTION},
    State.DIRECTION: {DONE: State.OPTIONS, REFUSED: State.OPTIONS},
    State.OPTIONS: {DONE: State.DENOMINATIONS, REFUSED: State.DENOMINATIONS},
    State.DENOMINATIONS: {DONE: State.INHIBIT},
    State.INHIBIT: {DONE: State.POLLING},
    State.POLLING: {POWER_UP: State.LOOKING, BEGINS: State.LOOKING},
}

# What is asked in a state; DENOMINATIONS and INHIBIT hang on the lease.
ASKED: dict[State, Frame] = {
    State.GREETING: Frame(Code.SERIAL_NUMBER),
    State.LOOKING: Frame(Code.STATUS_REQUEST),
    State.RESETTING: Frame(Code.RESET),
    State.VERSION: Frame(Code.VERSION),
    State.SERIAL: Frame(Code.SERIAL_NUMBER),
    State.CURRENCY: Frame(Code.CURRENCY_ASSIGN),
    State.SECURITY: Frame(Code.SET_SECURITY, b"\x00\x00"),  # the normal level, for all notes
    State.COMMUNICATION: Frame(Code.SET_COMMUNICATION, b"\x00"),  # answers when it is polled
    State.DIRECTION: Frame(Code.SET_DIRECTION, b"\x00"),  # a note may come in any way round
    State.OPTIONS: Frame(Code.SET_OPTIONS, b"\x00\x00"),
    State.POLLING: Frame(Code.STATUS_REQUEST),
}

HEARD_AS: dict[Status, Heard] = {
    **dict.fromkeys(POWER_UPS, POWER_UP),
    Status.INITIALIZE: BEGINS,
    Status.ENABLED: READY,
    Status.DISABLED: READY,
}
