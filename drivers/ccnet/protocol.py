"""The host's side of CCNET: start-up, polls, and a credit that stays with the unit till it is safe.

Two rules shape it. A unit that stacked a note says so at every poll until the host acknowledges
that reply, so the acknowledgement is withheld until the driver says that the credit is in the
journal. And a note found in the stacker at power-up is told until RESET, so RESET waits as well.
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
from drivers.ccnet.codec import (
    ACK,
    POWER_UPS,
    Answer,
    BillStatus,
    Code,
    CorruptFrame,
    Denomination,
    Identification,
    Reply,
    Request,
    Said,
    Unit,
    bill_table,
    enable_bill_types,
    types_mask,
)
from drivers.ccnet.conditions import Conditions
from drivers.ccnet.exchange import Exchange
from drivers.ccnet.note import NoteTracker
from drivers.ccnet.states import ASKED, POLLED, TRANSITIONS, UNANSWERED, State

POLL_INTERVAL = 0.2  # seconds; CCNET: 100 to 200 ms
SILENT_AFTER = 3  # time-outs in a row before the till is told; CCNET: three tries
LOST_AFTER = 5  # time-outs in a row: CCNET's five seconds
RESTART_AFTER = 1.0  # seconds from a refused start-up to the next
HOLD_EVERY = 5.0  # seconds; CCNET: escrow and HOLD last 10 s, then the note goes back
ENABLE_AGAIN_AFTER = 2.0  # seconds; a unit that disabled itself (unpolled) is enabled again
REPAIR_EVERY = 30.0  # seconds between two resets of a unit that reports a broken part
PAISE = 100  # in one rupee, the unit of the bill table
COUNTRIES = ("IND", "INR")  # in the bill table of a unit for Indian notes

ORDERS = {Order.STACK: Request(Code.STACK), Order.RETURN: Request(Code.RETURN)}
EMPTY = frozenset({Unit.IDLING, Unit.DISABLED})  # then bill types can be set


class HostProtocol(NoteProtocol):
    """Drives one validator. `unfinished` is what an earlier driver left open."""

    def __init__(self, unfinished: Unfinished = NOTHING) -> None:
        super().__init__()
        self.state = State.CLOSED
        self.tracker = NoteTracker(self._events, unfinished)
        self._conditions = Conditions(self._events)
        self._exchange = Exchange()
        self._serial = unfinished.serial
        self._who = Identification("", "")
        self._unit: Unit | None = None  # what it was doing at the last poll
        self._wanted: frozenset[int] = frozenset()  # paise
        self._applied: frozenset[int] | None = None  # None: the unit does not know
        self._applied_at = 0.0
        self._may_acknowledge = False
        self._must_poll = True  # before anything is ordered
        self._time_outs = 0
        self._hold_at = 0.0
        self._repair_at = 0.0
        self._next_at = NEVER

    # --- the driver's side ------------------------------------------------------------------

    @property
    def note(self) -> Note:
        return self.tracker.note

    @property
    def order(self) -> Order:
        return self.tracker.order

    def connected(self, now: float) -> None:
        self._exchange.reset_wire(now)
        self._start(now)

    def disconnected(self, now: float) -> None:
        self.state = State.CLOSED
        self._outgoing.clear()
        self._lose_link()

    def send(self, command: Command, now: float) -> None:
        match command:
            case Accept(paise):
                self._wanted = paise
            case Acknowledge():
                self._may_acknowledge = self.tracker.open_credit is not None
            case Stack() | Return():
                self.check_order(command)
                is_in = isinstance(command, Stack)
                self.tracker.ordered(Order.STACK if is_in else Order.RETURN)
        self._go_on(now)

    # --- the wire's side --------------------------------------------------------------------

    def receive_bytes(self, data: bytes, now: float) -> None:
        answered, reply = self._exchange.receive(data, now)
        if self.state is State.CLOSED:
            return
        self._outgoing += reply
        if answered is not None:
            self._hear_link()
            self._on_answer(*answered, now)
            self._go_on(now)

    def next_deadline(self) -> float:
        if self.state is State.CLOSED:
            return NEVER
        if self._exchange.request is not None:
            return self._exchange.deadline
        is_urgent = self._order_due() is not None or self._is_enabling_due()
        return self._exchange.free_at if is_urgent else max(self._exchange.free_at, self._next_at)

    def tick(self, now: float) -> None:
        if self.state is State.CLOSED:
            return
        if now >= self._exchange.deadline:
            self._on_time_out(now)
        self._go_on(now)

    # --- the link ---------------------------------------------------------------------------

    def _on_time_out(self, now: float) -> None:
        """Ask again; an order only after a poll has shown that it was not heard."""
        self._exchange.time_out(now)
        self._time_outs += 1
        self._must_poll = True
        self._next_at = now
        self.state = UNANSWERED.get(self.state, self.state)
        if self._time_outs == SILENT_AFTER and self.link is Link.UP:
            self.link = Link.SILENT
            self._events.append(LinkSilent())
            self._start(now)
        elif self._time_outs == LOST_AFTER:
            self._lose_link()
            self._start(now)

    def _hear_link(self) -> None:
        self._time_outs = 0
        if self.link is not Link.UP:
            self.link = Link.UP
            self._events.append(LinkRestored())

    def _start(self, now: float) -> None:
        """From the first poll on: after a gap it may be another unit, and one that was reset."""
        self.state = State.WAKING
        self._applied, self._unit = None, None
        self._must_poll = True
        self._exchange.forget(now)
        self.tracker.lost_touch()
        self._next_at = now

    def _refuse(self, what: str, now: float) -> None:
        self._events.append(Refused(what))
        self._start(now)
        self._next_at = now + RESTART_AFTER

    # --- what to say next -------------------------------------------------------------------

    def _go_on(self, now: float) -> None:
        """Say what is urgent, or what is due; one command at a time."""
        if self.state is State.CLOSED or self._exchange.request is not None:
            return
        if now < self._exchange.free_at:
            return
        if self._is_enabling_due():
            self.state, self._next_at = State.ENABLING, now
        request = self._order_due()
        if request is None and now >= self._next_at:
            request = self._due(now)
        if request is not None:
            self._next_at = now + POLL_INTERVAL
            self._outgoing += self._exchange.ask(request, now)

    def _order_due(self) -> Request | None:
        is_held = self.tracker.note is Note.IN_ESCROW and self.state in POLLED
        return None if self._must_poll or not is_held else ORDERS.get(self.tracker.order)

    def _is_enabling_due(self) -> bool:
        is_ready = self.state is State.POLLING and self._unit in EMPTY and not self._must_poll
        return is_ready and self._wanted != self._applied

    def _due(self, now: float) -> Request:
        match self.state:
            case state if state in ASKED:
                return ASKED[state]
            case State.DISABLING:
                return enable_bill_types(frozenset())
            case State.SECURING:
                return Request(Code.SET_SECURITY, types_mask(frozenset()))
            case State.ENABLING:
                return enable_bill_types(self._types(self._wanted))
            case State.POLLING if self._is_hold_due(now):
                self._hold_at = now + HOLD_EVERY
                return Request(Code.HOLD)
            case _:
                return Request(Code.POLL)

    def _is_hold_due(self, now: float) -> bool:
        return self.tracker.note is Note.IN_ESCROW and now >= self._hold_at

    def _types(self, paise: frozenset[int]) -> frozenset[int]:
        return frozenset(n for n, value in enumerate(self.tracker.values) if value in paise)

    # --- answers ----------------------------------------------------------------------------

    def _on_answer(self, request: Request, answer: Answer, now: float) -> None:
        try:
            if request.code is Code.POLL and answer.reply is Reply.DATA:
                self._on_said(Said.from_data(answer.data), now)
            elif answer.reply is Reply.NAK:
                self._must_poll = True  # it was hurt on the way: the state asks again
            else:
                self._acknowledge(answer)
                self._on_reply(request, answer, now)
        except CorruptFrame as error:
            self._acknowledge(answer)
            self._refuse(str(error), now)

    def _acknowledge(self, answer: Answer) -> None:
        """To the unit: its answer arrived. What is in doubt it must say again."""
        if answer.reply is Reply.DATA and not self._exchange.is_in_doubt:
            self._outgoing += ACK

    def _on_reply(self, request: Request, answer: Answer, now: float) -> None:
        match request.code:
            case Code.STACK | Code.RETURN:
                self._must_poll = True
                self._next_at = now
                if answer.reply is Reply.ACK:
                    self.tracker.obeyed()
            case Code.HOLD:
                pass  # refused or not: the next poll says whether it is there
            case Code.POLL:
                self._refuse(f"POLL: expected a state, got {answer.reply.name}", now)
            case _:
                self._on_start_up(request, answer, now)

    def _on_start_up(self, request: Request, answer: Answer, now: float) -> None:
        before = self.state
        after = TRANSITIONS[before].get(answer.reply)
        if after is None and self._unit in POWER_UPS:
            after = State.READYING  # it says who it is when it has been reset
        if after is None:
            name, data = request.code.name, request.data.hex()
            expected = ", ".join(cause.name for cause in TRANSITIONS[before])
            got = answer.reply.name
            self._refuse(f"{name} {data}: expected {expected}, got {got}", now)
            return
        self.state = after
        if answer.reply is not Reply.ILLEGAL:
            self._next_at = now
        if answer.reply is Reply.DATA:
            self._on_data(before, answer.data)
        elif before is State.ENABLING:
            self._must_poll = True
            if answer.reply is Reply.ACK:
                self._applied, self._applied_at = self._wanted, now

    def _on_data(self, before: State, data: bytes) -> None:
        match before:
            case State.IDENTIFYING:
                self._who = Identification.from_data(data)
            case State.READING_TABLE:
                self._on_identified(bill_table(data))
            case _:
                enabled = BillStatus.from_data(data).enabled
                let_in = {value for n, value in enumerate(self.tracker.values) if n in enabled}
                self._events += [Accepting(frozenset(let_in - {0})), Started()]

    def _on_identified(self, table: tuple[Denomination, ...]) -> None:
        if self._serial and self._who.serial != self._serial:
            self.tracker.unit_was_swapped()
        self._serial = self._who.serial
        values = tuple(row.value * PAISE if row.country in COUNTRIES else 0 for row in table)
        self.tracker.values = values
        self._events.append(Identified(self._serial, "", values, self._who.part))

    # --- polls ------------------------------------------------------------------------------

    def _on_said(self, said: Said, now: float) -> None:
        was_held = self.tracker.note is Note.IN_ESCROW
        open_credit = self.tracker.open_credit
        self._unit, self._must_poll = said.unit, False
        if self._may_conclude(said.unit):
            self.tracker.on_said(said, now, may_take=self.state is State.POLLING)
        self._conditions.on_said(said, now)
        if self.tracker.open_credit is not open_credit:
            self._may_acknowledge = False  # the driver has not seen the new one
        if said.unit is not Unit.STACKED or self._may_acknowledge:
            self._acknowledge(Answer(Reply.DATA))
        if not was_held:
            self._hold_at = now + HOLD_EVERY
        self._watch_settings(now)
        self._on_state_of_unit(said.unit, now)

    def _may_conclude(self, unit: Unit) -> bool:
        """At power-up or without a note inside, it may be another unit than the one before."""
        is_same = self.state is State.POLLING and unit not in POWER_UPS
        return self.state is State.READYING or is_same or unit not in TRANSITIONS[State.WAKING]

    def _watch_settings(self, now: float) -> None:
        """A unit that disabled itself, for it was not polled, is enabled again."""
        is_stale = now - self._applied_at >= ENABLE_AGAIN_AFTER
        if self._unit is Unit.DISABLED and self._applied and is_stale:
            self._applied = None

    def _on_state_of_unit(self, unit: Unit, now: float) -> None:
        after = TRANSITIONS[self.state].get(unit)
        if after is None or (after is State.RESETTING and not self._may_reset(unit, now)):
            return
        if after is State.SECURING and not self.tracker.values:
            after = State.WAKING  # it was reset, and may be asked now
        if self.state is State.POLLING:
            self._events.append(DeviceReset())
            self._start(now)
        self.state, self._next_at = after, now
        if after is State.RESETTING:
            self._repair_at = now + REPAIR_EVERY

    def _may_reset(self, unit: Unit, now: float) -> bool:
        """What RESET would end must be known before: a credit, or a note that has no outcome."""
        if unit is Unit.FAILURE:
            return self.tracker.owed is None and now >= self._repair_at
        return self.tracker.open_credit is None or self._may_acknowledge
