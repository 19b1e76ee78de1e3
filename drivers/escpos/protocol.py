"""The host's side of ESC/POS: start-up, status, and one job at a time.

A job ends at once when anything goes wrong, because a citizen is waiting and the till has another
way to give a proof. What the printer still holds of it is cleared, so that no second half comes
out after the paper was changed, and the next ticket begins behind a cut.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from drivers.base.protocol import NEVER, CommandRefused, Protocol
from drivers.escpos.codec import (
    CLEAR_BUFFERS,
    INITIALISE,
    RECOVER_AND_CLEAR,
    About,
    AsbReport,
    Condition,
    IdentityAnswer,
    IdentityItem,
    Processed,
    ReplyFromPrinter,
    ReplyReader,
    StatusAnswer,
    StoredKeys,
    ask_identity,
    ask_status,
    enable_asb,
    feed_and_cut,
    request_process_id,
    with_status,
)
from drivers.escpos.events import (
    Event,
    Fault,
    FaultsChanged,
    IdentityKnown,
    JobFailed,
    JobPrinted,
    LinkLost,
    LinkSilent,
    PrinterReady,
    PrintJob,
    blocking,
    faults_in,
)
from drivers.escpos.job import IN_FLIGHT_LIMIT, Job
from drivers.escpos.logo import ASK_KEYS, GOT_KEYS, STORED, Logo, keys_of
from drivers.escpos.states import TRANSITIONS, State, Trigger
from firmware.runtime.table import step

ANSWER_WITHIN = 0.25  # seconds; no answer means off, offline or busy (escpos.md 7.2)
POLL_EVERY = 1.0  # seconds; ASB is quicker, where the printer has it and still has it switched on
SILENT_AFTER = 3  # unanswered questions: one may fall to noise, two to a cut that keeps it busy
CONFIRM_WITHIN = 4.0  # seconds for IN_FLIGHT_LIMIT bytes of text at 50 mm/s, and a slow cutter
HALF_IS_OUT = b"HALF"  # process id behind the cut that frees a half ticket; no number looks so
BITS_A_BYTE = 10  # on the wire: start, eight, stop


@dataclass(frozen=True)
class Question:
    """One thing asked of the printer; answers do not name their question, so one at a time."""

    about: About | IdentityItem | Logo

    def to_bytes(self) -> bytes:
        if isinstance(self.about, Logo):
            return ASK_KEYS
        if isinstance(self.about, About):
            return ask_status(self.about)
        return ask_identity(self.about)


POLLED = (State.IDLE, State.PRINTING, State.BLOCKED)
ROUND = [Question(about) for about in About]
IDENTITY = [Question(item) for item in IdentityItem]


@dataclass
class Asking:
    """The question that is open, and those that come after it."""

    waiting: deque[Question] = field(default_factory=deque)
    open: Question | None = None
    until: float = NEVER
    unanswered: int = 0


class HostProtocol(Protocol[Event, PrintJob]):
    """Drives one printer.

    `half_is_inside`: whoever drove it before left a job unfinished. `logo` stands on top of every
    job, as soon as it is in the printer's memory.
    """

    def __init__(
        self, baudrate: int, half_is_inside: bool = False, logo: Logo | None = None
    ) -> None:
        super().__init__()
        self.state = State.UNPLUGGED
        self._baudrate = baudrate
        self._half_is_inside = half_is_inside
        self._logo, self.logo_is_stored = logo, False
        self._reader = ReplyReader()
        self._asking = Asking()
        self._condition = Condition()
        self._faults: tuple[Fault, ...] = ()
        self.broken_by = Fault.UNRECOVERABLE  # why it is BLOCKED: set by every break
        self.mute_because: Fault | None = None  # why it is SILENT, where the wire says it
        self._identity: dict[IdentityItem, str] = {}
        self._job: Job | None = None
        self._next_id = 0
        self._confirm_by = NEVER
        self._poll_at = NEVER

    # --- what the driver calls ---

    def connected(self, now: float) -> None:
        self._reader = ReplyReader()
        self._move(Trigger.PLUGGED, now)

    def disconnected(self, now: float) -> None:
        if self.state is not State.UNPLUGGED:
            self._move(Trigger.UNPLUGGED, now)

    def send(self, command: PrintJob, now: float) -> None:
        if self.state is not State.IDLE:
            raise CommandRefused(f"job {command.job}: the printer is {self.state.name}")
        logo = self._logo.print() if self._logo is not None and self.logo_is_stored else b""
        self._job = Job.of(command, self._next_id, self._half_is_inside, logo)
        self._half_is_inside = True  # until the last process id
        self._move(Trigger.GIVEN, now)

    def receive_bytes(self, data: bytes, now: float) -> None:
        for reply in self._reader.feed(data):
            self._on_reply(reply, now)

    def tick(self, now: float) -> None:
        if now >= self._asking.until:
            self._on_no_answer(now)
        if now >= self._confirm_by and self._job is not None:
            self._move(Trigger.MUTE, now)
        if now >= self._poll_at:
            self._poll(now)

    def next_deadline(self) -> float:
        return min(self._asking.until, self._confirm_by, self._poll_at)

    # --- the machine ---

    def _move(self, trigger: Trigger, now: float) -> None:
        self.state = step(TRANSITIONS, self.state, trigger)
        getattr(self, f"_on_enter_{self.state.name.lower()}")(now)

    def _on_enter_unplugged(self, now: float) -> None:
        self._fail(Fault.LINK_LOST)
        self.mute_because = None
        self._asking = Asking()
        self._identity = {}  # another printer may come back
        self._poll_at = NEVER
        self._events.append(LinkLost())

    def _on_enter_starting(self, now: float) -> None:
        """Clear what a job before may have left; ask everything; no job until it is answered."""
        self._fail(Fault.LINK_CORRUPT)
        self.mute_because = None
        self.logo_is_stored = False
        self._outgoing += CLEAR_BUFFERS + RECOVER_AND_CLEAR
        self._poll_at = NEVER
        self._asking = Asking(deque(ROUND))
        self._ask_next(now)

    def _on_enter_idle(self, now: float) -> None:
        if self._job is None:
            self._events.append(PrinterReady())
        else:
            self._events.append(JobPrinted(self._job.name))
            self._forget_job()
            self._half_is_inside = False
        self._poll_at = now + POLL_EVERY

    def _on_enter_printing(self, now: float) -> None:
        self._send_more(now)

    def _on_enter_blocked(self, now: float) -> None:
        if self._job is not None:
            self._outgoing += CLEAR_BUFFERS
            self._fail(self.broken_by)
        self._asking.waiting.clear()
        self._poll_at = now + POLL_EVERY

    def _on_enter_silent(self, now: float) -> None:
        self._fail(Fault.LINK_SILENT)
        self._asking = Asking()
        self._identity = {}
        self._poll_at = now + POLL_EVERY
        self._events.append(LinkSilent())

    # --- asking ---

    def _poll(self, now: float) -> None:
        self._poll_at = now + POLL_EVERY
        if self._condition.cutter_error or self._condition.mechanical_error:
            self._outgoing += RECOVER_AND_CLEAR  # the error stays until told so (7.5)
        if self.state is State.SILENT:
            self._asking = Asking()
        self._asking.waiting = deque(ROUND)
        if self._asking.open is None:
            self._ask_next(now)

    def _ask_next(self, now: float) -> None:
        asking = self._asking
        asking.open, asking.until = None, NEVER
        if asking.waiting:
            asking.open = asking.waiting.popleft()
            asking.until = now + ANSWER_WITHIN + self._seconds_on_wire()
            self._outgoing += asking.open.to_bytes()
        elif self.state is State.STARTING:
            self._on_round_answered(now)
        elif self.state is State.BLOCKED and not blocking(self._faults):
            self._move(Trigger.MENDED, now)

    def _on_round_answered(self, now: float) -> None:
        """Of the start-up: the statuses are known, then the identity, then it has started."""
        if grave := blocking(self._faults):
            self._break(grave[0], now)
        elif not self._identity:
            self._identity = dict.fromkeys(IdentityItem, "")
            self._outgoing += INITIALISE
            logo = [] if self._logo is None else [Question(self._logo)]
            self._asking.waiting = deque(IDENTITY + logo)
            self._ask_next(now)
        else:
            self._outgoing += INITIALISE + enable_asb()
            if self._half_is_inside:
                self._outgoing += feed_and_cut(0) + request_process_id(HALF_IS_OUT)
            self._move(Trigger.STARTED, now)

    def _on_no_answer(self, now: float) -> None:
        asking = self._asking
        if asking.open is not None and not isinstance(asking.open.about, About):
            self._ask_next(now)  # an old printer: it has no such text, or no such memory
            return
        asking.unanswered += 1
        if self.state is State.SILENT:
            self._asking = Asking()
        elif asking.unanswered >= SILENT_AFTER:
            self._move(Trigger.MUTE, now)
        else:
            asking.waiting = deque(ROUND)  # from the first, so that a late answer is no other's
            self._ask_next(now)

    # --- hearing ---

    def _on_reply(self, reply: ReplyFromPrinter, now: float) -> None:
        match reply:
            case StatusAnswer(byte):
                self._on_status(byte, now)
            case AsbReport(condition):
                self._on_report(condition, now)
            case IdentityAnswer(text):
                self._on_identity(text, now)
            case StoredKeys(data):
                self._on_keys(data, now)
            case Processed(name):
                self._on_processed(name, now)

    def _on_status(self, byte: int, now: float) -> None:
        question = self._asking.open
        if question is None or not isinstance(question.about, About):
            return  # nobody asked: noise, or an answer that came too late
        self._asking.unanswered = 0
        if self.state is State.SILENT:
            self._move(Trigger.HEARD, now)
            return
        self._on_condition(with_status(self._condition, question.about, byte), now)
        if self._asking.open is question:
            self._ask_next(now)

    def _on_report(self, condition: Condition, now: float) -> None:
        """Noise can look like one, so it only makes us ask; but a job does not outlive it.

        A fault may be over before our question is through a slow wire, and the ticket is in two
        halves all the same (found one byte at a time: paper changed within two seconds).
        """
        grave = blocking(faults_in(condition))
        if grave and self.state is State.PRINTING:
            self._break(grave[0], now)
        if condition != self._condition and self.state in POLLED:
            self._poll(now)

    def _on_condition(self, condition: Condition, now: float) -> None:
        self._condition = condition
        faults = faults_in(condition)
        if faults != self._faults:
            self._faults = faults
            self._events.append(FaultsChanged(faults))
        grave = blocking(faults)
        if grave and self.state in (State.IDLE, State.PRINTING):
            self._break(grave[0], now)

    def _break(self, fault: Fault, now: float) -> None:
        self.broken_by = fault
        self._move(Trigger.BROKE, now)

    def _on_identity(self, text: str, now: float) -> None:
        question = self._asking.open
        if question is None or not isinstance(question.about, IdentityItem):
            return
        self._identity[question.about] = text
        if question == IDENTITY[-1]:
            self._events.append(self._whole_identity())
        self._ask_next(now)

    def _on_keys(self, data: bytes, now: float) -> None:
        """Which pictures it has. Ours is stored where it is missing, and printed from then on."""
        question = self._asking.open
        if question is None or not isinstance(question.about, Logo):
            return
        self._outgoing += GOT_KEYS
        self.logo_is_stored = question.about.key in keys_of(data)
        if not self.logo_is_stored:
            self._outgoing += question.about.store() + request_process_id(STORED)
        self._ask_next(now)

    def _whole_identity(self) -> IdentityKnown:
        return IdentityKnown(
            maker=self._identity[IdentityItem.MAKER],
            model=self._identity[IdentityItem.MODEL],
            serial=self._identity[IdentityItem.SERIAL],
            firmware=self._identity[IdentityItem.FIRMWARE],
        )

    # --- the job ---

    def _on_processed(self, name: bytes, now: float) -> None:
        if name == STORED:
            self.logo_is_stored = True
        if name == HALF_IS_OUT and self._job is None:
            self._half_is_inside = False
        if self._job is None:
            return  # of a job that has failed
        if self._job.is_late(name):
            self._move(Trigger.GARBLED, now)
        elif self._job.confirm(name):
            self._on_confirmed(now)

    def _on_confirmed(self, now: float) -> None:
        assert self._job is not None
        if self._job.is_done:
            self._move(Trigger.CONFIRMED, now)
        else:
            self._send_more(now)

    def _send_more(self, now: float) -> None:
        assert self._job is not None
        self._outgoing += self._job.take()
        self._confirm_by = now + CONFIRM_WITHIN + self._seconds_on_wire()

    def _fail(self, fault: Fault) -> None:
        if self._job is not None:
            self._events.append(JobFailed(self._job.name, fault))
            self._forget_job()

    def _forget_job(self) -> None:
        assert self._job is not None
        self._next_id = self._job.next_id
        self._job = None
        self._confirm_by = NEVER

    def _seconds_on_wire(self) -> float:
        in_flight = self._job.bytes_in_flight if self._job is not None else 0
        return min(in_flight, IN_FLIGHT_LIMIT) * BITS_A_BYTE / self._baudrate
