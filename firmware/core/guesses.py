"""Wrong tries are rows, so that no restart forgets them; after too many of them nobody may try.

How often and how long is a rule of till/access.py; a right try ends the count.
"""

from __future__ import annotations

from firmware.core.book import Book
from firmware.journal.chain import only
from firmware.journal.desk_rows import OperatorEntered
from firmware.journal.lookup_rows import LookupShown
from firmware.journal.paper_rows import CopyAsked
from firmware.journal.rows import KioskStarted
from firmware.till.access import Rule, WrongTry, locked_for


class Guesses:
    """Of one secret. `now` is monotonic seconds; those of the machine, because other cores compare
    with them."""

    def __init__(
        self,
        book: Book,
        rule: Rule,
        wrong: type[WrongTry],
        right: type[OperatorEntered | CopyAsked | LookupShown],
    ) -> None:
        self._book, self._rule, self._wrong, self._right = book, rule, wrong, right
        self._here_since: float | None = None
        self._read: tuple[int, list[WrongTry]] = (-1, [])

    def start(self, now: float) -> None:
        """Delays of another start of the machine run from here."""
        self._here_since = now

    def add(self, now: float) -> None:
        """One more wrong try, on disk before anybody is told."""
        self._book.write(self._wrong(self._boot(), int(now * 1000)))

    def locked_for(self, now: float) -> float:
        """Seconds until the next try; 0 when it may be now."""
        here_since = now if self._here_since is None else self._here_since
        tries = self._in_a_row()
        return locked_for(self._rule, tries, self._boot(), now, here_since) if tries else 0.0

    def _in_a_row(self) -> list[WrongTry]:
        """The wrong tries since the last right one; read again only when there are new rows."""
        journal = self._book.journal
        if self._read[0] != journal.length:
            right = next(journal.newest_of(self._right), None)
            since = journal.before_all if right is None else right.seq
            found = only(journal.of_kind_since(self._wrong, since), self._wrong)
            self._read = (journal.length, [row for _, row in found])
        return self._read[1]

    def _boot(self) -> int:
        """Which start of the machine this is; 0 in a journal that was never opened by core."""
        started = only(self._book.journal.newest_of(KioskStarted), KioskStarted)
        return next((row.boot for _, row in started), 0)
