"""A bar code reader that types: told from a person by its pace. No Kivy.

A reader on USB is a keyboard (HID usage page 7) that types a whole code in a few hundredths of a
second, and Enter or Tab. So what comes in is held back until it is known who types: a person waits
a tenth of a second for his letter and does not notice it, and no code is ever half typed into a
number. Keys without a letter that come in the middle of it or end it belong to it: else the Tab of
a reader would move the ring of the six keys, and its Enter press what is meant there.

Keys are heard once a frame, and a frame may be slow. So only who has looked for keys and found none
may say that it is over (`tick`), and most gaps decide, not the longest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from firmware.contract.typed import LONGEST_SCAN

PAUSE = 0.1  # seconds without a key, after which what came before is complete
# Seconds from key to key, mostly. Readers take 1 to 30 ms; who types 100 words a minute, 120.
PACE = 0.05
# What keys without a letter are in a code of several lines or fields; others are nothing in it.
IN_A_CODE = {"enter": "\n", "numpadenter": "\n", "tab": "\t"}
MOST_HELD = 2 * LONGEST_SCAN  # keys; what lies on a keyboard for a day types two millions
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


@dataclass(frozen=True)
class _Key:
    name: str
    in_code: str  # empty: nothing
    at: float


@dataclass
class Wedge:
    """Takes keys as they come; `now` is monotonic seconds."""

    _keys: list[_Key] = field(default_factory=list)

    @property
    def is_waiting(self) -> bool:
        """Whether something is held back, and `tick` is to be called."""
        return bool(self._keys)

    def letter(self, letter: str, now: float) -> None:
        """It is held back."""
        self._hold(_Key(letter, letter, now))

    def command(self, name: str, now: float) -> list[Heard]:
        """Enter, Backspace or another key that is no letter: a person's, unless letters wait."""
        if not self._keys:
            return [Typed(name)]
        self._hold(_Key(name, IN_A_CODE.get(name, ""), now))
        return []

    def _hold(self, key: _Key) -> None:
        """Of too many the last counts, for it is not over."""
        del self._keys[MOST_HELD - 1 :]
        self._keys.append(key)

    def tick(self, now: float) -> list[Heard]:
        """What is certain because somebody has looked for keys, and none has come for a while."""
        if not self._keys or now - self._keys[-1].at < PAUSE:
            return []
        keys, self._keys = self._keys, []
        text = "".join(key.in_code for key in keys).strip()
        if len(text) >= LEAST_SCAN and _is_quick(keys):
            return [Scanned(text[:LONGEST_SCAN])]
        return [Typed(key.name) for key in keys]


def _is_quick(keys: list[_Key]) -> bool:
    return median(two.at - one.at for one, two in pairwise(keys)) <= PACE
