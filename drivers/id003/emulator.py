"""A JCM unit on its wire: one status at a time, and one mouth that is used and abused.

It keeps ID-003's own habits: VEND VALID is said until ACK, a power-up until RESET; RESET forgets
every setting; a note goes back after ten seconds in escrow without HOLD, and after three without
a poll. What a unit says after its power was cut between VEND VALID and ACK stands in no document
that was read, so `after_cut` plays all three readings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from drivers.base.notes_emulator import INDIAN_NOTES, NoteUnit
from drivers.base.notes_mechanics import UNABLE_TO_STACK, Jam, Place, Seen
from drivers.base.protocol import NEVER
from drivers.id003.codec import (
    DENOMINATIONS,
    FIRST_DENOMINATION,
    Code,
    Currency,
    Frame,
    FrameReader,
    Said,
    Status,
    enabled_denominations,
)

BOOT = 1.5  # seconds without an answer after power-up
INITIALISES = 1.0  # seconds after RESET
UNPOLLED = 3.0  # seconds; then a note in escrow goes back, and no other is let in
ESCROW_LASTS = 10.0  # seconds, and as many more with each HOLD
CHEATED_LASTS = 1.0  # seconds
INDIA = 0x00  # JCM's number for it is not known: the host goes by value
VERSION = b"I(IND)-10-SS ID003-05V311-35 22NOV26"

REJECT_CODES = {
    "": 0x71,
    "length": 0x7D,
    "not_recognised": 0x76,
    "inhibited": 0x79,
    "escrow_timeout": 0x79,
    UNABLE_TO_STACK: 0x7C,
}
JAMS = {Jam.SAFE: Status.JAM_IN_STACKER, Jam.UNSAFE: Status.JAM_IN_ACCEPTOR}
SETTINGS: dict[int, int] = {
    Code.SET_DENOMINATIONS: 2,
    Code.SET_SECURITY: 2,
    Code.SET_COMMUNICATION: 1,
    Code.SET_INHIBIT: 1,
    Code.SET_DIRECTION: 1,
    Code.SET_OPTIONS: 2,
}  # and their bytes of data


class AfterCut(StrEnum):
    """What is said of a note in the box whose VEND VALID had no ACK when the power went."""

    STACKER = "stacker"  # POWER UP WITH BILL IN STACKER
    VEND_VALID = "vend_valid"  # POWER UP, and VEND VALID again after RESET
    NOTHING = "nothing"  # POWER UP


@dataclass
class Ram:
    """What a power cut or a reset takes."""

    is_inhibited: bool = True
    denominations: frozenset[int] = frozenset(DENOMINATIONS)
    power_up: Status | None = None  # said until RESET
    is_early: bool = False  # STACK-2: VEND VALID at the point of no return
    is_abandoned: bool = False  # nobody polls
    polled_at: float = 0.0
    initialises_until: float = 0.0
    escrow_ends_at: float = NEVER
    is_held: bool = False
    escrow_told_at: float | None = None
    cheated_until: float = 0.0
    passing: Said | None = None  # said at least once, however quick it was
    is_way_out_said: bool = False  # of the note that goes back


class NoteAcceptorEmulator(NoteUnit):
    """One unit. `denominations` are rupees, of the codes 61, 62, 63 ..."""

    def __init__(
        self,
        speed: float = 1.0,
        serial: str = "231000760443",
        denominations: Sequence[int] = INDIAN_NOTES,
        has_serial: bool = True,
        after_cut: str = AfterCut.STACKER,
        capacity: int = 300,
    ) -> None:
        super().__init__(speed, denominations, capacity, seed=int(serial))
        self._serial, self._has_serial = serial.encode("ascii"), has_serial
        codes = range(FIRST_DENOMINATION, FIRST_DENOMINATION + len(denominations))
        self._currency = Currency(INDIA, dict(zip(codes, denominations, strict=True)))
        self._after_cut = AfterCut(after_cut)
        self._is_vend_valid = False  # in flash
        self._boot(0.0)
        self._boots_until = 0.0  # the first one was before anybody looked

    # --- time ---------------------------------------------------------------------------------

    def _own_deadline(self) -> float:
        ram = self._ram
        times = [ram.escrow_ends_at if self._is_in_escrow else NEVER]
        if not ram.is_abandoned:
            times.append(ram.polled_at + UNPOLLED)
        return min(times)

    def _own_tick(self, now: float) -> None:
        if now >= self._ram.polled_at + UNPOLLED:
            self._ram.is_abandoned = True
        if self._is_in_escrow and (self._ram.is_abandoned or now >= self._ram.escrow_ends_at):
            self._mechanics.reject("escrow_timeout", now)

    def _see(self, seen: list[Seen], now: float) -> None:
        for each in seen:
            match each:
                case Seen.IN_ESCROW:
                    self._ram.escrow_ends_at = now + ESCROW_LASTS
                    self._ram.escrow_told_at, self._ram.is_held = None, False
                    if not self._box_is_present:
                        self._mechanics.reject(UNABLE_TO_STACK, now)
                case Seen.BACK_IN_HAND:
                    self._ram.passing = None if self._ram.is_way_out_said else self._way_out()
                    self._ram.is_way_out_said = False
                case Seen.PAST_RECOVERY if self._ram.is_early:
                    self._is_vend_valid = True
                case Seen.IN_BOX if not self._ram.is_early:
                    self._is_vend_valid = True
                case _:
                    pass

    def _see_box(self, now: float) -> None:
        if self._is_in_escrow:
            self._mechanics.reject(UNABLE_TO_STACK, now)

    def _be_cheated(self, now: float) -> None:
        self._ram.cheated_until = now + CHEATED_LASTS

    def hand_clear_jam(self, now: float) -> None:
        """Who opens the unit makes it initialise itself; a note that goes on is stacked first."""
        super().hand_clear_jam(now)
        if self._has_power and self._mechanics.paper is None:
            self._reset(now)

    def _lets_in(self) -> list[int]:
        ram = self._ram
        if ram.is_inhibited or ram.is_abandoned or ram.power_up is not None:
            return []
        allowed = enumerate(self._values, FIRST_DENOMINATION)
        return [paise for code, paise in allowed if code in ram.denominations]

    def _way_out(self) -> Said:
        code = REJECT_CODES.get(self._mechanics.last_refusal)
        return Said(Status.RETURNING) if code is None else Said(Status.REJECTING, code)

    # --- power and reset ----------------------------------------------------------------------

    def _boot(self, now: float) -> None:
        self._ram = Ram(power_up=self._power_up(), polled_at=now)
        self._reader = FrameReader()
        self._boots_until = now + BOOT / self.speed
        if self._after_cut is not AfterCut.VEND_VALID:
            self._is_vend_valid = False

    def _power_up(self) -> Status:
        mechanics = self._mechanics
        is_in_reach = mechanics.jam is Jam.UNSAFE and not mechanics.is_past_recovery
        is_in_doubt = self._is_vend_valid and self._after_cut is AfterCut.STACKER
        if is_in_doubt or (mechanics.place is Place.STACKING and not is_in_reach):
            return Status.POWER_UP_NOTE_IN_STACKER
        if mechanics.paper is not None:
            return Status.POWER_UP_NOTE_IN_ACCEPTOR
        return Status.POWER_UP

    def _reset(self, now: float) -> None:
        """The note inside goes its way, and every setting is forgotten."""
        ram = Ram(polled_at=now, initialises_until=now + INITIALISES / self.speed)
        self._ram = ram
        self._mechanics.regain_power(escrow_goes_back=True)

    # --- the wire -----------------------------------------------------------------------------

    def receive_bytes(self, data: bytes, now: float) -> None:
        self.tick(now)
        if not self._can_hear or now < self._boots_until:
            return
        corrupt = self._reader.corrupt
        for frame in self._reader.feed(data, now):
            answer = self._obey(frame, now)
            self._outgoing += b"" if answer is None else answer.to_bytes()
        if self._reader.corrupt > corrupt:
            self._outgoing += Frame(Status.COMMUNICATION_ERROR).to_bytes()

    def _obey(self, frame: Frame, now: float) -> Frame | None:
        """None where there is no answer."""
        match frame.code:
            case Code.STATUS_REQUEST:
                return self._on_status_request(now).to_frame()
            case Code.ACK:
                self._on_acknowledgement()
                return None
            case Code.RESET:
                self._reset(now)
                return Frame(Status.ACK)
            case Code.STACK_1 | Code.STACK_2 | Code.RETURN | Code.HOLD if self._is_in_escrow:
                self._on_escrow_order(Code(frame.code), now)
                return Frame(Status.ACK)
            case code if len(frame.data) == SETTINGS.get(code):
                self._on_setting(Code(code), frame.data)
                return frame
            case _:
                return self._on_question(frame.code)

    def _on_status_request(self, now: float) -> Said:
        ram = self._ram
        ram.polled_at, ram.is_abandoned = now, False
        said = self._said(now)
        if said == ram.passing:
            ram.passing = None
        elif said.status in (Status.REJECTING, Status.RETURNING):
            ram.is_way_out_said = True
        if said.status is Status.ESCROW and ram.escrow_told_at is None:
            ram.escrow_told_at = now
        return said

    def _on_acknowledgement(self) -> None:
        if self._is_vend_valid:
            self._is_vend_valid = False
            self._ram.passing = Said(Status.STACKED)

    def _on_escrow_order(self, code: Code, now: float) -> None:
        ram = self._ram
        match code:
            case Code.HOLD:
                ram.escrow_ends_at, ram.is_held = now + ESCROW_LASTS, True
            case Code.RETURN:
                self._mechanics.reject("host", now)
            case _:
                ram.is_early = code is Code.STACK_2
                if ram.escrow_told_at is not None:
                    self._stack_ordered_after = now - ram.escrow_told_at
                self._mechanics.stack(now)

    def _on_setting(self, code: Code, data: bytes) -> None:
        if code is Code.SET_DENOMINATIONS:
            self._ram.denominations = enabled_denominations(data)
        elif code is Code.SET_INHIBIT:
            self._ram.is_inhibited = data != b"\x00"

    def _on_question(self, code: int) -> Frame:
        ram = self._ram
        match code:
            case Code.VERSION:
                return Frame(code, VERSION)
            case Code.SERIAL_NUMBER if self._has_serial:
                return Frame(code, self._serial)
            case Code.CURRENCY_ASSIGN:
                return Frame(code, self._currency.to_data())
            case Code.GET_INHIBIT:
                return Frame(code, bytes((ram.is_inhibited,)))
            case _:
                return Frame(Status.INVALID_COMMAND)

    # --- what it says -------------------------------------------------------------------------

    def _said(self, now: float) -> Said:
        ram = self._ram
        if ram.power_up is not None:
            return Said(ram.power_up)
        if now < ram.initialises_until:
            return Said(Status.INITIALIZE)
        if self._mechanics.jam is not None:
            return Said(JAMS[self._mechanics.jam])
        if self._is_vend_valid:
            return Said(Status.VEND_VALID)
        if ram.passing is not None:
            return ram.passing
        if now < ram.cheated_until:
            return Said(Status.CHEATED)
        return self._said_of_the_note() or Said(self._at_rest())

    def _said_of_the_note(self) -> Said | None:
        match self._mechanics.place:
            case Place.MOVING_IN:
                return Said(Status.ACCEPTING)
            case Place.ESCROW if self._ram.is_held:
                return Said(Status.HOLDING)
            case Place.ESCROW:
                return Said(Status.ESCROW, FIRST_DENOMINATION + self._mechanics.channel - 1)
            case Place.STACKING:
                return Said(Status.STACKING)
            case Place.MOVING_OUT:
                return self._way_out()
            case _:
                return None

    def _at_rest(self) -> Status:
        if not self._box_is_present:
            return Status.STACKER_OPEN
        if self._is_full:
            return Status.STACKER_FULL
        return Status.ENABLED if self._lets_in() else Status.DISABLED
