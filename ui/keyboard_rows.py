"""The keys on which a citizen types letters, row by row, and which of them may follow. No Kivy.

Devanagari stands as it is taught: vowels, the signs of the same vowels below them, consonants in
their five groups (varga), then the four letters that are taught as letters though they are joined
(क्ष त्र ज्ञ श्र). Latin stands from A to Z, in capitals as on a form: who never typed knows that order,
and who has typed finds it; one keyboard to learn.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from firmware.contract.letters import Script, may_follow
from firmware.contract.reading import ENGLISH

UNITS = 10  # a row is as wide as ten keys
CIRCLE = "\u25cc"  # what a sign stands on where there is no letter yet


class Does(StrEnum):
    TYPE = "type"
    WIPE = "wipe"
    LAYER = "layer"
    NEXT = "next"


class Layer(StrEnum):
    DEVANAGARI = "devanagari"
    LATIN = "latin"
    DIGITS = "digits"


@dataclass(frozen=True)
class Cap:
    """One key. `value` is what it types, or the layer that it shows."""

    value: str
    face: str
    units: float = 1
    does: Does = Does.TYPE
    icon: str = ""

    def is_on(self, typed: str, is_ready: bool) -> bool:
        """Whether it may be pressed behind what is typed."""
        match self.does:
            case Does.TYPE:
                return may_follow(typed, self.value)
            case Does.WIPE:
                return bool(typed)
            case Does.NEXT:
                return is_ready
            case _:
                return True


Row = tuple[Cap, ...]
SIGNS = "्ािीुूेैोौॉंँःृ़"
DEVANAGARI = (
    "अ आ इ ई उ ऊ ए ऐ ओ औ",
    "् ा ि ी ु ू े ै ो ौ",
    "क ख ग घ ङ च छ ज झ ञ",
    "ट ठ ड ढ ण त थ द ध न",
    "प फ ब भ म य र ल व ऋ",
    "श ष स ह क्ष त्र ज्ञ श्र ऑ ॉ",
    "ं ँ ़ ः ृ । , . ? -",
)
LATIN = ("A B C D E F G", "H I J K L M N", "O P Q R S T U", "V W X Y Z . -")
DIGITS = ("1 2 3 4 5", "6 7 8 9 0", ". , ? ! ।", "/ - ( ) :")
LETTERS = {Layer.DEVANAGARI: DEVANAGARI, Layer.LATIN: LATIN, Layer.DIGITS: DIGITS}
NAMES = {Layer.DEVANAGARI: "अ आ क", Layer.LATIN: "A B C", Layer.DIGITS: "1 2 3"}
WIPE = Cap("", "", 1.5, Does.WIPE, "backspace-bold")


def first_layer(script: Script, language: str) -> Layer:
    """What comes up: the letters of the language, where the question leaves the choice."""
    if script == "any":
        return Layer.LATIN if language == ENGLISH else Layer.DEVANAGARI
    return Layer(script)


def rows_of(layer: Layer, script: Script, has_digits: bool, has_next: bool) -> tuple[Row, ...]:
    """All keys of a layer, top to bottom; the words of NEXT are the screen's."""
    last = _last_row(layer, script, has_digits, has_next)
    return (*map(_row, LETTERS[layer]), last)


def _last_row(layer: Layer, script: Script, has_digits: bool, has_next: bool) -> Row:
    """Ways to other keys, space, back, on; the space takes what is left."""
    letters = (Layer.DEVANAGARI, Layer.LATIN) if script == "any" else (Layer(script),)
    others = [each for each in letters if each is not layer]
    others += [Layer.DIGITS] if has_digits and layer is not Layer.DIGITS else []
    ways = [Cap(each, NAMES[each], 1.5, Does.LAYER) for each in others]
    on = [Cap("", "", 2, Does.NEXT)] if has_next else []
    left = UNITS - sum(each.units for each in (*ways, WIPE, *on))
    return (*ways, Cap(" ", "", left), WIPE, *on)


def _row(letters: str) -> Row:
    named = letters.split()
    return tuple(_cap(each, UNITS / len(named)) for each in named)


def _cap(letter: str, units: float = 1) -> Cap:
    return Cap(letter, f"{CIRCLE}{letter}" if letter in SIGNS else letter, units)
