"""All places of the list, to be found by the beginning of any word of their names.

Two long strings that are searched whole: 50,000 villages are 6 MB, a key takes a few milliseconds
(docs/benchmarks.md), and the list is made in a second at the start of core. A tree of prefixes
would be as quick and ten times as large.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from heapq import nsmallest
from itertools import accumulate

from firmware.contract.options import Option
from firmware.services.folding import consonants, folded
from firmware.services.places import Places, Village

STEP = "/"  # between the places of a path: in no id
NAMES_END = ";"  # between the two names of a place


class _Lines:
    """A line a place: ` word word joined; word word joined`."""

    def __init__(self, lines: list[str]) -> None:
        self._text = "".join(lines)
        self._starts = [0, *accumulate(map(len, lines))]

    def having(self, sought: str, first: int, end: int) -> Iterator[tuple[int, bool, bool]]:
        """The lines from `first` to before `end` with a word that begins so; whether a name does,
        and whether it is the whole word."""
        start, limit = self._starts[first], self._starts[end]
        while (at := self._text.find(sought, start, limit)) >= 0:
            line = bisect_right(self._starts, at) - 1
            is_first = at == self._starts[line] or self._text[at - 1] == NAMES_END
            is_whole = self._text[at + len(sought)] in " ;\n"
            yield line, is_first, is_whole
            start = self._starts[line + 1]


class PlaceIndex:
    """Places are numbered as they stand in the list, each before those within it."""

    def __init__(self, places: Places) -> None:
        self._places: list[Village] = []
        self._parents: list[int] = []  # -1 of a district
        self._depths: list[int] = []
        self._ends: list[int] = []  # the number of the first place that is not within it
        self._take(places.district, -1, 0)
        sounds = [*map(_lines_of, self._folded("hi"), self._folded("en"))]
        self._sounds = _Lines(sounds)
        self._consonants = _Lines(consonants("".join(sounds)).splitlines(keepends=True))

    def _take(self, level: Sequence[Village], parent: int, depth: int) -> None:
        for place in level:
            at = len(self._places)
            self._places.append(place)
            self._parents.append(parent)
            self._depths.append(depth)
            self._ends.append(0)
            self._take(place.within, at, depth + 1)
            self._ends[at] = len(self._places)

    def _folded(self, language: str) -> list[str]:
        """Of all at once: a name at a time takes ten times as long."""
        return folded("\n".join(getattr(each, language) for each in self._places)).split("\n")

    def count(self, path: Sequence[str]) -> int:
        """How many places are below that of the path, on all levels."""
        first, end = self._range(path)
        return end - first

    def find(self, typed: str, path: Sequence[str], levels: int, most: int) -> list[Option]:
        """The best `most` places up to `levels` below that of the path; none for nothing typed.

        First those whose name is spelt or sounds so, then those that share its consonants. The id
        of each is its path from there, joined by STEP; its second line says where it is.
        """
        sounds = folded(typed).strip()
        if not sounds:
            return []
        (first, end), depth = self._range(path), len(path) + levels
        hits = [*self._hits(self._sounds, sounds, first, end, depth)]
        found = self._best(hits, typed.strip().lower(), most)
        if len(found) < most:
            hits = [*self._hits(self._consonants, consonants(sounds), first, end, depth)]
            more = self._best(hits, typed.strip().lower(), most)
            found += [each for each in more if each not in found]
        return [self._option(at, len(path)) for at in found[:most]]

    def _hits(
        self, lines: _Lines, sounds: str, first: int, end: int, depth: int
    ) -> Iterator[tuple[int, bool, bool]]:
        for sought in {f" {sounds}", f" {sounds.replace(' ', '')}"}:
            for hit in lines.having(sought, first, end):
                if self._depths[hit[0]] < depth:
                    yield hit

    def _best(self, hits: list[tuple[int, bool, bool]], typed: str, most: int) -> list[int]:
        """Whose name begins as it was typed, then whose name begins so at all, then the larger
        place, then the one that stands before in the list."""
        ranks: dict[int, tuple[bool, bool, bool, int, int]] = {}
        for at, is_first, is_whole in hits:
            place = self._places[at]
            is_spelt = place.hi.startswith(typed) or place.en.lower().startswith(typed)
            rank = (not is_spelt, not is_first, not is_whole, self._depths[at], at)
            ranks[at] = min(rank, ranks.get(at, rank))
        return [rank[-1] for rank in nsmallest(most, ranks.values())]

    def _range(self, path: Sequence[str]) -> tuple[int, int]:
        """The numbers of all that is within the place of that path; of nothing where there is no
        such place."""
        first, end = 0, len(self._places)
        for name in path:
            while first < end and self._places[first].id != name:
                first = self._ends[first]
            if first == end:
                return 0, 0
            first, end = first + 1, self._ends[first]
        return first, end

    def _line_of(self, at: int) -> list[int]:
        """Itself and what it lies in, the district last."""
        found = [at]
        while (at := self._parents[at]) >= 0:
            found.append(at)
        return found

    def _option(self, at: int, given: int) -> Option:
        line = [self._places[each] for each in self._line_of(at)]
        path = line[: len(line) - given]
        names = [(each.hi, each.en) for each in path[1:]]
        by = {
            language: ", ".join(name[which] for name in names)
            for which, language in enumerate(("hi", "en"))
            if names
        }
        return Option(STEP.join(each.id for each in reversed(path)), line[0].option.words, by)


def _lines_of(hindi: str, english: str) -> str:
    return f"{_words_of(hindi)}{NAMES_END}{_words_of(english)}\n"


def _words_of(name: str) -> str:
    """With all of it as one word, too: who writes it so finds it."""
    joined = name.replace(" ", "")
    return f" {name}" if joined == name else f" {name} {joined}"
