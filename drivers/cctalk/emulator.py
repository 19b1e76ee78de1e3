"""The coin acceptor's side of ccTalk, with the physics of coins: they fall, jam, and are pulled.

What this side counts in the box and in the tray are pieces of metal. The journal must come to the
same number, but for what the device itself forgot: see `unreported` in `physics()`.
"""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from drivers.base.emulator import Emulator
from drivers.base.protocol import NEVER
from drivers.cctalk.codec import (
    POSITIONS,
    Checksum,
    Frame,
    FrameReader,
    Header,
    enabled_positions,
    inhibit_mask,
)
from drivers.cctalk.coins import CATEGORY, CoinError
from drivers.cctalk.log import EventLog, by_value
from firmware.runtime.bench import BenchRefused

FALL = 0.15  # seconds from the slot to the box or the tray; chosen
BOOT = 0.1  # seconds from power to the first answer; chosen, short enough to hide between two polls
POLL_DEADLINE = 1.0  # seconds; unpolled for so long, the device inhibits itself until the next poll
EMPTY_POSITION = "......"
BOX_PATH = 1  # the sorter path to the cash box
CREDIT_SENSOR_FAULT = 3  # of header 232, while a coin blocks the sensor
INDIAN_COINS = {"IN100A": 100, "IN200A": 200, "IN500A": 500, "IN1K0A": 1000, "IN2K0A": 2000}


@dataclass(frozen=True)
class Falling:
    """Something between the slot and the place where the gate sends it."""

    lands_at: float
    paise: int
    error: CoinError | None = None  # what the sensors will say of it, were it no coin at all


class CoinAcceptorEmulator(Emulator):
    """One coin acceptor. `coins` is the table id -> paise, in the order of its positions."""

    def __init__(
        self,
        speed: float = 1.0,
        serial: int = 1234567,
        address: int = 2,
        coins: Mapping[str, int] = INDIAN_COINS,
        has_echo: bool = False,
        checksum: str = Checksum.SIMPLE,
    ) -> None:
        super().__init__(speed)
        self._serial, self._address, self._coins = serial, address, dict(coins)
        self._has_echo, self._checksum = has_echo, Checksum(checksum)
        self._chance = random.Random(serial)
        self.in_box: Counter[int] = Counter()
        self.returned: Counter[int] = Counter()
        self.collected: Counter[int] = Counter()
        self.log = EventLog()
        self._falling: deque[Falling] = deque()
        self._is_jammed = False
        self._broken = 0  # a fault code of header 232
        self._noisy_answers = 0
        self._cut_off_until = self._shorted_until = 0.0
        self._obey: dict[int, Callable[[bytes, float], bytes | None]] = {
            Header.SIMPLE_POLL: lambda data, now: b"",
            Header.POLLING_PRIORITY: lambda data, now: bytes((2, 20)),  # 20 x 10 ms
            Header.MANUFACTURER: lambda data, now: b"Kiosk bench",
            Header.CATEGORY: lambda data, now: CATEGORY.encode(),
            Header.PRODUCT_CODE: lambda data, now: b"COIN5",
            Header.SERIAL_NUMBER: lambda data, now: self._serial.to_bytes(3, "little"),
            Header.SOFTWARE_REVISION: lambda data, now: b"BENCH-V1.00",
            Header.OPTO_STATES: lambda data, now: bytes((self._is_jammed,)),
            Header.SELF_CHECK: lambda data, now: bytes((self._fault(),)),
            Header.MODIFY_INHIBITS: self._modify_inhibits,
            Header.REQUEST_INHIBITS: lambda data, now: inhibit_mask(self._enabled),
            Header.READ_CREDITS: self._read_credits,
            Header.MODIFY_MASTER_INHIBIT: self._modify_master_inhibit,
            Header.REQUEST_MASTER_INHIBIT: lambda data, now: bytes((self._is_enabled,)),
            Header.BUILD_CODE: lambda data, now: b"BENCH   ",
            Header.COIN_ID: self._coin_id,
            Header.COMMS_REVISION: lambda data, now: bytes((1, 4, 7)),
            Header.RESET: lambda data, now: b"",
        }
        self._has_power = True
        self._boot(now=0.0, ready_at=0.0)

    def _boot(self, now: float, ready_at: float) -> None:
        """RAM is new: the counter is 0, the buffer empty, every coin type inhibited."""
        self._reader = FrameReader(self._checksum)
        self.log.forget()
        self._enabled: frozenset[int] = frozenset()
        self._is_enabled = True  # the master inhibit; many come up with it open
        self._ready_at = ready_at
        self._polled_at, self._is_unpolled = now, False

    # --- the wire ----------------------------------------------------------------------------

    def receive_bytes(self, data: bytes, now: float) -> None:
        self.tick(now)
        if self._has_echo and now >= self._shorted_until:
            self._outgoing += data
        if not self._hears(now):
            return
        for frame in self._reader.feed(data, now):
            if frame.destination == self._address:
                self._on_frame(frame, now)

    def _hears(self, now: float) -> bool:
        is_cut_off = now < max(self._cut_off_until, self._shorted_until)
        return self._has_power and now >= self._ready_at and not is_cut_off

    def _on_frame(self, frame: Frame, now: float) -> None:
        """Answer, or be silent to what is not understood: the document knows no refusal."""
        obey = self._obey.get(frame.header)
        answer = obey(frame.data, now) if obey is not None else None
        if answer is None:
            return
        to = frame.source if frame.source is not None else 1
        raw = Frame(to, self._address, Header.REPLY, answer).to_bytes(self._checksum)
        self._outgoing += self._with_noise(raw)
        if frame.header == Header.RESET:
            self._lose_memory(now)

    def _with_noise(self, raw: bytes) -> bytes:
        if not self._noisy_answers:
            return raw
        self._noisy_answers -= 1
        hurt = bytearray(raw)
        hurt[self._chance.randrange(len(hurt))] ^= 1 << self._chance.randrange(8)
        return bytes(hurt)

    def _modify_inhibits(self, data: bytes, now: float) -> bytes | None:
        if len(data) != 2:
            return None
        self._enabled = enabled_positions(data)
        return b""

    def _modify_master_inhibit(self, data: bytes, now: float) -> bytes | None:
        if len(data) != 1:
            return None
        self._is_enabled = bool(data[0] & 1)
        return b""

    def _coin_id(self, data: bytes, now: float) -> bytes | None:
        if len(data) != 1 or data[0] not in POSITIONS:
            return None
        names = [*self._coins, *[EMPTY_POSITION] * len(POSITIONS)]
        return names[data[0] - 1].encode()

    def _read_credits(self, data: bytes, now: float) -> bytes:
        self._polled_at, self._is_unpolled = now, False
        return self.log.read(is_hurt=bool(self._noisy_answers)).to_data()

    def _fault(self) -> int:
        return self._broken or (CREDIT_SENSOR_FAULT if self._is_jammed else 0)

    # --- metal -------------------------------------------------------------------------------

    def tick(self, now: float) -> None:
        while self._falling and self._falling[0].lands_at <= now:
            coin = self._falling.popleft()
            self._note_deadline(coin.lands_at)
            self._land(coin, now)
        self._note_deadline(now)

    def next_deadline(self) -> float:
        lands_at = self._falling[0].lands_at if self._falling else NEVER
        return lands_at if self._is_unpolled else min(lands_at, self._polled_at + POLL_DEADLINE)

    def _note_deadline(self, now: float) -> None:
        if now >= self._polled_at + POLL_DEADLINE:
            self._is_unpolled = True

    def _drop(self, now: float, paise: int, error: CoinError | None = None) -> None:
        self._falling.append(Falling(now + FALL / self.speed, paise, error))

    def _land(self, coin: Falling, now: float) -> None:
        """The gate opens for what may come in, and rests on the tray without power."""
        if not self._has_power or now < self._ready_at or self._is_jammed:
            self.returned[coin.paise] += 1
            return
        position = self._position(coin.paise)
        code = coin.error if coin.error is not None else self._refusal(position)
        if code is None:
            self.in_box[coin.paise] += 1
            self.log.happen((position, BOX_PATH), coin.paise)
        else:
            self.returned[coin.paise] += 1
            self.log.happen((0, code))

    def _position(self, paise: int) -> int:
        """Counted from 1; 0 for a coin that the device was never taught."""
        values = list(self._coins.values())
        return values.index(paise) + 1 if paise in values else 0

    def _refusal(self, position: int) -> int | None:
        if not position:
            return CoinError.REJECTED
        if not self._is_enabled or self._is_unpolled:
            return CoinError.INHIBITED
        is_enabled = position in self._enabled
        return None if is_enabled else CoinError.INHIBITED_TYPE_1 + position - 1

    def _lose_memory(self, now: float) -> None:
        self._boot(now, ready_at=now + BOOT)

    # --- hands -------------------------------------------------------------------------------

    def hand_insert(self, now: float, paise: int) -> None:
        self._drop(now, paise)

    def hand_insert_slug(self, now: float) -> None:
        """A disc that is no coin: it counts as 0 paise, and comes back."""
        self._drop(now, 0, CoinError.SLUG)

    def hand_cheat(self, now: float, paise: int = 1000) -> None:
        """A coin on a string is pulled back out of the credit sensor."""
        self._drop(now, paise, CoinError.COIN_ON_STRING)

    def hand_jam(self, now: float) -> None:
        self._is_jammed = True
        if self._has_power:
            self.log.happen((0, CoinError.CREDIT_SENSOR_BLOCKED))

    def hand_clear_jam(self, now: float) -> None:
        self._is_jammed = False

    def hand_break(self, now: float, code: int) -> None:
        """Make the self-check say this fault code; 0 mends it."""
        self._broken = code

    def hand_power_cut(self, now: float) -> None:
        """RAM is gone; what still falls comes back."""
        self.tick(now)
        self._lose_memory(now)
        self._has_power = False

    def hand_power_on(self, now: float) -> None:
        self.tick(now)
        if not self._has_power:
            self._has_power = True
            self._boot(now, ready_at=now + BOOT)

    def hand_power_cycle(self, now: float) -> None:
        self.hand_power_cut(now)
        self.hand_power_on(now)

    def hand_noise(self, now: float, answers: int = 3) -> None:
        """Garbage on the wire now, and one bit hurt in each of the next `answers`."""
        self._outgoing += self._chance.randbytes(7)
        self._noisy_answers = answers

    def hand_link_drop(self, now: float, seconds: float) -> None:
        """The device's plug is off; what the adapter echoes, it still echoes."""
        self._cut_off_until = now + seconds

    def hand_short(self, now: float, seconds: float) -> None:
        """The data wire is shorted: neither an answer nor an echo."""
        self._shorted_until = now + seconds

    def hand_empty_box(self, now: float) -> None:
        if not self.in_box:
            raise BenchRefused("the coin box is empty")
        self.collected += self.in_box
        self.in_box.clear()

    # --- the truth ---------------------------------------------------------------------------

    def physics(self) -> dict[str, Any]:
        """Coins by value in paise. `unreported` coins are in the box, and the device forgot them
        before anybody could read of them: the one loss that no host can know."""
        is_open = self._is_enabled and not self._is_unpolled
        is_accepting = self._has_power and is_open and not self._is_jammed
        values = [paise for place, paise in enumerate(self._coins.values(), 1)
                  if place in self._enabled]  # fmt: skip
        return {
            "in_box": by_value(self.in_box),
            "returned": by_value(self.returned),
            "collected": by_value(self.collected),
            "unreported": by_value(self.log.unreported),
            "falling": len(self._falling),
            "is_enabled": self._is_enabled,
            "accepting": sorted(values) if is_accepting else [],
            "faults": [name for name, is_so in self._faults().items() if is_so],
            "has_power": self._has_power,
        }

    def _faults(self) -> dict[str, bool]:
        return {"jam": self._is_jammed, f"selfcheck.{self._broken}": bool(self._broken)}
