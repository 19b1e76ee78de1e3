"""The host's side of one ccTalk bill validator: settings, routes, and what its counter tells.

Follows the ccTalk Generic Specification 4.7, headers 159 to 152. Finding, identifying and reading
the device is drivers/cctalk/host.py, as for coins; what became of a note is note.py.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

from drivers.base.notes_events import (
    Accept,
    Accepting,
    Acknowledge,
    Command,
    DeviceReset,
    Event,
    Identified,
    LinkRestored,
    LinkSilent,
    ReadUpTo,
    Refused,
    Return,
    Stack,
    Started,
)
from drivers.base.notes_protocol import NOTHING, Link, Note, NoteProtocol, Order, Unfinished
from drivers.base.protocol import NEVER
from drivers.cctalk.codec import (
    POSITIONS,
    Checksum,
    CorruptFrame,
    EventBuffer,
    Header,
    News,
    inhibit_mask,
)
from drivers.cctalk.exchange import Request
from drivers.cctalk.host import (
    CHECK_AGAIN_AFTER,
    SEARCH_INTERVAL,
    AcceptorIdentity,
    Host,
    Phase,
    ascii_text,
)
from drivers.cctalk.reading import Remembered
from drivers.cctalk_bill.codec import (
    BILL_VALIDATOR,
    CATEGORIES,
    COUNTRY,
    ESCROW_EMPTY,
    FAILED_TO_ROUTE,
    ID_LENGTH,
    OPERATING_MODE,
    Route,
    Said,
    Scaling,
    Status,
    meaning,
    values_of,
)
from drivers.cctalk_bill.conditions import Conditions
from drivers.cctalk_bill.note import NoteTracker, When

EXTEND_EVERY = 5.0  # seconds; a note in escrow goes back by itself after about 30
ROUTE_AGAIN_AFTER = 1.0  # seconds from a route that failed
LOOKS = 3  # in vain, until a validator is taken for one that cannot extend
SETTLED = frozenset({Note.NOWHERE, Note.LEFT})  # a note that moves is not disturbed by settings


class HostProtocol(Host[Event, Command], NoteProtocol):
    """Drives one validator. `unfinished` is what an earlier driver left open.

    `bills` is paise by bill id; empty: what they are worth is what the validator says.
    """

    categories = CATEGORIES
    reads = Header.READ_BILL_EVENTS

    def __init__(
        self,
        unfinished: Unfinished = NOTHING,
        address: int = BILL_VALIDATOR,
        checksum: Checksum = Checksum.CRC,
        bills: Mapping[str, int] | None = None,
    ) -> None:
        super().__init__(address, checksum, remembered(unfinished))
        self.tracker = NoteTracker(self._events, unfinished)
        self._conditions = Conditions(self._events)
        self._table = dict(bills or {})
        self._unit = unfinished.serial
        self._wanted: frozenset[int] = frozenset()  # paise
        self._answers |= {
            Header.SCALING_FACTOR: self._on_scaling,
            Header.BILL_ID: self._on_bill_id,
            Header.ROUTE_BILL: self._on_routed,
            Header.MODIFY_OPERATING_MODE: self._on_set,
            Header.REQUEST_OPERATING_MODE: self._on_mode,
            Header.MODIFY_INHIBITS: self._on_set,
            Header.MODIFY_MASTER_INHIBIT: self._on_set,
        }
        self._forget()

    def _forget(self) -> None:
        super()._forget()
        self._names: dict[int, str] = {}
        self._scaling = Scaling(0, 0)
        self._settings: deque[Request] = deque()
        self._applied: frozenset[int] | None = None  # None: the validator does not know
        self._sending: frozenset[int] = frozenset()
        self._has_mode = False
        self._looks_left = LOOKS  # whether a note is in escrow that nobody told us of
        self._when = When.WHILE_AWAY
        self._was_jammed = False
        self._routes_at = 0.0  # no order and no extension before this
        self._extends_at = 0.0
        self.tracker.lost_contact()

    # --- the driver's side --------------------------------------------------------------------

    @property
    def note(self) -> Note:
        return self.tracker.note

    @property
    def order(self) -> Order:
        return self.tracker.order

    def send(self, command: Command, now: float) -> None:
        match command:
            case Accept(paise):
                self._wanted = paise
            case Acknowledge():
                pass  # a validator keeps its events until others push them out
            case Stack() | Return():
                self.check_order(command)
                is_in = isinstance(command, Stack)
                self.tracker.was_told(Order.STACK if is_in else Order.RETURN)
        self._go_on(now)

    # --- the link -----------------------------------------------------------------------------

    def _on_link(self, is_up: bool) -> None:
        self.link = Link.UP if is_up else Link.SILENT
        self._events.append(LinkRestored() if is_up else LinkSilent())

    def _on_found(self, request: Request, answer: bytes, now: float) -> None:
        super()._on_found(request, answer, now)
        if self.link is not Link.UP:
            self._on_link(is_up=True)

    def _on_wire_lost(self) -> None:
        self.tracker.lost_contact()
        self._lose_link()

    def _on_wrong(self, category: str) -> None:
        expected = " or ".join(sorted(CATEGORIES))
        self._events.append(Refused(f"category: expected {expected}, got {category}"))

    def _refuse(self, what: str, now: float) -> None:
        self._events.append(Refused(what))
        self._search(now + SEARCH_INTERVAL)

    def _on_unanswered(self, request: Request, now: float) -> None:
        """A route may have been heard. What is counted tells, before it is given again."""
        if self._phase is not Phase.POLLING or request.header != Header.ROUTE_BILL:
            super()._on_unanswered(request, now)
            return
        if self._looks_left:
            self._looks_left -= 1
        self._next_at = now
        self._routes_at = now + ROUTE_AGAIN_AFTER

    # --- start-up -----------------------------------------------------------------------------

    def _questions(self) -> Iterable[Request]:
        if not self._table:
            country = COUNTRY.encode()
            yield self._request(Header.SCALING_FACTOR, country, range(3, 4))
        for number in POSITIONS:
            lengths = range(ID_LENGTH, ID_LENGTH + 1)
            yield self._request(Header.BILL_ID, bytes((number,)), lengths)

    def _on_scaling(self, request: Request, answer: bytes, now: float) -> None:
        self._scaling = Scaling.from_data(answer)

    def _on_bill_id(self, request: Request, answer: bytes, now: float) -> None:
        self._names[request.data[0]] = ascii_text(answer)

    def _on_started(self, identity: AcceptorIdentity, is_known: bool, now: float) -> None:
        if self._unit and identity.serial != self._unit:
            self.tracker.unit_was_swapped()
        self._unit = identity.serial
        self.tracker.values = values_of(self._names, self._table, self._scaling)
        values = tuple(self.tracker.values.values())
        model = f"{identity.maker} {identity.product}"
        self._events.append(Identified(identity.serial, identity.software, values, model))
        if not values:
            said = ", ".join(sorted(set(self._names.values())))
            self._refuse(f"bill ids: expected Indian notes or those of the table, got {said}", now)
            return
        self._recall(is_known)

    def _recall(self, is_known: bool) -> None:
        """What the last known reading says of conditions; of its notes, nothing is news."""
        known = self._readings.known
        assert known is not None
        self._conditions.forget()
        self._conditions.recall(status for first, status in reversed(known.pairs) if not first)
        if not is_known:
            self._read_up_to(known)

    def _on_checked(self, fault: int, detail: int, now: float) -> None:
        self._conditions.on_check(fault, detail, now)

    # --- what goes before the next poll ---------------------------------------------------------

    def _urgent(self, now: float) -> Request | None:
        """Orders, and what the validator is to be set to; nothing before its last word is read."""
        if self._readings.is_in_doubt or self._when is When.WHILE_AWAY:
            return None
        if self.note is Note.IN_ESCROW and self.order is not Order.HOLD:
            is_in = self.order is Order.STACK
            return self._route(Route.STACK if is_in else Route.RETURN, now)
        is_held = self.note is Note.IN_ESCROW and now >= self._extends_at
        if self._looks_left or is_held:
            return self._route(Route.EXTEND, now)
        if not self._settings:
            self._plan_settings()
        return self._settings.popleft() if self._settings else None

    def _route(self, route: Route, now: float) -> Request | None:
        """Sent once: the note may have gone by the time of a repeat, and another one be there."""
        if now < self._routes_at:
            return None
        data = bytes((route,))
        return self._request(Header.ROUTE_BILL, data, range(2), attempts=1)

    def _on_routed(self, request: Request, answer: bytes, now: float) -> None:
        route = Route(request.data[0])
        said = answer[0] if answer else None
        if route is Route.EXTEND:
            self._on_extended(said, now)
        elif said is None:
            self.tracker.obeyed()
        elif said == ESCROW_EMPTY:
            self.tracker.found_empty()
        else:
            self._routes_at = now + ROUTE_AGAIN_AFTER
        self._next_at = now

    def _on_extended(self, said: int | None, now: float) -> None:
        is_look, self._looks_left = self._looks_left > 0, 0
        self._extends_at = now + EXTEND_EVERY
        if said is None and is_look:
            self.tracker.found_in_escrow()
        elif said is not None and said != FAILED_TO_ROUTE:
            self.tracker.found_empty()

    # --- settings -------------------------------------------------------------------------------

    @property
    def _let_in(self) -> frozenset[int]:
        """Nothing while a note has no end: the next one could be taken for it."""
        return self._wanted if self.note is Note.NOWHERE else frozenset()

    def _plan_settings(self) -> None:
        """Both inhibits must be right (231 and 228), so the one that shuts goes first to shut."""
        if self._let_in == self._applied or self.note not in SETTLED:
            return
        self._sending = self._let_in
        values = self.tracker.values.items()
        types = frozenset(number for number, paise in values if paise in self._sending)
        mask = self._request(Header.MODIFY_INHIBITS, inhibit_mask(types))
        master = self._request(Header.MODIFY_MASTER_INHIBIT, bytes((bool(types),)))
        mode = (
            self._request(Header.MODIFY_OPERATING_MODE, bytes((OPERATING_MODE,))),
            self._request(Header.REQUEST_OPERATING_MODE, lengths=range(1, 2)),
        )
        self._settings.extend(() if self._has_mode else mode)
        self._settings.extend((mask, master) if types else (master, mask))

    def _on_mode(self, request: Request, answer: bytes, now: float) -> None:
        """Without escrow, a note is in the box before anybody was asked (M2)."""
        self._has_mode = answer[0] & OPERATING_MODE == OPERATING_MODE
        if not self._has_mode:
            got = f"{answer[0]:02x}"
            self._refuse(f"operating mode: expected {OPERATING_MODE:02x}, got {got}", now)

    def _on_set(self, request: Request, answer: bytes, now: float) -> None:
        if self._settings:
            return
        self._applied, self._when = self._sending, When.NOW
        let_in = self._applied & frozenset(self.tracker.values.values())
        self._events += [Accepting(let_in), Started()]

    # --- events (159) ---------------------------------------------------------------------------

    def _on_news(self, buffer: EventBuffer, news: News, now: float) -> None:
        if news.is_reset:
            self._on_reset(now)
        if news.lost:
            self.tracker.on_lost_events()
            self._looks_left = LOOKS
        for pair in reversed(buffer.pairs[: news.fresh]):
            event = meaning(pair)
            self.tracker.on_event(event, self._when)
            if isinstance(event, Said):
                self._on_status(event.status, now)
        self._extends_at = now + EXTEND_EVERY
        self._read_up_to(buffer)

    def _on_reset(self, now: float) -> None:
        """Its settings are gone; a note that was in escrow may be anywhere."""
        self._events.append(DeviceReset())
        self.tracker.lost_contact()
        self._conditions.forget()
        self._set_again()
        self._check_at = now
        self._has_mode, self._looks_left, self._when = False, LOOKS, When.AFTER_RESET

    def _set_again(self) -> None:
        self._applied = None
        self._settings.clear()

    def _on_status(self, status: int, now: float) -> None:
        self._conditions.on_status(status, now)
        if status in (Status.MASTER_INHIBIT, Status.INHIBITED_SERIAL) and self._applied:
            self._set_again()  # unpolled for 5 s; or reset, and the counter does not show it

    def _read_up_to(self, buffer: EventBuffer) -> None:
        self.tracker.read_up()
        self._events.append(ReadUpTo(buffer.to_data().hex()))

    def _on_no_news(self, now: float) -> None:
        if self._when is When.WHILE_AWAY:
            assert self._readings.known is not None
            self._when = When.NOW
            self._read_up_to(self._readings.known)
        self._watch_jams(now)
        self._conditions.tell(now)
        self._plan_check(now)

    def _watch_jams(self, now: float) -> None:
        """After a jam, a note may be where nobody expects it."""
        was_jammed, self._was_jammed = self._was_jammed, self._conditions.is_jammed
        if was_jammed and not self._was_jammed and self.note in SETTLED:
            self._looks_left = LOOKS
        self.tracker.watch(self._was_jammed, now)

    def _plan_check(self, now: float) -> None:
        """Not with a note in escrow: a self-check may move a motor."""
        if self.note is Note.IN_ESCROW:
            self._check_at = NEVER
        elif self._conditions.is_in_trouble:
            self._check_at = min(self._check_at, now + CHECK_AGAIN_AFTER)


def remembered(unfinished: Unfinished) -> Remembered | None:
    """What the ledger knows of the validator's counter."""
    if not unfinished.mark or not unfinished.serial:
        return None
    try:
        buffer = EventBuffer.from_data(bytes.fromhex(unfinished.mark))
    except (ValueError, CorruptFrame):
        return None  # the mark of another family: the log is read from here
    return Remembered(unfinished.serial, buffer)
