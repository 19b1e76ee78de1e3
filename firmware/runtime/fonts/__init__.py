"""The one typeface of the product, on screen and on paper: Mukta, which has Devanagari and Latin.

It travels with the product because Debian's Devanagari faces differ from release to release, and a
receipt must look the same everywhere. SIL Open Font License 1.1, see OFL.txt beside this file.
"""

from __future__ import annotations

from pathlib import Path

FILES = {400: "Mukta-Regular.ttf", 600: "Mukta-SemiBold.ttf", 800: "Mukta-ExtraBold.ttf"}


def font_path(weight: int) -> Path:
    """The TrueType file of that weight; raises ValueError for one that is not shipped."""
    if weight not in FILES:
        raise ValueError(f"expected a weight of {', '.join(map(str, FILES))}, got {weight}")
    return Path(__file__).with_name(FILES[weight])
