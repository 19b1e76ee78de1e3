"""`[ui]` of kiosk.toml: the screen, its six keys, and its voice."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Literal

import msgspec
from msgspec.structs import asdict

from firmware.contract.reading import ENGLISH, HINDI, Language, TextSize

KeyName = Literal[
    "up", "down", "left", "right", "enter", "escape", "backspace", "tab", "spacebar", "home", "end",
    "pageup", "pagedown", "insert", "delete", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9",
    "f10", "f11", "f12",
]  # fmt: skip
EVERYTHING = "everything"


class KeysSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[ui.keys]`: what a keypad beside the screen sends, by what it does; no key does two things.

    No digits among them: a digit is typed, whatever else a keypad has.
    """

    previous: KeyName = "up"
    next: KeyName = "down"
    ok: KeyName = "enter"
    back: KeyName = "escape"
    listen: KeyName = "f1"
    help: KeyName = "f2"
    volume: KeyName = "f3"  # where the keypad has a seventh

    def __post_init__(self) -> None:
        twice = [name for name, count in Counter(asdict(self).values()).items() if count > 1]
        if twice:
            raise ValueError(f"expected a key of its own for each, got `{twice[0]}` twice")


class SoundSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[ui.sound]`: where the voice is heard."""

    # The id of the loudspeaker's card, between brackets in /proc/asound/cards; else the first.
    speaker: str = ""
    volume: Annotated[int, msgspec.Meta(ge=10, le=100)] = 70  # percent, at the start of each visit


class UiSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    width: Annotated[int, msgspec.Meta(ge=480, le=4096)] = 1080
    height: Annotated[int, msgspec.Meta(ge=480, le=4096)] = 1920
    is_fullscreen: bool = True
    # true: what is private by headphones alone; "everything": by the loudspeaker, too.
    speaks: bool | Literal["everything"] = True
    voice: str = "/usr/share/kiosk/voice"  # sentences that were recorded or prepared
    # The diagonal of the panel; left out, it is what panels of so many pixels have.
    panel_inches: Annotated[float, msgspec.Meta(ge=7, le=65)] | None = None
    # In the order in which they are offered; the first one is that of a new visit.
    languages: Annotated[tuple[Language, ...], msgspec.Meta(min_length=1, max_length=4)] = (
        HINDI,
        ENGLISH,
    )
    text_size: TextSize = TextSize.NORMAL  # of a new visit
    keys: KeysSection = KeysSection()
    sound: SoundSection = SoundSection()
    brightness: Annotated[int, msgspec.Meta(ge=20, le=100)] = 100  # percent; docs/desk.md
