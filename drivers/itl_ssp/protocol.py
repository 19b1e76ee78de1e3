"""The host's side of SSP: start-up, polls, and a note that never moves without an order.

Two rules of GA138 shape it. The first ordinary poll after a note was reported in escrow accepts it,
so nothing is polled until HOLD has told whether one is there, and a note that waits for its order
is held instead of polled. And POLL WITH ACK repeats a credit until EVENT ACK, which is sent only
when the driver says that the credit is on disk.
"""

from __future__ import annotations

from collections import deque

from drivers.base.notes_events import (
    Accept,
    Accepting,
    Acknowledge,
    Command,
    Counted,
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
from drivers.itl_ssp.codec import (
    CHANNELS,
    POLLS,
    Answer,
    Code,
    CorruptFrame,
    Counters,
    Generic,
    Poll,
    PollEvent,
    Request,
    Setup,
    parse_poll,
    reject_reason,
    serial_number,
    set_inhibits,
)
from drivers.itl_ssp.conditions import Conditions
from drivers.itl_ssp.exchange import BeginKeys, Exchange
from drivers.itl_ssp.note import NoteTracker, as_poll_event
from drivers.itl_ssp.states import ASKED, CANNOT, FAIL, OK, TRANSITIONS, State

POLL_INTERVAL = 0.2  # seconds; GA138: 200 ms is typical, 1 s too slow for escrow
SILENT_AFTER = 3  # repeats in vain before the till is told; the repeats go on
RETRIES = 20  # GA138: then the slave is lost
RESUME_TRIES = 3  # repeats of the poll that a pulled cable left open, before starting afresh
RESTART_AFTER = 1.0  # seconds from a refused start-up to the next
ENABLE_AGAIN_AFTER = 2.0  # seconds; a unit that disabled itself (unpolled) is enabled again
VERSIONS = (8, 7, 6)  # tried downwards; below 6 one byte cannot hold 500 rupees


class HostProtocol(NoteProtocol):
    """Drives one validator. `unfinished`: by an earlier driver; `keys`: speak eSSP."""

    def __init__(self, unfinished: Unfinished = NOTHING, keys: BeginKeys | None = None) -> None:
        super().__init__()
        self.state = State.CLOSED
        self.tracker = NoteTracker(
            self._events,
            unfinished.owed,
            [as_poll_event(credit) for credit in unfinished.credits],
            unfinished.was_ordered,
        )
        self._conditions = Conditions(self._events)
        self._exchange = Exchange(keys)
        self._serial = unfinished.serial
        self._firmware = ""
        self._versions: deque[int] = deque()
        self._wanted: frozenset[int] = frozenset()  # paise
        self._applied: frozenset[int] | None = None  # None: the unit does not know
        self._sending: frozenset[int] = frozenset()  # paise, on their way to the unit
        self._applied_at = 0.0
        self._has_poll_with_ack = True  # until it says otherwise
        self._may_acknowledge = False
        self._has_polled = False  # since the start-up: what the unit repeats has been seen
        self._has_gap = False  # answers were missed: start afresh after the next one
        self._asides: deque[Request] = deque()  # questions between two polls
        self._next_at = NEVER

    # --- the driver's side ------------------------------------------------------------------

    @property
    def note(self) -> Note:
        return self.tracker.note

    @property
    def order(self) -> Order:
        return self.tracker.order

    def connected(self, now: float) -> None:
        """Ends the open poll first: a unit that never lost power still has its answer."""
        self._exchange.reset_wire()
        self.tracker.clock_starts_again()
        if self._exchange.request is not None and self._exchange.request.code in POLLS:
            self.state, self._has_gap = State.POLLING, True
            self._outgoing += self._exchange.repeat(now)
            self._exchange.repeats = 0
        else:
            self._start(now)

    def disconnected(self, now: float) -> None:
        self.state = State.CLOSED
        self._next_at = NEVER
        self._outgoing.clear()
        self._lose_link()

    def send(self, command: Command, now: float) -> None:
        match command:
            case Accept(paise):
                self._wanted = paise
            case Acknowledge():
                self._may_acknowledge = bool(self.tracker.open_credits)
            case Stack() | Return():
                self._order(command)
        self._go_on(now)

    def _order(self, command: Stack | Return) -> None:
        self.check_order(command)
        self.tracker.order = Order.STACK if isinstance(command, Stack) else Order.RETURN

    # --- the wire's side --------------------------------------------------------------------

    def receive_bytes(self, data: bytes, now: float) -> None:
        answered = self._exchange.receive(data, now)
        if answered is None or self.state is State.CLOSED:
            return
        self._hear_link()
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
        repeats = self._exchange.repeats
        if self._has_gap and self.link is Link.LOST and repeats >= RESUME_TRIES:
            self._start(now)
        elif repeats >= (SILENT_AFTER + 1 if self._exchange.is_sealed else RETRIES):
            self._lose_link()
            self._start(now)
        else:
            if repeats == SILENT_AFTER and self.link is Link.UP:
                self.link = Link.SILENT
                self._events.append(LinkSilent())
            self._outgoing += self._exchange.repeat(now)

    def _hear_link(self) -> None:
        if self.link is not Link.UP:
            self._has_gap = self.link is Link.SILENT or self.state is State.POLLING
            self.link = Link.UP
            self._events.append(LinkRestored())

    def _start(self, now: float) -> None:
        """From SYNC on: after a gap it may be another unit, and after a reset it knows nothing."""
        self.state = State.SYNC
        self._has_gap = False
        self._applied = None
        self._has_poll_with_ack = True
        self._has_polled = False
        self._versions = deque(VERSIONS)
        self._asides.clear()
        self._exchange.forget()
        self.tracker.clock_starts_again()
        self._next_at = now

    def _refuse(self, what: str, now: float) -> None:
        self._events.append(Refused(what))
        self._start(now)
        self._next_at = now + RESTART_AFTER

    # --- what to say next -------------------------------------------------------------------

    def _go_on(self, now: float) -> None:
        """Say what does not wait, or what is due; one command at a time."""
        if self.state is State.CLOSED or self._exchange.request is not None:
            return
        request = self._urgent(now) if self.state is State.POLLING else None
        if request is None and now >= self._next_at:
            request = self._due()
        if request is not None:
            self._next_at = now + POLL_INTERVAL
            self._outgoing += self._exchange.ask(request, now)

    def _due(self) -> Request:
        match self.state:
            case state if state in ASKED:
                return ASKED[state]
            case State.KEYING:
                return self._exchange.keying[0]
            case State.VERSION:
                return Request(Code.HOST_PROTOCOL, bytes((self._versions[0],)))
            case State.INHIBITS:
                return set_inhibits(self._channels())
            case State.ENABLING:
                return Request(Code.ENABLE if self._channels() else Code.DISABLE)
            case _ if self.tracker.note is Note.IN_ESCROW:
                return Request(Code.HOLD)
            case _:
                return self._poll()

    def _urgent(self, now: float) -> Request | None:
        """What an order, a credit on disk or a new lease asks for, without waiting for a poll."""
        tracker = self.tracker
        is_held = tracker.note is Note.IN_ESCROW
        is_stacking = tracker.note is Note.BEING_STACKED
        if is_held and tracker.order is Order.RETURN:
            return Request(Code.REJECT)
        if self._has_polled and self._is_acknowledgement_due():
            return Request(Code.EVENT_ACK)
        if is_held and tracker.order is Order.STACK and not tracker.open_credits:
            return self._poll()
        if self._asides:
            return self._asides.popleft()
        if self._wanted != self._applied and not is_held and not is_stacking:
            self.state = State.INHIBITS
            return self._due()
        return None

    def _is_acknowledgement_due(self) -> bool:
        return self._may_acknowledge or (
            self._conditions.fraud_is_open and not self.tracker.open_credits
        )

    def _poll(self) -> Request:
        return Request(Code.POLL_WITH_ACK if self._has_poll_with_ack else Code.POLL)

    def _channels(self) -> frozenset[int]:
        pairs = zip(CHANNELS, self.tracker.values, strict=False)
        return frozenset(channel for channel, paise in pairs if paise in self._wanted)

    # --- answers ----------------------------------------------------------------------------

    def _on_answer(self, request: Request, answer: Answer, now: float) -> None:
        try:
            if self.state is State.POLLING:
                self._on_polling(request, answer, now)
            else:
                self._on_start_up(request, answer, now)
        except CorruptFrame as error:
            self._refuse(str(error), now)
        else:
            if self._has_gap:
                self._start(now)

    def _on_start_up(self, request: Request, answer: Answer, now: float) -> None:
        after = TRANSITIONS[self.state].get(answer.generic)
        if self.state is State.VERSION and answer.generic is FAIL:
            self._versions.popleft()
        if after is None or not self._versions:
            expected = ", ".join(generic.name for generic in TRANSITIONS[self.state])
            said = f"expected {expected}, got {answer.generic.name}"
            self._refuse(f"{request.code.name} {request.data.hex()}: {said}", now)
            return
        if State.KEYING in (self.state, after):
            after = self._after_keys(answer)
        before, self.state, self._next_at = self.state, after, now
        self._on_leave(before, answer, now)

    def _after_keys(self, answer: Answer) -> State:
        """Without eSSP there is nothing to agree on."""
        if self.state is State.KEYING:
            self._exchange.keyed(answer.data)
        return State.KEYING if self._exchange.keying else State.VERSION

    def _on_leave(self, before: State, answer: Answer, now: float) -> None:
        match before:
            case State.SETUP:
                self._on_setup(answer.data)
            case State.SERIAL:
                self._on_serial(str(serial_number(answer.data)))
            case State.COUNTERS:
                self._on_counters(answer)
            case State.RECOVERING if answer.generic is CANNOT:
                self.tracker.found_escrow_empty()
            case State.RECOVERING:
                self.tracker.found_in_escrow()
            case State.REJECTING:
                self._on_reject(answer)
            case State.INHIBITS:
                self._sending = self._wanted
            case State.ENABLING:
                self._applied, self._applied_at = self._sending, now
                let_in = self._applied & frozenset(self.tracker.values)
                self._events += [Accepting(let_in), Started()]
            case _:
                pass

    def _on_setup(self, data: bytes) -> None:
        setup = Setup.from_data(data)
        self.tracker.values, self._firmware = setup.values, setup.firmware

    def _on_serial(self, serial: str) -> None:
        if self._serial and serial != self._serial:
            self.tracker.unit_was_swapped()
        self._serial = serial
        self._events.append(Identified(serial, self._firmware, self.tracker.values))

    def _on_counters(self, answer: Answer) -> None:
        if answer.generic is OK:
            counters = Counters.from_data(answer.data)
            self._events.append(Counted(counters.stacked, counters.rejected))

    def _on_reject(self, answer: Answer) -> None:
        if answer.generic is OK:
            self.tracker.refused()
        else:
            self.tracker.found_escrow_empty()

    def _on_polling(self, request: Request, answer: Answer, now: float) -> None:
        match request.code:
            case _ if self._exchange.is_sealed and answer.generic is Generic.KEY_NOT_SET:
                self._events.append(DeviceReset())
                self._start(now)
            case Code.POLL | Code.POLL_WITH_ACK:
                self._on_poll(request, answer, now)
            case Code.HOLD if answer.generic is not OK:
                self.tracker.found_escrow_empty()
            case Code.REJECT:
                self._on_reject(answer)
            case Code.EVENT_ACK:
                self._on_event_ack(answer)
            case Code.LAST_REJECT:
                self.tracker.rejected_because(reject_reason(answer.data))
            case Code.COUNTERS:
                self._on_counters(answer)
            case _:
                pass

    def _on_event_ack(self, answer: Answer) -> None:
        """Only F0 is a confirmation: a unit that just restarted says F5 and repeats the credit."""
        if answer.generic is not OK:
            self._has_polled = False  # the next poll tells what it still repeats
            return
        if self.tracker.open_credits:
            self._asides.append(Request(Code.COUNTERS))
        self._may_acknowledge = self._conditions.fraud_is_open = False
        self.tracker.acknowledged()

    def _on_poll(self, request: Request, answer: Answer, now: float) -> None:
        if answer.generic is not OK:
            self._on_poll_refused(request, answer, now)
            return
        if self.tracker.order is Order.STACK and self.tracker.note is Note.IN_ESCROW:
            self.tracker.accepted()
        self._has_polled = True
        events, unknown = parse_poll(answer.data)
        count = len(self.tracker.open_credits)
        self.tracker.on_poll(events, now, request.code is Code.POLL_WITH_ACK)
        if len(self.tracker.open_credits) > count:
            self._may_acknowledge = False  # for the driver has not seen the new one
        self._may_acknowledge = self._may_acknowledge and bool(self.tracker.open_credits)
        self._conditions.on_poll(events, now, request.code is Code.POLL_WITH_ACK)
        self._after_poll(events, now)
        if unknown:
            self._refuse(f"poll: unknown event {unknown[:1].hex()} in {answer.data.hex(' ')}", now)

    def _after_poll(self, events: list[PollEvent], now: float) -> None:
        codes = {event.code for event in events}
        if self.tracker.reason_is_wanted:
            self.tracker.reason_is_wanted = False
            self._asides.append(Request(Code.LAST_REJECT))
        if Poll.SLAVE_RESET in codes:
            self._events.append(DeviceReset())
            self._start(now)
        elif Poll.DISABLED in codes and self._channels():
            is_stale = now - self._applied_at >= ENABLE_AGAIN_AFTER
            self._applied = None if is_stale else self._applied

    def _on_poll_refused(self, request: Request, answer: Answer, now: float) -> None:
        if request.code is Code.POLL_WITH_ACK:
            self._has_poll_with_ack, self._next_at = False, now  # old, or it wants eSSP for it
        else:
            self._refuse(f"POLL: expected OK, got {answer.generic.name}", now)
