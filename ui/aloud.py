"""From what is written to what is said: sums as people say them, account numbers digit by digit.

Numbers below a crore stay digits: espeak-ng says them in words, in Hindi and in English.
"""

from __future__ import annotations

import re
from functools import partial

from firmware.contract.reading import Language
from ui.languages import languages
from ui.say import NO_BREAK, Say

RUPEES = r"₹\s?(?P<rupees>[\d,]+)(?:\.(?P<paise>\d\d))?"
# Five digits and more are no number of things, nor is what begins with a nought.
CODE = r"(?<![\d.])(?P<code>\d(?: ?\d){4,}|0\d+)(?![\d.])"
SPOKEN = re.compile(f"{RUPEES}|{CODE}")
SILENT = str.maketrans({"·": ",", "●": "", "…": "", NO_BREAK: " ", "\n": " "})


class Aloud:
    """Makes texts speakable, with the words of both languages."""

    def __init__(self, helpline: str) -> None:
        self._say = {language: Say(language, helpline) for language in languages()}

    def __call__(self, text: str, language: Language) -> str:
        said = SPOKEN.sub(partial(_said, self._say[language]), text.translate(SILENT))
        return " ".join(said.split())


def _said(say: Say, match: re.Match[str]) -> str:
    if match["code"]:
        return " ".join(match["code"].replace(" ", ""))
    rupees, paise = int(match["rupees"].replace(",", "")), int(match["paise"] or 0)
    one = "spoken.rupee" if rupees == 1 else "spoken.rupees"
    parts = [say(one, rupees=rupees)] if rupees or not paise else []
    return " ".join([*parts, *([say("spoken.paise", paise=paise)] if paise else [])])
