"""The words of the printed documents, read once a language."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from firmware.runtime.service_words import service_words
from firmware.runtime.words import Words

FOLDER = Path(__file__).with_name("locale")


@cache
def words_of(language: str) -> Words:
    """The catalogue of a language that is printed, `hi` or `en`; raises OSError for another."""
    return Words(FOLDER, language, "documents", service_words(language))
