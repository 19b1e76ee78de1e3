"""What a service asks: one `[[ask]]` a question, in the order of the file.

Each kind checks what was typed and makes the answer of it: its canonical form, which is a part of
the account (firmware/contract/accounts.py). What it is called is in the words of the service.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, ClassVar, Literal

import msgspec

from firmware.contract.check_digit import has_verhoeff_check
from firmware.contract.letters import LONGEST_LETTER, Script, is_of, letters_of, normalised
from firmware.contract.options import Option
from firmware.contract.typed import LONGEST_SCAN

OWN = "problem"  # the sentence that a question has of its own
FIRST_YEAR = 1900  # nobody who stands here was born before
MOBILE = re.compile("[6-9][0-9]{9}")  # levels 6 to 9 of India's numbering plan are mobiles
ANSWER = re.compile("[0-9A-Za-z]{1,32}")  # of a list: a part of the account
Id = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,31}$")]
Count = Annotated[int, msgspec.Meta(ge=1, le=20)]
MOST_LETTERS = 300  # of a text: two minutes of typing, and a hand of the paper roll


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    id: Id


class Digits(Question, frozen=True, forbid_unknown_fields=True, tag="digits"):
    """A number of `digits`, or of `least` and more; `marks` may stand in it, too. One that fails
    `pattern` has a sentence of its own: `problem` among the words of the question.

    `check` is the check digit that the number ends with, where its office gives it one. `scan` are
    the rules for a code that holds more than the number: each a regular expression that fits all of
    the code, and whose one group is the number.
    """

    digits: Count
    least: Annotated[int, msgspec.Meta(ge=0, le=20)] = 0  # 0: all of them
    pattern: str = ""
    marks: Literal["", "/"] = ""
    check: Literal["", "verhoeff"] = ""
    scan: list[str] = []

    def __post_init__(self) -> None:
        """Raises ValueError for a rule that could find no number, and for a check of no number."""
        if self.check and (self.marks or self.least):
            raise ValueError(f"{self.id}: expected a check digit of digits alone, all of them")
        for rule in self.scan:
            try:
                groups = re.compile(rule).groups
            except re.error as error:
                raise ValueError(f"{self.id}: scan {rule!r}: {error}") from None
            if groups != 1:
                raise ValueError(f"{self.id}: scan {rule!r}: expected one group, got {groups}")

    @property
    def groups(self) -> Sequence[int]:
        """Fours; a mark sets apart what belongs apart."""
        return (self.digits,) if self.marks else ()

    def problem_of(self, typed: str, today: date) -> str | None:
        """What is wrong with it: a message key, or OWN; None where nothing is."""
        if not _is_whole(typed, self.digits, self.least, self.marks):
            return "number.too_short"
        if self.check and not has_verhoeff_check(typed):
            return "number.check_digit"
        return None if re.search(self.pattern, typed) else OWN

    def answer_of(self, typed: str) -> str:
        return typed

    typed_of = answer_of


class Mobile(Question, frozen=True, forbid_unknown_fields=True, tag="mobile"):
    """A mobile's ten digits."""

    digits: ClassVar[int] = 10
    least: ClassVar[int] = 0
    marks: ClassVar[str] = ""
    groups: ClassVar[Sequence[int]] = (5, 5)

    def problem_of(self, typed: str, today: date) -> str | None:
        if not _is_whole(typed, self.digits):
            return "number.too_short"
        return None if MOBILE.fullmatch(typed) else "number.not_a_mobile"

    def answer_of(self, typed: str) -> str:
        return typed

    typed_of = answer_of


class Date(Question, frozen=True, forbid_unknown_fields=True, tag="date"):
    """A day that has been: typed as DDMMYYYY, as people write it, and answered as YYYYMMDD."""

    digits: ClassVar[int] = 8
    least: ClassVar[int] = 0
    marks: ClassVar[str] = ""
    groups: ClassVar[Sequence[int]] = (2, 2, 4)

    def problem_of(self, typed: str, today: date) -> str | None:
        if not _is_whole(typed, self.digits):
            return "number.too_short"
        try:
            day = date(int(typed[4:]), int(typed[2:4]), int(typed[:2]))
        except ValueError:
            return "number.not_a_date"
        if day > today:
            return "number.date_to_come"
        return None if day.year >= FIRST_YEAR else "number.not_a_date"

    def answer_of(self, typed: str) -> str:
        return typed[4:] + typed[2:4] + typed[:2]

    def typed_of(self, answer: str) -> str:
        return answer[6:] + answer[4:6] + answer[:4]


class Year(Question, frozen=True, forbid_unknown_fields=True, tag="year"):
    """A year that has begun."""

    digits: ClassVar[int] = 4
    least: ClassVar[int] = 0
    marks: ClassVar[str] = ""
    groups: ClassVar[Sequence[int]] = ()

    def problem_of(self, typed: str, today: date) -> str | None:
        if not _is_whole(typed, self.digits):
            return "number.too_short"
        return None if FIRST_YEAR <= int(typed) <= today.year else "number.not_a_year"

    def answer_of(self, typed: str) -> str:
        return typed

    typed_of = answer_of


class Choice(Question, frozen=True, forbid_unknown_fields=True, tag="choice"):
    """One of the `options` of the file, in its order."""

    options: Annotated[list[Option], msgspec.Meta(min_length=2)]

    def __post_init__(self) -> None:
        names = [option.id for option in self.options]
        if len(set(names)) < len(names) or not all(map(ANSWER.fullmatch, names)):
            raise ValueError(f"{self.id}: expected ids of letters and digits, each once: {names}")
        if speechless := [each.id for each in self.options if not {"hi", "en"} <= set(each.words)]:
            raise ValueError(f"{self.id}: expected words in hi and en, got none of {speechless}")


LEVELS = ("district", "tehsil", "village")


class Place(Question, frozen=True, forbid_unknown_fields=True, tag="place"):
    """One more step into the country, from the list of places that lies on the kiosk; the levels
    follow each other."""

    level: Literal["district", "tehsil", "village"]


class Fetched(Question, frozen=True, forbid_unknown_fields=True, tag="fetched"):
    """One of what the back end offers after the answers before (FetchOptions)."""


class Text(Question, frozen=True, forbid_unknown_fields=True, tag="text"):
    """The citizen's own words, of `least` to `most` letters (firmware/contract/letters.py); with a
    `least` of 0 they may be left out. They are no part of the account. `lines` is how tall the box
    on the screen is."""

    most: Annotated[int, msgspec.Meta(ge=1, le=MOST_LETTERS)]
    least: Annotated[int, msgspec.Meta(ge=0, le=MOST_LETTERS)] = 0
    script: Script = "any"
    lines: Annotated[int, msgspec.Meta(ge=1, le=6)] = 1

    def __post_init__(self) -> None:
        if self.least > self.most:
            raise ValueError(f"{self.id}: expected least <= most, got {self.least}, {self.most}")

    def problem_of(self, typed: str, today: date) -> str | None:
        if len(typed) > self.most * LONGEST_LETTER:
            return "text.too_long"
        text = normalised(typed)
        letters = letters_of(text)
        if letters is None:
            return "text.not_allowed"
        if len(letters) < self.least:
            return "text.too_short"
        if len(letters) > self.most:
            return "text.too_long"
        return None if is_of(text, self.script) else f"text.not_{self.script}"

    def answer_of(self, typed: str) -> str:
        return normalised(typed)

    typed_of = answer_of


TypedAsk = Digits | Mobile | Date | Year
ListAsk = Choice | Place | Fetched
Ask = TypedAsk | Text | ListAsk


def scanned(ask: Ask, read: str, today: date) -> str | None:
    """The number in what a bar code reader read: the whole of it, or what the first rule that fits
    finds. None where it is not certain: a wrong number would be another citizen's bill."""
    text = read.strip()
    if not isinstance(ask, Digits | Mobile) or len(text) >= LONGEST_SCAN:
        return None
    rules = ask.scan if isinstance(ask, Digits) else []
    found = [text, *(match[1] or "" for rule in rules if (match := re.fullmatch(rule, text)))]
    return next((each for each in found if ask.problem_of(each, today) is None), None)


def _is_whole(typed: str, digits: int, least: int = 0, marks: str = "") -> bool:
    """Whether it is of that length, and of digits and marks alone."""
    is_written = typed.isascii() and all(each.isdigit() or each in marks for each in typed)
    return is_written and (least or digits) <= len(typed) <= digits
