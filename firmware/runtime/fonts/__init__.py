"""The one typeface of the product, on screen and on paper: Mukta, which has Devanagari and Latin.

It travels with the product because Debian's Devanagari faces differ from release to release, and a
receipt must look the same everywhere. SIL Open Font License 1.1, see OFL.txt beside this file.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PIL import ImageFont, features

FILES = {400: "Mukta-Regular.ttf", 600: "Mukta-SemiBold.ttf", 800: "Mukta-ExtraBold.ttf"}


def font_path(weight: int) -> Path:
    """The TrueType file of that weight; raises ValueError for one that is not shipped."""
    if weight not in FILES:
        raise ValueError(f"expected a weight of {', '.join(map(str, FILES))}, got {weight}")
    return Path(__file__).with_name(FILES[weight])


FONTS_KEPT = 48  # weights times sizes in use; a font of Mukta is some 100 KB of FreeType's memory


class ShapingMissing(RuntimeError):
    """Pillow was built, or runs, without Raqm: Hindi would be unreadable, so nothing is drawn."""


@lru_cache(maxsize=FONTS_KEPT)
def font(weight: int, size: int) -> ImageFont.FreeTypeFont:
    """Mukta in that weight at `size` pixels an em, with complex shaping; raises ShapingMissing."""
    if not features.check("raqm"):
        raise ShapingMissing("expected Pillow with Raqm (libfribidi0), found Pillow without")
    return ImageFont.truetype(str(font_path(weight)), size, layout_engine=ImageFont.Layout.RAQM)
