"""The hand of every screen: colours, sizes and type, as the design sets them.

Sizes in `.kv` are written in design pixels, `dp(n)`: one is a pixel at a width of 1080, and the
whole screen scales with the panel. `scale` is set as Kivy's density before anything is
built.
"""

from __future__ import annotations

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

REFERENCE_WIDTH = 1080  # design pixels, portrait
LANDSCAPE_HEIGHT = 1420  # design pixels, landscape: the tallest screen fits between the bars
TARGET_MM = 15.0  # the least side of anything that is touched
PANEL_INCHES = 21.5  # diagonal of the kiosk's panel


def scale(width: int, height: int) -> float:
    """Pixels in a design pixel. In landscape the bars leave too little height for full size."""
    return min(width, height) / (LANDSCAPE_HEIGHT if width > height else REFERENCE_WIDTH)


def pixels_per_mm(width: int, height: int) -> float:
    """Of the kiosk's panel when it shows `width` x `height` pixels."""
    diagonal: float = (width**2 + height**2) ** 0.5
    return diagonal / (PANEL_INCHES * 25.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2.1 contrast ratio of two `#RRGGBB` colours, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
