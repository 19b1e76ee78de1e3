"""The host's side of a bill validator: start-up, polls, escrow, and the proof of the stacker.

Follows MDB/ICP 4.2, 6.2 and 6.3. The adapter acknowledges an answer before we have read it, so what
a lost answer said is said no more; but the validator counts its stacker. Where a note left escrow
and no word of it came, one note more in the stacker is its credit, and none more its return.
"""

from __future__ import annotations

from enum import IntEnum

from drivers.base.notes_events import (
    Accept,
    Accepting,
    Acknowledge,
    CashBoxMoved,
    CheatAttempt,
    Command,
    Condition,
    ConditionsChanged,
    Counted,
    CreditCleared,
    DeviceReset,
    Event,
    Identified,
    LinkLost,
    LinkRestored,
    LinkSilent,
    NoteCredited,
    NoteInEscrow,
    NoteRejected,
    NoteReturned,
    NoteStacking,
    NoteUnaccounted,
    Refused,
    Return,
    Stack,
    Started,
)
from drivers.base.notes_protocol import NOTHING, Link, Note, NoteProtocol, Order, Unfinished
from drivers.mdb.bills import (
    BILL_ID,
    ESCROW_RETURN,
    ESCROW_STACK,
    FULL,
    Attempts,
    Bill,
    BillActivity,
    Bills,
    BillSetup,
    BillStatus,
    BillWord,
    bill_activities,
    bill_type,
)
from drivers.mdb.codec import CorruptBlock, Identification, Said
from drivers.mdb.events import Break
from drivers.mdb.protocol import ACKNOWLEDGED, HostProtocol, Phase, Question, serial_of

ESCROW_WITHIN = 30.0  # seconds: the result of an ESCROW is told by then (6.3, 35)
QUIET_AFTER_GAP = 3.0  # seconds of polls without a word, when one may have been lost; ours
LOOK_AGAIN_AFTER = 10.0  # seconds: a fault is said once, so a reset asks whether it stands
STACKER_AGAIN_AFTER = 15.0  # seconds: a stacker is emptied, and nobody tells
CONDITIONS = {
    BillStatus.DEFECTIVE_MOTOR: Condition.FAILURE,
    BillStatus.SENSOR: Condition.FAILURE,
    BillStatus.ROM_CHECKSUM: Condition.FAILURE,
    BillStatus.JAMMED: Condition.TRANSPORT_JAM,
    BillStatus.CASH_BOX_OUT: Condition.CASH_BOX_REMOVED,
}
MOVING = frozenset({BillStatus.BUSY, BillStatus.JAMMED, BillStatus.JUST_RESET})


class ValidatorProtocol(HostProtocol[Event, Command], NoteProtocol):
    """Drives one bill validator. A channel is a bill type and one: 0 stays "cannot say".

    `stacked_before`, from a ledger, is what the stacker held before the note that is owed.
    """

    reset_command = bytes((Bills.RESET,))
    poll_command = bytes((Bills.POLL,))
    gone_after = 5.0  # seconds: the validator's non-response time (6.1)

    def __init__(self, unfinished: Unfinished = NOTHING, stacked_before: int | None = None) -> None:
        self._owed = unfinished.owed
        self._open_credits = unfinished.credits  # no validator says one again
        self._note = Note.NOWHERE if self._owed is None else Note.LEFT
        self._order = Order.HOLD
        self._stacked_before = stacked_before
        self.stacked: int | None = None
        self._is_full = False
        self._conditions: dict[Condition, str] = {}
        self._told = ConditionsChanged(frozenset())
        self._wanted: frozenset[int] = frozenset()
        self._has_gap = self._owed is not None
        super().__init__()

    @property
    def link(self) -> Link:  # type: ignore[override]  # an attribute of the others
        broken = {None: Link.UP, Break.DEVICE: Link.SILENT}
        return broken.get(self.broken, Link.LOST)

    @property
    def note(self) -> Note:
        return self._note

    @property
    def order(self) -> Order:
        return self._order

    # --- the driver's side ----------------------------------------------------------------------

    def send(self, command: Command, now: float) -> None:
        match command:
            case Accept(paise):
                self._wanted = paise
            case Stack() | Return():
                self.check_order(command)
                self._order = Order.STACK if isinstance(command, Stack) else Order.RETURN
            case Acknowledge():
                pass  # the adapter has acknowledged everything already
        self._go_on(now)

    def tell_broken(self, where: Break) -> None:
        self._events.append(LinkSilent() if where is Break.DEVICE else LinkLost())

    def tell_mended(self) -> None:
        self._events.append(LinkRestored())

    def tell_refused(self, why: str) -> None:
        self._events.append(Refused(why))

    def tell_reset(self) -> None:
        self._events.append(DeviceReset())

    # --- start-up (6.2) -------------------------------------------------------------------------

    def on_start_over(self) -> None:
        """What is in escrow when we come back goes back: nobody's order survives a gap."""
        self._applied: frozenset[int] | None = None
        self._found = 0  # the channel of a note in escrow that may be another than the one owed
        self._quiet_since: float | None = None
        self._stacker_at = 0.0
        self._looks_at = 0.0
        self._has_counted = False
        if self._owed is not None:
            self._has_gap, self._note = True, Note.LEFT
        else:
            self._note = Note.NOWHERE
        self._order = Order.HOLD

    def first_steps(self) -> list[Question]:
        return [Question(bytes((Bills.SETUP,)), range(27, 28), self._on_setup)]

    def _on_setup(self, data: bytes, now: float) -> None:
        setup = self._setup = BillSetup.from_data(data)
        self.check_currency(setup.currency)
        if not setup.has_escrow:
            raise CorruptBlock(data, "a validator with escrow", "one without")
        self._values = setup.values
        self.plan.append(Question(BILL_ID, range(29, 30), self._on_identification))
        self.plan.append(self.poll())

    def _on_identification(self, data: bytes, now: float) -> None:
        found = Identification.from_data(data)
        known = tuple(paise for paise in self._values if paise)
        self._events.append(Identified(serial_of(found), found.software, known, found.model))
        for credit in self._open_credits:
            self._events.append(CreditCleared(credit.channel, credit.at_power_up))
        self._open_credits = ()

    def _on_start_poll(self, is_quiet: bool, now: float) -> None:
        """Until it has nothing more to say; then its stacker, then we begin."""
        if is_quiet and self._has_counted:
            self.begin_polling(now)
            self._looks_at = now + LOOK_AGAIN_AFTER
            self._events.append(Started())
            return
        if is_quiet:
            self.plan.append(self._stacker())
        self.plan.append(self.poll())

    # --- polls (6.3, 33) ------------------------------------------------------------------------

    def on_poll(self, data: bytes, now: float) -> bool:
        activities = bill_activities(data)
        statuses = {each.status for each in activities if isinstance(each, Said)}
        for activity in activities:
            self._on_activity(activity)
        self._note_conditions(statuses)
        if BillStatus.JUST_RESET in statuses:
            return True
        is_quiet = not [each for each in activities if not isinstance(each, Said)]
        if self.phase is Phase.STARTING:
            self._on_start_poll(is_quiet or self._note is Note.IN_ESCROW, now)
        is_stuck = Condition.TRANSPORT_JAM in self._conditions  # said once, and whoever clears it
        self._watch_for_silence(is_stuck or bool(statuses & MOVING), now)  # makes it say the rest
        return False

    def _on_activity(self, activity: BillActivity) -> None:
        match activity:
            case Bill(number, BillWord.IN_ESCROW):
                self._on_escrow(number)
            case Bill(number, BillWord.STACKED | BillWord.TO_RECYCLER):
                self._on_stacked(number + 1)
            case Bill(_, BillWord.RETURNED) if self._owed is not None and self._has_gap:
                self._events.append(NoteRejected("power_up"))  # perhaps the next one: count, then
            case Bill(_, BillWord.RETURNED) | Said(BillStatus.REMOVED_FROM_ESCROW):
                self._on_returned()
            case Bill(_, BillWord.DISABLED_REJECTED) | Attempts():
                self._events.append(NoteRejected("inhibited"))
            case Said(BillStatus.REJECTED):
                self._events.append(NoteRejected("not_recognised"))
            case Said(BillStatus.CREDITED_BILL_REMOVAL):
                self._events.append(CheatAttempt())
            case _:
                pass

    def _on_escrow(self, number: int) -> None:
        """Said in every poll for as long as it is there."""
        channel = number + 1
        if self._note in (Note.IN_ESCROW, Note.BEING_STACKED, Note.MOVING_OUT):
            return
        if self._note is Note.LEFT and self._owed is not None:
            self._note, self._order, self._found = Note.IN_ESCROW, Order.RETURN, channel
            self.plan.append(self._stacker())  # the same note, or the next one? The count tells
            return
        self._lose_sight()
        self._note = Note.IN_ESCROW
        paise = self._values[number]
        if not paise or self.phase is not Phase.POLLING:
            self._order = Order.RETURN  # not a note of ours, or from before our time
            return
        self._order, self._owed, self._stacked_before = Order.HOLD, channel, self.stacked
        self._events.append(NoteInEscrow(channel, paise))

    def _on_stacked(self, channel: int) -> None:
        """The credit; of a note that nobody saw come, at power-up."""
        is_known = channel == self._owed
        self._events.append(NoteCredited(channel, self._values[channel - 1], not is_known))
        self._events.append(CreditCleared(channel, not is_known))
        self._be_empty()
        self.plan.append(self._stacker())

    def _on_returned(self) -> None:
        if self._owed is not None:
            self._events.append(NoteReturned())
        elif self._note is not Note.NOWHERE:
            self._events.append(NoteRejected("host"))
        else:
            self._events.append(NoteRejected("power_up"))
        self._be_empty()

    def _be_empty(self) -> None:
        self._owed, self._has_gap = None, False
        self._note, self._order = Note.NOWHERE, Order.HOLD
        self._quiet_since = None

    def _lose_sight(self) -> None:
        """Another note is there: of the one before, nobody will say anything any more."""
        if self._owed is not None:
            self._owed, self._has_gap = None, False
            self._events.append(NoteUnaccounted())

    # --- a word that never came -----------------------------------------------------------------

    def on_answer_lost(self, now: float) -> None:
        self._has_gap = self._owed is not None
        self.plan.append(self._stacker())
        if self.phase is Phase.STARTING:
            self._has_counted = False
            self.plan.append(self.poll())

    def _watch_for_silence(self, is_moving: bool, now: float) -> None:
        is_waiting = self._owed is not None and self._note is not Note.IN_ESCROW
        if not is_waiting or is_moving or self.phase is not Phase.POLLING:
            self._quiet_since = None
            return
        self._quiet_since = now if self._quiet_since is None else self._quiet_since
        patience = QUIET_AFTER_GAP if self._has_gap else ESCROW_WITHIN
        if now - self._quiet_since >= patience:
            self._quiet_since = None
            self.plan.append(self._stacker(is_last_word=True))

    def _on_last_count(self, data: bytes, now: float) -> None:
        """Escrow is empty, nothing moves, and no word came: the count is the validator's word."""
        before = self._stacked_before
        self._on_stacker(data, now)
        if self._owed is None or self._note is Note.IN_ESCROW:
            return
        if before is not None and self.stacked == before + 1:
            self._on_stacked(self._owed)
        elif before is not None and self.stacked == before:
            self._on_returned()
        else:
            self._lose_sight()
            self._be_empty()

    def _judge_found(self) -> None:
        """A note is in escrow and one is owed: with one more in the stacker, that was the one."""
        if not self._found or self._owed is None or self._note is not Note.IN_ESCROW:
            return
        before, found, self._found = self._stacked_before, self._found, 0
        if before is not None and self.stacked == before + 1:
            channel, self._owed, self._has_gap = self._owed, None, False
            self._events.append(NoteCredited(channel, self._values[channel - 1]))
            self._events.append(CreditCleared(channel))
        elif found != self._owed or self.stacked != before:
            self._lose_sight()
        else:
            self._has_gap = False  # it is the same note

    # --- conditions -----------------------------------------------------------------------------

    def _note_conditions(self, statuses: set[IntEnum]) -> None:
        """Each is said once. A reset, which asks again, finds out whether it stands."""
        if BillStatus.JUST_RESET in statuses:
            self._end(Condition.CASH_BOX_REMOVED)
            self._conditions.clear()
        for status, condition in CONDITIONS.items():
            if status in statuses and condition not in self._conditions:
                if condition is Condition.CASH_BOX_REMOVED:
                    self._events.append(CashBoxMoved(is_present=False))
                self._conditions[condition] = status.name.lower()
        self._tell_conditions()

    def _end(self, condition: Condition) -> None:
        if self._conditions.pop(condition, None) is not None:
            self._events.append(CashBoxMoved(is_present=True))

    def _tell_conditions(self) -> None:
        present = frozenset(self._conditions) | (
            {Condition.STACKER_FULL} if self._is_full else set()
        )
        detail = self._conditions.get(Condition.FAILURE, "")
        if (changed := ConditionsChanged(present, detail)) != self._told:
            self._told = changed
            self._events.append(changed)

    def _stacker(self, is_last_word: bool = False) -> Question:
        taken = self._on_last_count if is_last_word else self._on_stacker
        return Question(bytes((Bills.STACKER,)), range(2, 3), taken)

    def _on_stacker(self, data: bytes, now: float) -> None:
        said = int.from_bytes(data, "big")
        self.stacked, self._is_full = said & ~FULL, bool(said & FULL)
        self._has_counted = True
        self._judge_found()
        self._stacker_at = now + STACKER_AGAIN_AFTER
        self._events.append(Counted(self.stacked, 0))
        self._tell_conditions()

    # --- what is due between two polls ----------------------------------------------------------

    def due(self, now: float) -> Question | None:
        if self._note is Note.IN_ESCROW and self._order is not Order.HOLD:
            return self._escrow_order()
        is_lost = self._has_gap and self._note is not Note.IN_ESCROW
        if self._note is not Note.NOWHERE and not is_lost:
            return None
        if self._conditions and now >= self._looks_at:
            self._looks_at = now + LOOK_AGAIN_AFTER
            return Question(self.reset_command, ACKNOWLEDGED, self._on_alive)
        if is_lost:
            return None
        types = frozenset(n for n, paise in enumerate(self._values) if paise in self._wanted)
        if types != self._applied:
            return self._bill_type(types)
        if now >= self._stacker_at:
            return self._stacker()
        return None

    def _escrow_order(self) -> Question:
        """Never given twice: the note that is in escrow then may be another one."""
        is_stack = self._order is Order.STACK

        def heard(data: bytes, now: float) -> None:
            if self._note is Note.IN_ESCROW:
                self._note = Note.BEING_STACKED if is_stack else Note.MOVING_OUT
                self._order = Order.HOLD
                if is_stack:
                    self._events.append(NoteStacking())

        def doubted(is_lost: bool, now: float) -> None:
            """It may be on its way. If it is still said to be in escrow, it goes back."""
            self._has_gap, self._order = True, Order.HOLD
            self._note = Note.LEFT

        return Question(ESCROW_STACK if is_stack else ESCROW_RETURN, ACKNOWLEDGED, heard, doubted)

    def _bill_type(self, types: frozenset[int]) -> Question:
        def taken(data: bytes, now: float) -> None:
            self._applied = types
            self._events.append(Accepting(frozenset(self._values[number] for number in types)))

        return Question(bill_type(types), ACKNOWLEDGED, taken)
