"""On which line of a TOML file a key stands: what tomllib does not say, and a person wants to know.

Reads what the catalogue's files are made of: headers, arrays of tables, one key a line.
"""

from __future__ import annotations

import re
from collections import Counter

Key = tuple[str | int, ...]  # as in ("ask", 0, "digits")

HEADER = re.compile(r"\s*(\[\[?)\s*([\w.\-]+)\s*\]\]?")
KEY = re.compile(r"\s*([\w\-]+(?:\.[\w\-]+)*)\s*=")
STEP = re.compile(r"\.([\w\-]+)|\[(\d+)\]|(\[\.\.\.\])")
FIRST = 1


class Lines:
    """Of one file. Lines are counted from 1."""

    def __init__(self, text: str) -> None:
        self._at: dict[Key, int] = {(): FIRST}
        self._counts: Counter[Key] = Counter()
        header: Key = ()
        for number, line in enumerate(text.splitlines(), FIRST):
            if (found := HEADER.match(line)) is not None:
                header = self._enter(found[2].split("."), found[1] == "[[")
                self._at.setdefault(header, number)
            elif (found := KEY.match(line)) is not None:
                self._at.setdefault((*header, *found[1].split(".")), number)

    def _enter(self, names: list[str], is_array: bool) -> Key:
        """The table that a header opens; `[entry.words]` belongs to the last `[[entry]]`."""
        key: Key = ()
        for name in names[:-1]:
            key = self._last((*key, name))
        key = (*key, names[-1])
        if not is_array:
            return self._last(key)
        self._counts[key] += 1
        return (*key, self._counts[key] - 1)

    def _last(self, key: Key) -> Key:
        count = self._counts[key]
        return (*key, count - 1) if count else key

    def of(self, key: Key) -> int:
        """The line of that key, or of the nearest table around it."""
        while key not in self._at:
            key = key[:-1]
        return self._at[key]

    def of_path(self, path: str, unknown: str = "", missing: str = "") -> int:
        """The line of a place as msgspec names it: `$.ask[0].digits`, `$.words[...]`.

        Of several tables that may be meant, it is one that has the `unknown` key, or not the
        `missing` one.
        """
        wanted = [name or (int(count) if count else None) for name, count, _ in STEP.findall(path)]
        tables = [key for key in self._at if _fits(key, wanted)]
        having = [(*key, unknown) for key in tables if (*key, unknown) in self._at]
        lacking = [key for key in tables if missing and (*key, missing) not in self._at]
        return min((self._at[key] for key in having or lacking or tables), default=FIRST)


def _fits(key: Key, wanted: list[str | int | None]) -> bool:
    return len(key) == len(wanted) and all(
        each is None or each == part for part, each in zip(key, wanted, strict=True)
    )
