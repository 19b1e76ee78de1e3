"""The host's side of RD services: finds one, watches it, and has it capture a finger.

A service takes one request a connection. So this protocol says to which port the next connection
goes and when it is due (`port`, `due`), and is over after each answer. Between two questions no
connection is kept open: some services serve one client at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from drivers.base.http import Caller, HttpError
from drivers.base.protocol import NEVER, CommandRefused, Protocol
from drivers.rd_service.codec import (
    HOST,
    LARGEST_ANSWER,
    PORTS,
    TEXT_XML,
    Method,
    Standing,
    read_info,
    read_pid_data,
    read_service,
    sayable,
)
from drivers.rd_service.events import (
    Cancel,
    Capture,
    CaptureFailed,
    Command,
    Event,
    Fault,
    FingerRead,
    ServiceFound,
    ServiceLost,
    ServiceSilent,
    fault_of,
)
from drivers.rd_service.states import TRANSITIONS, State, Trigger
from drivers.rd_service.survey import Service, Survey
from drivers.rd_service.xml_reader import XmlError
from firmware.runtime.table import step

POLL_EVERY = 5.0  # seconds between two looks at the service; each is two connections
ANSWER_WITHIN = {Method.SERVICE: 3.0, Method.INFO: 10.0}  # seconds; some ask the reader first
ANSWER_GRACE = 5.0  # seconds after the time-out of a capture, in which the service says so
SOON = 1.0  # seconds before a question that was not answered is asked again
MUTE_AFTER = 3  # questions without a sensible answer
EXTENSION = ("EXT", "kiosk")  # who asks; UIDAI's test client says it

TRIGGERS = {
    Standing.READY: Trigger.FREE,
    Standing.USED: Trigger.TAKEN,
    Standing.NOT_READY: Trigger.UNREADY,
}


class HostProtocol(Protocol[Event, Command]):
    """Uses the best service at `ports` of HOST. `provider`: the dpId that is wanted, or any."""

    def __init__(self, ports: Sequence[int] = PORTS, provider: str = "") -> None:
        super().__init__()
        self.state = State.SEARCHING
        self.due = 0.0  # when the next connection is wanted
        self.service: Service | None = None
        self._ports, self._provider = list(ports), provider
        self._survey = Survey(self._ports, provider)
        self._told: ServiceFound | None = None
        self._caller = Caller(HOST, LARGEST_ANSWER)
        self._is_connected = False
        self._open: Method | None = None  # the question that is not answered yet
        self._until = NEVER
        self._asks_info = False
        self._unanswered = 0
        self._capture: Capture | None = None

    # --- connections ---------------------------------------------------------------------------

    @property
    def port(self) -> int:
        """Where the next connection goes: on HOST, always."""
        return self.service.port if self.service is not None else self._survey.port

    @property
    def asked(self) -> Method | None:
        """What is being answered now, if anything is."""
        return self._open

    def connected(self, now: float) -> None:
        self._caller = Caller(f"{HOST}:{self.port}", LARGEST_ANSWER)
        self._is_connected = True
        self._go_on(now)

    def disconnected(self, now: float) -> None:
        """After an answer it means nothing; before it, that there will be none."""
        self.is_over = self._is_connected = False
        if self._open is not None:
            self._on_silence("the connection broke", now)
            self.is_over = False

    def closed(self, now: float) -> None:
        """The service ended the connection: of an answer without a length, that is the end."""
        if self._open is None:
            self.is_over = True
        else:
            self.receive_bytes(b"", now)
        if self._open is not None:
            self._on_silence("closed in the middle of an answer", now)

    def refused(self, why: str, now: float) -> None:
        """Nobody listens at `port`."""
        if self.service is None:
            self._survey.nobody()
            self._after_survey_step(now)
            return
        self._fail(Fault.LINK_LOST, why)
        self._lose(Trigger.NOBODY, why, now)

    def receive_bytes(self, data: bytes, now: float) -> None:
        if self._open is None or self.is_over:
            self.is_over = True  # nothing was asked
            return
        try:
            body = self._caller.feed(data)
        except HttpError as error:
            self._on_nonsense(sayable(str(error), self._open), now)
            return
        if body is not None:
            self._on_answer(body, now)

    def tick(self, now: float) -> None:
        if self._open is not None and now >= self._until:
            self._on_silence(f"no answer to {self._open}", now)
        self._go_on(now)

    def next_deadline(self) -> float:
        if self.is_over or not self._is_connected:
            return NEVER
        return self._until if self._open is not None else self.due

    # --- commands ------------------------------------------------------------------------------

    def send(self, command: Command, now: float) -> None:
        match command:
            case Capture():
                self._on_capture(command, now)
            case Cancel(session):
                if self._capture is not None and self._capture.session == session:
                    self._cancel(now)
            case _:
                assert_never(command)
        self._go_on(now)

    def _on_capture(self, command: Capture, now: float) -> None:
        if self._capture is not None and self._capture.session == command.session:
            return  # said again
        if self.state is not State.READY:
            raise CommandRefused(f"session {command.session}: the reader is {self.state.name}")
        self._capture = command
        self._move(Trigger.CAPTURE, now)
        self.due = now

    def _cancel(self, now: float) -> None:
        """The specification has no such request: we hang up, and what comes is thrown away."""
        if self._open is Method.CAPTURE:
            self._end_exchange()
        self._fail(Fault.CANCELLED)
        self._move(Trigger.ENDED, now)
        self.due = now  # the service may be busy with it until its time-out

    # --- the machine ---------------------------------------------------------------------------

    def _move(self, trigger: Trigger, now: float) -> None:
        self.state = step(TRANSITIONS, self.state, trigger)
        getattr(self, f"_on_enter_{self.state.name.lower()}")(now)

    def _on_enter_absent(self, now: float) -> None:
        """All ports are asked again."""

    def _on_enter_wrong(self, now: float) -> None:
        """As above: the one that is wanted may be started yet."""

    def _on_enter_ready(self, now: float) -> None:
        self.due = now + POLL_EVERY

    def _on_enter_used(self, now: float) -> None:
        self.due = now + POLL_EVERY

    def _on_enter_not_ready(self, now: float) -> None:
        """A service that is not ready is kept as far as the next round: another may be."""
        self._search(now + POLL_EVERY)

    def _on_enter_capturing(self, now: float) -> None:
        """Asked at the next connection, which is due at once."""

    def _on_enter_silent(self, now: float) -> None:
        self.due = now + POLL_EVERY

    def _settle(self, service: Service, now: float) -> None:
        """What the service says, and what of it is new."""
        self.service, found = service, ServiceFound(service.port, service.info)
        if found != self._told:
            self._told = found
            self._events.append(found)
        self.due = now if self._capture is not None else now + POLL_EVERY
        trigger = TRIGGERS[service.standing]
        if self.state is not State.CAPTURING and trigger in TRANSITIONS[self.state]:
            self._move(trigger, now)
        elif self.state is State.NOT_READY:
            self._search(now + POLL_EVERY)

    def _search(self, when: float) -> None:
        """The next connections are those of a round over all ports."""
        self.service, self._survey = None, Survey(self._ports, self._provider)
        self.due, self._unanswered, self._asks_info = when, 0, False

    def _lose(self, trigger: Trigger, why: str, now: float) -> None:
        if trigger in TRANSITIONS[self.state]:
            self._told = None
            self._events.append(ServiceLost(why))
            self._move(trigger, now)
        self._search(now + SOON)

    # --- questions -----------------------------------------------------------------------------

    def _go_on(self, now: float) -> None:
        if self._open is not None or self.is_over or not self._is_connected or now < self.due:
            return
        method, target, body, patience = self._question()
        self._open, self._until = method, now + patience
        self._outgoing += self._caller.request(method, target, TEXT_XML, body, EXTENSION)

    def _question(self) -> tuple[Method, str, bytes, float]:
        service, capture = self.service, self._capture
        if service is None:
            method, target = self._survey.question
            return method, target, b"", ANSWER_WITHIN[method]
        if capture is not None:
            patience = capture.options.milliseconds / 1000 + ANSWER_GRACE
            path = service.said.capture_path
            return Method.CAPTURE, path, capture.options.to_bytes(), patience
        if self._asks_info:
            return Method.INFO, service.said.info_path, b"", ANSWER_WITHIN[Method.INFO]
        return Method.SERVICE, service.target, b"", ANSWER_WITHIN[Method.SERVICE]

    def _end_exchange(self) -> Method | None:
        """One request a connection."""
        method, self._open, self._until, self.is_over = self._open, None, NEVER, True
        return method

    # --- answers -------------------------------------------------------------------------------

    def _on_answer(self, body: bytes, now: float) -> None:
        method = self._end_exchange()
        if self.service is None:
            self._survey.answered(body)
            self._after_survey_step(now)
            return
        try:
            if method is Method.CAPTURE:
                self._on_pid_data(self.service, body, now)
            else:
                self._on_look(self.service, body, now)
        except XmlError as error:
            self._on_trouble(method, str(error), now)
        else:
            self._unanswered = 0

    def _on_look(self, service: Service, body: bytes, now: float) -> None:
        """RDSERVICE and DEVICEINFO in turn; raises XmlError."""
        if self._asks_info:
            self._asks_info = False
            info = read_info(body)
            if info.is_there and info.provider != service.info.provider:
                self._fail(Fault.LINK_LOST)
                self._lose(Trigger.NOBODY, f"the service is of {info.provider} now", now)
            else:
                self._settle(replace(service, info=info), now)
        else:
            self._settle(replace(service, said=read_service(body, service.port)), now)
            self._asks_info = self.service is not None
            self.due = now if self._asks_info else self.due

    def _on_pid_data(self, service: Service, body: bytes, now: float) -> None:
        """Raises XmlError, also for the print of another reader than the one that was asked."""
        found, capture = read_pid_data(body), self._capture
        assert capture is not None
        if not found.error and found.info.code != service.info.code:
            raise XmlError("expected the print of this reader, got another reader's")
        if found.error:
            self._fail(fault_of(found.error), f"{found.error} {found.words}".strip())
        else:
            self._capture = None
            until, quality = found.valid_until, found.quality
            read = FingerRead(capture.session, quality, found.info, until, body)
            self._events.append(read)
        self._move(Trigger.ENDED, now)
        self.due = now  # has the reader been pulled out, does somebody else use it?

    def _after_survey_step(self, now: float) -> None:
        if not self._survey.is_over:
            self.due = now
            return
        best, survey = self._survey.best(), self._survey
        if best is not None:
            self._settle(best, now)
            return
        others = ", ".join(survey.others)
        if others:
            self._lose(Trigger.OTHERS, f"expected provider {self._provider}, got {others}", now)
        else:
            self._lose(Trigger.NOBODY, _nobody(self._ports, survey.strangers), now)
        self.due = now + POLL_EVERY

    # --- no answers ----------------------------------------------------------------------------

    def _on_silence(self, why: str, now: float) -> None:
        method = self._end_exchange()
        if self.service is None:
            self._survey.silence()
            self._after_survey_step(now)
        else:
            self._on_trouble(method, why, now)

    def _on_nonsense(self, why: str, now: float) -> None:
        method = self._end_exchange()
        if self.service is None:
            self._survey.nonsense()
            self._after_survey_step(now)
        else:
            self._on_trouble(method, why, now)

    def _on_trouble(self, method: Method | None, why: str, now: float) -> None:
        """Of the service that is used."""
        self.due = now + SOON
        self._asks_info = False
        if method is Method.CAPTURE:
            self._fail(Fault.ANSWER, why)
            self._move(Trigger.ENDED, now)
            self.due = now
        self._unanswered += 1
        if self._unanswered >= MUTE_AFTER and self.state is not State.SILENT:
            self._fail(Fault.LINK_SILENT, why)
            self._events.append(ServiceSilent(why))
            self._move(Trigger.MUTE, now)

    def _fail(self, fault: Fault, detail: str = "") -> None:
        """The capture that is under way, if one is."""
        if self._capture is not None:
            self._events.append(CaptureFailed(self._capture.session, fault, detail))
            self._capture = None


def _nobody(ports: list[int], strangers: list[int]) -> str:
    where = f"{HOST}, ports {ports[0]} to {ports[-1]}" if len(ports) > 1 else f"{HOST}:{ports[0]}"
    others = ", ".join(map(str, strangers))
    return f"no RD service at {where}" + (f"; another listens at {others}" if others else "")
