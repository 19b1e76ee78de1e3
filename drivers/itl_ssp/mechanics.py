"""The paper and metal of an emulated validator: a note takes time to travel, and a box fills.

What is counted here in `in_box` and `returned` are pieces of paper. Times are chosen so that
several polls see each stage, as they do with an NV9 in the hand.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from drivers.base.protocol import NEVER
from drivers.itl_ssp.codec import Poll, PollEvent

TRAVEL = 0.6  # seconds from the mouth to escrow, and back out
TO_RECOVERY_POINT = 0.6  # seconds from escrow to where no string pulls it back: the credit
TO_STACK = 0.3  # seconds from there until it lies in the box

UNABLE_TO_STACK = 0x1D  # reject codes, GA138


class Place(StrEnum):
    NOWHERE = "nowhere"
    MOVING_IN = "moving_in"
    ESCROW = "escrow"
    STACKING = "stacking"
    MOVING_OUT = "moving_out"


class Jam(StrEnum):
    SAFE = "safe"  # nobody gets the note out through the mouth
    UNSAFE = "unsafe"


@dataclass(frozen=True)
class Paper:
    """A note of this value; `reject_code` when the sensors will refuse it (0: they will not)."""

    paise: int
    channel: int
    reject_code: int = 0


class Mechanics:
    """Moves at most one note. What it tells is what the unit's sensors see."""

    def __init__(self, speed: float, capacity: int) -> None:
        self._speed, self.capacity = speed, capacity
        self.in_box: Counter[int] = Counter()
        self.returned: Counter[int] = Counter()
        self.collected: Counter[int] = Counter()  # taken out of the box by hand
        self.paper: Paper | None = None
        self.place = Place.NOWHERE
        self.jam: Jam | None = None
        self.moves_at = NEVER
        self.last_reject = 0
        self._is_past_recovery = False

    @property
    def is_full(self) -> bool:
        return self.in_box.total() >= self.capacity

    def empty_box(self) -> None:
        self.collected += self.in_box
        self.in_box.clear()

    def insert(self, paper: Paper, now: float) -> None:
        self.paper, self._is_past_recovery = paper, False
        self._go(Place.MOVING_IN, now + TRAVEL / self._speed)

    def stack(self, now: float) -> None:
        self._go(Place.STACKING, now + TO_RECOVERY_POINT / self._speed)

    def reject(self, code: int, now: float) -> None:
        self.last_reject = code
        self._go(Place.MOVING_OUT, now + TRAVEL / self._speed)

    def tick(self, now: float) -> list[PollEvent]:
        """What happened until now."""
        seen: list[PollEvent] = []
        while now >= self.moves_at and self.paper is not None:
            seen += self._arrive(self.paper, self.moves_at)
        return seen

    def get_jammed(self, where: Jam) -> None:
        self.jam, self.moves_at = where, NEVER

    def clear_jam(self, now: float) -> list[PollEvent]:
        """A person opens it: a note on its safe way goes on, any other is taken out by hand."""
        jam, self.jam = self.jam, None
        if self.paper is None or self.place is Place.ESCROW:
            return []
        if self.place is Place.STACKING and (jam is Jam.SAFE or self._is_past_recovery):
            self.moves_at = now + TO_STACK / self._speed
            return []
        self.last_reject = UNABLE_TO_STACK
        return self._hand_back(self.paper)

    def lose_power(self) -> None:
        self.moves_at = NEVER

    def regain_power(self) -> list[PollEvent]:
        """A note near the mouth goes back, one further in goes to the box; a jam stays a jam."""
        paper, place = self.paper, self.place
        if paper is None or self.jam is not None:
            return []
        if place in (Place.MOVING_IN, Place.MOVING_OUT):
            self._hand_back(paper)
            return [PollEvent(Poll.CLEARED_FROM_FRONT)]
        was_credited = self._is_past_recovery
        if not was_credited:
            self.in_box[paper.paise] += 1
        self._be_empty()
        return [] if was_credited else [PollEvent(Poll.CLEARED_TO_CASH_BOX, paper.channel)]

    def _arrive(self, paper: Paper, at: float) -> list[PollEvent]:
        match self.place:
            case Place.MOVING_IN if paper.reject_code:
                self.reject(paper.reject_code, at)
                return []
            case Place.MOVING_IN:
                self._go(Place.ESCROW, NEVER)
                return [PollEvent(Poll.READ, paper.channel)]
            case Place.STACKING if not self._is_past_recovery:
                self._is_past_recovery = True
                self.in_box[paper.paise] += 1
                self.moves_at = at + TO_STACK / self._speed
                return [PollEvent(Poll.CREDIT, paper.channel)]
            case Place.STACKING:
                self._be_empty()
                return [PollEvent(Poll.STACKED)]
            case _:
                return self._hand_back(paper)

    def _hand_back(self, paper: Paper) -> list[PollEvent]:
        """The hand takes it at once."""
        self.returned[paper.paise] += 1
        self._be_empty()
        return [PollEvent(Poll.REJECTED)]

    def _be_empty(self) -> None:
        self.paper = None
        self._go(Place.NOWHERE, NEVER)

    def _go(self, place: Place, at: float) -> None:
        self.place, self.moves_at = place, at
