"""A CashCode validator on its wire: answers commands, tells states, is used and abused by hands.

It behaves as CCNET says, the traps included: a note that was stacked is told at every poll until
the host acknowledges that reply, a note in escrow goes back after ten seconds, a unit that nobody
polls disables itself, a power-up does nothing before RESET, and a command that does not suit the
state is illegal. What it stacked and nobody acknowledged survives a power cut as "bill in stacker".
"""

from __future__ import annotations

from dataclasses import dataclass, field

from drivers.base.notes_emulator import INDIAN_NOTES, NoteUnit
from drivers.base.notes_mechanics import Jam, Place, Seen
from drivers.base.protocol import NEVER
from drivers.ccnet.codec import (
    BILL_TYPES,
    Answer,
    BillStatus,
    Code,
    Denomination,
    Frame,
    FrameReader,
    Identification,
    Reply,
    Request,
    Said,
    Unit,
    bill_table_data,
    types_of,
)
from drivers.ccnet.states import TELLS_WHO_IT_IS

BOOT = 1.5  # seconds without an answer after power-up
INITIALIZES = 1.0  # seconds after RESET
ESCROW_LASTS = 10.0  # seconds, and as long again with each HOLD
UNPOLLED = 10.0  # seconds; then the note in escrow goes back, and the unit disables itself
BY_HOST, BY_ITSELF = "host", "by itself"
REASONS = {"length": 0x6C, "not_recognised": 0x66, "inhibited": 0x68}
OPERATION = 0x6A  # the reason that names nothing

ACK, ILLEGAL = Answer(Reply.ACK), Answer(Reply.ILLEGAL)


@dataclass
class Ram:
    """What a power cut or a reset takes."""

    power_up: Unit | None = Unit.POWER_UP  # told until RESET
    initializes_until: float = 0.0
    enabled: frozenset[int] = frozenset()  # bill types
    by_way_of_escrow: frozenset[int] = frozenset()
    high_security: frozenset[int] = frozenset()
    to_say: list[Said] = field(default_factory=list)  # each until it is acknowledged
    shown: Said | None = None  # of these, in the last reply
    last_reply: bytes = b""
    escrow_told_at: float | None = None  # None: the host does not know of a note in escrow
    escrow_ends_at: float = NEVER
    is_held: bool = False
    polled_at: float = 0.0


class NoteAcceptorEmulator(NoteUnit):
    """One validator. `denominations` are rupees, of bill types 0, 1, 2 ...

    `repeats_credit=False` is a unit that says a stacked note once. `answers_at_power_up=False` is
    one that does not say who it is before RESET, `has_security=False` one without that command.
    """

    def __init__(
        self,
        speed: float = 1.0,
        serial: int = 1873452,
        denominations: tuple[int, ...] | list[int] = INDIAN_NOTES,
        country: str = "IND",
        capacity: int = 300,
        repeats_credit: bool = True,
        answers_at_power_up: bool = True,
        has_security: bool = True,
    ) -> None:
        super().__init__(speed, denominations, capacity, seed=serial)
        if len(denominations) > len(BILL_TYPES):
            count = len(denominations)
            raise ValueError(f"denominations: expected at most {len(BILL_TYPES)}, got {count}")
        self._who = Identification("SM-IN1307", f"{serial:012d}")
        self._table = bill_table_data(tuple(Denomination(n, country) for n in denominations))
        self._repeats_credit = repeats_credit
        self._answers_at_power_up, self._has_security = answers_at_power_up, has_security
        self._stacked: Said | None = None  # in flash, until it is acknowledged
        self._was_in_escrow = False  # the note that moves
        self._boot(0.0)
        self._boots_until = 0.0  # the first one was before anybody looked

    # --- time ---------------------------------------------------------------------------------

    def _own_deadline(self) -> float:
        unpolled_at = self._ram.polled_at + UNPOLLED if self._is_waiting_for_polls else NEVER
        return min(self._ram.escrow_ends_at, unpolled_at)

    def _own_tick(self, now: float) -> None:
        if now >= self._ram.escrow_ends_at:
            self._give_back(BY_ITSELF, now)
        if self._is_waiting_for_polls and now >= self._ram.polled_at + UNPOLLED:
            self._ram.enabled = frozenset()
            self._give_back(BY_ITSELF, now)

    @property
    def _is_waiting_for_polls(self) -> bool:
        return self._is_in_escrow or bool(self._ram.enabled)

    @property
    def _is_in_escrow(self) -> bool:
        """A note waits for an order; before RESET the unit obeys none."""
        return self._ram.power_up is None and super()._is_in_escrow

    def _lets_in(self) -> list[int]:
        types = self._ram.enabled if self._stacked is None else frozenset()
        return [paise for number, paise in enumerate(self._values) if number in types]

    def _give_back(self, why: str, now: float) -> None:
        self._ram.escrow_ends_at = NEVER
        if self._is_in_escrow:
            self._mechanics.reject(why, now)

    def _see(self, seen: list[Seen], now: float) -> None:
        """Sensors: a note that lies in the box goes to flash, one that went back is said."""
        number = self._mechanics.channel - 1
        for what in seen:
            match what:
                case Seen.IN_ESCROW:
                    self._on_escrow(number, now)
                case Seen.IN_BOX:
                    self._stacked = Said(Unit.STACKED, number)
                case Seen.BACK_IN_HAND | Seen.CLEARED_TO_HAND if self._was_in_escrow:
                    self._ram.to_say.append(Said(Unit.RETURNED, number))
                case _:
                    pass

    def _on_escrow(self, number: int, now: float) -> None:
        self._was_in_escrow = True
        self._ram.escrow_told_at, self._ram.is_held = None, False
        self._ram.escrow_ends_at = now + ESCROW_LASTS
        if number not in self._ram.by_way_of_escrow:
            self._stack(now)
        elif not self._box_is_present:
            self._give_back(BY_ITSELF, now)

    def _stack(self, now: float) -> None:
        self._ram.escrow_ends_at = NEVER
        self._mechanics.stack(now)

    def _boot(self, now: float) -> None:
        self._ram = Ram(power_up=self._found_inside(), polled_at=now)
        self._reader = FrameReader()
        self._boots_until = now + BOOT / self.speed

    def _found_inside(self) -> Unit:
        mechanics = self._mechanics
        is_going_in = mechanics.place is Place.STACKING and mechanics.jam is None
        if is_going_in or mechanics.is_past_recovery:
            return Unit.POWER_UP_IN_STACKER
        if mechanics.paper is not None:
            return Unit.POWER_UP_IN_VALIDATOR
        return Unit.POWER_UP if self._stacked is None else Unit.POWER_UP_IN_STACKER

    # --- the wire -----------------------------------------------------------------------------

    def receive_bytes(self, data: bytes, now: float) -> None:
        self.tick(now)
        if not self._can_hear or now < self._boots_until:
            return
        hurt = self._reader.corrupt
        for frame in self._reader.feed(data, now):
            self._on_frame(frame, now)
        if self._reader.corrupt > hurt:
            self._outgoing += Frame(Reply.NAK.value).to_bytes()

    def _on_frame(self, frame: Frame, now: float) -> None:
        match frame.data:
            case Reply.ACK.value:
                self._on_acknowledged()
            case Reply.NAK.value:
                self._outgoing += self._ram.last_reply
            case _:
                self._ram.shown, self._ram.polled_at = None, now
                answer = self._obey(Request.from_data(frame.data), now)
                self._ram.last_reply = Frame(answer.to_data()).to_bytes()
                self._outgoing += self._ram.last_reply

    def _on_acknowledged(self) -> None:
        shown, self._ram.shown = self._ram.shown, None
        if shown is not None and shown == self._stacked:
            self._stacked = None
        elif shown in self._ram.to_say:
            self._ram.to_say.remove(shown)

    def _obey(self, request: Request | None, now: float) -> Answer:
        if request is None:
            return ILLEGAL
        match request.code:
            case Code.POLL:
                return self._on_poll(now)
            case Code.RESET:
                return self._on_reset(now)
            case Code.STACK | Code.RETURN | Code.HOLD:
                return self._on_order(request.code, now)
            case Code.SET_SECURITY | Code.ENABLE_BILL_TYPES:
                return self._on_setting(request, now)
            case _:
                return self._on_question(request.code, now)

    def _on_poll(self, now: float) -> Answer:
        said = self._says(now)
        if said.unit is Unit.ESCROW and self._ram.escrow_told_at is None:
            self._ram.escrow_told_at = now
        if said == self._stacked or said in self._ram.to_say:
            self._ram.shown = said
        if said == self._stacked and not self._repeats_credit:
            self._stacked = None
        return Answer(Reply.DATA, said.to_data())

    def _on_reset(self, now: float) -> Answer:
        """What is inside goes where it belongs; a credit told as "in stacker" is told no more."""
        ram = self._ram
        if ram.power_up is Unit.POWER_UP_IN_STACKER:
            self._stacked = None
        self._ram = Ram(None, now + INITIALIZES / self.speed, to_say=ram.to_say, polled_at=now)
        self._see(self._mechanics.regain_power(escrow_goes_back=True), now)
        return ACK

    def _on_order(self, code: Code, now: float) -> Answer:
        if not self._is_in_escrow:
            return ILLEGAL
        match code:
            case Code.STACK:
                told_at = self._ram.escrow_told_at
                self._stack_ordered_after = None if told_at is None else now - told_at
                self._stack(now)
            case Code.RETURN:
                self._give_back(BY_HOST, now)
            case _:
                self._ram.is_held, self._ram.escrow_ends_at = True, now + ESCROW_LASTS
        return ACK

    def _on_setting(self, request: Request, now: float) -> Answer:
        if self._says(now).unit not in (Unit.IDLING, Unit.DISABLED):
            return ILLEGAL
        match request:
            case Request(Code.SET_SECURITY, data) if self._has_security and len(data) == 3:
                self._ram.high_security = types_of(data)
            case Request(Code.ENABLE_BILL_TYPES, data) if len(data) == 6:
                known = frozenset(range(len(self._values)))
                self._ram.enabled = types_of(data[:3]) & known
                self._ram.by_way_of_escrow = types_of(data[3:])
            case _:
                return ILLEGAL
        return ACK

    def _on_question(self, code: Code, now: float) -> Answer:
        if code is Code.GET_STATUS:
            status = BillStatus(self._ram.enabled, self._ram.high_security)
            return Answer(Reply.DATA, status.to_data())
        is_told = self._says(now).unit in TELLS_WHO_IT_IS
        if not is_told or (self._ram.power_up is not None and not self._answers_at_power_up):
            return ILLEGAL
        is_table = code is Code.GET_BILL_TABLE
        return Answer(Reply.DATA, self._table if is_table else self._who.to_data())

    def _says(self, now: float) -> Said:
        """One thing: what must be acknowledged before what is, and trouble before leisure."""
        mechanics, ram = self._mechanics, self._ram
        if ram.power_up is not None:
            return Said(ram.power_up)
        if now < ram.initializes_until:
            return Said(Unit.INITIALIZE)
        if self._stacked is not None:
            return self._stacked
        if ram.to_say:
            return ram.to_say[0]
        if mechanics.jam is not None:
            is_safe = mechanics.jam is Jam.SAFE
            return Said(Unit.CASSETTE_JAMMED if is_safe else Unit.VALIDATOR_JAMMED)
        if mechanics.paper is not None:
            return self._says_of_note()
        if not self._box_is_present:
            return Said(Unit.CASSETTE_OUT)
        if self._is_full:
            return Said(Unit.CASSETTE_FULL)
        return Said(Unit.IDLING if ram.enabled else Unit.DISABLED)

    def _says_of_note(self) -> Said:
        mechanics = self._mechanics
        match mechanics.place:
            case Place.MOVING_IN:
                return Said(Unit.ACCEPTING)
            case Place.ESCROW if self._ram.is_held:
                return Said(Unit.HOLDING)
            case Place.ESCROW:
                return Said(Unit.ESCROW, mechanics.channel - 1)
            case Place.STACKING:
                return Said(Unit.STACKING)
            case _ if self._was_in_escrow:
                return Said(Unit.RETURNING)
            case _:
                return Said(Unit.REJECTING, REASONS.get(mechanics.last_refusal, OPERATION))

    # --- hands and faults ---------------------------------------------------------------------

    def _see_box(self, now: float) -> None:
        """What could not be stacked any more goes back."""
        if not self._box_is_present:
            self._give_back(BY_ITSELF, now)

    def _be_cheated(self, now: float) -> None:
        self._ram.to_say.append(Said(Unit.CHEATED))

    def hand_insert(self, now: float, paise: int, quality: str = "good") -> None:
        super().hand_insert(now, paise, quality)
        self._was_in_escrow = False

    def hand_jam(self, now: float, where: str = "unsafe") -> None:
        """The transport (unsafe) or the cassette (safe) sticks, with the note in it if any."""
        super().hand_jam(now, where)
        self._ram.escrow_ends_at = NEVER

    def hand_clear_jam(self, now: float) -> None:
        super().hand_clear_jam(now)
        if self._is_in_escrow:
            self._ram.escrow_ends_at = now + ESCROW_LASTS
