"""How a citizen reads: which language, and how large the letters are.

Languages are data: each is a folder of `ui/locale`, and `[ui] languages` says which ones a kiosk
offers. Other texts of the product (services, lists of an office, places) are in Hindi and English;
whoever reads another language sees those in Hindi. Paper is Hindi or English.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, TypeVar

import msgspec

Language = Annotated[str, msgspec.Meta(pattern="^[a-z]{2,3}$")]  # ISO 639: hi, en, mr
HINDI: Language = "hi"
ENGLISH: Language = "en"
PAPER_LANGUAGES = (HINDI, ENGLISH)
FALLS_BACK_TO = HINDI  # where a text is not in the language that is read

Said = TypeVar("Said")


class TextSize(StrEnum):
    """Of the letters on the screen; `large` is a quarter more, on every panel."""

    NORMAL = "normal"
    LARGE = "large"


def in_language(words: Mapping[str, Said], language: Language, otherwise: Said) -> Said:
    """What is said in `language`; else in Hindi, else in any; `otherwise` where nothing is."""
    for each in (language, FALLS_BACK_TO, *words):
        if words.get(each):
            return words[each]
    return otherwise


def on_paper(language: Language) -> Language:
    """The language in which something is printed for whoever reads `language`."""
    return language if language in PAPER_LANGUAGES else FALLS_BACK_TO
