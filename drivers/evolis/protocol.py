"""The host's side of a card printer: one command at a time, one card at a time.

Answers do not name their question, so after any doubt about the wire the host asks one question
and waits for silence before it believes again. A card is let out only when the printer has said OK
to every panel of both sides; any other card goes to the reject box. Whether a card whose last
answer was lost is out, the printer's own counter and its empty path say.
"""

from __future__ import annotations

from collections import deque

from drivers.base.protocol import NEVER, CommandRefused, Protocol
from drivers.evolis.codec import (
    AnswerReader,
    Ask,
    Do,
    Ribbon,
    Word,
    command,
    first_integer,
    word_in,
)
from drivers.evolis.condition import (
    IDENTITY,
    POLLED,
    Answers,
    Condition,
    is_anothers,
    is_usable,
)
from drivers.evolis.events import (
    MEANS,
    WARNINGS,
    Cancel,
    CardRejected,
    Command,
    Doubt,
    Event,
    Fault,
    FaultsChanged,
    JobFailed,
    JobPrinted,
    LinkLost,
    LinkSilent,
    PrinterReady,
    PrintSides,
    Supplies,
    blocking,
)
from drivers.evolis.job import CONTROL_WITHIN, EJECT_WITHIN, Job, Step
from drivers.evolis.states import TRANSITIONS, State, Trigger
from firmware.runtime.table import step

POLL_EVERY = 3.0  # seconds; nothing about cards changes faster than a hand can move
LOOK_SOON = 0.5  # seconds after a fault: long enough for its sensors to settle
QUIET = 0.7  # seconds without a word, after which no answer is still under way
ASK_AGAIN = 6.0  # seconds; a printer that waits for the rest of a panel gives up within
SILENT_AFTER = 2  # unanswered questions: one may fall to noise

# Words of the wire, not of the card: the command may have been obeyed, or another one answered.
OF_THE_WIRE = frozenset({Word.UNKNOWN_COMMAND, Word.BAD_PARAMETER, Word.TIME_OUT})
# Faults that no sensor shows: they stay until a person had the cover open, or the power was off.
LATCHED = frozenset({Fault.RIBBON_BROKEN, Fault.HEAD, Fault.HOPPER, Fault.HOPPER_FULL})
REJECT = Step(Do.REJECT, command(Do.REJECT), EJECT_WITHIN)


class HostProtocol(Protocol[Event, Command]):
    """Drives one printer.

    `doubt`: the card that was about to leave when the driver before died.
    """

    def __init__(self, baudrate: int, ribbon: Ribbon, doubt: Doubt | None = None) -> None:
        super().__init__()
        self.state = State.UNPLUGGED
        self.faults: tuple[Fault, ...] = ()
        self._baudrate, self._ribbon, self._doubt = baudrate, ribbon, doubt
        self._reader = AnswerReader()
        self._open: Ask | Step | None = None  # what an answer is awaited for
        self._until = self._quiet_at = self._poll_at = NEVER
        self._unanswered = 0
        self._waiting: deque[Ask] = deque()
        self._answers: Answers = {}
        self._asked_twice: set[Ask] = set()
        self._heard = ""  # last, while SYNCING
        self._supplies = Supplies()
        self._latched: set[Fault] = set()
        self._stuck: set[Fault] = set()  # of the card in the path
        self._found_card = False  # one that nobody may have
        self._job: Job | None = None

    # --- what the driver calls ---

    def connected(self, now: float) -> None:
        self._reader = AnswerReader()
        self._unanswered = 0
        self._move(Trigger.PLUGGED, now)

    def disconnected(self, now: float) -> None:
        if self.state is not State.UNPLUGGED:
            self._move(Trigger.UNPLUGGED, now)

    def send(self, command: Command, now: float) -> None:
        match command:
            case Cancel(name):
                self._cancel(name)
            case PrintSides(name) if self.state is not State.IDLE:
                raise CommandRefused(f"job {name}: the printer is {self.state.name}")
            case PrintSides():
                serial = self._answers.get(Ask.SERIAL, "")
                self._job = Job(command, self._ribbon, self._baudrate, serial)
                self._move(Trigger.GIVEN, now)

    def receive_bytes(self, data: bytes, now: float) -> None:
        for line in self._reader.feed(data):
            self._on_line(line, now)

    def tick(self, now: float) -> None:
        if now >= self._until:
            self._on_no_answer(now)
        if now >= self._quiet_at:
            self._on_quiet(now)
        if now >= self._poll_at:
            self._on_poll(now)

    def next_deadline(self) -> float:
        return min(self._until, self._quiet_at, self._poll_at)

    # --- the machine ---

    def _move(self, trigger: Trigger, now: float) -> None:
        self.state = step(TRANSITIONS, self.state, trigger)
        getattr(self, f"_on_enter_{self.state.name.lower()}")(now)

    def _on_enter_unplugged(self, now: float) -> None:
        self._break_job(Fault.LINK_LOST)
        self._forget_talk()
        self._latched.clear()  # another printer may come back
        self._events.append(LinkLost())

    def _on_enter_syncing(self, now: float) -> None:
        """Whatever is still under way of older questions must be past."""
        self._break_job(Fault.LINK_SILENT if self._unanswered else Fault.LINK_CORRUPT)
        self._forget_talk()
        self._heard = ""
        self._ask(Ask.SERIAL, now)

    def _on_enter_asking(self, now: float) -> None:
        self._begin_round((*IDENTITY, *POLLED), now)

    def _on_enter_clearing(self, now: float) -> None:
        self._do(REJECT, now)

    def _on_enter_idle(self, now: float) -> None:
        if self._job is None:
            self._events.append(PrinterReady())
        else:
            self._events.append(JobPrinted(self._job.name))
            self._job = None
        self._poll_at = now + LOOK_SOON

    def _on_enter_printing(self, now: float) -> None:
        """A question of a poll may still be open; its answer comes first."""
        self._waiting.clear()
        self._quiet_at = self._poll_at = NEVER
        if self._open is None:
            self._ask(Ask.PRINTED, now)

    def _on_enter_blocked(self, now: float) -> None:
        self._forget_talk()
        self._poll_at = now + LOOK_SOON

    def _on_enter_silent(self, now: float) -> None:
        self._forget_talk()
        self._latched.clear()
        self._poll_at = now + ASK_AGAIN
        self._events.append(LinkSilent())

    # --- talking ---

    def _ask(self, ask: Ask, now: float) -> None:
        self._open, self._until = ask, now + CONTROL_WITHIN
        self._outgoing += command(ask)

    def _do(self, step: Step, now: float) -> None:
        self._open, self._until = step, now + step.within
        self._outgoing += step.data

    def _forget_talk(self) -> None:
        self._open = None
        self._waiting.clear()
        self._until = self._quiet_at = self._poll_at = NEVER

    def _begin_round(self, asks: tuple[Ask, ...], now: float) -> None:
        kept = {} if self.state is State.ASKING else self._answers
        self._answers = {ask: kept[ask] for ask in IDENTITY if ask in kept}
        self._asked_twice.clear()
        self._waiting = deque(asks)
        self._ask_next(now)

    def _ask_next(self, now: float) -> None:
        """The next question, or a moment of silence that shows there was no answer too many."""
        self._open, self._until = None, NEVER
        if self._waiting:
            self._ask(self._waiting.popleft(), now)
        else:
            self._quiet_at = now + QUIET

    def _on_poll(self, now: float) -> None:
        self._poll_at = NEVER
        if self.state is State.SILENT:
            self._poll_at = now + ASK_AGAIN
            self._outgoing += command(Ask.SERIAL)
        else:
            self._begin_round(POLLED, now)

    def _on_no_answer(self, now: float) -> None:
        self._unanswered += 1
        if self.state is not State.SYNCING:
            self._move(Trigger.GARBLED, now)
        elif self._unanswered >= SILENT_AFTER:
            self._move(Trigger.MUTE, now)
        else:  # it may wait for the rest of a panel: leave it alone until it gives up
            self._open, self._until = None, NEVER
            self._quiet_at = now + ASK_AGAIN - CONTROL_WITHIN

    def _on_quiet(self, now: float) -> None:
        self._quiet_at = NEVER
        if self.state is not State.SYNCING:
            self._on_round(Condition(dict(self._answers)), now)
        elif self._heard and not is_anothers(self._heard):
            self._unanswered = 0
            self._move(Trigger.SYNCED, now)
        else:
            self._heard = ""
            self._ask(Ask.SERIAL, now)

    # --- hearing ---

    def _on_line(self, line: str, now: float) -> None:
        match self.state, self._open:
            case State.UNPLUGGED, _:
                pass
            case State.SILENT, _:
                self._unanswered = 0
                self._move(Trigger.HEARD, now)
            case State.SYNCING, _:
                self._heard, self._open = line, None
                self._until, self._quiet_at = NEVER, now + QUIET
            case _, None:
                self._move(Trigger.GARBLED, now)  # one too many: which was whose?
            case _, Ask() as ask:
                self._on_answer(ask, line, now)
            case _, Step():
                self._on_word(word_in(line), now)

    def _on_answer(self, ask: Ask, line: str, now: float) -> None:
        if is_anothers(line):
            self._move(Trigger.GARBLED, now)
            return
        if not is_usable(ask, line) and ask not in self._asked_twice:
            self._asked_twice.add(ask)  # it may have been damaged on its way
            self._ask(ask, now)
            return
        if is_usable(ask, line):
            self._answers[ask] = line
        if self.state is State.PRINTING:
            self._on_answer_in_job(ask, line, now)
        else:
            self._ask_next(now)

    def _on_answer_in_job(self, ask: Ask, line: str, now: float) -> None:
        assert self._job is not None
        if self._job.is_cancelled:
            self._leave(self._job, now)
        elif ask is Ask.PRINTED:
            self._job.printed_before = first_integer(line)
            self._do(self._job.next(), now)
        else:
            self._ask(Ask.PRINTED, now)

    def _on_word(self, word: Word | None, now: float) -> None:
        """The answer to a command."""
        if word is None or word in OF_THE_WIRE:
            self._move(Trigger.GARBLED, now)
        elif word is not Word.OK:
            self._on_refusal(MEANS[word], now)
        elif self.state is State.CLEARING:
            self._stuck.clear()
            self._move(Trigger.REJECTED, now)
        else:
            self._on_step_done(now)

    def _on_step_done(self, now: float) -> None:
        assert self._job is not None
        if self._job.is_cancelled:
            self._leave(self._job, now)
            return
        if self._job.is_ejecting:
            self._open, self._until = None, NEVER
            self._move(Trigger.CARD_OUT, now)
            return
        if self._job.comes_out_next:
            self._events.append(self._job.ejecting)
        self._do(self._job.next(), now)

    def _on_refusal(self, fault: Fault, now: float) -> None:
        """The printer says that it did not do it, and why."""
        if self.state is State.CLEARING and fault is Fault.HOPPER_FULL:
            fault = Fault.REJECT_FULL
        (self._latched if fault in LATCHED else self._stuck).add(fault)
        if self._job is not None:
            self._events.extend(self._job.failed(fault))
            self._job = None
        self._tell_faults(set(self.faults))
        self._move(Trigger.BROKE, now)

    # --- what a round says ---

    def _on_round(self, found: Condition, now: float) -> None:
        if found.supplies != self._supplies:
            self._supplies = found.supplies
            self._events.append(found.supplies)
        if self.state is State.ASKING:
            self._events.append(found.identity)
        self._settle(found)
        self._watch_path(found)
        if found.cover_is_open:
            self._latched.clear()
        self._tell_faults(found.faults(self._ribbon))
        if found.card_is_inside and not found.cover_is_open:
            self._move(Trigger.FOUND_CARD, now)
        elif blocking(self.faults):
            self._stay_or_move(State.BLOCKED, Trigger.BROKE, now)
        else:
            self._stay_or_move(State.IDLE, Trigger.READY, now)

    def _stay_or_move(self, where: State, trigger: Trigger, now: float) -> None:
        if self.state is where:
            self._poll_at = now + POLL_EVERY
        else:
            self._move(trigger, now)

    def _settle(self, found: Condition) -> None:
        """The card whose last answer was lost: inside, out, or nobody knows."""
        doubt, self._doubt = self._doubt, None
        if doubt is None:
            return
        if found.card_is_inside:
            self._events.append(JobFailed(doubt.job, Fault.INTERRUPTED))
        elif found.card_is_inside is False and found.has_counted(doubt):
            self._events.append(JobPrinted(doubt.job))
        else:
            self._events.append(JobFailed(doubt.job, Fault.DOUBTFUL))

    def _watch_path(self, found: Condition) -> None:
        """A card that was found and is gone now was rejected, or taken out by hand."""
        if self._found_card and not found.card_is_inside:
            self._events.append(CardRejected())
        self._found_card = bool(found.card_is_inside)
        if not self._found_card:
            self._stuck.clear()

    def _tell_faults(self, seen: set[Fault]) -> None:
        all_of_them = seen | (self._latched | self._stuck) - WARNINGS
        if Fault.RIBBON_END in all_of_them:
            all_of_them.discard(Fault.RIBBON_BROKEN)  # the printer has one word for both
        faults = tuple(fault for fault in Fault if fault in all_of_them)
        if faults != self.faults:
            self.faults = faults
            self._events.append(FaultsChanged(faults))

    def _break_job(self, fault: Fault) -> None:
        """Nothing is heard of the job any more. Of a card that may be out, nothing is said yet."""
        job, self._job = self._job, None
        if job is None:
            return
        if job.is_ejecting:
            self._doubt = job.doubt
        else:
            self._events.extend(job.failed(fault))

    # --- cancelling ---

    def _cancel(self, name: str) -> None:
        """Told at once, for `Se` will not be sent; the card leaves after the present step."""
        job = self._job
        if job is None or job.name != name:
            raise CommandRefused(f"job {name}: not under way")
        self._events.extend(job.cancel())

    def _leave(self, job: Job, now: float) -> None:
        """The job is cancelled, and the printer waits for the next command."""
        self._open, self._until, self._job = None, NEVER, None
        if job.has_fetched:
            self._found_card = True
            self._move(Trigger.FOUND_CARD, now)
        else:
            self._move(Trigger.READY, now)
