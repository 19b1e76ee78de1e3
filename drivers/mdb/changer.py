"""The host's side of a coin changer: start-up, polls, tubes, and a pay-out from order to end.

Follows MDB/ICP 4.2, 5.2 and 5.3. The adapter acknowledges an answer before we have read it, so what
a lost answer said is said no more. The tubes are counted by the changer itself: after every loss
they are asked, and a coin that went there is missed (README.md, "What can be lost").
"""

from __future__ import annotations

from collections import deque

from drivers.base.protocol import CommandRefused
from drivers.mdb.codec import TYPES, Identification, Said
from drivers.mdb.coins import (
    ALTERNATIVE_PAY_OUT,
    EXPAND_ENABLE,
    EXPAND_ID,
    MOST_DISPENSED,
    MOST_PAID,
    PAY_OUT,
    PAY_OUT_STATUS,
    Activity,
    Changer,
    ChangerSetup,
    ChangerStatus,
    TubeStatus,
    changer_activities,
    coin_type,
    dispense,
)
from drivers.mdb.events import (
    Accept,
    Accepting,
    AnswerLost,
    Break,
    Command,
    DeviceReset,
    Event,
    Identified,
    LinkLost,
    LinkRestored,
    PayOut,
    PayOutEnded,
    Polled,
    ReadUp,
    Refused,
    Started,
)
from drivers.mdb.protocol import (
    ACKNOWLEDGED,
    POLL_INTERVAL,
    HostProtocol,
    Phase,
    Question,
)

CHANGER_IDENTIFIES = 3  # feature level from which EXPANSION is known
TUBES_AGAIN_AFTER = 15.0  # seconds: a technician fills tubes by hand and tells nobody
QUIET_POLLS = 2  # without "payout busy": one may have come before the motor was on
PAY_OUT_BEGINS_WITHIN = 0.5  # seconds from the order to the first "payout busy"; ours
FALLS_WITHIN = 0.5  # seconds from the slot to the changer's word; the emulated one takes 0.15
STATUS_PATIENCE = 3.0  # seconds for PAY_OUT_STATUS to tell its coins; then the tubes tell
BUSY = frozenset({Said(ChangerStatus.PAY_OUT_BUSY), Said(ChangerStatus.BUSY)})
LASTING = frozenset({Said(ChangerStatus.ACCEPTOR_UNPLUGGED)})  # said in every poll, and no news
NOBODY: frozenset[int] = frozenset()


class ChangerProtocol(HostProtocol[Event, Command]):
    """Drives one coin changer. `is_paying`: a driver before this one had ordered a pay-out."""

    reset_command = bytes((Changer.RESET,))
    poll_command = bytes((Changer.POLL,))
    gone_after = 2.0  # seconds: the changer's non-response time (5.1)

    def __init__(self, is_paying: bool = False) -> None:
        self._is_paying = is_paying
        self.wanted: frozenset[int] = NOBODY
        self._orders: deque[bytes] = deque()
        super().__init__()
        self._identity = Identification("", "", "", "", 0)
        self._setup: ChangerSetup | None = None

    @property
    def is_paying(self) -> bool:
        return self._is_paying

    def send(self, command: Command, now: float) -> None:
        match command:
            case Accept(types):
                self.wanted = types
            case PayOut():
                self.check_pay_out()
                self._begin_pay_out(command)
        self._go_on(now)

    def check_pay_out(self) -> None:
        """Raises CommandRefused where `send(PayOut)` would."""
        if self.phase is not Phase.POLLING or self._is_paying:
            raise CommandRefused(
                f"expected an idle changer, it is {self.phase}, {self._is_paying=}"
            )

    def tell_broken(self, where: Break) -> None:
        self._events.append(LinkLost(where))

    def tell_mended(self) -> None:
        self._events.append(LinkRestored())

    def tell_refused(self, why: str) -> None:
        self._events.append(Refused(why))

    def tell_reset(self) -> None:
        self._events.append(DeviceReset())

    # --- start-up (5.2) -------------------------------------------------------------------------

    def on_start_over(self) -> None:
        """A pay-out that was under way ends with the start-up: the tubes will tell of it."""
        self._orders.clear()
        self._tubes: TubeStatus | None = None
        self._has_counted = False
        self._applied: frozenset[int] | None = None
        self._tubes_at = 0.0
        self._had_lasting = False
        self._closed_at: float | None = None  # it confirmed that it takes no coin
        self.is_read_up = False  # see the event ReadUp
        self._is_waiting = self._counts_itself = False
        self._quiet_polls = 0
        self._ordered_at = 0.0
        self._paid: dict[int, int] | None = None

    def first_steps(self) -> list[Question]:
        return [Question(bytes((Changer.SETUP,)), range(23, 24), self._on_setup)]

    def _on_setup(self, data: bytes, now: float) -> None:
        setup = self._setup = ChangerSetup.from_data(data)
        self.check_currency(setup.currency)
        if setup.level >= CHANGER_IDENTIFIES:
            self.plan.append(Question(EXPAND_ID, range(33, 34), self._on_identification))
        else:
            self._tell_identity(setup)
        self.plan.append(self.poll())

    def _on_identification(self, data: bytes, now: float) -> None:
        assert self._setup is not None
        self._identity = Identification.from_data(data)
        if self._has_alternative_pay_out:
            enable = EXPAND_ENABLE + ALTERNATIVE_PAY_OUT.to_bytes(4, "big")
            self.plan.appendleft(Question(enable, ACKNOWLEDGED, lambda data, now: None))
        self._tell_identity(self._setup)

    def _tell_identity(self, setup: ChangerSetup) -> None:
        self._events.append(Identified(self._identity, setup.values, setup.tubes, setup.level))

    @property
    def _has_alternative_pay_out(self) -> bool:
        return bool(self._identity.options & ALTERNATIVE_PAY_OUT)

    def _on_start_poll(self, is_quiet: bool, now: float) -> None:
        """Until it has nothing more to say and nothing moves; then its tubes, then we begin."""
        if not is_quiet or not self._has_counted:
            if is_quiet:
                self.plan.append(self._tube_status())
            else:
                self.pause(now + POLL_INTERVAL)
            self.plan.append(self.poll())
            return
        self.begin_polling(now)
        self._tubes_at = now + TUBES_AGAIN_AFTER
        self._events.append(Started())
        self._end_pay_out()

    # --- polls (5.3, 0B) ------------------------------------------------------------------------

    def on_poll(self, data: bytes, now: float) -> bool:
        activities = changer_activities(data)
        tubes, self._tubes = self._tubes, None
        if activities or tubes is not None or self._had_lasting:
            self._events.append(Polled(tuple(activities), tubes))
        self._had_lasting = bool(set(activities) & LASTING)
        if Said(ChangerStatus.JUST_RESET) in activities:
            return True
        if self.phase is Phase.STARTING:
            self._on_start_poll(not set(activities) - LASTING, now)
        elif self._is_waiting:
            self._watch_pay_out(activities, now)
        elif self._is_paying and tubes is not None and not self._orders:
            self._end_pay_out()
        elif not set(activities) - LASTING:
            self._on_quiet_poll(now)
        return False

    def _on_quiet_poll(self, now: float) -> None:
        """A count of the tubes that is due after a loss comes first: it may tell of a coin."""
        has_landed = self._closed_at is not None and now - self._closed_at >= FALLS_WITHIN
        if has_landed and not self.plan and not self.is_read_up:
            self.is_read_up = True
            self._events.append(ReadUp())

    def on_answer_lost(self, now: float) -> None:
        self._events.append(AnswerLost())
        if self.phase is Phase.POLLING:
            self.plan.append(self._tube_status())
        elif self.phase is Phase.STARTING:
            self._has_counted = False
            self.plan.append(self.poll())

    def _tube_status(self) -> Question:
        return Question(bytes((Changer.TUBE_STATUS,)), range(18, 19), self._on_tubes)

    def _on_tubes(self, data: bytes, now: float) -> None:
        """Told with the next poll: a coin may have fallen between the poll before and the count."""
        self._tubes = TubeStatus.from_data(data)
        self._has_counted = True
        self._tubes_at = now + TUBES_AGAIN_AFTER
        self._polls_at = now

    def due(self, now: float) -> Question | None:
        accepted = NOBODY if self._is_paying else self.wanted
        if accepted != self._applied:
            return self._coin_type(accepted)
        if now >= self._tubes_at and not self._is_paying:
            return self._tube_status()
        return None

    def _coin_type(self, accepted: frozenset[int]) -> Question:
        """While coins come in for a citizen, no button of the changer gives any out."""
        by_hand = NOBODY if accepted else frozenset(TYPES)
        if accepted:
            self.is_read_up, self._closed_at = False, None

        def taken(data: bytes, now: float) -> None:
            self._applied = accepted
            self._closed_at = None if accepted else self._closed_at or now
            self._events.append(Accepting(accepted))

        return Question(coin_type(accepted, by_hand), ACKNOWLEDGED, taken)

    # --- pay-out (5.3, 0D and 0F 02) ------------------------------------------------------------

    def _begin_pay_out(self, command: PayOut) -> None:
        """Nothing comes in while coins go out: the tubes are to tell of the pay-out alone."""
        self._is_paying = True
        self._paid = {}
        self._orders.extend(self._orders_for(command))
        self.plan.append(self._coin_type(NOBODY))
        self._order_next()

    def _orders_for(self, command: PayOut) -> list[bytes]:
        assert self._setup is not None
        self._counts_itself = self._has_alternative_pay_out and command.is_largest_first
        if not self._counts_itself:
            return [
                dispense(number, min(MOST_DISPENSED, count - before))
                for number, count in command.coins.items()
                for before in range(0, count, MOST_DISPENSED)
            ]
        unit = self._setup.values_unit
        units, rest = divmod(command.paise, unit)
        if rest:
            raise CommandRefused(f"expected whole units of {unit} paise, got {command.paise}")
        return [
            PAY_OUT + bytes((min(MOST_PAID, units - before),))
            for before in range(0, units, MOST_PAID)
        ]

    def _order_next(self) -> None:
        order = self._orders.popleft()
        self.plan.append(Question(order, ACKNOWLEDGED, self._on_ordered, doubted=self._on_doubted))

    def _on_ordered(self, data: bytes, now: float) -> None:
        self._is_waiting, self._quiet_polls, self._ordered_at = True, 0, now

    def _on_doubted(self, is_lost: bool, now: float) -> None:
        """It may have heard the order. It is never given twice, nor is one that was to follow."""
        self._orders.clear()
        self._paid = None
        self._on_ordered(b"", now)

    def _watch_pay_out(self, activities: list[Activity], now: float) -> None:
        self._quiet_polls = 0 if set(activities) & BUSY else self._quiet_polls + 1
        if self._quiet_polls < QUIET_POLLS or now - self._ordered_at < PAY_OUT_BEGINS_WITHIN:
            return
        self._is_waiting = False
        if self._counts_itself and self._paid is not None:
            self._ordered_at = now
            self._ask_what_was_paid()
        else:
            self._paid = None
            self._go_on_paying()

    def _ask_what_was_paid(self) -> None:
        lengths = range(0, 17, 16)
        self.plan.append(Question(PAY_OUT_STATUS, lengths, self._on_paid, doubted=self._on_untold))

    def _on_paid(self, data: bytes, now: float) -> None:
        """Sixteen counts; an ACK alone while it is still busy (5.3, 0F 03)."""
        if data and self._paid is not None:
            for number, count in enumerate(data):
                self._paid[number] = self._paid.get(number, 0) + count
            self._go_on_paying()
        elif now - self._ordered_at >= STATUS_PATIENCE:
            self._on_untold(True, now)
        else:
            self.pause(now + POLL_INTERVAL)
            self._ask_what_was_paid()

    def _on_untold(self, is_lost: bool, now: float) -> None:
        """It says it once: what the lost answer said, the tubes must tell."""
        self._paid = None
        self._orders.clear()
        self._go_on_paying()

    def _go_on_paying(self) -> None:
        if self._orders:
            self._order_next()
        else:
            self.plan.append(self._tube_status())

    def _end_pay_out(self) -> None:
        if self._is_paying:
            self._is_paying = False
            paid = self._paid and {number: count for number, count in self._paid.items() if count}
            self._events.append(PayOutEnded(paid))
