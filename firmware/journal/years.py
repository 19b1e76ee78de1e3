"""The record of all its years as one, read by somebody who does not hold it.

Rows are numbered as `past.py` has them: those of the years before stand below 1.
"""

from __future__ import annotations

from pathlib import Path

from firmware.journal.chain import Entry
from firmware.journal.past import Past, files_of
from firmware.journal.reading import read_between, read_entries, read_kind, read_order
from firmware.journal.rows import AnyRow


class Years:
    """A journal and the archives that it goes on from. Everything raises JournalFault."""

    def __init__(self, path: Path) -> None:
        self._path, self._past = path, Past(path)

    @property
    def before_all(self) -> int:
        """The number before the first row of all."""
        return self._past.before_all

    def of_kind(self, kind: type[AnyRow]) -> list[Entry]:
        """The rows of one kind, oldest first."""
        before = self._past.of_kind_since(kind, self.before_all)
        return [*before, *read_kind(self._path, kind)]

    def between(self, after: int, before: int | None = None) -> list[Entry]:
        """The rows after one and before another, oldest first."""
        past = [e for e in self._past.since(after) if before is None or e.seq < before]
        return [*past, *read_between(self._path, after, before)]

    def of_order(self, order: str) -> list[Entry]:
        """The rows of one order, oldest first."""
        return [*self._past.of_order(order), *read_order(self._path, order)]

    def of_day(self, day: str) -> list[Entry]:
        """The rows of a day by what the clock said: YYYY-MM-DD. Of every archive there is."""
        files = files_of(self._path)
        return [e for file in files for e in read_entries(file) if e.at[:10] == day]

    def close(self) -> None:
        self._past.close()
