"""The screen's words in one language, with the facts that hold for the whole kiosk."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

from firmware.contract.accounts import answers_of
from firmware.contract.faults import known
from firmware.contract.money import Money
from firmware.contract.reading import ENGLISH, HINDI, PAPER_LANGUAGES, Language, on_paper
from firmware.runtime import desk_words, fault_words
from firmware.runtime.service_words import service_words
from firmware.runtime.words import Words
from ui.languages import LOCALE

log = logging.getLogger("say")

OFFERED = (HINDI, ENGLISH)  # where nothing else is configured
NO_BREAK = "\N{NO-BREAK SPACE}"
MONTH = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")


@dataclass(frozen=True)
class FaultWords:
    """A fault as a citizen hears of it. `short` may be empty."""

    short: str
    text: str
    money: str
    mender: str
    icon: str


class Say:
    """Texts of `ui/locale/<language>`, and in Hindi what it lacks: names of services, of lists.

    `helpline` is a fact that every text may use; `offered` are the languages of this kiosk.
    """

    def __init__(
        self, language: Language, helpline: str, offered: tuple[Language, ...] = OFFERED
    ) -> None:
        self.language, self.offered = language, offered
        self._words = _words(language)
        self._helpline = helpline

    def __call__(self, key: str, **facts: object) -> str:
        """The text of `key`; raises MissingWords."""
        return self._words(key, **{"helpline": self._helpline, **facts})

    def of_fault(self, code: str) -> FaultWords | None:
        """What is said of that fault; None for none, and for a code of a newer core."""
        fault, language = known(code), on_paper(self.language)
        if fault is None:
            return None
        return FaultWords(
            short=fault_words.short(fault, language),
            text=fault_words.plain(fault, language),
            money=fault_words.money(fault, language),
            mender=fault_words.mender(fault, language, self._helpline),
            icon=fault.icon,
        )

    def as_written(self, key: str) -> str:
        """With the places of its facts still open."""
        return self._words.texts[key]

    @property
    def plain(self) -> frozenset[str]:
        """The keys of texts that are complete without any fact."""
        return self._words.plain

    def has(self, key: str) -> bool:
        return key in self._words

    def own(self, key: str, name: str, **facts: object) -> str:
        """In the words that this service, or kind of printer, has of its own, if it has."""
        return self(self._words.own(key, name), **facts)

    def problem(self, key: str, service: str, **facts: object) -> str:
        """What is wrong with an answer: in words of its own service, if it has them, or in those of
        every question."""
        return self.own(self.known(key, "number.problem"), service, **facts)

    def known(self, key: str, otherwise: str) -> str:
        """`key` if there are words for it; else the more general key, and a line in the log.

        A core that is newer than its screen must not leave the citizen with nothing.
        """
        if self.has(key):
            return key
        log.error("no words for %s in %s; saying %s", key, self.language, otherwise)
        return otherwise

    def month(self, date: str) -> str:
        """`2026-10` or `2026-10-28` as people write it; any other text as it came."""
        match = MONTH.fullmatch(date)
        if match is None or not 1 <= int(match[2]) <= 12:
            return date
        month = f"{self(f'month.{int(match[2])}')} {match[1]}"
        return f"{int(match[3])} {month}" if match[3] else month


def _words(language: Language) -> Words:
    """Hindi goes below another language only, so that what Hindi lacks is found."""
    below: dict[str, str] = {}
    if language not in PAPER_LANGUAGES:
        below = {**_shared(HINDI), **Words(LOCALE, HINDI, "ui").texts}
    return Words(LOCALE, language, "ui", {**below, **_shared(language)})


def _shared(language: Language) -> dict[str, str]:
    """Of the services, and what `kioskctl` says, too."""
    desk = desk_words.words_of(language).texts if language in PAPER_LANGUAGES else {}
    return {**service_words(language), **desk}


def amount(money: Money) -> str:
    """`₹ 470`, never broken over two lines."""
    return f"₹{NO_BREAK}{money.short()}"


def exact(money: Money) -> str:
    """`₹ 470.00`."""
    return f"₹{NO_BREAK}{money.exact()}"


def in_fours(account: str) -> str:
    """`2103 4400 1725`; of several answers `maru · 9829 0123 45 · p199`."""
    return " · ".join(_in_fours(answer) for answer in answers_of(account))


def _in_fours(answer: str) -> str:
    if not answer.isdigit():
        return answer
    return NO_BREAK.join(answer[at : at + 4] for at in range(0, len(answer), 4))


def sentences(*texts: str) -> str:
    """What is read aloud: one text after the other, each closed with a full stop or danda."""
    spoken = [text.replace("\n", " ").replace(NO_BREAK, " ").strip() for text in texts]
    return " ".join(text if text[-1] in ".।?!:" else f"{text}." for text in spoken if text)
