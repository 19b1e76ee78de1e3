"""Where somebody stands who presses keys: what may be pressed, in reading order, and which of it is
meant. No Kivy.

One rule for every screen, so that a screen that is made tomorrow can be used by who does not see
it: what is between the bars first, line by line as it is read, then the bar below, then the bar
above, then what is not for citizens. After the last comes the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from firmware.runtime.ui_section import KeysSection


class Key(StrEnum):
    """What each of the six keys does; the names are those of `[ui.keys]`."""

    PREVIOUS = "previous"
    NEXT = "next"
    OK = "ok"
    BACK = "back"
    LISTEN = "listen"
    HELP = "help"
    VOLUME = "volume"


class Zone(IntEnum):
    """In the order in which they are read."""

    BODY = 0
    BELOW = 1
    ABOVE = 2
    AROUND = 3  # the frame of a practice: play money, a way out
    ASIDE = 4  # not for citizens: the operator's padlock


@dataclass(frozen=True)
class Spot:
    """Something that may be pressed, and where it is: pixels, from the lower left corner."""

    owner: object
    spoken_text: str
    left: float
    bottom: float
    width: float
    height: float
    zone: Zone = Zone.BODY

    @property
    def top(self) -> float:
        return self.bottom + self.height

    @property
    def middle(self) -> float:
        return self.bottom + self.height / 2


def key_names(section: KeysSection) -> dict[str, Key]:
    """What each key of the keypad does, by its name."""
    return {str(getattr(section, key)): key for key in Key}


def reading_order(spots: Iterable[Spot]) -> tuple[Spot, ...]:
    """Line by line, each from the left; two stand in one line where the one's middle is beside the
    other."""
    lines: list[list[Spot]] = []
    for spot in sorted(spots, key=lambda it: (it.zone, -it.top)):
        head = lines[-1][0] if lines else None
        if head is not None and head.zone is spot.zone and spot.middle > head.bottom:
            lines[-1].append(spot)
        else:
            lines.append([spot])
    return tuple(spot for line in lines for spot in sorted(line, key=lambda it: it.left))


class Focus:
    """Which of the spots is meant; nothing is, until a key is pressed and after a touch."""

    def __init__(self) -> None:
        self.spot: Spot | None = None

    def step(self, spots: Sequence[Spot], by: int) -> Spot | None:
        """Go one step on, or back; the first one leads to the first spot, or to the last.

        From what cannot be pressed any more, a letter that may not stand twice, it goes on to what
        comes after it.
        """
        if not spots or self.spot is None:
            self.spot = (spots[0] if by > 0 else spots[-1]) if spots else None
            return self.spot
        owners = [spot.owner for spot in spots]
        if self.spot.owner not in owners:
            spots = reading_order((*spots, self.spot))
            owners = [spot.owner for spot in spots]
        self.spot = spots[(owners.index(self.spot.owner) + by) % len(spots)]
        return self.spot

    def keep(self, spots: Iterable[Spot]) -> Spot | None:
        """After another document: stay where the same thing is still to be pressed."""
        same = (spot for spot in spots if self.spot is not None and _is_same(spot, self.spot))
        self.spot = next(same, None)
        return self.spot

    def clear(self) -> None:
        self.spot = None


def _is_same(one: Spot, other: Spot) -> bool:
    return one.owner is other.owner and one.spoken_text == other.spoken_text
