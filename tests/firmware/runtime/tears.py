"""What a power cut or a dying card makes of a file that was being written: every torn state."""

from __future__ import annotations

import random
from collections.abc import Iterator

PAGE = 4096  # bytes; what the kernel and the card write at once
RANDOM_CUTS = 40


def tears(old: bytes, new: bytes) -> Iterator[bytes]:
    """States between the old content and the new, neither of them: cut, mixed, zeroed, swapped."""
    for torn in _tears(old, new):
        if torn not in (old, new):
            yield torn


def _tears(old: bytes, new: bytes) -> Iterator[bytes]:
    pages = [new[at : at + PAGE] for at in range(0, len(new), PAGE)]
    for number in range(len(pages)):
        at = number * PAGE
        yield new[:at]
        yield new[:at] + old[at:]  # written in place, front to back
        yield old[:at] + new[at:]  # ... or in the order that pleased the card
        yield new[:at] + bytes(len(pages[number])) + new[at + PAGE :]
    for one in range(len(pages) - 1):
        swapped = [*pages[:one], pages[one + 1], pages[one], *pages[one + 2 :]]
        yield b"".join(swapped)
    dice = random.Random(20165)
    for _ in range(RANDOM_CUTS):
        at = dice.randrange(len(new))
        yield new[:at]
        yield new[:at] + old[at:]
