"""A bill validator on its ccTalk wire: it numbers its events, and is used and abused by hands.

It has the habits of the document: counter and buffer are in RAM, a reset leaves it inhibited, a
note in escrow goes back after thirty seconds, and five seconds without a poll make it inhibit
itself. What it says of a note after a power cut differs between makers: `says_at_power_up`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from drivers.base.notes_emulator import INDIAN_NOTES, PAISE, NoteUnit
from drivers.base.notes_mechanics import Jam, Seen
from drivers.base.protocol import NEVER
from drivers.cctalk.codec import (
    HOST,
    POSITIONS,
    Checksum,
    Frame,
    FrameReader,
    Header,
    Pair,
    enabled_positions,
    inhibit_mask,
)
from drivers.cctalk.log import EventLog, by_value
from drivers.cctalk_bill.codec import (
    BILL_VALIDATOR,
    COUNTRY,
    ESCROW_EMPTY,
    ESCROWED,
    NO_BILL,
    OPERATING_MODE,
    STACKED,
    Fault,
    Route,
    Scaling,
    Status,
)

BOOT = 1.5  # seconds without an answer after power-up; chosen
UNPOLLED = 5.0  # seconds; then it inhibits itself, and says so
ESCROW_LASTS = 30.0  # seconds, and as many more with each extension
REFUSED_AS = {
    "length": Status.INVALID_VALIDATION,
    "not_recognised": Status.INVALID_VALIDATION,
    "inhibited": Status.INHIBITED_SERIAL,
}
JAMS = {Jam.SAFE: Status.JAM_SAFE, Jam.UNSAFE: Status.JAM_UNSAFE}
INDIA = Scaling(PAISE, 2)

Answer = Callable[[bytes, float], bytes | None]


@dataclass
class Ram:
    """What a power cut or a reset takes; everything is inhibited afterwards."""

    polled_at: float
    types: frozenset[int] = frozenset()
    is_enabled: bool = False
    mode: int = OPERATING_MODE
    escrow_ends_at: float = NEVER
    escrow_told_at: float | None = None  # None: the host does not know of a note in escrow


class NoteAcceptorEmulator(NoteUnit):
    """One validator. `denominations` are rupees, of the bill types 1, 2, 3 ..."""

    def __init__(
        self,
        speed: float = 1.0,
        serial: int = 1605,
        address: int = BILL_VALIDATOR,
        checksum: str = Checksum.CRC,
        denominations: Sequence[int] = INDIAN_NOTES,
        capacity: int = 300,
        has_echo: bool = False,
        says_at_power_up: bool = True,
    ) -> None:
        super().__init__(speed, denominations, capacity, seed=serial)
        self._serial, self._address = serial, address
        self._checksum, self._has_echo = Checksum(checksum), has_echo
        self._says_at_power_up = says_at_power_up
        self._log = EventLog()
        self._names = [f"{COUNTRY}{rupees:04d}A" for rupees in denominations]
        self._obey: dict[int, Answer] = self._constants() | {
            Header.SELF_CHECK: lambda data, now: bytes((self._fault(),)),
            Header.MODIFY_INHIBITS: self._modify_inhibits,
            Header.REQUEST_INHIBITS: lambda data, now: inhibit_mask(self._ram.types),
            Header.MODIFY_MASTER_INHIBIT: self._modify_master_inhibit,
            Header.REQUEST_MASTER_INHIBIT: lambda data, now: bytes((self._ram.is_enabled,)),
            Header.READ_BILL_EVENTS: self._read_events,
            Header.BILL_ID: self._bill_id,
            Header.SCALING_FACTOR: self._scaling,
            Header.ROUTE_BILL: self._route,
            Header.MODIFY_OPERATING_MODE: self._modify_mode,
            Header.REQUEST_OPERATING_MODE: lambda data, now: bytes((self._ram.mode,)),
            Header.RESET: lambda data, now: b"",
        }
        self._forget(0.0)
        self._boots_until = 0.0  # the first one was before anybody looked

    def _constants(self) -> dict[int, Answer]:
        said = {
            Header.SIMPLE_POLL: b"",
            Header.POLLING_PRIORITY: bytes((2, 20)),  # 20 x 10 ms
            Header.MANUFACTURER: b"Kiosk bench",
            Header.CATEGORY: b"Bill Validator",
            Header.PRODUCT_CODE: b"NOTE6",
            Header.SERIAL_NUMBER: self._serial.to_bytes(3, "little"),
            Header.SOFTWARE_REVISION: b"BENCH-V1.00",
            Header.OPTION_FLAGS: bytes((OPERATING_MODE,)),
            Header.BUILD_CODE: b"BENCH   ",
            Header.COMMS_REVISION: bytes((1, 4, 7)),
        }
        return {header: lambda data, now, text=text: text for header, text in said.items()}  # type: ignore[misc]

    # --- time ---------------------------------------------------------------------------------

    def _own_deadline(self) -> float:
        unpolled = self._ram.polled_at + UNPOLLED if self._ram.is_enabled else NEVER
        return min(unpolled, self._ram.escrow_ends_at if self._is_in_escrow else NEVER)

    def _own_tick(self, now: float) -> None:
        if self._ram.is_enabled and now >= self._ram.polled_at + UNPOLLED:
            self._ram.is_enabled = False
            self._happen((0, Status.MASTER_INHIBIT))
        if self._is_in_escrow and now >= self._ram.escrow_ends_at:
            self._mechanics.reject("escrow_timeout", now)

    def _see(self, seen: list[Seen], now: float) -> None:
        channel = self._mechanics.channel
        for each in seen:
            match each:
                case Seen.IN_ESCROW:
                    self._ram.escrow_ends_at, self._ram.escrow_told_at = now + ESCROW_LASTS, None
                    self._happen((channel, ESCROWED))
                case Seen.PAST_RECOVERY:
                    self._happen((channel, STACKED), self._value(channel))
                case Seen.IN_BOX if self._is_full:
                    self._happen((0, Status.STACKER_FULL))
                case Seen.BACK_IN_HAND:
                    why = REFUSED_AS.get(self._mechanics.last_refusal, Status.RETURNED)
                    self._happen((0, why))
                case _:
                    pass

    def _value(self, channel: int) -> int:
        return self._values[channel - 1]

    def _happen(self, pair: Pair, paise: int | None = None) -> None:
        self._log.happen(pair, paise)

    def _lets_in(self) -> list[int]:
        types = self._ram.types if self._ram.is_enabled else frozenset()
        return [paise for number, paise in enumerate(self._values, 1) if number in types]

    def _fault(self) -> Fault:
        if self._mechanics.jam is not None:
            return Fault.BILL_JAMMED
        if not self._box_is_present:
            return Fault.STACKER_MISSING
        return Fault.STACKER_FULL if self._is_full else Fault.NONE

    # --- hands that it notices ------------------------------------------------------------------

    def _see_box(self, now: float) -> None:
        is_in = self._box_is_present
        self._happen((0, Status.STACKER_INSERTED if is_in else Status.STACKER_REMOVED))

    def _be_cheated(self, now: float) -> None:
        self._happen((0, Status.STRING_FRAUD))

    def hand_jam(self, now: float, where: str = "unsafe") -> None:
        super().hand_jam(now, where)
        self._happen((0, JAMS[Jam(where)]))

    def hand_clear_jam(self, now: float) -> None:
        """A note that a person takes out is no event; one on its safe way goes on."""
        self._mechanics.clear_jam(now)

    def hand_stacker_full(self, now: float) -> None:
        super().hand_stacker_full(now)
        self._happen((0, Status.STACKER_FULL))

    def hand_empty_stacker(self, now: float) -> None:
        super().hand_empty_stacker(now)
        self._happen((0, Status.STACKER_OK))

    # --- power ----------------------------------------------------------------------------------

    def _boot(self, now: float) -> None:
        self._forget(now)
        self._boots_until = now + BOOT / self.speed
        for each in self._mechanics.regain_power(escrow_goes_back=True):
            self._see_at_power_up(each)

    def _see_at_power_up(self, seen: Seen) -> None:
        channel = self._mechanics.channel
        if seen is Seen.CLEARED_TO_HAND:
            if self._says_at_power_up:
                self._happen((0, Status.RETURNED))
        elif self._says_at_power_up:
            self._happen((channel, STACKED), self._value(channel))
        else:
            self._log.unreported[self._value(channel)] += 1

    def _forget(self, now: float) -> None:
        self._ram = Ram(polled_at=now)
        self._log.forget()
        self._reader = FrameReader(self._checksum)

    # --- the wire -------------------------------------------------------------------------------

    def receive_bytes(self, data: bytes, now: float) -> None:
        self.tick(now)
        if self._has_echo and not self._link_is_down:
            self._outgoing += data
        if not self._can_hear or now < self._boots_until:
            return
        for frame in self._reader.feed(data, now):
            if frame.destination == self._address:
                self._on_frame(frame, now)

    def _on_frame(self, frame: Frame, now: float) -> None:
        """Answer, or be silent to what is not understood: the document knows no refusal."""
        obey = self._obey.get(frame.header)
        answer = obey(frame.data, now) if obey is not None else None
        if answer is None:
            return
        reply = Frame(frame.source or HOST, self._address, Header.REPLY, answer)
        self._outgoing += reply.to_bytes(self._checksum)
        if frame.header == Header.RESET:
            self._mechanics.lose_power()
            self._boot(now)

    def _read_events(self, data: bytes, now: float) -> bytes:
        self._ram.polled_at = now
        if self._is_in_escrow and self._ram.escrow_told_at is None:
            self._ram.escrow_told_at = now
        return self._log.read().to_data()

    def _modify_inhibits(self, data: bytes, now: float) -> bytes | None:
        self._ram.types = enabled_positions(data)
        return b"" if 1 <= len(data) <= 16 else None

    def _modify_master_inhibit(self, data: bytes, now: float) -> bytes | None:
        if len(data) != 1:
            return None
        self._ram.is_enabled, self._ram.polled_at = bool(data[0] & 1), now
        return b""

    def _modify_mode(self, data: bytes, now: float) -> bytes | None:
        if len(data) != 1:
            return None
        self._ram.mode = data[0] & OPERATING_MODE
        return b""

    def _bill_id(self, data: bytes, now: float) -> bytes | None:
        if len(data) != 1 or data[0] not in POSITIONS:
            return None
        names = [*self._names, *[NO_BILL] * len(POSITIONS)]
        return names[data[0] - 1].encode()

    def _scaling(self, data: bytes, now: float) -> bytes | None:
        return INDIA.to_data() if data == COUNTRY.encode() else Scaling(0, 0).to_data()

    def _route(self, data: bytes, now: float) -> bytes | None:
        if len(data) != 1 or data[0] not in list(Route):
            return None
        if not self._is_in_escrow:
            return bytes((ESCROW_EMPTY,))
        match Route(data[0]):
            case Route.EXTEND:
                self._ram.escrow_ends_at = now + ESCROW_LASTS
            case Route.RETURN:
                self._mechanics.reject("host", now)
            case Route.STACK:
                if self._ram.escrow_told_at is not None:
                    self._stack_ordered_after = now - self._ram.escrow_told_at
                self._mechanics.stack(now)
        return b""

    # --- the truth ------------------------------------------------------------------------------

    def physics(self) -> dict[str, Any]:
        """`unreported` notes are in the box, and the counter forgot them before they were read."""
        return super().physics() | {"unreported": by_value(self._log.unreported)}
