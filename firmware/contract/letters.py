"""Words that a citizen types, as letters: what may stand in them, and what may follow.

The screen asks it at every key, core of what comes over the bus: one grammar. A letter is what a
reader of the script counts as one: a syllable of Devanagari (a vowel, or consonants joined by
halants, with the signs on it) or one character of another kind. Unicode 15.1, 12.1 (Devanagari) and
UAX 29 (clusters); text is in NFC, in which a nukta stands as a mark of its own.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Script = Literal["any", "devanagari", "latin"]

HALANT = "\u094d"
BORN_WITH_NUKTA = "\u0929\u0931\u0934"  # one code point in NFC, and letters of other languages
CONSONANT = f"(?:[कखगजडढफ]\u093c|(?![{BORN_WITH_NUKTA}])[\u0915-\u0939])"
VOWEL = "[अ-ऋएऐऑओऔ]"
MATRA = "[\u093e-\u0943\u0947-\u0949\u094b\u094c]"
SIGN = "[\u0901-\u0903]"  # chandrabindu, anusvara, visarga
SYLLABLE = f"(?:{CONSONANT}{HALANT})*{CONSONANT}(?:{HALANT}|{MATRA}?{SIGN}?)|{VOWEL}{SIGN}?"
MARKS = ".,?!/()':;&%+@\\-।"
LETTER = re.compile(f"{SYLLABLE}|[A-Za-z0-9०-९ {MARKS}]")
DEVANAGARI = re.compile("[\u0900-\u0963]")  # digits and danda belong to both
LATIN = re.compile("[A-Za-z]")
FOREIGN = {"devanagari": LATIN, "latin": DEVANAGARI}  # what has no place in a text of that script
LONGEST_LETTER = 12  # code points: four joined consonants with their marks


def normalised(text: str) -> str:
    """In NFC, without spaces at its ends or two together. A line break is no space: refused."""
    return re.sub(" +", " ", unicodedata.normalize("NFC", text)).strip(" ")


def letters_of(text: str) -> list[str] | None:
    """The letters of a text in NFC; None where anything else is in it: a vowel sign on nothing, a
    control character, a change of direction, another script."""
    letters = LETTER.findall(text)
    is_whole = "".join(letters) == text
    return letters if is_whole and all(len(each) <= LONGEST_LETTER for each in letters) else None


def may_follow(text: str, more: str) -> bool:
    """Whether `more` may be typed behind `text`: a sign only on a letter that takes it, and no
    space behind a space."""
    word = text.rpartition(" ")[2]
    if more == " ":
        return bool(word)
    return letters_of(word + more) is not None


def without_last(text: str) -> str:
    """One step back: the last mark alone (a vowel sign, a nukta), then its consonant. A consonant
    takes the halant along that joined it: nobody sees that as a letter."""
    left = text[:-1]
    return left.removesuffix(HALANT) if text[-1:] != HALANT else left


def is_of(text: str, script: Script) -> bool:
    """Whether no letter of another script is in it."""
    foreign = FOREIGN.get(script)
    return foreign is None or foreign.search(text) is None
