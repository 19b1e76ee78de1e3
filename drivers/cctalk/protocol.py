"""The host's side of one ccTalk coin acceptor: start-up, polls, and what the counter tells.

Follows the ccTalk Generic Specification 4.7, 3.27.1 (start-up) and 3.27 (buffered credits). The
device keeps its last five events and no acknowledgement exists, so a lost answer harms nothing as
long as fewer than six events happen between two good ones. Reading twice costs nothing either: an
event is believed when two answers carry it, because eight bits of checksum let one hurt answer in
256 pass, and this one is money.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from enum import Enum, auto

from drivers.base.protocol import NEVER, CommandRefused, Protocol
from drivers.cctalk.codec import CREDITS_LENGTH, Checksum, CreditBuffer, Header
from drivers.cctalk.coins import (
    CATEGORY,
    FRAUD_CODES,
    INHIBITED_CODES,
    JAM_CODES,
    POSITIONS,
    inhibit_mask,
)
from drivers.cctalk.events import (
    Accept,
    AcceptorIdentity,
    CoinAccepted,
    CoinRejected,
    EchoChanged,
    Event,
    InhibitsSet,
    LinkLost,
    LinkRestored,
    News,
    ReadUp,
    Remembered,
    SelfChecked,
    Started,
    WireLost,
    WrongDevice,
)
from drivers.cctalk.exchange import Echo, Exchanges, Request

COIN_ACCEPTOR = 2  # the default address of the category
POLL_INTERVAL = 0.2  # recommended for header 229; a device unpolled for 1 s inhibits itself
SEARCH_INTERVAL = 1.0  # seconds between two simple polls of a device that does not answer
FALLS_WITHIN = 0.5  # seconds from the slot to the device's event; the emulated one takes 0.15
CHECK_AGAIN_AFTER = 5.0  # seconds from a jam, a cheat or a failed self-check to the next check
ALARMING_CODES = JAM_CODES | FRAUD_CODES
TEXT = range(3, 33)  # ASCII answers: 3 to 32 characters


class Phase(Enum):
    """What the host is doing."""

    OFF = auto()  # no wire
    SEARCHING = auto()  # nobody answered yet, or nobody answers any more
    STARTING = auto()  # identity, coin ids, self-check
    POLLING = auto()


PHASES: dict[Phase, frozenset[Phase]] = {
    Phase.OFF: frozenset({Phase.SEARCHING}),
    Phase.SEARCHING: frozenset({Phase.OFF, Phase.SEARCHING, Phase.STARTING}),
    Phase.STARTING: frozenset({Phase.OFF, Phase.SEARCHING, Phase.POLLING}),
    Phase.POLLING: frozenset({Phase.OFF, Phase.SEARCHING}),
}


class HostProtocol(Protocol[Event, Accept]):
    """Drives one coin acceptor."""

    def __init__(
        self,
        address: int = COIN_ACCEPTOR,
        checksum: Checksum = Checksum.SIMPLE,
        remembered: Remembered | None = None,
    ) -> None:
        super().__init__()
        self._address = address
        self._exchanges = Exchanges(checksum)
        self._phase = Phase.OFF
        self._remembered = remembered
        self._wanted: frozenset[int] = frozenset()
        self._link_was_lost = False
        self._echo_is_missing = False
        self._answers: dict[Header, Callable[[Request, bytes, float], None]] = {
            Header.SIMPLE_POLL: self._on_found,
            Header.READ_CREDITS: self._on_credits,
            Header.COIN_ID: self._on_coin_id,
            Header.SELF_CHECK: self._on_self_check,
            Header.MODIFY_INHIBITS: self._on_inhibit_taken,
            Header.MODIFY_MASTER_INHIBIT: self._on_inhibit_taken,
        }
        self._forget()

    def _forget(self) -> None:
        """All that a start-up finds out anew."""
        self._steps: deque[Request] = deque()
        self._said: dict[Header, bytes] = {}
        self._coins: dict[int, str] = {}
        self._base: CreditBuffer | None = None
        self._doubtful: CreditBuffer | None = None
        self._inhibits: deque[Request] = deque()
        self._closed_at: float | None = None  # the device confirmed that it takes no coin
        self.is_read_up = False  # see the event ReadUp
        self._check_at = NEVER
        self._next_at = 0.0  # of the next poll, or of the next search

    # --- the wire ----------------------------------------------------------------------------

    def connected(self, now: float) -> None:
        self._exchanges.reset()
        self._echo_is_missing = False
        self._search(now)

    def disconnected(self, now: float) -> None:
        self._exchanges.reset()
        self._outgoing.clear()
        self._enter(Phase.OFF)
        self._link_was_lost = False  # told as WireLost; a silence after it is news again
        self._events.append(WireLost())

    def receive_bytes(self, data: bytes, now: float) -> None:
        answered = self._exchanges.receive(data, now)
        self._tell_echo()
        if answered is not None:
            request, answer = answered
            handle = self._answers.get(request.header, self._on_identity)
            handle(request, answer, now)
            self._go_on(now)

    def send(self, command: Accept, now: float) -> None:
        unknown = command.positions - set(POSITIONS)
        if unknown:
            raise CommandRefused(f"expected positions 1 to 16, got {sorted(unknown)}")
        if command.positions == self._wanted:
            return
        self._wanted = command.positions
        if self._phase is Phase.POLLING:
            self._plan_inhibits()
            self._go_on(now)

    def tick(self, now: float) -> None:
        if self._phase is Phase.OFF:
            return
        is_given_up = self._exchanges.is_given_up_at(now)
        self._tell_echo()
        if is_given_up:
            self._on_silence(now)
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
        if self._inhibits:
            return self._inhibits.popleft()
        if self._doubtful is not None or now >= self._next_at:
            self._next_at = now + POLL_INTERVAL
            return self._read_credits()
        if now >= self._check_at:
            self._check_at = NEVER
            return self._self_check()
        return None

    def _request(
        self, header: Header, data: bytes = b"", lengths: range = range(1), attempts: int = 10
    ) -> Request:
        return Request(self._address, header, data, lengths, attempts=attempts)

    def _read_credits(self) -> Request:
        lengths = range(CREDITS_LENGTH, CREDITS_LENGTH + 1)
        return Request(self._address, Header.READ_CREDITS, b"", lengths, within=0.2, attempts=10)

    def _self_check(self) -> Request:
        # Some devices move their gates for seconds: 5 to 10 s in all is the advice.
        return Request(self._address, Header.SELF_CHECK, b"", range(1, 3), within=1.0, attempts=12)

    # --- finding and starting (3.27.1) -------------------------------------------------------

    def _search(self, now: float) -> None:
        self._enter(Phase.SEARCHING)
        self._forget()
        self._next_at = now
        self._go_on(now)

    def _on_silence(self, now: float) -> None:
        """Every attempt was in vain: say so once, and search until somebody answers."""
        self._enter(Phase.SEARCHING)
        self._forget()
        self._next_at = now + SEARCH_INTERVAL
        if not self._link_was_lost:
            self._link_was_lost = True
            self._events.append(LinkLost(self._exchanges.echo is Echo.MISSING))

    def _on_found(self, request: Request, answer: bytes, now: float) -> None:
        if self._link_was_lost:
            self._link_was_lost = False
            self._events.append(LinkRestored())
        self._enter(Phase.STARTING)
        self._steps.extend((
            self._request(Header.CATEGORY, lengths=TEXT),
            self._request(Header.PRODUCT_CODE, lengths=TEXT),
            self._request(Header.MANUFACTURER, lengths=TEXT),
            self._request(Header.BUILD_CODE, lengths=TEXT),
            self._request(Header.SOFTWARE_REVISION, lengths=TEXT),
            self._request(Header.SERIAL_NUMBER, lengths=range(3, 5)),
            self._request(Header.COMMS_REVISION, lengths=range(3, 4)),
            self._read_credits(),
            *(self._request(Header.COIN_ID, bytes((p,)), range(6, 7)) for p in POSITIONS),
            self._self_check(),
        ))  # fmt: skip

    def _on_identity(self, request: Request, answer: bytes, now: float) -> None:
        self._said[request.header] = answer
        if request.header is Header.CATEGORY and self._text(Header.CATEGORY) != CATEGORY:
            self._events.append(WrongDevice(self._text(Header.CATEGORY)))
            self._enter(Phase.SEARCHING)
            self._forget()
            self._next_at = now + SEARCH_INTERVAL

    def _on_coin_id(self, request: Request, answer: bytes, now: float) -> None:
        self._coins[request.data[0]] = ascii_text(answer)

    def _on_self_check(self, request: Request, answer: bytes, now: float) -> None:
        fault, detail = answer[0], answer[1] if len(answer) > 1 else 0
        if self._phase is Phase.STARTING:
            self._begin_polling(now)
        if fault:
            self._check_at = now + CHECK_AGAIN_AFTER
        self._events.append(SelfChecked(fault, detail))

    def _begin_polling(self, now: float) -> None:
        identity = self._identity()
        is_known = self._remembered is not None and self._remembered.serial == identity.serial
        if self._remembered is None or not is_known:
            assert self._base is not None, "READ_CREDITS comes before the last step"
            self._remembered = Remembered(identity.serial, self._base)
        self._enter(Phase.POLLING)
        self._next_at = now
        self._wanted = frozenset()  # positions mean nothing until these coin ids are read
        self._plan_inhibits()
        self._events.append(Started(identity, dict(self._coins), self._remembered.buffer, is_known))

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

    def _on_credits(self, request: Request, answer: bytes, now: float) -> None:
        buffer = CreditBuffer.from_data(answer)
        if self._phase is Phase.STARTING:
            if buffer != self._base:  # all news will be counted from here: read until it stands
                self._base = buffer
                self._steps.appendleft(request)
            return
        doubtful, self._doubtful = self._doubtful, None
        if doubtful is not None and is_seen_again(doubtful, buffer):
            self._believe(doubtful, now)
        if self._remembered is not None and buffer != self._remembered.buffer:
            self._doubtful = buffer
        elif self._closed_at is not None and now - self._closed_at >= FALLS_WITHIN:
            self._on_read_up()

    def _on_read_up(self) -> None:
        if not self.is_read_up:
            self.is_read_up = True
            self._events.append(ReadUp())

    def _believe(self, buffer: CreditBuffer, now: float) -> None:
        assert self._remembered is not None
        news = buffer.since(self._remembered.buffer)
        self._remembered = Remembered(self._remembered.serial, buffer)
        happened = tuple(
            CoinAccepted(a, b) if a else CoinRejected(b)
            for a, b in reversed(buffer.pairs[: news.fresh])
        )
        errors = {event.error for event in happened if isinstance(event, CoinRejected)}
        if news.is_reset or (self._wanted and errors & INHIBITED_CODES):
            self._plan_inhibits()  # a reset that the counter does not show leaves it inhibited too
        if news.is_reset or errors & ALARMING_CODES:
            self._check_at = now + (0.0 if news.is_reset else CHECK_AGAIN_AFTER)
        self._events.append(News(buffer, happened, news.lost, news.is_reset))

    # --- inhibits ----------------------------------------------------------------------------

    def _plan_inhibits(self) -> None:
        """Both must be right (headers 231 and 228), so the one that shuts goes first to shut."""
        if self._wanted:
            self.is_read_up, self._closed_at = False, None
        mask = self._request(Header.MODIFY_INHIBITS, inhibit_mask(self._wanted))
        master = self._request(Header.MODIFY_MASTER_INHIBIT, bytes((bool(self._wanted),)))
        self._inhibits = deque((mask, master) if self._wanted else (master, mask))
        self._last_inhibit = self._inhibits[-1]

    def _on_inhibit_taken(self, request: Request, answer: bytes, now: float) -> None:
        if request is self._last_inhibit:
            self._closed_at = None if self._wanted else now
            self._events.append(InhibitsSet(self._wanted))

    def _tell_echo(self) -> None:
        is_missing = self._exchanges.echo is Echo.MISSING
        if is_missing != self._echo_is_missing:
            self._echo_is_missing = is_missing
            self._events.append(EchoChanged(is_missing))


def is_seen_again(earlier: CreditBuffer, buffer: CreditBuffer) -> bool:
    """Whether `buffer` carries all that `earlier` did: the same reading, or moved on from it."""
    news = buffer.since(earlier)
    return not news.is_reset and not news.lost


def ascii_text(raw: bytes) -> str:
    """Device text as it may stand in a log: what is not printable ASCII becomes a question mark."""
    return "".join(chr(byte) if 32 <= byte < 127 else "?" for byte in raw).strip()
