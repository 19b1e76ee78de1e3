"""The panel's metal: door, lid, cash box, UPS, lights, lamp and fan, and the contacts behind pins.

There is no wire protocol; the pins are read and driven through the bench (`bench_pins.py`).
"""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Any

from drivers.base.emulator import Emulator
from drivers.base.protocol import NEVER
from drivers.panel.ups import LOW_PERCENT, Ups
from drivers.panel.wiring import CONTACT_IS_OPEN, FAN, bench_options, level_of
from firmware.contract.device import Switch
from firmware.runtime.bench import BenchRefused

BOUNCES = 4  # times a contact opens and closes again before it rests; an even number
BOUNCE_TIME = 0.002  # seconds between two of them
BOUNCING = (Switch.DOOR_IS_OPEN, Switch.CASH_BOX_IS_OUT, Switch.TAMPER)  # a UPS has relays or none
EDGES_KEPT = 64  # a door that opens and shuts makes ten
COOL = 42.0  # degrees Celsius of a board at rest


class PanelEmulator(Emulator):
    """All is shut, in place, charged and cool when the bench starts; all lights are off."""

    has_wire = False

    def __init__(self, speed: float = 1.0, **options: Any) -> None:
        super().__init__(speed)
        wiring = bench_options(options, "[bench] of a panel")
        self._inputs, self._outputs = wiring.inputs, wiring.outputs
        self._active_low = frozenset(wiring.active_low)
        self._facts = dict.fromkeys(self._inputs, False)
        self._cut: set[str] = set()
        self._levels = {pin: self._rest(name) for name, pin in self._inputs.items()}
        self._driven = dict.fromkeys(self._outputs.values(), 0)
        self._edges: deque[tuple[float, int, int]] = deque(maxlen=EDGES_KEPT)  # when, pin, level
        self._due: deque[tuple[float, int, int]] = deque()  # the same, of contacts that bounce
        self._ups = Ups(wiring.battery_s / self.speed)
        self._board = Path(wiring.temperature_file) if wiring.temperature_file else None
        self._warm(COOL)

    def physics(self) -> dict[str, Any]:
        return {
            "inputs": {str(pin): level for pin, level in self._levels.items()},
            "outputs": {str(pin): level for pin, level in self._driven.items()},
            "edges": list(self._edges),
            **{str(name): fact for name, fact in self._facts.items()},
            **{str(name): self._is_on(name) for name in self._outputs},
            "battery_percent": self._ups.percent,
            "has_power": self._ups.carries,
            "celsius": self._celsius,
        }

    # --- door, lid, box ------------------------------------------------------------------------

    def hand_open_door(self, now: float) -> None:
        self._move(Switch.DOOR_IS_OPEN, True, now)

    def hand_close_door(self, now: float) -> None:
        self._move(Switch.DOOR_IS_OPEN, False, now)

    def hand_pull_cash_box(self, now: float) -> None:
        self._move(Switch.CASH_BOX_IS_OUT, True, now)

    def hand_push_cash_box(self, now: float) -> None:
        self._move(Switch.CASH_BOX_IS_OUT, False, now)

    def hand_open_lid(self, now: float) -> None:
        """The lid that nobody but a technician has to open, with the tamper switch below it."""
        self._move(Switch.TAMPER, True, now)

    def hand_close_lid(self, now: float) -> None:
        self._move(Switch.TAMPER, False, now)

    def hand_pry_lid(self, now: float, milliseconds: float = 5.0) -> None:
        """With a crowbar, and let go: the contact is open for so long, and does not bounce."""
        pin = self._pin_of(Switch.TAMPER)
        if Switch.TAMPER not in self._cut and not self._facts[Switch.TAMPER]:
            self._forget_bounces(pin, now)
            shut_at = now + milliseconds / 1000
            self._plan([(now, pin, CONTACT_IS_OPEN), (shut_at, pin, self._rest(Switch.TAMPER))])

    def hand_walk_away(self, now: float) -> None:
        """The citizen goes; the sensor before the kiosk sees nobody."""
        self._move(Switch.NOBODY_IS_NEAR, True, now)

    def hand_come_near(self, now: float) -> None:
        self._move(Switch.NOBODY_IS_NEAR, False, now)

    # --- wires ---------------------------------------------------------------------------------

    def hand_cut_wire(self, now: float, switch: str) -> None:
        """A rat, or a thief: the pin floats up to its pull-up whatever the switch does."""
        pin = self._pin_of(switch)
        self._cut.add(switch)
        self._forget_bounces(pin, now)
        self._put(pin, CONTACT_IS_OPEN, now)

    def hand_mend_wire(self, now: float, switch: str) -> None:
        pin = self._pin_of(switch)
        self._cut.discard(switch)
        self._put(pin, self._rest(switch), now)

    # --- mains and UPS -------------------------------------------------------------------------

    def hand_mains_off(self, now: float) -> None:
        self._pin_of(Switch.MAINS_IS_OFF)
        self._ups.set_mains(False, now)
        self._follow_ups(now)

    def hand_mains_on(self, now: float) -> None:
        self._pin_of(Switch.MAINS_IS_OFF)
        self._ups.set_mains(True, now)
        self._follow_ups(now)

    def hand_drain_battery(self, now: float) -> None:
        """To where it is low: an old battery does so at once."""
        self._charge(LOW_PERCENT, now)

    def hand_charge_battery(self, now: float) -> None:
        self._charge(100, now)

    def _charge(self, percent: int, now: float) -> None:
        self._pin_of(Switch.BATTERY_IS_LOW)
        self._ups.set_charge(percent, now)
        self._follow_ups(now)

    def _follow_ups(self, now: float) -> None:
        facts = {
            Switch.MAINS_IS_OFF: not self._ups.mains_are_on,
            Switch.BATTERY_IS_LOW: self._ups.is_low,
        }
        for switch, fact in facts.items():
            if switch in self._inputs:
                self._move(switch, fact, now)

    # --- the board -----------------------------------------------------------------------------

    def hand_warm(self, now: float, celsius: float) -> None:
        """The sun on the back of the kiosk."""
        self._warm(celsius)

    def _warm(self, celsius: float) -> None:
        self._celsius = celsius
        if self._board is not None:
            self._board.write_text(f"{celsius * 1000:.0f}\n", encoding="ascii")

    def hand_drive(self, now: float, pin: int, level: int) -> None:
        """What the board does to one of its outputs; an input is not the board's to drive."""
        if pin not in self._driven:
            known = ", ".join(str(known) for known in sorted(self._driven))
            raise BenchRefused(f"pin {pin} is no output; known: {known}")
        if level not in (0, 1):
            raise BenchRefused(f"expected level 0 or 1, got {level!r}")
        self._driven[pin] = level

    def hand_release(self, now: float) -> None:
        """The process that drove the outputs is gone: lights are off, and the fan runs."""
        self._driven = dict.fromkeys(self._driven, 0)

    def _is_on(self, output: str) -> bool:
        """High is on, but for the fan, whose relay rests closed."""
        return bool(self._driven[self._outputs[output]]) is not (output == FAN)

    # --- time ----------------------------------------------------------------------------------

    def receive_bytes(self, data: bytes, now: float) -> None:
        raise TypeError("a panel has no wire")

    def tick(self, now: float) -> None:
        self._bounce(now)
        self._ups.tick(now)
        self._follow_ups(now)

    def next_deadline(self) -> float:
        """Of contacts, the last: edges carry their times, so a burst of them is told as a whole."""
        return min(self._due[-1][0] if self._due else NEVER, self._ups.next_deadline())

    # --- contacts ------------------------------------------------------------------------------

    def _move(self, switch: str, fact: bool, now: float) -> None:
        pin = self._pin_of(switch)
        if self._facts[switch] is fact:
            return
        self._facts[switch] = fact
        self._forget_bounces(pin, now)
        if switch in self._cut:
            return
        level, step = self._rest(switch), BOUNCE_TIME / self.speed
        if switch in BOUNCING:
            self._plan([(now + n * step, pin, level ^ (n % 2)) for n in range(BOUNCES + 1)])
        else:
            self._put(pin, level, now)

    def _bounce(self, now: float) -> None:
        while self._due and self._due[0][0] <= now:
            at, pin, level = self._due.popleft()
            self._put(pin, level, at)

    def _plan(self, moves: list[tuple[float, int, int]]) -> None:
        self._due = deque(sorted([*self._due, *moves]))

    def _forget_bounces(self, pin: int, now: float) -> None:
        """Nothing bounces on this pin any longer."""
        self._bounce(now)
        self._due = deque(move for move in self._due if move[1] != pin)

    def _put(self, pin: int, level: int, at: float) -> None:
        if self._levels[pin] != level:
            self._levels[pin] = level
            self._edges.append((at, pin, level))

    def _rest(self, switch: str) -> int:
        """The level of a switch whose wire is whole."""
        return level_of(self._facts[switch], switch in self._active_low)

    def _pin_of(self, switch: str) -> int:
        if switch not in self._inputs:
            raise BenchRefused(f"no switch {switch!r}; known: {', '.join(sorted(self._inputs))}")
        return self._inputs[switch]
