"""What the district puts on its kiosks apart from the firmware: as core shows it, when it may.

Pictures do not travel on the bus: the document names files below `<state>/content`, which
`kiosk-content` has drawn anew from what the district signed (docs/content.md).
"""

from __future__ import annotations

from typing import Annotated

import msgspec

MOST_LINES = 3  # of contact on the first screen
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Bilingual(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same in both languages."""

    hi: Line
    en: Line

    def of(self, language: str) -> str:
        """In Hindi, whatever the language, where it is no English."""
        return self.en if language == "en" else self.hi


class Shown(msgspec.Struct, frozen=True, omit_defaults=True):
    """What of a pack stands on the first screen; `logo`, `banner` and `banners` are files below
    `<state>/content`, empty where there is none. `banners` take turns with `banner`."""

    version: int
    slogan: Bilingual | None = None
    lines: list[Bilingual] = []
    logo: str = ""
    banner: str = ""
    banners: list[str] = []


class SetConduct(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """The model code of conduct before an election begins or ends: with it on, nothing of any
    content pack is shown or printed."""

    is_on: bool
    by: Name
    reason: Reason


class ConductSet(msgspec.Struct, frozen=True, tag=True):
    """The switch of the code of conduct was moved."""

    is_on: bool
    by: str
    reason: str
