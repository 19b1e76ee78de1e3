"""The host's side of one device on a ccTalk bus: found, identified, read, given up and found again.

Follows the ccTalk Generic Specification 4.7, 3.27.1 (start-up) and 3.27 (buffered events). What
coins and bills have in common is here; what an event means, and what the device is told to let in,
is each family's own.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import ClassVar

from drivers.base.protocol import NEVER, Command, Event, Protocol
from drivers.cctalk.codec import EVENTS_LENGTH, Checksum, EventBuffer, Header, News
from drivers.cctalk.exchange import Echo, Exchanges, Request
from drivers.cctalk.reading import Readings, Remembered

POLL_INTERVAL = 0.2  # seconds; recommended for the headers 229 and 159
SEARCH_INTERVAL = 1.0  # seconds between two simple polls of a device that does not answer
CHECK_AGAIN_AFTER = 5.0  # seconds from trouble, or a failed self-check, to the next check
TEXT = range(3, 33)  # ASCII answers: 3 to 32 characters

Handler = Callable[[Request, bytes, float], None]


class Phase(Enum):
    """What the host is doing."""

    OFF = auto()  # no wire
    SEARCHING = auto()  # nobody answered yet, or nobody answers any more
    STARTING = auto()  # identity, what it is taught, self-check
    POLLING = auto()


PHASES: dict[Phase, frozenset[Phase]] = {
    Phase.OFF: frozenset({Phase.SEARCHING}),
    Phase.SEARCHING: frozenset({Phase.OFF, Phase.SEARCHING, Phase.STARTING}),
    Phase.STARTING: frozenset({Phase.OFF, Phase.SEARCHING, Phase.POLLING}),
    Phase.POLLING: frozenset({Phase.OFF, Phase.SEARCHING}),
}


@dataclass(frozen=True)
class AcceptorIdentity:
    maker: str
    product: str
    build: str
    serial: str
    software: str
    comms: str


class Host(Protocol[Event, Command]):
    """Drives one device. A family's `__init__` ends with `_forget()`."""

    categories: ClassVar[frozenset[str]]  # what header 245 may say, exactly
    reads: ClassVar[Header]  # its events

    def __init__(self, address: int, checksum: Checksum, remembered: Remembered | None) -> None:
        super().__init__()
        self._address = address
        self._exchanges = Exchanges(checksum)
        self._phase = Phase.OFF
        self._serial = "" if remembered is None else remembered.serial
        self._readings = Readings(None if remembered is None else remembered.buffer)
        self._is_silent = False
        self._echo_is_missing = False
        self._answers: dict[Header, Handler] = {
            Header.SIMPLE_POLL: self._on_found,
            self.reads: self._on_reading,
            Header.SELF_CHECK: self._on_self_check,
        }

    def _forget(self) -> None:
        """All that a start-up finds out anew."""
        self._steps: deque[Request] = deque()
        self._said: dict[Header, bytes] = {}
        self._readings.forget()
        self._check_at = NEVER
        self._next_at = 0.0  # of the next poll, or of the next search

    # --- what a family adds --------------------------------------------------------------------

    @abstractmethod
    def _questions(self) -> Iterable[Request]:
        """What start-up asks between the identity and the self-check."""

    @abstractmethod
    def _on_started(self, identity: AcceptorIdentity, is_known: bool, now: float) -> None:
        """Polls begin. `is_known`: it is the remembered device, and news are counted from then."""

    @abstractmethod
    def _on_news(self, buffer: EventBuffer, news: News, now: float) -> None:
        """The counter moved, and two answers say so."""

    def _on_no_news(self, now: float) -> None:
        """An answer that is the same as the last that was believed."""

    @abstractmethod
    def _on_checked(self, fault: int, detail: int, now: float) -> None:
        """The self-check (232) said this; 0 is no fault."""

    @abstractmethod
    def _on_wrong(self, category: str) -> None:
        """Something answers at the address, and it is none of `categories`."""

    @abstractmethod
    def _on_link(self, is_up: bool) -> None:
        """Every repeat was in vain, or somebody answers after that."""

    @abstractmethod
    def _on_wire_lost(self) -> None:
        """The port itself is gone."""

    def _on_echo(self, is_missing: bool) -> None:
        """On a wire that echoed, the echo went away (a short, a cable off) or came back."""

    def _urgent(self, now: float) -> Request | None:
        """What goes before the next poll."""
        return None

    # --- the wire ----------------------------------------------------------------------------

    def connected(self, now: float) -> None:
        self._exchanges.reset()
        self._echo_is_missing = False
        self._search(now)
        self._go_on(now)

    def disconnected(self, now: float) -> None:
        self._exchanges.reset()
        self._outgoing.clear()
        self._enter(Phase.OFF)
        self._is_silent = False  # told as a lost wire; a silence after it is news again
        self._on_wire_lost()

    def receive_bytes(self, data: bytes, now: float) -> None:
        answered = self._exchanges.receive(data, now)
        self._tell_echo()
        if answered is not None:
            request, answer = answered
            handle = self._answers.get(request.header, self._on_identity)
            handle(request, answer, now)
            self._go_on(now)

    def tick(self, now: float) -> None:
        if self._phase is Phase.OFF:
            return
        asked = self._exchanges.request
        is_given_up = self._exchanges.is_given_up_at(now)
        self._tell_echo()
        if is_given_up and asked is not None:
            self._on_unanswered(asked, now)
        self._go_on(now)

    def next_deadline(self) -> float:
        if self._phase is Phase.OFF:
            return NEVER
        if self._exchanges.request is not None:
            return self._exchanges.deadline()
        return min(self._next_at, self._check_at)

    def bytes_to_send(self) -> bytes:
        self._outgoing += self._exchanges.outgoing
        self._exchanges.outgoing.clear()
        return super().bytes_to_send()

    # --- what comes next ---------------------------------------------------------------------

    def _enter(self, phase: Phase) -> None:
        assert phase in PHASES[self._phase] or phase is self._phase, (self._phase, phase)
        self._phase = phase

    def _go_on(self, now: float) -> None:
        """Ask the next thing, if the line is free and something is due."""
        if self._phase is Phase.OFF or self._exchanges.request is not None:
            return
        request = self._due(now)
        if request is not None:
            self._exchanges.ask(request, now)

    def _due(self, now: float) -> Request | None:
        if self._phase is Phase.SEARCHING:
            return self._request(Header.SIMPLE_POLL, attempts=4) if now >= self._next_at else None
        if self._phase is Phase.STARTING:
            return self._steps.popleft()
        if (urgent := self._urgent(now)) is not None:
            return urgent
        if self._readings.is_in_doubt or now >= self._next_at:
            self._next_at = now + POLL_INTERVAL
            return self._read_events()
        if now >= self._check_at:
            self._check_at = NEVER
            return self._self_check()
        return None

    def _request(
        self, header: Header, data: bytes = b"", lengths: range = range(1), attempts: int = 10
    ) -> Request:
        return Request(self._address, header, data, lengths, attempts=attempts)

    def _read_events(self) -> Request:
        lengths = range(EVENTS_LENGTH, EVENTS_LENGTH + 1)
        return Request(self._address, self.reads, b"", lengths, within=0.2, attempts=10)

    def _self_check(self) -> Request:
        # Some devices move their gates for seconds: 5 to 10 s in all is the advice.
        return Request(self._address, Header.SELF_CHECK, b"", range(1, 3), within=1.0, attempts=12)

    # --- finding and starting (3.27.1) -------------------------------------------------------

    def _search(self, at: float) -> None:
        self._enter(Phase.SEARCHING)
        self._forget()
        self._next_at = at

    def _on_unanswered(self, request: Request, now: float) -> None:
        """Every attempt was in vain: say so once, and search until somebody answers."""
        self._search(now + SEARCH_INTERVAL)
        if not self._is_silent:
            self._is_silent = True
            self._on_link(is_up=False)

    def _on_found(self, request: Request, answer: bytes, now: float) -> None:
        if self._is_silent:
            self._is_silent = False
            self._on_link(is_up=True)
        self._enter(Phase.STARTING)
        self._steps.extend((
            self._request(Header.CATEGORY, lengths=TEXT),
            self._request(Header.PRODUCT_CODE, lengths=TEXT),
            self._request(Header.MANUFACTURER, lengths=TEXT),
            self._request(Header.BUILD_CODE, lengths=TEXT),
            self._request(Header.SOFTWARE_REVISION, lengths=TEXT),
            self._request(Header.SERIAL_NUMBER, lengths=range(3, 5)),
            self._request(Header.COMMS_REVISION, lengths=range(3, 4)),
            self._read_events(),
            *self._questions(),
            self._self_check(),
        ))  # fmt: skip

    def _on_identity(self, request: Request, answer: bytes, now: float) -> None:
        self._said[request.header] = answer
        category = self._text(Header.CATEGORY)
        if request.header is Header.CATEGORY and category not in self.categories:
            self._on_wrong(category)
            self._search(now + SEARCH_INTERVAL)

    def _on_self_check(self, request: Request, answer: bytes, now: float) -> None:
        fault, detail = answer[0], answer[1] if len(answer) > 1 else 0
        if self._phase is Phase.STARTING:
            self._begin_polling(now)
        if fault:
            self._check_at = now + CHECK_AGAIN_AFTER
        self._on_checked(fault, detail, now)

    def _begin_polling(self, now: float) -> None:
        identity, readings = self._identity(), self._readings
        is_known = readings.known is not None and self._serial == identity.serial
        if not is_known:
            assert readings.base is not None, "events are read before the last step"
            self._serial, readings.known = identity.serial, readings.base
        self._enter(Phase.POLLING)
        self._next_at = now
        self._on_started(identity, is_known, now)

    def _identity(self) -> AcceptorIdentity:
        return AcceptorIdentity(
            maker=self._text(Header.MANUFACTURER),
            product=self._text(Header.PRODUCT_CODE),
            build=self._text(Header.BUILD_CODE),
            serial=str(int.from_bytes(self._said[Header.SERIAL_NUMBER], "little")),
            software=self._text(Header.SOFTWARE_REVISION),
            comms=".".join(str(part) for part in self._said[Header.COMMS_REVISION]),
        )

    def _text(self, header: Header) -> str:
        return ascii_text(self._said[header])

    # --- polling (3.27) ----------------------------------------------------------------------

    def _on_reading(self, request: Request, answer: bytes, now: float) -> None:
        buffer = EventBuffer.from_data(answer)
        if self._phase is Phase.STARTING:
            if not self._readings.settles(buffer):  # all news will be counted from here
                self._steps.appendleft(request)
            return
        believed = self._readings.read(buffer)
        if believed is not None:
            self._on_news(*believed, now)
        if not self._readings.is_in_doubt:
            self._on_no_news(now)

    def _tell_echo(self) -> None:
        is_missing = self._exchanges.echo is Echo.MISSING
        if is_missing != self._echo_is_missing:
            self._echo_is_missing = is_missing
            self._on_echo(is_missing)


def ascii_text(raw: bytes) -> str:
    """Device text as it may stand in a log: what is not printable ASCII becomes a question mark."""
    return "".join(chr(byte) if 32 <= byte < 127 else "?" for byte in raw).strip()
