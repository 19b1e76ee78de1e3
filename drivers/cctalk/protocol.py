"""The host's side of one ccTalk coin acceptor: what it lets in, and what its counter tells.

Follows the ccTalk Generic Specification 4.7, 3.27 (buffered credits). The device keeps its last
five events and no acknowledgement exists, so a lost answer harms nothing as long as fewer than six
events happen between two good ones. Finding, identifying and reading it is host.py.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from drivers.base.protocol import CommandRefused
from drivers.cctalk.codec import POSITIONS, Checksum, EventBuffer, Header, inhibit_mask
from drivers.cctalk.codec import News as Count
from drivers.cctalk.coins import CATEGORY, FRAUD_CODES, INHIBITED_CODES, JAM_CODES
from drivers.cctalk.events import (
    Accept,
    CoinAccepted,
    CoinRejected,
    EchoChanged,
    Event,
    InhibitsSet,
    LinkLost,
    LinkRestored,
    News,
    ReadUp,
    SelfChecked,
    Started,
    WireLost,
    WrongDevice,
)
from drivers.cctalk.exchange import Echo, Request
from drivers.cctalk.host import CHECK_AGAIN_AFTER, AcceptorIdentity, Host, Phase, ascii_text
from drivers.cctalk.reading import Remembered

COIN_ACCEPTOR = 2  # the default address of the category
FALLS_WITHIN = 0.5  # seconds from the slot to the device's event; the emulated one takes 0.15
ALARMING_CODES = JAM_CODES | FRAUD_CODES


class HostProtocol(Host[Event, Accept]):
    """Drives one coin acceptor; unpolled for 1 s, it inhibits itself until the next poll."""

    categories = frozenset({CATEGORY})
    reads = Header.READ_CREDITS

    def __init__(
        self,
        address: int = COIN_ACCEPTOR,
        checksum: Checksum = Checksum.SIMPLE,
        remembered: Remembered | None = None,
    ) -> None:
        super().__init__(address, checksum, remembered)
        self._wanted: frozenset[int] = frozenset()
        self._answers |= {
            Header.COIN_ID: self._on_coin_id,
            Header.MODIFY_INHIBITS: self._on_inhibit_taken,
            Header.MODIFY_MASTER_INHIBIT: self._on_inhibit_taken,
        }
        self._forget()

    def _forget(self) -> None:
        super()._forget()
        self._coins: dict[int, str] = {}
        self._inhibits: deque[Request] = deque()
        self._closed_at: float | None = None  # the device confirmed that it takes no coin
        self.is_read_up = False  # see the event ReadUp

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

    def _urgent(self, now: float) -> Request | None:
        return self._inhibits.popleft() if self._inhibits else None

    # --- the link ----------------------------------------------------------------------------

    def _on_link(self, is_up: bool) -> None:
        is_short = self._exchanges.echo is Echo.MISSING
        self._events.append(LinkRestored() if is_up else LinkLost(is_short))

    def _on_wire_lost(self) -> None:
        self._events.append(WireLost())

    def _on_echo(self, is_missing: bool) -> None:
        self._events.append(EchoChanged(is_missing))

    def _on_wrong(self, category: str) -> None:
        self._events.append(WrongDevice(category))

    # --- start-up ----------------------------------------------------------------------------

    def _questions(self) -> Iterable[Request]:
        return (self._request(Header.COIN_ID, bytes((p,)), range(6, 7)) for p in POSITIONS)

    def _on_coin_id(self, request: Request, answer: bytes, now: float) -> None:
        self._coins[request.data[0]] = ascii_text(answer)

    def _on_started(self, identity: AcceptorIdentity, is_known: bool, now: float) -> None:
        assert self._readings.known is not None
        self._wanted = frozenset()  # positions mean nothing until these coin ids are read
        self._plan_inhibits()
        self._events.append(Started(identity, dict(self._coins), self._readings.known, is_known))

    def _on_checked(self, fault: int, detail: int, now: float) -> None:
        self._events.append(SelfChecked(fault, detail))

    # --- polling (3.27) ----------------------------------------------------------------------

    def _on_no_news(self, now: float) -> None:
        is_shut = self._closed_at is not None and now - self._closed_at >= FALLS_WITHIN
        if is_shut and not self.is_read_up:
            self.is_read_up = True
            self._events.append(ReadUp())

    def _on_news(self, buffer: EventBuffer, news: Count, now: float) -> None:
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
