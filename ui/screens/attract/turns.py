"""Which of the district's pictures is seen, and where: no pixel of a panel shows one for months.

A change is one frame of work: no fade, nothing that moves between two pictures.
"""

from __future__ import annotations

from typing import Final, NamedTuple

EVERY: Final = 12.0  # seconds a picture stays: longer than a glance, and five frames a minute
# Design pixels, to the left and down: more than the width of an edge, less than the eye minds.
SHIFTS: Final = ((0, 0), (8, 0), (8, 8), (0, 8))


class Turn(NamedTuple):
    """The number of the picture, and how far it stands from its place."""

    picture: int
    shift: tuple[int, int]


def turn(seconds: float, pictures: int) -> Turn:
    """What is seen so many seconds after the first of so many `pictures`; one alone never moves."""
    if pictures < 2:
        return Turn(0, SHIFTS[0])
    rounds, picture = divmod(int(seconds // EVERY), pictures)
    return Turn(picture, SHIFTS[(picture + rounds) % len(SHIFTS)])
