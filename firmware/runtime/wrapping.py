"""Breaks a paragraph into lines: at spaces, and inside a word only between whole syllables.

A Devanagari syllable is several code points drawn as one shape; a break inside it would print a
bare virama or a vowel sign on a dotted circle.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

VIRAMA = "\u094d"
JOINERS = "\u200c\u200d"

Measure = Callable[[str], float]


def wrap(text: str, room: float, measure: Measure) -> list[str]:
    """The lines of `text`, each at most `room` wide by `measure` (shaped width, in dots)."""
    words = text.split()
    if measure(" ".join(words)) <= room:  # most are short; shaping is what takes time
        return [" ".join(words)]
    lines: list[str] = []
    line = ""
    for word in words:
        candidate = f"{line} {word}" if line else word
        if measure(candidate) <= room:
            line = candidate
            continue
        if line:
            lines.append(line)
        *full, line = _break_word(word, room, measure)
        lines += full
    return [*lines, line]


def _break_word(word: str, room: float, measure: Measure) -> list[str]:
    pieces = [""]
    for syllable in syllables(word):
        if pieces[-1] and measure(pieces[-1] + syllable) > room:
            pieces.append("")
        pieces[-1] += syllable
    return pieces


def syllables(word: str) -> list[str]:
    """`क्षत्रिय` -> `क्ष`, `त्रि`, `य`: marks stay with their letter, a virama takes the next."""
    found: list[str] = []
    for character in word:
        if found and (_is_mark(character) or found[-1].rstrip(JOINERS).endswith(VIRAMA)):
            found[-1] += character
        else:
            found.append(character)
    return found


def _is_mark(character: str) -> bool:
    return character in JOINERS or unicodedata.category(character).startswith("M")
