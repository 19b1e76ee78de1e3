"""The screens on which letters are typed: part of screen.py, whose union has them."""

from __future__ import annotations

import msgspec

from firmware.contract.letters import Script
from firmware.contract.options import Option

LONGEST_SCAN = 512  # characters: a QR code of a bill; what is longer is none
LONGEST_SEARCH = 40  # letters; the longest name of a village has fewer


class WriteText(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Type some words, of `least` to `most` letters (letters.py). It is typed on the screen; ENTER
    brings all of it, STAY says meanwhile that somebody is typing. With a `least` of 0 it may be
    left out. `lines` is how tall the box is; `problem` is a message key.
    """

    service: str
    label: str
    most: int
    least: int = 0
    script: Script = "any"
    lines: int = 1
    typed: str = ""
    problem: str | None = None

    def __repr__(self) -> str:
        return f"WriteText({self.label!r}, ...)"


class FindPlace(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Choose a place by typing its name, in either script. SEARCH brings all that is typed so far;
    `sought` is what the `options`, the best first, were found by. The id of one is a path,
    `tonk/todaraisingh/bhasu`: it may answer several questions at once."""

    service: str
    label: str
    sought: str = ""
    options: list[Option] = []


Typed = WriteText | FindPlace
