"""The twelve digits of an Aadhaar number: their check digit, and how they are shown.

Verhoeff's check over the dihedral group D5 (protocols/india.md 10.2).
"""

from __future__ import annotations

DIGITS = 12
PERMUTATIONS = (
    "0123456789", "1576283094", "5803796142", "8916043527",
    "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip


def is_aadhaar(number: str) -> bool:
    """Twelve digits, the first neither 0 nor 1, the last one right."""
    return (
        len(number) == DIGITS
        and number.isascii()
        and number.isdigit()
        and number[0] not in "01"
        and has_verhoeff_check(number)
    )


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


def in_groups(number: str) -> str:
    """`2341 2341 2346`."""
    return " ".join(number[at : at + 4] for at in range(0, DIGITS, 4))


def masked(number: str) -> str:
    """`XXXX XXXX 2346`."""
    return f"XXXX XXXX {number[-4:]}"
