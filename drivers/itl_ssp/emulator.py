"""An ITL validator on its wire: answers commands, reports events, and is used and abused by hands.

It behaves as GA138 says, the traps included: a poll after a note was reported in escrow accepts it,
a command with the flag of the last one is not carried out again, a reset forgets every setting, and
a host that does not poll for ten seconds loses the note in escrow. Credits that nobody
acknowledged survive a power cut.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from drivers.base.emulator import Emulator
from drivers.base.protocol import NEVER
from drivers.itl_ssp.codec import (
    POLLS,
    REPEATED_UNTIL_ACKNOWLEDGED,
    Answer,
    Code,
    Counters,
    Frame,
    FrameReader,
    Generic,
    Poll,
    PollEvent,
    Request,
    Setup,
    enabled_channels,
)
from drivers.itl_ssp.mechanics import Jam, Mechanics, Paper, Place
from firmware.runtime.bench import BenchRefused

BOOT = 1.5  # seconds without an answer after power-up
UNPOLLED = 10.0  # seconds; then the note in escrow goes back, and the unit disables itself
INDIAN_NOTES = (10, 20, 50, 100, 200, 500)  # rupees: channels 1 to 6
MULTIPLIER = 100  # paise a rupee
REJECT_CODES = {"good": 0x00, "torn": 0x01, "fake": 0x04}
NO_CHANNEL, INHIBITED, BY_HOST, ESCROW_TIMEOUT = 0x04, 0x06, 0x08, 0x13  # reject codes

OK = Answer(Generic.OK)
CANNOT = Answer(Generic.CANNOT_BE_PROCESSED)
WRONG = Answer(Generic.WRONG_PARAMETERS)


@dataclass
class Ram:
    """What a power cut or a reset takes."""

    is_enabled: bool = False
    channels: frozenset[int] = frozenset()  # not inhibited
    to_say: list[PollEvent] = field(default_factory=list)  # each said once
    escrow_told_at: float | None = None  # None: the host does not know of a note in escrow
    sequence: bool | None = None  # flag of the last command; None after SYNC
    last_reply: bytes = b""
    polled_at: float = 0.0


class NoteAcceptorEmulator(Emulator):
    """One validator. `denominations` are rupees, of channels 1, 2, 3 ..."""

    def __init__(
        self,
        speed: float = 1.0,
        serial: int = 1873452,
        denominations: tuple[int, ...] | list[int] = INDIAN_NOTES,
        protocol_version: int = 8,
        supports_poll_ack: bool = True,
        capacity: int = 300,
    ) -> None:
        super().__init__(speed)
        self._serial, self._newest_version = serial, protocol_version
        self._values = tuple(MULTIPLIER * rupees for rupees in denominations)
        self._supports_poll_ack = supports_poll_ack
        self._mechanics = Mechanics(speed, capacity)
        self._unacknowledged: list[PollEvent] = []  # in flash
        self._shown = 0  # of these, to a poll with acknowledgement
        self._stacked = self._rejected = 0  # in flash: counters over the unit's life
        self._version = 4
        self._box_is_present = True
        self._is_said_full = False
        self._has_power = True
        self._power_returns_at = self._link_returns_at = NEVER
        self._link_is_down = False
        self._stack_ordered_after: float | None = None  # seconds; of the last note
        self._noise = random.Random(serial)
        self._boot(0.0)
        self._boots_until = 0.0  # the first one was before anybody looked

    # --- time ---------------------------------------------------------------------------------

    def next_deadline(self) -> float:
        times = [self._power_returns_at, self._link_returns_at]
        if self._has_power:
            times.append(self._mechanics.moves_at)
        if self._is_waiting_for_polls():
            times.append(self._ram.polled_at + UNPOLLED)
        return min(times)

    def tick(self, now: float) -> None:
        if now >= self._link_returns_at:
            self._link_is_down, self._link_returns_at = False, NEVER
        if now >= self._power_returns_at:
            self.hand_power_on(now)
        if self._has_power:
            self._see(self._mechanics.tick(now))
            if self._is_waiting_for_polls() and now >= self._ram.polled_at + UNPOLLED:
                self._give_up_on_host(now)

    def _is_waiting_for_polls(self) -> bool:
        in_escrow = self._mechanics.place is Place.ESCROW and self._mechanics.jam is None
        return self._has_power and (in_escrow or self._ram.is_enabled)

    def _give_up_on_host(self, now: float) -> None:
        self._ram.is_enabled = False
        if self._mechanics.place is Place.ESCROW:
            self._reject(ESCROW_TIMEOUT, now)

    def _see(self, events: list[PollEvent]) -> None:
        """Sensors: what must survive a power cut goes to flash, the rest is said at a poll."""
        for event in events:
            if event.code in REPEATED_UNTIL_ACKNOWLEDGED:
                self._unacknowledged.append(event)
                self._stacked += event.code is not Poll.FRAUD_ATTEMPT
            else:
                self._ram.to_say.append(event)
                self._rejected += event.code is Poll.REJECTED

    def _reject(self, code: int, now: float) -> None:
        self._ram.to_say = [event for event in self._ram.to_say if event.code is not Poll.READ]
        self._ram.escrow_told_at = None  # of this note; the next one is not told yet
        self._mechanics.reject(code, now)

    def _boot(self, now: float) -> None:
        self._ram = Ram(to_say=[PollEvent(Poll.SLAVE_RESET)], polled_at=now)
        self._reader = FrameReader()
        self._shown = 0
        self._boots_until = now + BOOT / self.speed

    # --- the wire -----------------------------------------------------------------------------

    def receive_bytes(self, data: bytes, now: float) -> None:
        self.tick(now)
        if not self._has_power or self._link_is_down or now < self._boots_until:
            return
        for frame in self._reader.feed(data, now):
            if frame.address == 0:
                self._on_frame(frame, now)

    def _on_frame(self, frame: Frame, now: float) -> None:
        request = Request.from_data(frame.data)
        is_sync = request is not None and request.code is Code.SYNC
        if is_sync or frame.sequence != self._ram.sequence:
            answer = self._obey(request, now)
            self._ram.sequence = None if is_sync else frame.sequence
            self._ram.last_reply = Frame(frame.sequence, answer.to_data()).to_bytes()
        self._outgoing += self._ram.last_reply

    def _obey(self, request: Request | None, now: float) -> Answer:
        if request is None:
            return Answer(Generic.NOT_KNOWN)
        if request.code in POLLS or request.code is Code.HOLD:
            self._ram.polled_at = now
        match request.code:
            case Code.POLL:
                return self._on_poll(now, is_repeating=False)
            case Code.POLL_WITH_ACK if self._supports_poll_ack:
                return self._on_poll(now, is_repeating=True)
            case Code.EVENT_ACK if self._supports_poll_ack:
                return self._on_event_ack()
            case Code.HOLD | Code.REJECT:
                return self._on_escrow_order(request.code, now)
            case Code.RESET:
                self._lose_power()
                self.hand_power_on(now)
                return OK
            case Code.SET_INHIBITS | Code.ENABLE | Code.DISABLE | Code.SYNC | Code.HOST_PROTOCOL:
                return self._on_setting(request, now)
            case _:
                return self._on_question(request.code)

    def _on_setting(self, request: Request, now: float) -> Answer:
        match request:
            case Request(Code.SET_INHIBITS, data):
                if not 1 <= len(data) <= 3:
                    return WRONG
                self._ram.channels = enabled_channels(data)
            case Request(Code.HOST_PROTOCOL, data):
                if len(data) != 1:
                    return WRONG
                if data[0] > self._newest_version:
                    return Answer(Generic.FAIL)
                self._version = data[0]
            case Request(Code.ENABLE | Code.DISABLE as code):
                self._ram.is_enabled = code is Code.ENABLE
                self._ram.polled_at = now
            case _:
                pass  # SYNC: the flag is the frame's affair
        return OK

    def _on_question(self, code: Code) -> Answer:
        match code:
            case Code.SETUP_REQUEST:
                setup = Setup(0, "0451", "INR", self._values, self._version)
                return Answer(Generic.OK, setup.to_data(MULTIPLIER))
            case Code.SERIAL_NUMBER:
                return Answer(Generic.OK, self._serial.to_bytes(4, "big"))
            case Code.COUNTERS:
                return Answer(Generic.OK, Counters(self._stacked, self._rejected).to_data())
            case Code.LAST_REJECT:
                return Answer(Generic.OK, bytes((self._mechanics.last_reject,)))
            case Code.FIRMWARE:
                return Answer(Generic.OK, b"NV00094510000000")
            case Code.DATASET:
                return Answer(Generic.OK, b"INR01600")
            case _:
                return Answer(Generic.NOT_KNOWN)

    def _on_escrow_order(self, code: Code, now: float) -> Answer:
        if self._mechanics.place is not Place.ESCROW or self._mechanics.jam is not None:
            return CANNOT
        if code is Code.REJECT:
            self._reject(BY_HOST, now)
        return OK

    def _on_event_ack(self) -> Answer:
        if not self._shown:
            return CANNOT
        del self._unacknowledged[: self._shown]
        self._shown = 0
        return OK

    def _on_poll(self, now: float, is_repeating: bool) -> Answer:
        mechanics = self._mechanics
        told_at = self._ram.escrow_told_at
        if mechanics.place is Place.ESCROW and mechanics.jam is None and told_at is not None:
            self._ram.escrow_told_at, self._stack_ordered_after = None, now - told_at
            mechanics.stack(now)
        said = self._ram.to_say + self._lasting() + self._unacknowledged
        if any(event.code is Poll.READ and event.channel for event in said):
            self._ram.escrow_told_at = now
        self._ram.to_say = []
        self._shown = len(self._unacknowledged) if is_repeating else 0
        if not is_repeating:
            self._unacknowledged = []
        return Answer(Generic.OK, b"".join(event.to_bytes() for event in said))

    def _lasting(self) -> list[PollEvent]:
        """What every poll says for as long as it is so."""
        mechanics = self._mechanics
        jam = {Jam.SAFE: Poll.SAFE_JAM, Jam.UNSAFE: Poll.UNSAFE_JAM}
        moving = {
            Place.MOVING_IN: Poll.READ,
            Place.STACKING: Poll.STACKING,
            Place.MOVING_OUT: Poll.REJECTING,
        }
        codes: list[Poll] = []
        if mechanics.jam is not None:
            codes.append(jam[mechanics.jam])
        elif mechanics.place in moving:
            codes.append(moving[mechanics.place])
        if self._is_full:
            codes.append(Poll.STACKER_FULL)
        if not self._box_is_present:
            codes.append(Poll.CASH_BOX_REMOVED)
        if not self._ram.is_enabled:
            codes.append(Poll.DISABLED)
        elif not self._ram.channels:
            codes.append(Poll.ALL_INHIBITED)
        return [PollEvent(code) for code in codes]

    # --- hands and faults ---------------------------------------------------------------------

    def hand_insert(self, now: float, paise: int, quality: str = "good") -> None:
        """Put a note to the mouth; raises BenchRefused when the mouth is shut."""
        self.tick(now)
        if quality not in REJECT_CODES:
            raise BenchRefused(f"quality: expected {', '.join(REJECT_CODES)}, got {quality!r}")
        if (reason := self._why_shut()) is not None:
            raise BenchRefused(f"the mouth is shut: {reason}")
        channel = self._values.index(paise) + 1 if paise in self._values else 0
        code = REJECT_CODES[quality] or (0 if channel else NO_CHANNEL)
        if not code and channel not in self._ram.channels:
            code = INHIBITED
        self._mechanics.insert(Paper(paise, channel, code), now)

    def _why_shut(self) -> str | None:
        if not self._has_power:
            return "no power"
        if self._faults():
            return ", ".join(self._faults())
        if not self._ram.is_enabled or not self._ram.channels:
            return "disabled"
        return None if self._mechanics.paper is None else "a note is on its way"

    def hand_jam(self, now: float, where: str = "unsafe") -> None:
        """The transport sticks, with the note in it if there is one."""
        self.tick(now)
        if where not in list(Jam):
            raise BenchRefused(f"where: expected {', '.join(Jam)}, got {where!r}")
        self._mechanics.get_jammed(Jam(where))

    def hand_clear_jam(self, now: float) -> None:
        self._see(self._mechanics.clear_jam(now))
        if self._mechanics.place is not Place.ESCROW:
            self._ram.escrow_told_at = None

    def hand_stacker_full(self, now: float) -> None:
        self._is_said_full = True

    def hand_empty_stacker(self, now: float) -> None:
        """Take the notes out of the box."""
        self._is_said_full = False
        self._mechanics.empty_box()

    def hand_remove_cash_box(self, now: float) -> None:
        self._box_is_present = False

    def hand_replace_cash_box(self, now: float) -> None:
        """The same box, with what is in it."""
        if not self._box_is_present:
            self._box_is_present = True
            self._see([PollEvent(Poll.CASH_BOX_REPLACED)])

    def hand_cheat(self, now: float) -> None:
        """Somebody pulls at a string."""
        self._see([PollEvent(Poll.FRAUD_ATTEMPT, 1)])

    def hand_power_cut(self, now: float) -> None:
        self.tick(now)
        self._lose_power()

    def _lose_power(self) -> None:
        self._has_power, self._power_returns_at = False, NEVER
        self._mechanics.lose_power()
        self._outgoing.clear()

    def hand_power_on(self, now: float) -> None:
        if not self._has_power:
            self._has_power, self._power_returns_at = True, NEVER
            self._boot(now)
            self._see(self._mechanics.regain_power())

    def hand_power_cycle(self, now: float, seconds: float = 1.0) -> None:
        self.hand_power_cut(now)
        self._power_returns_at = now + seconds

    def hand_noise(self, now: float, count: int = 16) -> None:
        """Bytes that nobody sent."""
        self._outgoing += self._noise.randbytes(count)

    def hand_link_drop(self, now: float, seconds: float = 5.0) -> None:
        """Nothing is heard and nothing is said for that long; the port stays."""
        self._link_is_down, self._link_returns_at = True, now + seconds

    # --- the truth ----------------------------------------------------------------------------

    @property
    def _is_full(self) -> bool:
        return self._is_said_full or self._mechanics.is_full

    def _faults(self) -> list[str]:
        jam = self._mechanics.jam
        faults = [] if jam is None else [f"jam.{jam}"]
        faults += ["stacker.full"] if self._is_full else []
        return faults + ([] if self._box_is_present else ["cashbox.removed"])

    def physics(self) -> dict[str, Any]:
        mechanics, ram = self._mechanics, self._ram
        lets_in = [paise for number, paise in enumerate(self._values, 1) if number in ram.channels]
        return {
            "in_box": {str(paise): count for paise, count in sorted(mechanics.in_box.items())},
            "returned": {str(paise): count for paise, count in sorted(mechanics.returned.items())},
            "collected": {str(p): count for p, count in sorted(mechanics.collected.items())},
            "at": mechanics.place.value,
            "note": None if mechanics.paper is None else mechanics.paper.paise,
            "is_enabled": self._has_power and ram.is_enabled,
            "accepting": lets_in if self._has_power and ram.is_enabled else [],
            "faults": self._faults(),
            "has_power": self._has_power,
            "stack_ordered_after": self._stack_ordered_after,
        }
