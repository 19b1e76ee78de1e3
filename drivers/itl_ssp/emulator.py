"""An ITL validator on its wire: answers commands, reports events, and is used and abused by hands.

It behaves as GA138 says, the traps included: a poll after a note was reported in escrow accepts it,
a command with the flag of the last one is not carried out again, a reset forgets every setting, and
a host that does not poll for ten seconds loses the note in escrow. Credits that nobody
acknowledged survive a power cut.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from drivers.base.notes_emulator import INDIAN_NOTES, PAISE, NoteUnit
from drivers.base.notes_mechanics import UNABLE_TO_STACK, Jam, Place, Seen
from drivers.base.protocol import NEVER
from drivers.itl_ssp.cipher import Cipher, is_prime
from drivers.itl_ssp.codec import (
    ALWAYS_PLAIN,
    POLLS,
    REPEATED_UNTIL_ACKNOWLEDGED,
    SEALED,
    WITH_CHANNEL,
    Answer,
    Code,
    CorruptFrame,
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

BOOT = 1.5  # seconds without an answer after power-up
UNPOLLED = 10.0  # seconds; then the note in escrow goes back, and the unit disables itself
REJECT_CODES = {
    "": 0x00,
    "length": 0x01,
    "not_recognised": 0x04,
    "inhibited": 0x06,
    "host": 0x08,
    "escrow_timeout": 0x13,
    UNABLE_TO_STACK: 0x1D,
}
SAID_AS = {
    Seen.IN_ESCROW: Poll.READ,
    Seen.PAST_RECOVERY: Poll.CREDIT,
    Seen.IN_BOX: Poll.STACKED,
    Seen.BACK_IN_HAND: Poll.REJECTED,
    Seen.CLEARED_TO_HAND: Poll.CLEARED_FROM_FRONT,
    Seen.CLEARED_TO_BOX: Poll.CLEARED_TO_CASH_BOX,
}

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
    generator: int = 0
    modulus: int = 0
    cipher: Cipher | None = None
    polled_at: float = 0.0


class NoteAcceptorEmulator(NoteUnit):
    """One validator. `denominations` are rupees, of channels 1, 2, 3 ..."""

    def __init__(
        self,
        speed: float = 1.0,
        serial: int = 1873452,
        denominations: tuple[int, ...] | list[int] = INDIAN_NOTES,
        protocol_version: int = 8,
        supports_poll_ack: bool = True,
        capacity: int = 300,
        fixed_key: str = "",
        is_sealed_only: bool = False,
    ) -> None:
        super().__init__(speed, denominations, capacity, seed=serial)
        self._fixed_key = int(fixed_key, 16) if fixed_key else None
        self._is_sealed_only = is_sealed_only
        self._secrets = random.Random(serial)
        self.refused = 0  # sealed packets with another key or an old count
        self._serial, self._newest_version = serial, protocol_version
        self._supports_poll_ack = supports_poll_ack
        self._unacknowledged: list[PollEvent] = []  # in flash
        self._shown = 0  # of these, to a poll with acknowledgement
        self._stacked = self._rejected = 0  # in flash: counters over the unit's life
        self._version = 4
        self._boot(0.0)
        self._boots_until = 0.0  # the first one was before anybody looked

    # --- time ---------------------------------------------------------------------------------

    def _own_deadline(self) -> float:
        return self._ram.polled_at + UNPOLLED if self._is_waiting_for_polls() else NEVER

    def _own_tick(self, now: float) -> None:
        if self._is_waiting_for_polls() and now >= self._ram.polled_at + UNPOLLED:
            self._give_up_on_host(now)

    def _is_waiting_for_polls(self) -> bool:
        return self._is_in_escrow or self._ram.is_enabled

    def _give_up_on_host(self, now: float) -> None:
        self._ram.is_enabled = False
        if self._mechanics.place is Place.ESCROW:
            self._reject("escrow_timeout", now)

    def _see(self, seen: list[Seen], now: float) -> None:
        for each in seen:
            code = SAID_AS[each]
            self._note(PollEvent(code, self._mechanics.channel if code in WITH_CHANNEL else 0))

    def _note(self, event: PollEvent) -> None:
        """What must survive a power cut goes to flash, the rest is said at a poll."""
        if event.code in REPEATED_UNTIL_ACKNOWLEDGED:
            self._unacknowledged.append(event)
            self._stacked += event.code is not Poll.FRAUD_ATTEMPT
        else:
            self._ram.to_say.append(event)
            self._rejected += event.code is Poll.REJECTED

    def _see_box(self, now: float) -> None:
        if self._box_is_present:
            self._note(PollEvent(Poll.CASH_BOX_REPLACED))

    def _be_cheated(self, now: float) -> None:
        self._note(PollEvent(Poll.FRAUD_ATTEMPT, 1))

    def hand_clear_jam(self, now: float) -> None:
        super().hand_clear_jam(now)
        if self._mechanics.place is not Place.ESCROW:
            self._ram.escrow_told_at = None

    def _lets_in(self) -> list[int]:
        channels = self._ram.channels if self._ram.is_enabled else frozenset()
        return [paise for number, paise in enumerate(self._values, 1) if number in channels]

    def _reject(self, why: str, now: float) -> None:
        self._ram.to_say = [event for event in self._ram.to_say if event.code is not Poll.READ]
        self._ram.escrow_told_at = None  # of this note; the next one is not told yet
        self._mechanics.reject(why, now)

    def _boot(self, now: float) -> None:
        self._ram = Ram(to_say=[PollEvent(Poll.SLAVE_RESET)], polled_at=now)
        self._reader = FrameReader()
        self._shown = 0
        self._boots_until = now + BOOT / self.speed
        self._see(self._mechanics.regain_power(), now)

    # --- the wire -----------------------------------------------------------------------------

    def receive_bytes(self, data: bytes, now: float) -> None:
        self.tick(now)
        if not self._can_hear or now < self._boots_until:
            return
        for frame in self._reader.feed(data, now):
            if frame.address == 0:
                self._on_frame(frame, now)

    def _on_frame(self, frame: Frame, now: float) -> None:
        is_sync = frame.data == bytes((Code.SYNC,))
        if is_sync or frame.sequence != self._ram.sequence:
            reply = self._answer(frame.data, now)
            if reply is None:
                return
            self._ram.sequence = None if is_sync else frame.sequence
            self._ram.last_reply = Frame(frame.sequence, reply).to_bytes()
        self._outgoing += self._ram.last_reply

    def _answer(self, data: bytes, now: float) -> bytes | None:
        """The data of the reply, sealed as the command was; None: a wrong count has none."""
        if data[:1] != bytes((SEALED,)):
            request = Request.from_data(data)
            if self._is_sealed_only and (request is None or request.code not in ALWAYS_PLAIN):
                return Answer(Generic.KEY_NOT_SET).to_data()
            return self._obey(request, now).to_data()
        cipher = self._ram.cipher
        if cipher is None:
            return Answer(Generic.KEY_NOT_SET).to_data()
        try:
            request = Request.from_data(cipher.open(data))
        except CorruptFrame:
            self.refused += 1
            return None
        answer = self._obey(request, now).to_data()
        return cipher.seal(answer) if self._ram.cipher is cipher else answer

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
            case Code.SET_GENERATOR | Code.SET_MODULUS | Code.KEY_EXCHANGE:
                return self._on_key(request)
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

    def _on_key(self, request: Request) -> Answer:
        """Another key at every agreement: an old half makes no old packet good again."""
        if self._fixed_key is None:
            return Answer(Generic.NOT_KNOWN)
        number = int.from_bytes(request.data, "little")
        if len(request.data) != 8:
            return WRONG
        if request.code is Code.KEY_EXCHANGE:
            return self._agree(number)
        if not is_prime(number):
            return Answer(Generic.OUT_OF_RANGE)
        if request.code is Code.SET_GENERATOR:
            self._ram.generator = number
        else:
            self._ram.modulus = number
        return OK

    def _agree(self, half: int) -> Answer:
        assert self._fixed_key is not None
        generator, modulus = self._ram.generator, self._ram.modulus
        if not generator or not modulus:
            return CANNOT
        secret = self._secrets.randrange(1, modulus)
        self._ram.cipher = Cipher(self._fixed_key, pow(half, secret, modulus), is_host=False)
        return Answer(Generic.OK, pow(generator, secret, modulus).to_bytes(8, "little"))

    def _on_question(self, code: Code) -> Answer:
        match code:
            case Code.SETUP_REQUEST:
                setup = Setup(0, "0451", "INR", self._values, self._version)
                return Answer(Generic.OK, setup.to_data(PAISE))
            case Code.SERIAL_NUMBER:
                return Answer(Generic.OK, self._serial.to_bytes(4, "big"))
            case Code.COUNTERS:
                return Answer(Generic.OK, Counters(self._stacked, self._rejected).to_data())
            case Code.LAST_REJECT:
                return Answer(Generic.OK, bytes((REJECT_CODES[self._mechanics.last_refusal],)))
            case Code.FIRMWARE:
                return Answer(Generic.OK, b"NV00094510000000")
            case Code.DATASET:
                return Answer(Generic.OK, b"INR01600")
            case _:
                return Answer(Generic.NOT_KNOWN)

    def _on_escrow_order(self, code: Code, now: float) -> Answer:
        if not self._is_in_escrow:
            return CANNOT
        if code is Code.REJECT:
            self._reject("host", now)
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
        if self._is_in_escrow and told_at is not None:
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
