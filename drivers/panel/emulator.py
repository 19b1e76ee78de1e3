"""The panel's metal: a door, a cash box, three guide lights, and the contacts behind the pins.

There is no wire protocol; the pins are read and driven through the bench (`bench_pins.py`).
"""

from __future__ import annotations

from collections import deque
from typing import Any

from drivers.base.emulator import Emulator
from drivers.base.protocol import NEVER
from drivers.panel.wiring import (
    CASH_BOX_IS_OUT,
    CONTACT_IS_CLOSED,
    CONTACT_IS_OPEN,
    DOOR_IS_OPEN,
    bench_options,
)
from firmware.runtime.bench import BenchRefused

BOUNCES = 4  # times a contact opens and closes again before it rests; an even number
BOUNCE_TIME = 0.002  # seconds between two of them


class PanelEmulator(Emulator):
    """Door and cash box are shut and in place when the bench starts; all lights are off."""

    has_wire = False

    def __init__(self, speed: float = 1.0, **options: Any) -> None:
        super().__init__(speed)
        wiring = bench_options(options, "[bench] of a panel")
        self._inputs, self._outputs = wiring.inputs, wiring.outputs
        self._facts = dict.fromkeys(self._inputs, False)
        self._cut: set[str] = set()
        self._levels = dict.fromkeys(self._inputs.values(), CONTACT_IS_CLOSED)
        self._lights = dict.fromkeys(self._outputs.values(), 0)
        self._bounces: deque[tuple[float, int, int]] = deque()  # when, pin, level

    def physics(self) -> dict[str, Any]:
        return {
            "inputs": {str(pin): level for pin, level in self._levels.items()},
            "outputs": {str(pin): level for pin, level in self._lights.items()},
            **self._facts,
            **{name: bool(self._lights[pin]) for name, pin in self._outputs.items()},
        }

    def hand_open_door(self, now: float) -> None:
        self._move(DOOR_IS_OPEN, True, now)

    def hand_close_door(self, now: float) -> None:
        self._move(DOOR_IS_OPEN, False, now)

    def hand_pull_cash_box(self, now: float) -> None:
        self._move(CASH_BOX_IS_OUT, True, now)

    def hand_push_cash_box(self, now: float) -> None:
        self._move(CASH_BOX_IS_OUT, False, now)

    def hand_cut_wire(self, now: float, switch: str) -> None:
        """A rat, or a thief: the pin floats up to its pull-up whatever the switch does."""
        pin = self._pin_of(switch)
        self._cut.add(switch)
        self._settle(pin)
        self._levels[pin] = CONTACT_IS_OPEN

    def hand_mend_wire(self, now: float, switch: str) -> None:
        pin = self._pin_of(switch)
        self._cut.discard(switch)
        self._levels[pin] = _level(self._facts[switch])

    def hand_drive(self, now: float, pin: int, level: int) -> None:
        """What the board puts on one of its outputs; an input is not the board's to drive."""
        if pin not in self._lights:
            known = ", ".join(str(known) for known in sorted(self._lights))
            raise BenchRefused(f"pin {pin} is no output; known: {known}")
        if level not in (0, 1):
            raise BenchRefused(f"expected level 0 or 1, got {level!r}")
        self._lights[pin] = level

    def hand_release(self, now: float) -> None:
        """The process that drove the lights is gone: nobody holds a pin up any more."""
        self._lights = dict.fromkeys(self._lights, 0)

    def receive_bytes(self, data: bytes, now: float) -> None:
        raise TypeError("a panel has no wire")

    def tick(self, now: float) -> None:
        while self._bounces and self._bounces[0][0] <= now:
            _, pin, level = self._bounces.popleft()
            self._levels[pin] = level

    def next_deadline(self) -> float:
        return self._bounces[0][0] if self._bounces else NEVER

    def _move(self, switch: str, fact: bool, now: float) -> None:
        pin = self._pin_of(switch)
        if self._facts[switch] is fact:
            return
        self._facts[switch] = fact
        self._settle(pin)
        if switch in self._cut:
            return
        level = self._levels[pin] = _level(fact)
        bounces = [
            (now + step * BOUNCE_TIME / self.speed, pin, level if step % 2 == 0 else 1 - level)
            for step in range(1, BOUNCES + 1)
        ]
        self._bounces = deque(sorted([*self._bounces, *bounces]))

    def _settle(self, pin: int) -> None:
        """Nothing bounces on this pin any longer."""
        self._bounces = deque(bounce for bounce in self._bounces if bounce[1] != pin)

    def _pin_of(self, switch: str) -> int:
        if switch not in self._inputs:
            raise BenchRefused(f"no switch {switch!r}; known: {', '.join(sorted(self._inputs))}")
        return self._inputs[switch]


def _level(fact: bool) -> int:
    return CONTACT_IS_OPEN if fact else CONTACT_IS_CLOSED
