"""The changer's side of MDB, with the physics of coins: they fall, fill tubes, jam, and are paid.

Tube counts are kept without power, as a changer does; what it has to say is not. An answer that the
adapter has acknowledged is never said again, whoever lost it afterwards.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drivers.base.emulator import Emulator
from drivers.base.protocol import NEVER
from drivers.mdb.bench_adapter import BenchAdapter
from drivers.mdb.codec import Identification, Said, types_in
from drivers.mdb.coins import (
    ALTERNATIVE_PAY_OUT,
    EXPAND_ENABLE,
    EXPAND_ID,
    PAY_OUT,
    PAY_OUT_STATUS,
    Activity,
    Changer,
    ChangerSetup,
    ChangerStatus,
    Deposited,
    DispensedByHand,
    Route,
    Slugs,
    TubeStatus,
    activity_bytes,
)
from drivers.mdb.protocol import MOST_ACTIVITY
from firmware.contract.change import largest_first
from firmware.runtime.bench import BenchRefused

FALL = 0.15  # seconds from the slot to the tube, the box or the tray; chosen
BOOT = 0.1  # seconds from power to the first answer; chosen
COIN_TIME = 0.3  # seconds in which one coin is paid out; chosen
UNIT = 100  # paise: scaling factor 1, no decimals
SAYS_AT_MOST = MOST_ACTIVITY - 2  # bytes it keeps: with more to say, it lets no coin in
INDIAN_COINS = (100, 200, 500, 1000, 2000)
FLOAT = {"100": 10, "200": 10, "500": 10, "1000": 10}  # ₹20 has no tube: it goes to the box


@dataclass(frozen=True)
class Falling:
    """Something between the slot and the place where the gate sends it."""

    lands_at: float
    paise: int
    is_slug: bool = False


class CoinChangerEmulator(Emulator):
    """One changer. `coins` are the paise of types 0, 1, 2 ...; `tubes` the paise that have a tube,
    and how many coins are in it at first. `level` 3 knows the alternative pay-out, 2 does not."""

    def __init__(
        self,
        speed: float = 1.0,
        serial: int = 4711,
        coins: Sequence[int] = INDIAN_COINS,
        tubes: Mapping[str, int] = FLOAT,
        tube_capacity: int = 60,
        level: int = 3,
    ) -> None:
        super().__init__(speed)
        self.adapter = BenchAdapter(self, serial)
        self._cut_off_until = 0.0
        self._serial, self._values, self._level = serial, tuple(coins), level
        self._capacity = tube_capacity
        self.tubes: Counter[int] = Counter({int(paise): count for paise, count in tubes.items()})
        self._has_tube = frozenset(self.tubes)
        self.in_box: Counter[int] = Counter()  # came in by the slot and stayed, tubes included
        self._to_box: Counter[int] = Counter()  # of these, in the cash box
        self.returned: Counter[int] = Counter()
        self.collected: Counter[int] = Counter()
        self.unreported: Counter[int] = Counter()
        self.paid_out: Counter[int] = Counter()
        self.moved_by_hand: Counter[int] = Counter()  # into the tubes, or out of them
        self._falling: deque[Falling] = deque()
        self._is_jammed = False
        self._jammed_tubes: set[int] = set()
        self._has_power = True
        self._boot(0.0)
        self._ready_at = 0.0  # the first one was before anybody looked

    def _boot(self, now: float) -> None:
        """RAM is new: nothing may come in, and a pay-out is forgotten."""
        self._says: list[tuple[Activity, int | None]] = [(Said(ChangerStatus.JUST_RESET), None)]
        self._said = 0  # of these, in the answer that is not acknowledged yet
        self._accepted: frozenset[int] = frozenset()
        self._to_pay: deque[int] = deque()  # paise of each coin
        self._pays_at = NEVER
        self._paid: Counter[int] = Counter()  # by the alternative pay-out, not told yet
        self._has_paid = False
        self._ready_at = now + BOOT / self.speed

    # --- the wire -------------------------------------------------------------------------------

    def connected(self, now: float) -> None:
        self.adapter.plug()

    def receive_bytes(self, data: bytes, now: float) -> None:
        self.tick(now)
        self._outgoing += self.adapter.hear(data, now)

    # --- the bus --------------------------------------------------------------------------------

    def obey(self, command: bytes, now: float) -> bytes | None:
        if not self._has_power or now < max(self._ready_at, self._cut_off_until):
            return None
        match command[0]:
            case Changer.RESET:
                self._lose_memory(now)
                return b""
            case Changer.SETUP:
                return self._setup().to_data()
            case Changer.TUBE_STATUS:
                return self._tube_status().to_data()
            case Changer.POLL:
                return self._poll()
            case Changer.COIN_TYPE if len(command) == 5:
                self._accepted = types_in(command[1:3])
                return b""
            case Changer.DISPENSE if len(command) == 2:
                return self._dispense(command[1] & 0x0F, command[1] >> 4, now)
            case Changer.EXPANSION if self._level >= 3:
                return self._expand(command, now)
            case _:
                return None

    def acknowledged(self, command: bytes) -> None:
        if command[0] == Changer.POLL:
            del self._says[: self._said]
            self._said = 0
        elif command[:2] == PAY_OUT_STATUS:
            self._paid.clear()
            self._has_paid = False

    def _setup(self) -> ChangerSetup:
        tubes = frozenset(n for n, paise in enumerate(self._values) if paise in self._has_tube)
        credits = [paise // UNIT for paise in self._values]
        padded = (*credits, *[0] * (16 - len(credits)))
        return ChangerSetup(self._level, b"\x13\x56", 1, 0, tubes, padded)

    def _tube_status(self) -> TubeStatus:
        counts = [self.tubes[paise] for paise in self._values]
        full = frozenset(n for n, paise in enumerate(self._values) if self._is_full(paise))
        return TubeStatus(full, (*counts, *[0] * (16 - len(counts))))

    def _is_full(self, paise: int) -> bool:
        return paise in self._has_tube and self.tubes[paise] >= self._capacity

    def _poll(self) -> bytes:
        said = bytearray()
        if self._to_pay:
            said.append(ChangerStatus.PAY_OUT_BUSY)
        self._said = 0
        for activity, _ in self._says:
            raw = activity_bytes(activity)
            if len(said) + len(raw) > MOST_ACTIVITY:
                break
            said += raw
            self._said += 1
        return bytes(said)

    def _dispense(self, number: int, count: int, now: float) -> bytes:
        paise = self._values[number] if number < len(self._values) else 0
        self._pay([paise] * min(count, self.tubes[paise]), now)
        return b""

    def _expand(self, command: bytes, now: float) -> bytes | None:
        match command[:2]:
            case code if code == EXPAND_ID:
                serial = f"{self._serial:012d}"
                who = Identification("KBN", serial, "BENCH CHANGE", "0102", ALTERNATIVE_PAY_OUT)
                return who.to_data(has_options=True)
            case code if code == EXPAND_ENABLE:
                return b""
            case code if code == PAY_OUT and len(command) == 3:
                coins, _ = largest_first(command[2] * UNIT, self._payable())
                self._has_paid = True
                self._pay([paise for paise, count in coins.items() for _ in range(count)], now)
                return b""
            case code if code == PAY_OUT_STATUS:
                is_ready = self._has_paid and not self._to_pay
                counts = [self._paid[paise] for paise in self._values]
                return bytes((*counts, *[0] * (16 - len(counts)))) if is_ready else b""
            case _:
                return None

    def _payable(self) -> dict[int, int]:
        return {paise: self.tubes[paise] for paise in self._has_tube}

    # --- metal ----------------------------------------------------------------------------------

    def tick(self, now: float) -> None:
        while self._falling and self._falling[0].lands_at <= now:
            self._land(self._falling.popleft(), now)
        while self._has_power and self._pays_at <= now:
            self._pay_one(self._pays_at)

    def next_deadline(self) -> float:
        lands_at = self._falling[0].lands_at if self._falling else NEVER
        return min(lands_at, self._pays_at if self._has_power else NEVER)

    def _land(self, coin: Falling, now: float) -> None:
        """The gate opens for what may come in, and rests on the tray without power."""
        is_alive = self._has_power and now >= self._ready_at and not self._is_jammed
        number = self._values.index(coin.paise) if coin.paise in self._values else None
        if not is_alive or self._is_full_of_news or (number is None and not coin.is_slug):
            self.returned[coin.paise] += 1
            return
        if number is None or number not in self._accepted:
            self.returned[coin.paise] += 1
            self._refuse(coin, number)
            return
        self.in_box[coin.paise] += 1
        goes_to_tube = coin.paise in self._has_tube and not self._is_full(coin.paise)
        (self.tubes if goes_to_tube else self._to_box)[coin.paise] += 1
        route = Route.TUBE if goes_to_tube else Route.CASH_BOX
        self._say(Deposited(number, route, self.tubes[coin.paise]), coin.paise)

    @property
    def _is_full_of_news(self) -> bool:
        return sum(len(activity_bytes(activity)) for activity, _ in self._says) > SAYS_AT_MOST

    def _refuse(self, coin: Falling, number: int | None) -> None:
        is_slug = coin.is_slug or number is None
        told = Slugs(1) if is_slug else Deposited(number or 0, Route.REJECT, self.tubes[coin.paise])
        self._say(told, None)

    def _say(self, activity: Activity, paise: int | None) -> None:
        """`paise` of the coin that only this tells of: one in a tube is counted there, too."""
        in_tube = isinstance(activity, Deposited) and activity.route is Route.TUBE
        self._says.append((activity, None if in_tube else paise))

    def _pay(self, coins: list[int], now: float) -> None:
        self._to_pay.extend(coins)
        if self._to_pay and self._pays_at == NEVER:
            self._pays_at = now + COIN_TIME / self.speed

    def _pay_one(self, at: float) -> None:
        paise = self._to_pay.popleft()
        if paise in self._jammed_tubes:
            self._to_pay.clear()
            self._says.append((Said(ChangerStatus.TUBE_JAM), None))
        else:
            self.tubes[paise] -= 1
            self.paid_out[paise] += 1
            self._paid[paise] += 1
        self._pays_at = at + COIN_TIME / self.speed if self._to_pay else NEVER

    def _lose_memory(self, now: float) -> None:
        for _, paise in self._says:
            if paise is not None:
                self.unreported[paise] += 1
        self._boot(now)

    # --- hands ----------------------------------------------------------------------------------

    def hand_insert(self, now: float, paise: int) -> None:
        self._falling.append(Falling(now + FALL / self.speed, paise))

    def hand_insert_slug(self, now: float) -> None:
        """A disc that is no coin: it counts as 0 paise, and comes back."""
        self._falling.append(Falling(now + FALL / self.speed, 0, is_slug=True))

    def hand_cheat(self, now: float, paise: int = 1000) -> None:
        """A coin on a string is pulled back out."""
        self.returned[paise] += 1
        self._says.append((Said(ChangerStatus.CREDITED_COIN_REMOVAL), None))

    def hand_jam(self, now: float) -> None:
        """A coin sticks in the way in."""
        self._is_jammed = True
        self._says.append((Said(ChangerStatus.COIN_JAM), None))

    def hand_jam_tube(self, now: float, paise: int) -> None:
        """The tube of these coins gives none out."""
        if paise not in self._has_tube:
            raise BenchRefused(f"expected one of {sorted(self._has_tube)}, got {paise}")
        self._jammed_tubes.add(paise)

    def hand_clear_jam(self, now: float) -> None:
        """A person opens it; a changer says itself that it began anew."""
        self._is_jammed = False
        self._jammed_tubes.clear()
        if self._has_power:
            self._lose_memory(now)

    def hand_fill_tube(self, now: float, paise: int, count: int) -> None:
        """A technician puts coins into a tube; nobody is told."""
        if paise not in self._has_tube or self.tubes[paise] + count > self._capacity:
            raise BenchRefused(f"no room for {count} coins of {paise} paise")
        self.tubes[paise] += count
        self.moved_by_hand[paise] += count

    def hand_dispense(self, now: float, paise: int, count: int = 1) -> None:
        """The buttons inside the door."""
        if self.tubes[paise] < count or self._accepted:
            raise BenchRefused(f"the buttons give no {count} coins of {paise} paise now")
        self.tubes[paise] -= count
        self.moved_by_hand[paise] -= count
        number = self._values.index(paise)
        self._says.append((DispensedByHand(number, count, self.tubes[paise]), None))

    def hand_power_cut(self, now: float) -> None:
        """RAM is gone; what still falls comes back, and a pay-out stops where it is."""
        self.tick(now)
        self._lose_memory(now)
        self._has_power = False

    def hand_power_on(self, now: float) -> None:
        self.tick(now)
        if not self._has_power:
            self._has_power = True
            self._boot(now)

    def hand_power_cycle(self, now: float) -> None:
        self.hand_power_cut(now)
        self.hand_power_on(now)

    def hand_noise(self, now: float, answers: int = 3) -> None:
        """Garbage from the adapter now, and a bit hurt on the bus in the next `answers`."""
        self._outgoing += self.adapter.noise()
        self.adapter.noisy_answers = answers

    def hand_link_drop(self, now: float, seconds: float = 5.0) -> None:
        """The changer's plug is off the bus; the adapter stays, and says that nobody answers."""
        self._cut_off_until = now + seconds

    def hand_empty_box(self, now: float) -> None:
        """Take the cash box's coins; the tubes stay."""
        if not self._to_box:
            raise BenchRefused("the coin box is empty")
        self.collected += self._to_box
        self.in_box -= self._to_box
        self._to_box.clear()

    # --- the truth ------------------------------------------------------------------------------

    def physics(self) -> dict[str, Any]:
        """Coins by value in paise. `in_box` came in by the slot and was not collected: in the cash
        box or in a tube, or paid out of one since (`paid_out`). `tubes` is what is in them now.
        `unreported` coins are in the cash box, and the changer forgot them before it was asked."""
        is_open = self._has_power and not self._is_jammed
        values = [paise for number, paise in enumerate(self._values) if number in self._accepted]
        return {
            "in_box": by_value(self.in_box),
            "returned": by_value(self.returned),
            "collected": by_value(self.collected),
            "unreported": by_value(self.unreported),
            "paid_out": by_value(self.paid_out),
            "tubes": by_value(self.tubes),
            "falling": len(self._falling),
            "is_paying": bool(self._to_pay),
            "is_enabled": bool(self._accepted),
            "accepting": sorted(values) if is_open else [],
            "faults": ["jam"] * self._is_jammed + [f"tube.{p}" for p in sorted(self._jammed_tubes)],
            "has_power": self._has_power,
        }


def by_value(coins: Counter[int]) -> dict[str, int]:
    """JSON keys are texts."""
    return {str(paise): count for paise, count in sorted(coins.items())}
