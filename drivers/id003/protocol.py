"""The host's side of ID-003: start-up, status polls, and a note that never moves without an order.

The unit repeats VEND VALID until ACK, and a power-up status until RESET. Both are kept back until
the driver says that the credit is on disk: whatever dies in between, the unit says it again.
"""

from __future__ import annotations

from drivers.base.notes_events import (
    Accept,
    Accepting,
    Acknowledge,
    Command,
    DeviceReset,
    Identified,
    LinkRestored,
    LinkSilent,
    Refused,
    Return,
    Stack,
    Started,
)
from drivers.base.notes_protocol import NOTHING, Link, Note, NoteProtocol, Order, Unfinished
from drivers.base.protocol import NEVER
from drivers.id003.codec import (
    POWER_UPS,
    Code,
    CorruptFrame,
    Currency,
    Frame,
    Said,
    Status,
    set_denominations,
    set_inhibit,
    text,
)
from drivers.id003.conditions import Conditions
from drivers.id003.exchange import FAULTY, LATE, Exchange
from drivers.id003.note import NoteTracker
from drivers.id003.states import ASKED, HEARD_AS, TRANSITIONS, Heard, State

POLL_INTERVAL = 0.15  # seconds; a unit wants 0.1 to 0.2, and after 3 s without gives a note back
UNKNOWN_AFTER = 3  # answers missed: a command that this unit does not know
SILENT_AFTER = 5  # answers missed before the till is told; the polls go on
LOST_AFTER = 20  # answers missed: about seven seconds
HOLD_EVERY = 3.0  # seconds; a unit gives a note back after 10 s without a word on it
RESTART_AFTER = 1.0  # seconds from a refused start-up to the next
SET_AGAIN_AFTER = 2.0  # seconds; a unit that is not as it was set is set again
PAISE = 100  # a rupee: CURRENCY ASSIGN counts in rupees

LOOKS = frozenset({State.LOOKING, State.POLLING})  # the states that ask for the status
CAN_BE_SET = frozenset({Status.ENABLED, Status.DISABLED, Status.ACCEPTING})


class HostProtocol(NoteProtocol):
    """Drives one unit. `unfinished` is what an earlier driver left open."""

    def __init__(self, unfinished: Unfinished = NOTHING) -> None:
        super().__init__()
        self.state = State.CLOSED
        self.tracker = NoteTracker(self._events, unfinished)
        self._conditions = Conditions(self._events)
        self._exchange = Exchange()
        self._serial = unfinished.serial
        self._version = ""
        self._missed = 0  # answers, in a row
        self._status: Status | None = None  # None: something was sent since, so it may have changed
        self._wanted: frozenset[int] = frozenset()  # paise
        self._applied: frozenset[int] | None = None  # None: the unit does not know
        self._sending: frozenset[int] = frozenset()  # paise, on their way to the unit
        self._applied_at = 0.0
        self._held_at = 0.0
        self._may_acknowledge = False
        self._next_at = NEVER

    # --- the driver's side ------------------------------------------------------------------

    @property
    def note(self) -> Note:
        return self.tracker.note

    @property
    def order(self) -> Order:
        return self.tracker.order

    def connected(self, now: float) -> None:
        self._exchange.reset_wire()
        self._start(now)

    def disconnected(self, now: float) -> None:
        self.state = State.CLOSED
        self._exchange.forget()
        self._outgoing.clear()
        self._lose_link()

    def send(self, command: Command, now: float) -> None:
        match command:
            case Accept(paise):
                self._wanted = paise
            case Acknowledge():
                self._may_acknowledge = bool(self.tracker.open_credits)
            case Stack() | Return():
                self.check_order(command)
                is_stack = isinstance(command, Stack)
                self.tracker.was_told(Order.STACK if is_stack else Order.RETURN)
        self._go_on(now)

    # --- the wire's side --------------------------------------------------------------------

    def receive_bytes(self, data: bytes, now: float) -> None:
        answered = self._exchange.receive(data, now)
        if answered is None or self.state is State.CLOSED:
            return
        if not self._hear_link(now):
            self._on_answer(*answered, now)
        self._go_on(now)

    def next_deadline(self) -> float:
        if self.state is State.CLOSED:
            return NEVER
        return self._next_at if self._exchange.request is None else self._exchange.deadline

    def tick(self, now: float) -> None:
        if self.state is State.CLOSED:
            return
        if now >= self._exchange.deadline:
            self._on_time_out(now)
        self._go_on(now)

    # --- the link ---------------------------------------------------------------------------

    def _on_time_out(self, now: float) -> None:
        self._exchange.forget()
        self._status = None
        self._next_at = now + LATE
        self._missed += 1
        self._skip_what_is_not_answered()
        if self._missed == SILENT_AFTER and self.link is Link.UP:
            self.link = Link.SILENT
            self._events.append(LinkSilent())
        elif self._missed == LOST_AFTER:
            self._lose_link()

    def _skip_what_is_not_answered(self) -> None:
        """The status tells whether RESET was heard; an old unit may not know its own number."""
        is_unknown = self.state in (State.GREETING, State.SERIAL) and self._missed >= UNKNOWN_AFTER
        if self.state is State.RESETTING or is_unknown:
            self.state = TRANSITIONS[self.state][Heard.REFUSED]

    def _hear_link(self, now: float) -> bool:
        """True when there was a gap: it may be another unit, so all begins afresh."""
        self._missed = 0
        if self.link is Link.UP:
            return False
        self.link = Link.UP
        self._events.append(LinkRestored())
        if self.state is State.GREETING:
            return False
        self._start(now)
        return True

    def _start(self, now: float) -> None:
        self.state = State.GREETING
        self._exchange.forget()
        self._missed = 0
        self._status = self._applied = None
        self._next_at = now
        self.tracker.lost_contact()

    # --- what to say next -------------------------------------------------------------------

    def _go_on(self, now: float) -> None:
        """Say what does not wait, or what is due; one command at a time."""
        if self.state is State.CLOSED or self._exchange.request is not None:
            return
        request = self._urgent(now) if self.state in LOOKS else None
        if request is None and now >= self._next_at:
            request = self._due()
        if request is not None:
            self._next_at = now + POLL_INTERVAL
            self._status = None
            self._outgoing += self._exchange.ask(request, now)

    def _due(self) -> Frame:
        match self.state:
            case State.DENOMINATIONS:
                self._sending = self._wanted
                values = self.tracker.values.items()
                return set_denominations(
                    frozenset(code for code, paise in values if paise in self._sending)
                )
            case State.INHIBIT:
                return set_inhibit(not self._let_in)
            case _:
                return ASKED[self.state]

    @property
    def _let_in(self) -> frozenset[int]:
        return self._sending & frozenset(self.tracker.values.values())

    def _urgent(self, now: float) -> Frame | None:
        """What the last status, an order, a credit on disk or a lease asks for, without waiting."""
        status, tracker = self._status, self.tracker
        if status is None:
            return None
        if status in (Status.ESCROW, Status.HOLDING):
            return self._order(now)
        if status is Status.VEND_VALID and self._may_acknowledge:
            return Frame(Code.ACK)
        if self._is_reset_due(status, now) and not self._is_credit_kept_back:
            return self._reset(now)
        is_to_be_set = self.state is State.POLLING and self._wanted != self._applied
        if is_to_be_set and status in CAN_BE_SET and tracker.owed is None:
            self.state = State.DENOMINATIONS
            return self._due()
        return None

    def _reset(self, now: float) -> Frame:
        """RESET, after a power-up or in a fault that lasts; the settings are gone with it."""
        if self.state is State.POLLING:
            self._events.append(DeviceReset())
        self.state, self._applied = State.RESETTING, None
        self._conditions.was_reset(now)
        return self._due()

    def _order(self, now: float) -> Frame | None:
        match self.tracker.order:
            case Order.STACK:
                return Frame(Code.STACK_1)
            case Order.RETURN:
                return Frame(Code.RETURN)
            case Order.HOLD if now - self._held_at >= HOLD_EVERY:
                self._held_at = now
                return Frame(Code.HOLD)
            case _:
                return None

    def _is_reset_due(self, status: Status, now: float) -> bool:
        return status in POWER_UPS or self._conditions.wants_reset(now)

    @property
    def _is_credit_kept_back(self) -> bool:
        """A unit may forget at RESET what it has said, and the till has not yet."""
        return bool(self.tracker.open_credits) and not self._may_acknowledge

    # --- answers ----------------------------------------------------------------------------

    def _on_answer(self, request: Frame, answer: Frame, now: float) -> None:
        if answer.code == Status.COMMUNICATION_ERROR:
            return  # it heard noise: asked again when it is due
        try:
            if request.code == Code.STATUS_REQUEST:
                self._on_status(Said.from_frame(answer), now)
            elif self.state in LOOKS:
                self._next_at = now  # an order was taken or not: the status tells
            else:
                is_refused = answer.code in FAULTY
                self._on_start_up(request, answer, Heard.REFUSED if is_refused else Heard.DONE, now)
        except CorruptFrame as error:
            self._refuse(str(error), now)

    def _on_status(self, said: Said, now: float) -> None:
        if said.status in FAULTY:
            return
        if said.status is Status.ESCROW and self.tracker.note is not Note.IN_ESCROW:
            self._held_at = now
        count = len(self.tracker.open_credits)
        self.tracker.on_status(said, now)
        if len(self.tracker.open_credits) > count:
            self._may_acknowledge = False  # for the driver has not seen the new one
        self._may_acknowledge = self._may_acknowledge and bool(self.tracker.open_credits)
        self._conditions.on_status(said, now)
        self._status = said.status
        self._follow(said.status, now)

    def _follow(self, status: Status, now: float) -> None:
        """Where the status leads; RESET alone waits until no credit is kept back (`_urgent`)."""
        heard = HEARD_AS.get(status)
        after = TRANSITIONS[self.state].get(heard) if heard is not None else None
        if after is State.LOOKING:
            self._events.append(DeviceReset())
            self._applied = None
            self._enter(after, now)
        elif after is State.VERSION:
            self._enter(after, now)
        elif self.state is State.POLLING:
            self._watch_settings(status, now)

    def _watch_settings(self, status: Status, now: float) -> None:
        """A unit that disabled itself, or was enabled by somebody else, is set again."""
        is_right = status is (Status.ENABLED if self._let_in else Status.DISABLED)
        is_old = now - self._applied_at >= SET_AGAIN_AFTER
        if status in (Status.ENABLED, Status.DISABLED) and not is_right and is_old:
            self._applied = None

    def _on_start_up(self, request: Frame, answer: Frame, heard: Heard, now: float) -> None:
        after = TRANSITIONS[self.state].get(heard)
        if after is None:
            expected = ", ".join(known.name for known in TRANSITIONS[self.state])
            asked = Code(request.code).name
            self._refuse(f"{asked}: expected {expected}, got {answer.code:02X}", now)
            return
        before = self.state
        if heard is Heard.DONE:
            self._on_done(before, answer.data, now)
        if self.state is before:
            self._enter(after, now)

    def _on_done(self, state: State, data: bytes, now: float) -> None:
        match state:
            case State.GREETING | State.SERIAL:
                self._on_serial(text(data))
            case State.VERSION:
                self._version = text(data)
            case State.CURRENCY:
                self._on_currency(Currency.from_data(data))
            case State.INHIBIT:
                self._applied, self._applied_at = self._sending, now
                self._events += [Accepting(self._let_in), Started()]
            case _:
                pass

    def _on_serial(self, serial: str) -> None:
        if self._serial and serial != self._serial:
            self.tracker.unit_was_swapped()
        self._serial = serial

    def _on_currency(self, currency: Currency) -> None:
        self.tracker.values = {code: PAISE * units for code, units in currency.values.items()}
        values = tuple(self.tracker.values.values())
        self._events.append(Identified(self._serial, self._version, values))

    def _enter(self, state: State, now: float) -> None:
        self.state, self._next_at, self._status = state, now, None

    def _refuse(self, what: str, now: float) -> None:
        self._events.append(Refused(what))
        self.state, self._status = State.LOOKING, None
        self._next_at = now + RESTART_AFTER
