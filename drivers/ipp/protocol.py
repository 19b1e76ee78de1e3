"""The host's side of IPP: asks the printer itself, and takes one job from its creation to its end.

A job is created first and sent second, so that its number is on disk before a byte of the document
goes out, and a connection that breaks leaves a question instead of a guess. What the printer still
holds of ours and is nobody's job any more is cancelled before anything else.
"""

from __future__ import annotations

from collections import deque

from drivers.base.protocol import NEVER, CommandRefused, Protocol
from drivers.ipp.codec import Group, IppError, Message, Section, decode, encode
from drivers.ipp.events import (
    Cancel,
    Command,
    Condition,
    ConditionChanged,
    End,
    Event,
    Fault,
    Feed,
    Follow,
    JobCreated,
    JobEnded,
    LinkLost,
    LinkSilent,
    PagesOut,
    PrinterReady,
    PrintJob,
)
from drivers.ipp.http import Caller, HttpError
from drivers.ipp.job import ENDS, Job
from drivers.ipp.questions import About, Asker, Question
from drivers.ipp.report import condition_of, known_of
from drivers.ipp.states import TRANSITIONS, Stage, State, Step, Trigger
from drivers.ipp.words import A4_MEDIA, FIRST_ERROR, OUR_JOBS, Code, Media, PrinterState
from firmware.runtime.table import step

POLL_EVERY = 1.0  # seconds after an answer
ANSWER_WITHIN = 10.0  # seconds without a byte; a printer that wakes up takes five
TAKE_WITHIN = 120.0  # seconds for a document: a small printer takes it in as it prints
HELP_WITHIN = 600.0  # seconds; whose paper it is has left, and the next citizen must not find it


class HostProtocol(Protocol[Event, Command]):
    """Drives one printer at `host` and `path`, which it knows by `uri`, with one kind of media."""

    def __init__(self, uri: str, host: str, path: str, media: Media = A4_MEDIA) -> None:
        super().__init__()
        self.state = State.UNPLUGGED
        self.condition = Condition()
        self._host, self._path = host, path
        self._media = media
        self._asker = Asker(uri, media)
        self._caller = Caller(host, path)
        self._is_connected = False  # between two connections nothing is asked
        self._open: Question | None = None
        self._until = self._poll_at = NEVER
        self._strays: deque[int] | None = None  # None: not asked yet
        self._is_known = False
        self._asks_job_next = False
        self._job: Job | None = None
        self._trouble_since: float | None = None

    # --- what the driver calls ---

    def connected(self, now: float) -> None:
        self._caller, self._is_connected = Caller(self._host, self._path), True
        if self.state is State.UNPLUGGED:
            self._move(Trigger.PLUGGED, now)
        self._poll_at = now
        self._go_on(now)

    def disconnected(self, now: float) -> None:
        """A connection that we gave up ourselves says nothing about the printer."""
        was_ours, self.is_over, self._is_connected = self.is_over, False, False
        self._lose_answer()
        self._open, self._until, self._poll_at = None, NEVER, NEVER
        if not was_ours and self.state is not State.UNPLUGGED:
            self._move(Trigger.UNPLUGGED, now)

    def send(self, command: Command, now: float) -> None:
        match command:
            case PrintJob(name):
                if self.state is not State.IDLE or self._job is not None:
                    raise CommandRefused(f"job {name}: the printer is {self.state.name}")
                self._job = Job.of(command)
                self._settle(now)
            case Follow(name):
                if self._job is not None:
                    raise CommandRefused(f"job {name}: there is {self._job.name}")
                self._job = Job.found(command)
            case Feed(name, document):
                job = self._expected(name, Stage.CREATED)
                job.document = document
                job.move(Step.FED)
            case Cancel(name):
                self._cancel(self._expected(name))
        self._go_on(now)

    def receive_bytes(self, data: bytes, now: float) -> None:
        if self._open is None or self.is_over:
            self._mute("expected nothing, got an answer", now)
            return
        self._until = max(self._until, now + ANSWER_WITHIN)
        try:
            body = self._caller.feed(data)
            answer = None if body is None else decode(body)
        except (HttpError, IppError) as error:
            self._mute(str(error), now)
            return
        if answer is not None:
            self._answered(answer, now)

    def tick(self, now: float) -> None:
        if now >= self._until:
            self._mute("no answer", now)
        self._look_at_clock(now)
        self._go_on(now)

    def next_deadline(self) -> float:
        return NEVER if self.is_over else min(self._until, self._poll_at)

    # --- the machine ---

    def _move(self, trigger: Trigger, now: float) -> None:
        self.state = step(TRANSITIONS, self.state, trigger)
        is_well = self.state in (State.IDLE, State.PRINTING)
        since = self._trouble_since if self._trouble_since is not None else now
        self._trouble_since = None if is_well or self._job is None else since
        getattr(self, f"_on_enter_{self.state.name.lower()}")()

    def _on_enter_unplugged(self) -> None:
        self._events.append(LinkLost())

    def _on_enter_starting(self) -> None:
        """Another printer may be there now, or the same with a job of an hour ago."""
        self._is_known, self._strays = False, None

    def _on_enter_idle(self) -> None:
        self._events.append(PrinterReady())

    def _on_enter_printing(self) -> None:
        """The job is told page by page."""

    def _on_enter_blocked(self) -> None:
        """What is in its way is told as its condition."""

    def _on_enter_silent(self) -> None:
        """Told where it fell silent, with the reason. Who answers then is asked everything."""
        self._is_known = False

    def _settle(self, now: float) -> None:
        """Where the printer stands, after anything that may have changed it."""
        if self.condition.blocking:
            trigger, state = Trigger.BROKE, State.BLOCKED
        elif self._job is not None:
            trigger, state = Trigger.WORKING, State.PRINTING
        else:
            trigger, state = Trigger.RESTED, State.IDLE
        is_started = self._is_known and self._strays is not None and not self._strays
        if is_started and self.state not in (state, State.UNPLUGGED, State.SILENT):
            self._move(trigger, now)

    def _mute(self, why: str, now: float) -> None:
        """No sensible answer: hang up, and ask again on another connection."""
        self.is_over = True
        if self.state not in (State.SILENT, State.UNPLUGGED):
            self._move(Trigger.MUTE, now)
            self._events.append(LinkSilent(why))

    def _look_at_clock(self, now: float) -> None:
        job, since = self._job, self._trouble_since
        if job is not None and since is not None and now - since >= HELP_WITHIN:
            job.cancel(Fault.TOO_LATE)

    # --- asking ---

    def _go_on(self, now: float) -> None:
        """The next question, if none is open and one is due."""
        if self._open is not None or self.is_over or not self._is_connected:
            return
        question = self._urgent() or (self._routine() if now >= self._poll_at else None)
        if question is None:
            return
        self._open = question
        self._poll_at = NEVER
        is_long = question.about is About.SEND
        self._until = now + (TAKE_WITHIN if is_long else ANSWER_WITHIN)
        self._outgoing += self._caller.ask(encode(question.request))

    def _urgent(self) -> Question | None:
        if self.state is State.SILENT or not self._is_known:
            return None
        if self._strays is None:
            return self._asker.about_strays()
        if self._strays:
            return self._asker.cancel_stray(self._strays[0])
        match self._job:
            case Job(stage=Stage.CREATING) as job:
                return self._asker.create(job)
            case Job(stage=Stage.SENDING) as job:
                return self._asker.send(job)
            case Job(stage=Stage.CANCELLING, is_cancel_sent=False) as job:
                job.is_cancel_sent = True
                return self._asker.cancel(job)
            case _:
                return None

    def _routine(self) -> Question:
        """The printer and its job in turn."""
        self._asks_job_next = not self._asks_job_next
        job = self._job
        if self._is_known and self._asks_job_next and job is not None and job.can_be_asked:
            return self._asker.about_job(job)
        return self._asker.about_printer(self._is_known)

    # --- answers ---

    def _answered(self, answer: Message, now: float) -> None:
        question = self._open
        assert question is not None
        if answer.request_id != (asked := question.request.request_id):
            self._mute(f"expected an answer to {asked}, got one to {answer.request_id}", now)
            return
        self._open, self._until = None, NEVER
        if self.state is State.SILENT:
            self._move(Trigger.HEARD, now)
        self._poll_at = now if question.about is About.STRAYS else now + POLL_EVERY
        getattr(self, f"_on_{question.about.name.lower()}")(answer, now)
        self._settle(now)
        if self._caller.must_close:
            self.is_over = True  # politely: nothing is said of the printer
        self._go_on(now)

    def _on_printer(self, answer: Message, now: float) -> None:
        if answer.code >= FIRST_ERROR:
            self._mute(f"expected its attributes, got status {answer.code:04x}", now)
            return
        section = answer.section(Group.PRINTER)
        if not self._is_known:
            self._is_known = True
            self._events.append(known_of(section))
        condition = condition_of(section, self._media)
        if condition != self.condition:
            self.condition = condition
            self._events.append(ConditionChanged(condition))
        is_still = section.number("printer-state") != PrinterState.PROCESSING
        if self._job is not None and self._job.is_gone and is_still:
            self._end(End.UNKNOWN)  # with the counters of just now

    def _on_strays(self, answer: Message, now: float) -> None:
        jobs = answer.all(Group.JOB) if answer.code < FIRST_ERROR else []
        kept = self._job.number if self._job is not None else 0
        self._strays = deque(
            number
            for each in jobs
            if (number := each.number("job-id"))
            and number != kept
            and each.text("job-name").startswith(OUR_JOBS)
        )

    def _on_stray(self, answer: Message, now: float) -> None:
        """Cancelled, or gone already."""
        assert self._strays is not None
        self._strays.popleft()

    def _on_create(self, answer: Message, now: float) -> None:
        job = self._expected_job()
        number = answer.section(Group.JOB).number("job-id")
        if answer.code >= FIRST_ERROR or not number:
            self._end(End.NOT_BEGUN)
            return
        job.number = number
        job.move(Step.MADE)
        job.follow_up()
        if job.stage is Stage.CREATED:
            self._events.append(JobCreated(job.name, number))

    def _on_send(self, answer: Message, now: float) -> None:
        job = self._expected_job()
        if answer.code == Code.NOT_FOUND:  # it was switched off and on between number and document
            self._end(End.NOT_BEGUN)
            return
        job.move(Step.TAKEN)
        if answer.code >= FIRST_ERROR:
            job.begin_again()
        job.follow_up()

    def _on_cancel(self, answer: Message, now: float) -> None:
        """What became of it, the job itself says; a printer that was too busy is asked again."""
        if answer.code in (Code.BUSY, Code.DEVICE_ERROR):
            self._expected_job().is_cancel_sent = False

    def _on_job(self, answer: Message, now: float) -> None:
        job = self._expected_job()
        if answer.code == Code.NOT_FOUND:
            job.is_gone = True
        elif answer.code < FIRST_ERROR:
            self._look(job, answer.section(Group.JOB))

    def _look(self, job: Job, section: Section) -> None:
        seen = job.seen(section)
        if not seen.is_ours:
            job.is_gone = True  # its numbers began again, and this is another's job
            return
        if seen.printed > job.printed:
            job.printed = seen.printed
            self._events.append(PagesOut(job.name, job.printed))
        if seen.has_ended:
            end = ENDS[seen.state]
            is_cancelled = end is End.CANCELED and job.stage is Stage.CANCELLING
            self._end(job.end_as if is_cancelled else end)
        elif job.stage is Stage.DOUBTED:
            job.move(Step.TAKEN)
            if not seen.is_all_in:
                job.begin_again()
            job.follow_up()

    # --- the job ---

    def _expected(self, name: str, stage: Stage | None = None) -> Job:
        job = self._job
        if job is None or job.name != name or (stage is not None and job.stage is not stage):
            raise CommandRefused(f"job {name}: not under way")
        return job

    def _expected_job(self) -> Job:
        assert self._job is not None
        return self._job

    def _cancel(self, job: Job) -> None:
        """Where nobody answers it ends here and now; when the printer is back it is a stray."""
        job.cancel(Fault.CANCELLED)
        if self.state in (State.UNPLUGGED, State.SILENT):
            self._strays = None
            self._end(End.CANCELED)

    def _end(self, end: End) -> None:
        job = self._expected_job()
        job.stage = Stage.NONE
        self._job, self._trouble_since = None, None
        self._events.append(JobEnded(job.name, end, job.printed, job.wants_cancel))

    def _lose_answer(self) -> None:
        job, about = self._job, self._open.about if self._open is not None else None
        if job is None:
            return
        job.is_cancel_sent = False
        if about is About.CREATE:
            self._end(End.NOT_BEGUN)  # if there is such a job, it is empty, and a stray
        elif about is About.SEND:
            job.lose_answer()
