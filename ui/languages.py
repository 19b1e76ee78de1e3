"""The languages that the screen speaks: each is a folder of `ui/locale`, with its catalogue and
`language.toml`.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import msgspec

from firmware.contract.reading import ENGLISH, HINDI, Language
from firmware.runtime.config import ConfigError

LOCALE = Path(__file__).parent / "locale"
META = "language.toml"


class Meta(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a language is called in itself, and the voice of espeak-ng that reads it."""

    name: str
    voice: str


def _order(path: Path) -> tuple[bool, bool, str]:
    code = path.parent.name
    return code != HINDI, code != ENGLISH, code


@cache
def languages() -> dict[Language, Meta]:
    """All that are there, by code, Hindi and English first.

    Raises msgspec.ValidationError for a wrong `language.toml`.
    """
    return {
        path.parent.name: msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Meta)
        for path in sorted(LOCALE.glob(f"*/{META}"), key=_order)
    }


def offered(wished: tuple[Language, ...]) -> tuple[Language, ...]:
    """The languages of `[ui] languages`; raises ConfigError for one that has no folder."""
    for each in wished:
        if each not in languages():
            known = ", ".join(languages())
            raise ConfigError(f"[ui] languages: expected some of {known}, got `{each}`")
    return wished


def voice_of(language: Language) -> str:
    """The voice that reads it; its own code where the folder is not there."""
    known = languages().get(language)
    return language if known is None else known.voice


def after(language: Language, offered: tuple[Language, ...]) -> Language:
    """The next of those that are offered, and the first one after the last."""
    at = offered.index(language) + 1 if language in offered else 0
    return offered[at % len(offered)]
