"""The event log of an emulated device: a counter and five events in RAM, as 3.27 has them."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass

from drivers.cctalk.codec import BLANK, SLOTS, EventBuffer, Pair, count_on

READS_TO_BELIEVE = 2  # our host believes an event that two answers carried


@dataclass
class Happening:
    """One event: what it says, what went into the box with it, and how often it was said."""

    pair: Pair
    paise: int | None = None
    told: int = 0


class EventLog:
    """`unreported` is money in the box that was forgotten before anybody could believe it: the one
    loss that no host can know."""

    def __init__(self) -> None:
        self.unreported: Counter[int] = Counter()
        self._last: deque[Happening] = deque(maxlen=SLOTS)  # newest first, as the buffer shows it
        self.counter = 0

    def happen(self, pair: Pair, paise: int | None = None) -> None:
        self.counter = count_on(self.counter)
        if len(self._last) == SLOTS:
            self._drop(self._last[-1])
        self._last.appendleft(Happening(pair, paise))

    def read(self, is_hurt: bool = False) -> EventBuffer:
        """What is answered; an answer that the wire will hurt tells nothing."""
        for happening in self._last:
            happening.told += not is_hurt
        pairs = [happening.pair for happening in self._last]
        return EventBuffer(self.counter, tuple((*pairs, *[BLANK] * SLOTS)[:SLOTS]))

    def forget(self) -> None:
        """The power failed, or a reset."""
        for happening in self._last:
            self._drop(happening)
        self._last.clear()
        self.counter = 0

    def _drop(self, happening: Happening) -> None:
        if happening.paise is not None and happening.told < READS_TO_BELIEVE:
            self.unreported[happening.paise] += 1


def by_value(money: Counter[int]) -> dict[str, int]:
    """JSON keys are texts."""
    return {str(paise): count for paise, count in sorted(money.items())}
