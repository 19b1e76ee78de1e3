"""The metal of a pulse coin acceptor: a gate, a coin line, and no memory at all.

Its pins are read and driven through the bench (`drivers/panel/bench_pins.py`). Edges carry their
times, so a bench that runs late bends no pulse.
"""

from __future__ import annotations

import heapq
import itertools
from collections import Counter, deque
from collections.abc import Mapping
from enum import Enum, auto
from typing import Any, Literal

from drivers.base.emulator import Emulator
from drivers.base.protocol import NEVER
from firmware.runtime.bench import BenchRefused

FALL = 0.15  # seconds from the slot past the gate; chosen
BOUNCE = 0.001  # seconds that the contact takes to rest; chosen
EDGES_KEPT = 256  # of the line, for who watches it
INDIAN_PULSES = {"1": 100, "2": 200, "5": 500, "10": 1000, "20": 2000}


class Source(Enum):
    DEVICE = auto()
    NOISE = auto()


class PulseAcceptorEmulator(Emulator):
    """One pulse acceptor, wired to `pulse_pin` and `enable_pin` as the driver's options have it."""

    has_wire = False

    def __init__(
        self,
        speed: float = 1.0,
        pulses: Mapping[str, int] = INDIAN_PULSES,
        pulse_pin: int = 5,
        enable_pin: int = 6,
        contact: Literal["nc", "no"] = "nc",
        width_ms: int = 50,
        gap_ms: int = 50,
    ) -> None:
        super().__init__(speed)
        self._pulses = {paise: int(count) for count, paise in pulses.items()}
        self._pulse_pin, self._enable_pin = pulse_pin, enable_pin
        self._rest = 0 if contact == "nc" else 1
        self._width, self._gap = width_ms / 1000, gap_ms / 1000
        self.in_box: Counter[int] = Counter()
        self.returned: Counter[int] = Counter()
        self.collected: Counter[int] = Counter()
        self._falling: deque[tuple[float, int]] = deque()  # lands at, paise
        self._planned: list[tuple[float, int, Source, int]] = []  # at, order, whose, level
        self._order = itertools.count()
        self._line_free_at = 0.0
        self._signal, self._noise = self._rest, 0  # the line is one or the other, but not both
        self._level = self._rest
        self._edges: deque[tuple[float, int, int]] = deque(maxlen=EDGES_KEPT)
        self._is_enabled = False
        self._is_jammed = self._is_cut = False
        self._has_power = True

    def physics(self) -> dict[str, Any]:
        return {
            "in_box": _texts(self.in_box),
            "returned": _texts(self.returned),
            "collected": _texts(self.collected),
            "unreported": {},
            "falling": len(self._falling),
            "is_enabled": self._is_enabled,
            "accepting": sorted(self._pulses) if self._takes else [],
            "has_power": self._has_power,
            "faults": ["coins.jam"] if self._is_jammed else [],
            "inputs": {str(self._pulse_pin): self._level},
            "outputs": {str(self._enable_pin): int(self._is_enabled)},
            "edges": list(self._edges),
        }

    @property
    def _takes(self) -> bool:
        return self._is_enabled and self._has_power and not self._is_jammed

    # --- hands ---------------------------------------------------------------------------------

    def hand_insert(self, now: float, paise: int) -> None:
        if paise not in self._pulses:
            raise BenchRefused(f"no coin of {paise} paise; known: {sorted(self._pulses)}")
        self._falling.append((now + FALL / self.speed, paise))

    def hand_insert_slug(self, now: float) -> None:
        """No coin at all: it comes back, and this kind of device says nothing of it."""
        self._falling.append((now + FALL / self.speed, 0))

    def hand_jam(self, now: float) -> None:
        self._is_jammed = True

    def hand_clear_jam(self, now: float) -> None:
        self._is_jammed = False

    def hand_cheat(self, now: float, pulses: int = 10) -> None:
        """A spark at the coin line, or a hand with a wire: pulses, and no coin."""
        self._plan(pulses, now)

    def hand_noise(self, now: float, glitches: int = 5) -> None:
        """Relays of the neighbourhood: needles far shorter than a pulse."""
        for number in range(glitches):
            at = now + number * 0.02
            self._at(at, 1, Source.NOISE)
            self._at(at + 0.002, 0, Source.NOISE)

    def hand_cut_wire(self, now: float) -> None:
        self._is_cut = True
        self._show(now)

    def hand_mend_wire(self, now: float) -> None:
        self._is_cut = False
        self._show(now)

    def hand_power_cut(self, now: float) -> None:
        """The gate springs back; what was half told stays so, and what falls comes back."""
        self._has_power = False
        self._planned.clear()
        self._line_free_at = now
        self._signal, self._noise = self._rest, 0
        self._show(now)
        for _, paise in self._falling:
            self._give_back(paise)
        self._falling.clear()

    def hand_power_on(self, now: float) -> None:
        """One pulse of no coin, as many of them send when they get power."""
        if not self._has_power:
            self._has_power = True
            self._plan(1, now)

    def hand_power_cycle(self, now: float) -> None:
        self.hand_power_cut(now)
        self.hand_power_on(now)

    def hand_empty_box(self, now: float) -> None:
        self.collected += self.in_box
        self.in_box.clear()

    def hand_drive(self, now: float, pin: int, level: int) -> None:
        """What the board puts on the enable line."""
        if pin != self._enable_pin or level not in (0, 1):
            raise BenchRefused(f"expected level 0 or 1 on pin {self._enable_pin}, got {level, pin}")
        self._is_enabled = bool(level)

    def hand_release(self, now: float) -> None:
        """The process that drove the line died: nobody holds it up any more."""
        self._is_enabled = False

    # --- time ----------------------------------------------------------------------------------

    def receive_bytes(self, data: bytes, now: float) -> None:
        raise TypeError("a pulse acceptor has no wire but its coin line")

    def tick(self, now: float) -> None:
        while self._falling and self._falling[0][0] <= now:
            self._land(*self._falling.popleft())
        while self._planned and self._planned[0][0] <= now:
            at, _, source, level = heapq.heappop(self._planned)
            if source is Source.DEVICE:
                self._signal = level
            else:
                self._noise = level
            self._show(at)

    def next_deadline(self) -> float:
        falls = self._falling[0][0] if self._falling else NEVER
        return min(falls, self._planned[0][0] if self._planned else NEVER)

    def _land(self, at: float, paise: int) -> None:
        if not paise or not self._takes:
            self._give_back(paise)
            return
        self.in_box[paise] += 1
        self._plan(self._pulses[paise], at)

    def _give_back(self, paise: int) -> None:
        if paise:
            self.returned[paise] += 1

    def _plan(self, pulses: int, now: float) -> None:
        """A train, after the one before has had its pause."""
        at = max(now, self._line_free_at)
        for _ in range(pulses):
            for step in range(3):  # a contact bounces, and then rests
                self._at(at + step * BOUNCE, self._rest if step == 1 else 1 - self._rest)
            self._at(at + self._width, self._rest)
            at += self._width + self._gap
        self._line_free_at = at + 3 * (self._width + self._gap)

    def _at(self, when: float, level: int, source: Source = Source.DEVICE) -> None:
        heapq.heappush(self._planned, (when, next(self._order), source, level))

    def _show(self, at: float) -> None:
        """What the board's pin reads; behind a cut wire its pull-up wins."""
        level = 1 if self._is_cut else self._signal ^ self._noise
        if level != self._level:
            self._level = level
            self._edges.append((at, self._pulse_pin, level))


def _texts(counts: Counter[int]) -> dict[str, int]:
    return {str(paise): count for paise, count in sorted(counts.items()) if count}
