"""What a fault code means and who mends it, in a sentence a language: `kioskctl device explain`.

Codes are stable and for programs; a technician at the open kiosk wants to know what to do.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from firmware.runtime.words import Words

FOLDER = Path(__file__).with_name("locale")
LANGUAGES = ("en", "hi")


@cache
def _words_of(language: str) -> Words:
    return Words(FOLDER, language, "faults")


def meaning(code: str, language: str) -> str:
    """The sentence for that code in `en` or `hi`; empty where there is none.

    A link breaks in the same way behind every device, and what ends in a number (a tube of so many
    paise, a self-check of the maker's) is explained without it.
    """
    words = _words_of(language)
    _, _, of_any_kind = code.partition(".")
    before, _, last = code.rpartition(".")
    for key in (code, of_any_kind, before if last.isdigit() else ""):
        if key in words:
            return words(key)
    return ""
