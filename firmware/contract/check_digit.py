"""Verhoeff's check digit over the dihedral group D5: that of an Aadhaar number, among others.

J. Verhoeff, Error Detecting Decimal Codes (1969). It finds every wrong digit and every two
neighbours that changed places.
"""

from __future__ import annotations

PERMUTATIONS = (
    "0123456789", "1576283094", "5803796142", "8916043527",
    "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip


def has_verhoeff_check(digits: str) -> bool:
    """The last of `digits` is Verhoeff's for those before it."""
    sum_so_far = 0
    for place, digit in enumerate(reversed(digits)):
        sum_so_far = _times(sum_so_far, int(PERMUTATIONS[place % 8][int(digit)]))
    return sum_so_far == 0


def _times(a: int, b: int) -> int:
    """In D5: 0 to 4 are turns of a pentagon, 5 to 9 its reflections."""
    if a < 5:
        return (a + b) % 5 + (5 if b >= 5 else 0)
    return (a - b) % 5 + (0 if b >= 5 else 5)
