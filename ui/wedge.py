"""A bar code reader that types: told from a person by its pace. No Kivy.

A reader on USB is a keyboard (HID usage page 7) that types a whole code in a few hundredths of a
second, and Enter. So what comes in is held back until it is known who types: a person waits a
tenth of a second for his letter and does not notice it, and no code is ever half typed into a
number.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from firmware.contract.typed import LONGEST_SCAN

PAUSE = 0.1  # seconds without a key, after which what came before is complete
# Seconds from key to key, on average. Readers take 1 to 30 ms; who types 100 words a minute, 120.
PACE = 0.05
ENTERS = ("enter", "numpadenter")
LEAST_SCAN = 6  # keys: two or three come as fast from a person, when fingers roll


@dataclass(frozen=True)
class Typed:
    """By a person: a letter, or the name of a key."""

    name: str


@dataclass(frozen=True)
class Scanned:
    """By a reader; cut off at LONGEST_SCAN."""

    text: str


Heard = Typed | Scanned


@dataclass
class Wedge:
    """Takes keys as they come; `now` is monotonic seconds."""

    _keys: list[str] = field(default_factory=list)
    _first: float = 0.0
    _last: float = 0.0

    def letter(self, letter: str, now: float) -> list[Heard]:
        """What is certain now, of the keys before this one."""
        done = self.tick(now)
        if not self._keys:
            self._first = now
        self._keys.append(letter)
        self._last = now
        return done

    def command(self, name: str, now: float) -> list[Heard]:
        """Enter, Backspace or another key that is no letter ends what came before. The Enter of a
        reader belongs to its code."""
        done = [*self.tick(now), *self._end()]
        is_of_reader = name in ENTERS and now - self._last < PAUSE
        was_scan = bool(done) and isinstance(done[-1], Scanned)
        return done if is_of_reader and was_scan else [*done, Typed(name)]

    def tick(self, now: float) -> list[Heard]:
        """What is certain because no key has come for a while."""
        return self._end() if self._keys and now - self._last >= PAUSE else []

    def _end(self) -> list[Heard]:
        keys, self._keys = self._keys, []
        if len(keys) >= LEAST_SCAN and self._last - self._first <= PACE * (len(keys) - 1):
            return [Scanned("".join(keys)[:LONGEST_SCAN])]
        return [Typed(key) for key in keys]
