"""Words that the operator's screen and kioskctl share: tests of devices, the way to the office."""

from __future__ import annotations

from functools import cache

from firmware.runtime.fault_words import FOLDER
from firmware.runtime.words import Words


@cache
def words_of(language: str) -> Words:
    return Words(FOLDER, language, "desk")
