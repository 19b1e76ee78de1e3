"""The twelve digits of an Aadhaar number: their check digit, and how they are shown.

Verhoeff's check over the dihedral group D5 (protocols/india.md 10.2).
"""

from __future__ import annotations

from firmware.contract.check_digit import has_verhoeff_check

DIGITS = 12


def is_aadhaar(number: str) -> bool:
    """Twelve digits, the first neither 0 nor 1, the last one right."""
    return (
        len(number) == DIGITS
        and number.isascii()
        and number.isdigit()
        and number[0] not in "01"
        and has_verhoeff_check(number)
    )


def in_groups(number: str) -> str:
    """`2341 2341 2346`."""
    return " ".join(number[at : at + 4] for at in range(0, DIGITS, 4))


def masked(number: str) -> str:
    """`XXXX XXXX 2346`."""
    return f"XXXX XXXX {number[-4:]}"
