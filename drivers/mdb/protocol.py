"""The host's side of one MDB peripheral: into step with the adapter, start-up, polls, silence.

Follows MDB/ICP 4.2: 2.4 and 2.5 (time-outs), 5.2 and 6.2 (start-up). changer.py and validator.py
say what is asked and what the answers mean.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Generic

from drivers.base.protocol import NEVER, Command, Event, Protocol
from drivers.mdb.adapter import MASTER, Answer, Exchange, Outcome, line_of
from drivers.mdb.codec import RUPEE, CorruptBlock, Identification
from drivers.mdb.events import Break

POLL_INTERVAL = 0.15  # seconds; 2.5 asks for 25 to 200 ms, and a busy machine is late
ASK_AGAIN_AFTER = 0.1  # seconds after a peripheral that was silent to a question
RESET_AGAIN_AFTER = 10.0  # seconds between resets of a peripheral that is silent (2.4)
START_AGAIN_AFTER = 5.0  # seconds after a start-up that was not understood
SETTLES_AFTER_RESET = 0.5  # seconds from a reset to the first TUBE STATUS (5.3)
ADAPTER_MISSES = 3  # versions asked for in vain: one may be noise
MOST_ACTIVITY = 16  # bytes of an answer to POLL
ACKNOWLEDGED = range(1)  # an answer of no data


class Phase(Enum):
    OFF = auto()  # no wire
    STARTING = auto()
    POLLING = auto()
    SILENT = auto()  # the peripheral has not answered for longer than the document allows


PHASES: dict[Phase, frozenset[Phase]] = {
    Phase.OFF: frozenset({Phase.STARTING}),
    Phase.STARTING: frozenset({Phase.OFF, Phase.STARTING, Phase.POLLING, Phase.SILENT}),
    Phase.POLLING: frozenset({Phase.OFF, Phase.STARTING, Phase.SILENT}),
    Phase.SILENT: frozenset({Phase.OFF, Phase.STARTING}),
}


@dataclass(frozen=True)
class Question:
    """A command, how many data bytes its answer has, and who takes it.

    Where nobody can know whether it was heard, it is asked again; or, if it must not be, `doubted`
    is called: with true when an answer may have been lost, false when the peripheral was silent.
    """

    command: bytes
    lengths: range
    answered: Callable[[bytes, float], None]
    doubted: Callable[[bool, float], None] | None = None


class HostProtocol(Protocol[Event, Command], Generic[Event, Command]):
    """What changer and validator have in common. The `tell_` methods put it into their words."""

    reset_command: bytes
    poll_command: bytes
    gone_after: float  # seconds of silence: the peripheral's non-response time

    def __init__(self) -> None:
        super().__init__()
        self._exchange = Exchange()
        self.phase = Phase.OFF
        self.broken: Break | None = Break.WIRE
        self._asked: Question | None = None
        self._forget()

    def _forget(self) -> None:
        """All that a start-up finds out anew."""
        self.plan: deque[Question] = deque()
        self.settings: deque[Question] = deque()  # what is forgotten at a reset, asked when due
        self._is_master = False
        self._paused_until = self._polls_at = 0.0

    # --- for the two peripherals ----------------------------------------------------------------

    @abstractmethod
    def first_steps(self) -> list[Question]:
        """What a start-up asks first; the answers add the rest to `plan`."""

    @abstractmethod
    def on_poll(self, data: bytes, now: float) -> bool:
        """Take what a poll said; true when it began with a reset. Raises CorruptBlock."""

    @abstractmethod
    def on_start_over(self) -> None:
        """A start-up begins: forget what rests on the one before."""

    @abstractmethod
    def tell_broken(self, where: Break) -> None: ...

    @abstractmethod
    def tell_mended(self) -> None: ...

    @abstractmethod
    def tell_refused(self, why: str) -> None: ...

    @abstractmethod
    def tell_reset(self) -> None: ...

    def poll(self) -> Question:
        most = range(MOST_ACTIVITY + 1)
        return Question(self.poll_command, most, self._on_poll, doubted=self._on_poll_lost)

    def due(self, now: float) -> Question | None:
        """What is to be asked between two polls."""
        return None

    def begin_polling(self, now: float) -> None:
        self._enter(Phase.POLLING)
        self._polls_at = now

    def pause(self, until: float) -> None:
        self._paused_until = max(self._paused_until, until)

    def check_currency(self, currency: bytes) -> None:
        """Raises CorruptBlock for a device that was made for another country."""
        if currency not in RUPEE:
            raise CorruptBlock(currency, "the currency 1356 or 0091, rupees", currency.hex())

    # --- the wire -------------------------------------------------------------------------------

    def connected(self, now: float) -> None:
        self._exchange.reset()
        self._asked = None
        self._exchange.begin(now)
        self._start(now)

    def disconnected(self, now: float) -> None:
        self._lose_question(now)
        self._exchange.reset()
        self._outgoing.clear()
        self._enter(Phase.OFF)
        self._break(Break.WIRE)

    def receive_bytes(self, data: bytes, now: float) -> None:
        if self.phase is not Phase.OFF:
            if (answer := self._exchange.receive(data)) is not None:
                self._on_answer(answer, now)
            self._go_on(now)

    def tick(self, now: float) -> None:
        if self.phase is Phase.OFF:
            return
        if self._exchange.is_lost_at(now):
            self._lose_question(now)
        if self._exchange.misses >= ADAPTER_MISSES:
            self._break(Break.ADAPTER)
        self._go_on(now)

    def next_deadline(self) -> float:
        if self.phase is Phase.OFF:
            return NEVER
        if not self._exchange.is_free:
            return self._exchange.deadline
        return self._paused_until if self.plan else max(self._paused_until, self._polls_at)

    def bytes_to_send(self) -> bytes:
        self._outgoing += self._exchange.outgoing
        self._exchange.outgoing.clear()
        return super().bytes_to_send()

    # --- what comes next ------------------------------------------------------------------------

    def _enter(self, phase: Phase) -> None:
        assert phase in PHASES[self.phase] or phase is self.phase, (self.phase, phase)
        self.phase = phase

    def _start(self, now: float) -> None:
        """From the first question on; whoever is there may not be whom we knew."""
        self._enter(Phase.STARTING)
        self._forget()
        self._heard_at = now
        self.on_start_over()
        self.plan.extend(self.first_steps())

    def _go_on(self, now: float) -> None:
        """Ask the next thing, if the adapter is free and something is due."""
        if self.phase is Phase.OFF or not self._exchange.is_free:
            return
        if not self._is_master:
            self._ask_adapter(now)
        elif now >= self._paused_until and (question := self._next(now)) is not None:
            self._asked = question
            self._exchange.ask(line_of(question.command), now)

    def _ask_adapter(self, now: float) -> None:
        """An adapter that was plugged in anew is no master of its bus yet."""
        self._asked = None
        self._exchange.ask(MASTER, now)

    def _next(self, now: float) -> Question | None:
        if self.plan:
            return self.plan.popleft()
        if self.phase is Phase.SILENT:
            self.pause(now + RESET_AGAIN_AFTER)
            return Question(self.reset_command, ACKNOWLEDGED, self._on_alive)
        if self.phase is Phase.POLLING and now >= self._polls_at:
            self._polls_at = now + POLL_INTERVAL
            return self.poll()
        return self.due(now) if self.phase is Phase.POLLING else None

    # --- answers --------------------------------------------------------------------------------

    def _on_answer(self, answer: Answer, now: float) -> None:
        question, self._asked = self._asked, None
        if question is None:
            self._is_master = answer.outcome is Outcome.ACKNOWLEDGED
        elif answer.outcome is Outcome.SILENT:
            self._on_silence(question, now)
        else:
            self._heard_at = now
            if self.broken is not None:
                self.broken = None
                self.tell_mended()
            self._on_heard(question, answer.data, now)

    def _on_heard(self, question: Question, data: bytes, now: float) -> None:
        try:
            if len(data) not in question.lengths:
                expected = f"{question.lengths} data bytes to {question.command.hex()}"
                raise CorruptBlock(data, expected, str(len(data)))
            question.answered(data, now)
        except CorruptBlock as error:
            self.tell_refused(str(error))
            self._start(now)
            self.pause(now + START_AGAIN_AFTER)

    def _on_silence(self, question: Question, now: float) -> None:
        """No answer of the peripheral: ask again, until its non-response time is over (2.4)."""
        if self.phase is Phase.SILENT:
            return
        self._repeat(question, False, now)
        self.pause(now + ASK_AGAIN_AFTER)
        if now - self._heard_at >= self.gone_after:
            self._forget_plan()
            self._enter(Phase.SILENT)
            self._break(Break.DEVICE)

    def _forget_plan(self) -> None:
        self.plan.clear()
        self.on_start_over()

    def _lose_question(self, now: float) -> None:
        """The adapter gave no answer: what was asked may have been heard."""
        question, self._asked = self._asked, None
        self._is_master = False
        if question is not None:
            self._repeat(question, True, now)

    def _repeat(self, question: Question, is_lost: bool, now: float) -> None:
        if question.doubted is not None:
            question.doubted(is_lost, now)
        elif self.phase is not Phase.SILENT:
            self.plan.appendleft(question)

    def _on_alive(self, data: bytes, now: float) -> None:
        """It took the reset: everything begins."""
        self._start(now)
        self.pause(now + SETTLES_AFTER_RESET)

    def _on_poll(self, data: bytes, now: float) -> None:
        if self.on_poll(data, now):
            self.tell_reset()
            self._start(now)
            self.pause(now + SETTLES_AFTER_RESET)

    def _on_poll_lost(self, is_lost: bool, now: float) -> None:
        """A silent peripheral says it again. Of a lost answer the adapter has taken delivery."""
        if is_lost:
            self.on_answer_lost(now)
        elif self.phase is Phase.STARTING:
            self.plan.appendleft(self.poll())

    @abstractmethod
    def on_answer_lost(self, now: float) -> None:
        """A poll went out and no answer came: ask the device what can be asked of what it said."""

    # --- the link -------------------------------------------------------------------------------

    def _break(self, where: Break) -> None:
        if self.broken is not where:
            self.broken = where
            self.tell_broken(where)


def serial_of(identity: Identification) -> str:
    """What names the device in every id: maker and number, as its plate says them."""
    return f"{identity.maker}-{identity.serial}".strip("-") or "unknown"
