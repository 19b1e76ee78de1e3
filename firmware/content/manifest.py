"""What stands in a pack: its version and days, its words in both languages, which picture where."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Annotated, Final, Literal

import msgspec

from firmware.contract.content import MOST_LINES, Bilingual, Shown
from firmware.runtime.config import ConfigError, convert

LARGEST = 64 << 10  # bytes: a page of text has two thousand
# As many banners as a pack has room for, beside its logo (tape.MOST_FILES).
Place = Literal["logo", "banner", "banner-2", "banner-3", "banner-4"]
OTHER_BANNERS: Final = ("banner-2", "banner-3", "banner-4")  # in the order in which they are seen
FileName = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_-]{0,30}\.(png|jpg|jpeg|webp)$")]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`content.toml`. Days are those of India, both included. Raises ValueError for an end before
    the beginning, and for a `banner-2` without a `banner`."""

    version: Annotated[int, msgspec.Meta(ge=1, le=10**6)]
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]  # for whoever lists packs
    valid_from: date
    valid_until: date
    slogan: Bilingual | None = None
    paper: Bilingual | None = None  # a line at the foot of receipts and of the poster
    line: Annotated[list[Bilingual], msgspec.Meta(max_length=MOST_LINES)] = []
    picture: dict[Place, FileName] = {}

    def __post_init__(self) -> None:
        if self.valid_until < self.valid_from:
            raise ValueError(f"valid_until {self.valid_until} is before {self.valid_from}")
        if "banner" not in self.picture and (others := sorted(self._other_banners())):
            raise ValueError(f"picture: expected `banner` beside {', '.join(others)}")

    def why_not(self, today: date) -> str:
        """Why it is not shown on this day; empty where it is."""
        if today < self.valid_from:
            return f"content {self.version} is valid from {self.valid_from}, not before"
        if today > self.valid_until:
            return f"content {self.version} was valid until {self.valid_until}"
        return ""

    def shown(self) -> Shown:
        """What of it stands on the first screen."""
        others = self._other_banners()
        files: dict[str, str] = {
            place: picture_file(self.version, place)
            for place in self.picture
            if place not in others
        }
        banners = [picture_file(self.version, place) for place in others]
        return Shown(self.version, self.slogan, self.line, banners=banners, **files)

    def _other_banners(self) -> list[str]:
        return [place for place in OTHER_BANNERS if place in self.picture]


def picture_file(version: int, place: str) -> str:
    """Where the picture of a place lies below `<state>/content`."""
    return f"{version}/{place}.png"


def read_manifest(content: bytes, where: str) -> Manifest:
    """Read `content.toml`; raises ConfigError that names the key and the nearest known one."""
    if len(content) > LARGEST:
        raise ConfigError(f"{where}: expected at most {LARGEST} bytes, got {len(content)}")
    try:
        document = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{where}: {error}") from None
    return convert(document, Manifest, where)
