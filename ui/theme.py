"""The hand of every screen: colours, sizes and type, as the design sets them.

Sizes in `.kv` are written in design pixels, `dp(n)`: one is a pixel at a width of 1080, and the
whole screen scales with the panel. `scale` is set as Kivy's density before anything is
built.
"""

from __future__ import annotations

from firmware.contract.reading import TextSize

INK = "#14213D"
PAPER = "#FFF9F0"
CARD = "#FFFFFF"
EDGE = "#D9CFC0"
SOFT_INK = "#3A4663"
GO = "#0B5D3B"
MARIGOLD = "#F2A900"
PALE_GREEN = "#E4EEE8"
STOP = "#8B1E1E"
OFF = "#EFE8DC"
OFF_TEXT = "#4A4A4A"
WHITE = "#FFFFFF"
NIGHT = "#23325A"  # a tile on ink
TRACK = "#3A4663"  # the unfilled part of the progress bar, on ink
SHADE = "#14213D"  # what hides a screen while it asks "are you still there?"
PLAY = "#8E0F5B"  # practice: of nothing else here, and of no note of the Reserve Bank
PLAY_PALE = "#FCE6F1"
MINT = "#7ED6A5"  # the tick on ink

# Every pair of text and ground that is drawn; a test computes each at 7:1 or more.
TEXT_PAIRS = (
    (INK, PAPER), (INK, CARD), (INK, MARIGOLD), (INK, PALE_GREEN), (SOFT_INK, PAPER),
    (SOFT_INK, CARD), (WHITE, INK), (WHITE, GO), (WHITE, STOP), (WHITE, NIGHT), (MARIGOLD, INK),
    (OFF_TEXT, OFF), (STOP, OFF), (STOP, PAPER), (MINT, INK), (EDGE, INK),
    (WHITE, PLAY), (PLAY, PLAY_PALE), (PLAY, WHITE),
)  # fmt: skip

# The colours of Reserve Bank notes, pale enough for ink text.
NOTE_COLOURS = {
    1000: "#E8D5B7", 2000: "#DDE8B9", 5000: "#BFE3F5", 10000: "#DACBF3", 20000: "#FAD8A0",
    50000: "#D5DBD3",
}  # fmt: skip

# How much larger than designed the letters are, but for figures that are large already.
LETTERS = {TextSize.NORMAL: 1.0, TextSize.LARGE: 1.25}

REFERENCE_WIDTH = 1080  # design pixels, portrait
# Design pixels, landscape. Body text is 42 of them. Of Mukta a capital, or a letter below its head
# line, is 0.63 em: 3.6 mm on a panel of 1024 x 600 and 10.1 inches, which is 20 minutes of arc at
# an arm's length of 60 cm. ISO 9241-303 wants 16 at least, and prefers 20 to 22.
REFERENCE_HEIGHT = 960
TARGET_MM = 15.0  # the least side of anything that is touched
LETTER_MM = 9.0  # of a keyboard of letters on a panel of ten inches, where eighty keys must stand
LARGEST_TARGET = 118  # design pixels: what 15 mm may be, so that a number pad fits between the bars
LARGE_PANEL, SMALL_PANEL = 21.5, 10.1  # inches, diagonal
LARGE_FROM = 1000  # pixels of the shorter side


def scale(width: int, height: int) -> float:
    """Pixels in a design pixel."""
    return min(width, height) / (REFERENCE_HEIGHT if width > height else REFERENCE_WIDTH)


def inches_of(width: int, height: int) -> float:
    """The diagonal that a panel of so many pixels usually has; a small upright window stands for a
    large panel."""
    is_small = width > height and height < LARGE_FROM
    return SMALL_PANEL if is_small else LARGE_PANEL


def pixels_per_mm(width: int, height: int, inches: float | None = None) -> float:
    """Of a panel of `inches` that shows `width` x `height` pixels."""
    diagonal: float = (width**2 + height**2) ** 0.5
    return diagonal / ((inches or inches_of(width, height)) * 25.4)


def least_inches(width: int, height: int) -> float:
    """The smallest diagonal on which a finger's 15 mm leave room for everything else."""
    diagonal: float = (width**2 + height**2) ** 0.5
    return diagonal * TARGET_MM / (LARGEST_TARGET * scale(width, height) * 25.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2.1 contrast ratio of two `#RRGGBB` colours, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
