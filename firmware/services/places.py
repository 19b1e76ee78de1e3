"""Districts, their tehsils and the villages of these: what a citizen picks from, with its date.

The list that ships with the release is a small selection. A district puts its own, with the codes
that its land office uses, into the file that `[paths] places` of `kiosk.toml` names.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import msgspec

from firmware.contract.options import Option
from firmware.runtime.config import ConfigError, convert

SHIPPED = "places.toml"
PlaceId = Annotated[str, msgspec.Meta(pattern="^[0-9a-z]{1,32}$")]  # a part of the account
Day = Annotated[str, msgspec.Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class Village(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`id` is what the office knows it as; its name in both scripts."""

    id: PlaceId
    hi: str
    en: str

    @property
    def within(self) -> Sequence[Village]:
        return ()

    @property
    def option(self) -> Option:
        return Option(self.id, {"hi": self.hi, "en": self.en})


class Tehsil(Village, frozen=True, forbid_unknown_fields=True):
    village: list[Village] = []

    def __post_init__(self) -> None:
        each_once(self.id, self.village)

    @property
    def within(self) -> Sequence[Village]:
        return self.village


class District(Village, frozen=True, forbid_unknown_fields=True):
    tehsil: list[Tehsil] = []

    def __post_init__(self) -> None:
        each_once(self.id, self.tehsil)

    @property
    def within(self) -> Sequence[Village]:
        return self.tehsil


def each_once(where: str, places: Sequence[Village]) -> None:
    """Raises ValueError for two places of one id: the second could never be chosen."""
    names = [place.id for place in places]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"{where}: expected each place once, got {sorted(twice)} twice")


class Places(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole list, as it was on the day `as_of`."""

    as_of: Day
    district: list[District]

    def __post_init__(self) -> None:
        each_once("district", self.district)

    def under(self, path: Sequence[str]) -> list[Option]:
        """What can be chosen after the places of `path`; nothing after one that is not listed."""
        level: Sequence[Village] = self.district
        for name in path:
            level = next((place.within for place in level if place.id == name), ())
        return [place.option for place in level]

    def has(self, path: Sequence[str]) -> bool:
        """Whether each of these lies in the one before it."""
        return path[-1] in {option.id for option in self.under(path[:-1])}


NO_PLACES = Places("1970-01-01", [])


def load_places(own: Path | None = None) -> Places:
    """The district's own list where there is one, else that of the release; raises ConfigError that
    names file and key."""
    if own is not None and own.exists():
        text, where = own.read_text(encoding="utf-8"), str(own)
    else:
        text, where = (files(__package__) / SHIPPED).read_text(encoding="utf-8"), SHIPPED
    try:
        return convert(tomllib.loads(text), Places, where)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}: {error}") from None
