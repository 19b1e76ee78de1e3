"""Names of places as they sound, so that a name is found however it is spelt, in either script.

Hindi names have no one spelling in Latin letters: todaraisingh, Toda Rai Singh, Todaray Sinh. What
two spellings share is their consonants, without the breath of kh or sh, and the colour of their
vowels; the vowel a is written or left out as one likes. Follows no standard: ISO 15919 says how to
write a name, not how people do.
"""

from __future__ import annotations

import re
import unicodedata

_SOUNDS = {
    "k": "कख", "g": "गघ", "c": "चछ", "j": "जझ", "t": "टठतथ", "d": "डढदध", "n": "ङञणनंँ",
    "p": "पफ", "b": "बभ", "m": "म", "y": "य", "r": "र", "l": "लळ", "v": "व", "s": "शषस",
    "a": "अआा", "i": "इईिी", "u": "उऊुू", "ri": "ऋृ", "e": "एे", "ai": "ऐै", "o": "ओऑोॉ",
    "au": "औौ", "H": "ह", "": "\u093c\u094dः'.()",
    " ": "-,/",
}  # fmt: skip
# A ह is no breath of the letter before it (कहानी is no खानी): its H gets small after BREATH.
SOUND = str.maketrans({letter: sound for sound, letters in _SOUNDS.items() for letter in letters})
BREATH = re.compile("(?<=[ckgjtdpbs])h+")
SPELLINGS = str.maketrans({"w": "v", "f": "p", "z": "j", "q": "k", "x": "ks", "H": "h"})
DOUBLED = re.compile("([a-z])\\1+")


def folded(text: str) -> str:
    """The sounds of a name, or of many in lines: `टोडारायसिंह` and `Todaraisingh` are `todrising`.

    An a stands only where it begins a word; y within a word sounds as i.
    """
    plain = unicodedata.normalize("NFC", text.lower()).replace("ंह", "ंघ").replace("ज्ञ", "ग्य")
    sounds = plain.replace("ee", "i").replace("oo", "u").translate(SOUND)
    sounds = BREATH.sub("", sounds).translate(SPELLINGS)
    sounds = re.sub("(?<=[a-z])y", "i", sounds)
    sounds = re.sub("(?<=[a-z])a+", "", DOUBLED.sub("\\1", sounds))
    sounds = re.sub("n(?=[pbm])", "m", sounds)
    return re.sub(" +", " ", DOUBLED.sub("\\1", sounds))


def consonants(sounds: str) -> str:
    """Of folded sounds what even a poor speller writes: `todrising` is `tddsng`. A ड़ is written r
    or d, a व as o or u or not at all."""
    begun = re.sub("\\be", "i", re.sub("\\bo", "u", sounds))
    kept = re.sub("(?<=[a-z])[iueovh]+", "", begun)
    return DOUBLED.sub("\\1", kept.replace("r", "d"))
