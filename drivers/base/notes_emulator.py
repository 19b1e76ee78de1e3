"""What hands, mains and metal do to an emulated note acceptor, whatever it says on its wire.

Stories, the demo and the dock use these hands and read this truth, so a kiosk may have the
acceptor of any maker and nobody notices. A family adds its wire, and what a boot does.
"""

from __future__ import annotations

import random
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from drivers.base.emulator import Emulator
from drivers.base.notes_mechanics import Jam, Mechanics, Paper, Place, Seen
from drivers.base.protocol import NEVER
from firmware.runtime.bench import BenchRefused

INDIAN_NOTES = (10, 20, 50, 100, 200, 500)  # rupees: channels 1 to 6
PAISE = 100  # a rupee
QUALITIES = {"good": "", "torn": "length", "fake": "not_recognised"}  # and why it is refused


class NoteUnit(Emulator):
    """One acceptor. `denominations` are rupees, of channels 1, 2, 3 ...; `seed` makes its noise."""

    def __init__(
        self, speed: float, denominations: Sequence[int], capacity: int, seed: int
    ) -> None:
        super().__init__(speed)
        self._values = tuple(PAISE * rupees for rupees in denominations)
        self._mechanics = Mechanics(speed, capacity)
        self._box_is_present = self._has_power = True
        self._is_said_full = self._link_is_down = False
        self._power_returns_at = self._link_returns_at = NEVER
        self._stack_ordered_after: float | None = None  # seconds; of the last note
        self._noise = random.Random(seed)

    # --- what a family adds -------------------------------------------------------------------

    @abstractmethod
    def _lets_in(self) -> list[int]:
        """The paise of the notes that the host has allowed, were there power."""

    @abstractmethod
    def _see(self, seen: list[Seen], now: float) -> None:
        """The sensors saw this happen to the note of `mechanics.channel`."""

    @abstractmethod
    def _boot(self, now: float) -> None:
        """There is power again: forget what was in RAM."""

    @abstractmethod
    def _be_cheated(self, now: float) -> None:
        """Somebody pulls at a string."""

    def _see_box(self, now: float) -> None:
        """The cash box was taken out or put back."""

    def _own_deadline(self) -> float:
        """Of the family's own times, with the power on."""
        return NEVER

    def _own_tick(self, now: float) -> None:
        """What the family's own times bring about, with the power on."""

    # --- time ---------------------------------------------------------------------------------

    def next_deadline(self) -> float:
        times = [self._power_returns_at, self._link_returns_at]
        if self._has_power:
            times += [self._mechanics.moves_at, self._own_deadline()]
        return min(times)

    def tick(self, now: float) -> None:
        if now >= self._link_returns_at:
            self._link_is_down, self._link_returns_at = False, NEVER
        if now >= self._power_returns_at:
            self.hand_power_on(now)
        if self._has_power:
            self._see(self._mechanics.tick(now), now)
            self._own_tick(now)

    @property
    def _can_hear(self) -> bool:
        return self._has_power and not self._link_is_down

    # --- hands and faults ---------------------------------------------------------------------

    def hand_insert(self, now: float, paise: int, quality: str = "good") -> None:
        """Put a note to the mouth; raises BenchRefused when the mouth is shut."""
        self.tick(now)
        if quality not in QUALITIES:
            raise BenchRefused(f"quality: expected {', '.join(QUALITIES)}, got {quality!r}")
        if (reason := self._why_shut()) is not None:
            raise BenchRefused(f"the mouth is shut: {reason}")
        channel = self._values.index(paise) + 1 if paise in self._values else 0
        refusal = QUALITIES[quality] or ("" if channel else "not_recognised")
        if not refusal and paise not in self._lets_in():
            refusal = "inhibited"
        self._mechanics.insert(Paper(paise, channel, refusal), now)

    def _why_shut(self) -> str | None:
        if not self._has_power:
            return "no power"
        if self._faults():
            return ", ".join(self._faults())
        if not self._lets_in():
            return "disabled"
        return None if self._mechanics.paper is None else "a note is on its way"

    def hand_jam(self, now: float, where: str = "unsafe") -> None:
        """The transport sticks, with the note in it if there is one."""
        self.tick(now)
        if where not in list(Jam):
            raise BenchRefused(f"where: expected {', '.join(Jam)}, got {where!r}")
        self._mechanics.get_jammed(Jam(where))

    def hand_clear_jam(self, now: float) -> None:
        self._see(self._mechanics.clear_jam(now), now)

    def hand_stacker_full(self, now: float) -> None:
        self._is_said_full = True

    def hand_empty_stacker(self, now: float) -> None:
        """Take the notes out of the box."""
        self._is_said_full = False
        self._mechanics.empty_box()

    def hand_remove_cash_box(self, now: float) -> None:
        if self._box_is_present:
            self._box_is_present = False
            self._see_box(now)

    def hand_replace_cash_box(self, now: float) -> None:
        """The same box, with what is in it."""
        if not self._box_is_present:
            self._box_is_present = True
            self._see_box(now)

    def hand_cheat(self, now: float) -> None:
        """Somebody pulls at a string."""
        self._be_cheated(now)

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

    @property
    def _is_in_escrow(self) -> bool:
        return self._mechanics.place is Place.ESCROW and self._mechanics.jam is None

    def _faults(self) -> list[str]:
        jam = self._mechanics.jam
        faults = [] if jam is None else [f"jam.{jam}"]
        faults += ["stacker.full"] if self._is_full else []
        return faults + ([] if self._box_is_present else ["cashbox.removed"])

    def physics(self) -> dict[str, Any]:
        mechanics = self._mechanics
        accepting = self._lets_in() if self._has_power else []
        return {
            "in_box": {str(paise): count for paise, count in sorted(mechanics.in_box.items())},
            "returned": {str(paise): count for paise, count in sorted(mechanics.returned.items())},
            "collected": {str(p): count for p, count in sorted(mechanics.collected.items())},
            "at": mechanics.place.value,
            "note": None if mechanics.paper is None else mechanics.paper.paise,
            "is_enabled": bool(accepting),
            "accepting": accepting,
            "faults": self._faults(),
            "has_power": self._has_power,
            "stack_ordered_after": self._stack_ordered_after,
        }
