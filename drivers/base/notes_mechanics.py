"""The paper and metal of an emulated note acceptor: a note takes time to travel, a box fills.

What is counted here in `in_box` and `returned` are pieces of paper. Times are chosen so that
several polls see each stage, as they do with an NV9 in the hand. What the sensors see is `Seen`;
each family's emulator says it in the words of its wire.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from drivers.base.protocol import NEVER

TRAVEL = 0.6  # seconds from the mouth to escrow, and back out
TO_RECOVERY_POINT = 0.6  # seconds from escrow to where no string pulls it back: the credit
TO_STACK = 0.3  # seconds from there until it lies in the box


class Place(StrEnum):
    NOWHERE = "nowhere"
    MOVING_IN = "moving_in"
    ESCROW = "escrow"
    STACKING = "stacking"
    MOVING_OUT = "moving_out"


class Jam(StrEnum):
    SAFE = "safe"  # nobody gets the note out through the mouth
    UNSAFE = "unsafe"


class Seen(Enum):
    """What the sensors see happen."""

    IN_ESCROW = auto()
    PAST_RECOVERY = auto()  # no hand pulls it back any more
    IN_BOX = auto()
    BACK_IN_HAND = auto()
    CLEARED_TO_HAND = auto()  # at power-up
    CLEARED_TO_BOX = auto()


@dataclass(frozen=True)
class Paper:
    """A note of this value; `refusal` is why the sensors will refuse it (empty: they will not).

    `channel` is the number that the unit has for its value.
    """

    paise: int
    channel: int
    refusal: str = ""


UNABLE_TO_STACK = "unable_to_stack"


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
        self.channel = 0  # of the note that moved last
        self.last_refusal = ""
        self._is_past_recovery = False

    @property
    def is_full(self) -> bool:
        return self.in_box.total() >= self.capacity

    def empty_box(self) -> None:
        self.collected += self.in_box
        self.in_box.clear()

    def insert(self, paper: Paper, now: float) -> None:
        self.paper, self.channel, self._is_past_recovery = paper, paper.channel, False
        self._go(Place.MOVING_IN, now + TRAVEL / self._speed)

    def stack(self, now: float) -> None:
        self._go(Place.STACKING, now + TO_RECOVERY_POINT / self._speed)

    def reject(self, why: str, now: float) -> None:
        self.last_refusal = why
        self._go(Place.MOVING_OUT, now + TRAVEL / self._speed)

    def tick(self, now: float) -> list[Seen]:
        """What happened until now."""
        seen: list[Seen] = []
        while now >= self.moves_at and self.paper is not None:
            seen += self._arrive(self.paper, self.moves_at)
        return seen

    def get_jammed(self, where: Jam) -> None:
        self.jam, self.moves_at = where, NEVER

    def clear_jam(self, now: float) -> list[Seen]:
        """A person opens it: a note on its safe way goes on, any other is taken out by hand."""
        jam, self.jam = self.jam, None
        if self.paper is None or self.place is Place.ESCROW:
            return []
        if self.place is Place.STACKING and (jam is Jam.SAFE or self._is_past_recovery):
            self.moves_at = now + TO_STACK / self._speed
            return []
        self.last_refusal = UNABLE_TO_STACK
        return self._hand_back(self.paper)

    @property
    def is_past_recovery(self) -> bool:
        """The note that moves now is one that no hand gets back."""
        return self.place is Place.STACKING and self._is_past_recovery

    def lose_power(self) -> None:
        self.moves_at = NEVER

    def regain_power(self, escrow_goes_back: bool = False) -> list[Seen]:
        """A note near the mouth goes back, one further in goes to the box; a jam stays a jam.

        Makers differ in where a note in escrow belongs.
        """
        paper, place = self.paper, self.place
        if paper is None or self.jam is not None:
            return []
        is_near = place in (Place.MOVING_IN, Place.MOVING_OUT)
        if is_near or (place is Place.ESCROW and escrow_goes_back):
            self._hand_back(paper)
            return [Seen.CLEARED_TO_HAND]
        was_credited = self._is_past_recovery
        if not was_credited:
            self.in_box[paper.paise] += 1
        self._be_empty()
        return [] if was_credited else [Seen.CLEARED_TO_BOX]

    def _arrive(self, paper: Paper, at: float) -> list[Seen]:
        match self.place:
            case Place.MOVING_IN if paper.refusal:
                self.reject(paper.refusal, at)
                return []
            case Place.MOVING_IN:
                self._go(Place.ESCROW, NEVER)
                return [Seen.IN_ESCROW]
            case Place.STACKING if not self._is_past_recovery:
                self._is_past_recovery = True
                self.in_box[paper.paise] += 1
                self.moves_at = at + TO_STACK / self._speed
                return [Seen.PAST_RECOVERY]
            case Place.STACKING:
                self._be_empty()
                return [Seen.IN_BOX]
            case _:
                return self._hand_back(paper)

    def _hand_back(self, paper: Paper) -> list[Seen]:
        """The hand takes it at once."""
        self.returned[paper.paise] += 1
        self._be_empty()
        return [Seen.BACK_IN_HAND]

    def _be_empty(self) -> None:
        self.paper = None
        self._go(Place.NOWHERE, NEVER)

    def _go(self, place: Place, at: float) -> None:
        self.place, self.moves_at = place, at
