"""The pictures of a pack, drawn anew: what lies on the kiosk is our own PNG of the size it needs.

The screen then reads no byte that came from outside, and nothing that a camera wrote into a picture
(where, when, by whom) stays in it. Only PNG, JPEG and WebP are read, and only after the header has
said that a picture is no larger than a page in 300 dots an inch.
"""

from __future__ import annotations

import io
import warnings
from typing import Final

from PIL import Image, ImageFile, UnidentifiedImageError

from firmware.content.tape import PackRefused

FORMATS: Final = ("PNG", "JPEG", "WEBP")
LARGEST_FILE = 6 << 20  # bytes
MOST_PIXELS = 9_000_000  # A4 in 300 dpi: 2480 x 3508; as RGBA 36 MB
LONGEST_SIDE = 6000  # pixels
# The largest that the screen shows: a banner is a third of the width of a panel of 2160 pixels.
SIDES: Final = {"logo": (480, 480)}
SIDES_OF_A_BANNER: Final = (960, 960)


def drawn(place: str, content: bytes) -> bytes:
    """The picture as PNG, no larger than its place; raises PackRefused, which says why."""
    if len(content) > LARGEST_FILE:
        raise PackRefused(f"{place}: expected at most {LARGEST_FILE} bytes, got {len(content)}")
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            _check_size(place, picture)
            ImageFile.LOAD_TRUNCATED_IMAGES = False  # another library may have set it
            return _png(picture, SIDES.get(place, SIDES_OF_A_BANNER))
    except UnidentifiedImageError:
        raise PackRefused(f"{place}: expected a picture in PNG, JPEG or WebP") from None
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        if isinstance(error, PackRefused):
            raise
        raise PackRefused(f"{place}: the picture is damaged: {error}") from None


def _check_size(place: str, picture: Image.Image) -> None:
    """By its header, before a pixel is read."""
    width, height = picture.size
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise PackRefused(
            f"{place}: expected at most {MOST_PIXELS} pixels and sides of {LONGEST_SIDE},"
            f" got {width} x {height}"
        )
    if getattr(picture, "n_frames", 1) != 1:
        raise PackRefused(f"{place}: expected one picture, got a moving one")


def _png(picture: Image.Image, sides: tuple[int, int]) -> bytes:
    has_alpha = "A" in picture.getbands() or "transparency" in picture.info
    plain = picture.convert("RGBA" if has_alpha else "RGB")
    plain.thumbnail(sides, Image.Resampling.LANCZOS)
    bare = Image.frombytes(plain.mode, plain.size, plain.tobytes())  # nothing but the pixels
    out = io.BytesIO()
    bare.save(out, "PNG")
    return out.getvalue()
