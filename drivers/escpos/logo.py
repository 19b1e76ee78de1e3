"""A logo in the printer's own memory: stored once, named by its key, printed in fourteen bytes.

It is asked for at every start, because another printer may have been put in; it is stored only
where the key is missing, because that memory wears (makers promise ten stores a day for ten years).
Functions 64, 67 and 69 of GS ( L: Epson's ESC/POS reference, and those of Citizen, Bixolon, Zebra.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from drivers.escpos.bands import without_real_time_commands
from drivers.escpos.codec import ESC, GS
from firmware.runtime.config import ConfigError

LARGEST = 2800  # bytes of dots: one command that fits into the smallest buffer (job.py)
ALPHABET = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # of keys; every printer sends these back
KEY_LENGTH = 2
ASK_KEYS = bytes.fromhex("1d 28 4c 04 00 30 40 4b 43")
GOT_KEYS = b"\x06"  # ACK: the printer waits for it before it goes on
STORED = b"LOGO"  # process id behind the store; no number looks so
DEFINE, PRINT, KEYS = 0x43, 0x45, 0x40
INK_BELOW = 128  # of 255


@dataclass(frozen=True)
class Logo:
    """One colour, rows of whole bytes, leftmost dot in bit 7, 1 is black."""

    row_bytes: int
    dots: bytes

    @property
    def rows(self) -> int:
        return len(self.dots) // self.row_bytes

    @property
    def key(self) -> bytes:
        """Of its dots, so that a new logo is never taken for the old one (1 in 1296)."""
        first, second, *_ = hashlib.sha256(self.dots).digest()
        return bytes(ALPHABET[byte % len(ALPHABET)] for byte in (first, second))

    def store(self) -> bytes:
        """Function 67: one raster picture under its key; sizes in dots."""
        size = (self.row_bytes * 8).to_bytes(2, "little") + self.rows.to_bytes(2, "little")
        head = bytes((0x30, DEFINE, 0x30)) + self.key + b"\x01" + size + b"\x31"
        return _graphics(head + self.dots)

    def print(self) -> bytes:
        """Function 69, in the middle of the paper."""
        centre, left = bytes((ESC, ord("a"), 1)), bytes((ESC, ord("a"), 0))
        return centre + _graphics(bytes((0x30, PRINT)) + self.key + b"\x01\x01") + left


def _graphics(content: bytes) -> bytes:
    return bytes((GS, ord("("), ord("L"))) + len(content).to_bytes(2, "little") + content


def load_logo(path: Path, width_dots: int) -> Logo:
    """Dark dots of a picture file are ink. Raises ConfigError for what cannot be stored."""
    try:
        with Image.open(path) as picture:
            grey = picture.convert("LA").convert("RGBA")
            paper = Image.new("RGBA", picture.size, "white")
            paper.alpha_composite(grey)
    except OSError as error:
        raise ConfigError(f"logo {path}: expected a picture, got {error}") from None
    black = paper.convert("L").point(lambda tone: 255 * (tone < INK_BELOW), mode="1")
    logo = Logo((black.width + 7) // 8, without_real_time_commands(black.tobytes()))
    if black.width > width_dots or not 0 < len(logo.dots) <= LARGEST:
        raise ConfigError(
            f"logo {path}: expected at most {width_dots} dots of width and {LARGEST} bytes, "
            f"got {black.width} and {len(logo.dots)}"
        )
    return logo


def keys_of(data: bytes) -> Iterator[bytes]:
    """The keys in a printer's answer."""
    for at in range(0, len(data) - 1, KEY_LENGTH):
        yield data[at : at + KEY_LENGTH]
