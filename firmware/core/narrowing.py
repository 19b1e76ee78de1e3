"""A long list of names, narrowed by where a name stands in it: "Bassi to Datob", then the names.

A tehsil has a hundred villages and more: leafing through them takes a minute, two choices do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from firmware.contract.options import Option
from firmware.contract.reading import in_language
from firmware.contract.screen import MOST_ROWS

LEAFED = 3 * MOST_ROWS  # so many are leafed through; of more, a part is chosen first
BETWEEN = ":"  # in the id of a part, and in none of a place


@dataclass(frozen=True)
class Part:
    """From the name `first` on, and before `end`, counted from 0."""

    first: int
    end: int

    @property
    def id(self) -> str:
        return f"{self.first}{BETWEEN}{self.end}"

    @classmethod
    def named(cls, text: str) -> Part | None:
        """The part of that id; None of what is none."""
        first, between, end = text.partition(BETWEEN)
        return cls(int(first), int(end)) if between and first.isdigit() and end.isdigit() else None


def narrowed(options: list[Option], within: str, language: str) -> list[Option]:
    """What is chosen from: the names themselves, or parts of them where they are too many.

    `within` is the id of the part that was chosen before, or empty. Many names are sorted as the
    `language` writes them, so that a part is found by its first and last.
    """
    if len(options) <= LEAFED:
        return options
    known = sorted(options, key=lambda option: in_language(option.words, language, option.id))
    part = Part.named(within) or Part(0, len(known))
    names = known[part.first : part.end]
    if len(names) <= LEAFED:
        return names
    return [_option(each, known, language) for each in _parts_of(part)]


def _parts_of(whole: Part) -> list[Part]:
    """As many as a screen has rows, as even as can be."""
    size = whole.end - whole.first
    edges = [whole.first + size * at // MOST_ROWS for at in range(MOST_ROWS + 1)]
    return [Part(first, end) for first, end in pairwise(edges)]


def _option(part: Part, known: list[Option], language: str) -> Option:
    first, last = (
        in_language(known[at].words, language, known[at].id) for at in (part.first, part.end - 1)
    )
    return Option(part.id, {language: f"{first} – {last}"})
