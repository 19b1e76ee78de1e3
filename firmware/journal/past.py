"""The files of the years before: whole, read-only, and still asked whatever the journal is asked.

A row stays where it was written. So what a claim slip, a receipt's duplicate or a device that tells
an old note again needs is found by the same indices, in one file after the other.

A collection or a day may begin in one year and end in the next. For them the rows of all files are
one row of numbers: the last one of the file before is 0, those before it are below 0.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from firmware.contract.device import EventId
from firmware.journal.chain import COLUMNS, Entry, entry_of
from firmware.journal.faults import JournalDamaged, JournalFault
from firmware.journal.reading import Verified, connected, first_entry, verify
from firmware.journal.rows import AnyRow, JournalBegun, credited_paise

NAME = re.compile(r"-(?P<year>[0-9]{4})(?:-(?P<count>[0-9]+))?")  # between stem and suffix
ORDER_OF_NOTE = (
    "SELECT order_id FROM rows WHERE kind IN ('StackIntended', 'ReturnIntended')"
    " AND json_extract(body, '$.id.serial') = ? AND json_extract(body, '$.id.epoch') = ?"
    " AND json_extract(body, '$.id.counter') = ? ORDER BY seq DESC LIMIT 1"
)
ORDER_OF_SESSION = (
    "SELECT order_id FROM rows WHERE kind = 'CashOpened'"
    " AND json_extract(body, '$.session') = ? ORDER BY seq DESC LIMIT 1"
)


def archives(path: Path) -> list[Path]:
    """`journal-2026.db`, `journal-2027.db` beside `journal.db`: oldest first."""
    found = []
    for file in path.parent.glob(f"{path.stem}-*{path.suffix}"):
        if name := NAME.fullmatch(file.stem.removeprefix(path.stem)):
            found.append((int(name["year"]), int(name["count"] or 1), file))
    return [file for _, _, file in sorted(found)]


def files_of(path: Path) -> list[Path]:
    """All files that the record stands in, oldest first; the last one is written to."""
    return [*archives(path), path]


def archive_name(path: Path, year: str) -> Path:
    """A name that no archive has yet."""
    name, count = path.with_name(f"{path.stem}-{year}{path.suffix}"), 1
    while name.exists():
        count += 1
        name = path.with_name(f"{path.stem}-{year}-{count}{path.suffix}")
    return name


@dataclass(frozen=True)
class Linked:
    """An archive that the journal goes on from, itself or by way of others."""

    file: Path
    database: sqlite3.Connection
    shift: int  # below 0: what makes a row's number here of its number there


class Past:
    """The archives beside one journal, opened when they are first asked.

    Raises JournalFault when one cannot be read: what it knows decides whether a note counts (M3).
    It never raises JournalDamaged, which is said of the journal itself.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened: list[tuple[Path, sqlite3.Connection]] | None = None
        self._linked: list[Linked] | None = None  # the newest first

    def knows_event(self, key: str) -> bool:
        """Whether a device event of this key stands in one of them."""
        return any(self._ask("SELECT 1 FROM rows WHERE event_key = ? LIMIT 1", key))

    def of_order(self, order: str) -> list[Entry]:
        """All rows of one order, oldest first."""
        return list(self._read("WHERE order_id = ? ORDER BY seq", order))

    def of_kind(self, kind: type[AnyRow]) -> list[Entry]:
        """All rows of one kind, oldest first."""
        return list(self._read("WHERE kind = ? ORDER BY seq", kind.__name__))

    @property
    def before_all(self) -> int:
        """The number before the first row of all; 0 where no file goes before."""
        return min((each.shift for each in self._links()), default=0)

    def newest_of(self, kind: type[AnyRow]) -> Iterator[Entry]:
        """The rows of one kind in the files that the journal goes on from, the newest first."""
        for each in self._links():
            yield from _shifted(each, "WHERE kind = ? ORDER BY seq DESC", kind.__name__)

    def since(self, seq: int) -> Iterator[Entry]:
        """Every row after `seq` in the files that the journal goes on from, oldest first."""
        for each in reversed(self._links()) if seq < 0 else ():
            yield from _shifted(each, "WHERE seq > ? ORDER BY seq", seq - each.shift)

    def of_kind_since(self, kind: type[AnyRow], seq: int) -> Iterator[Entry]:
        """The rows of one kind among those of `since`."""
        where = "WHERE kind = ? AND seq > ? ORDER BY seq"
        for each in reversed(self._links()) if seq < 0 else ():
            yield from _shifted(each, where, kind.__name__, seq - each.shift)

    def order_of_note(self, name: EventId) -> str | None:
        """The order that decided last on this note, if there was one."""
        return self._last(ORDER_OF_NOTE, name.serial, name.epoch, name.counter)

    def order_of_session(self, session: str) -> str | None:
        """The order for which this cash session was opened."""
        return self._last(ORDER_OF_SESSION, session)

    def close(self) -> None:
        for _, database in self._opened or ():
            database.close()
        self._opened = self._linked = None

    def _last(self, query: str, *values: object) -> str | None:
        found = [row[0] for row in self._ask(query, *values)]
        return str(found[-1]) if found else None

    def _read(self, where: str, *values: object) -> Iterator[Entry]:
        for record in self._ask(f"SELECT {COLUMNS} FROM rows {where}", *values):
            yield entry_of(record, self._path)

    def _ask(self, query: str, *values: object) -> Iterator[tuple[object, ...]]:
        for file, database in self._all():
            yield from _asked(file, database, query, *values)

    def _all(self) -> list[tuple[Path, sqlite3.Connection]]:
        if self._opened is None:
            self._opened = list(_open_all(self._path))
        return self._opened

    def _links(self) -> list[Linked]:
        if self._linked is None:
            self._linked = list(_links(self._path, self._all()))
        return self._linked


def _links(path: Path, opened: list[tuple[Path, sqlite3.Connection]]) -> Iterator[Linked]:
    """From each file to the one that its first row names, as far as they fit together. Behind a
    journal that was lost there is nothing to go on from: what it collected is not known."""
    left, shift = {file.name: (file, database) for file, database in opened}, 0
    first = first_entry(path) if left else None
    while first is not None and isinstance(first.row, JournalBegun) and first.row.archive in left:
        shift -= first.row.previous_length
        linked = Linked(*left.pop(first.row.archive), shift)
        last = next(_shifted(linked, "WHERE seq = ?", first.row.previous_length), None)
        if last is None or last.hash.hex() != first.row.previous_head:
            return
        yield linked
        first = next(_shifted(linked, "WHERE seq = 1"), None)


def _shifted(linked: Linked, where: str, *values: object) -> Iterator[Entry]:
    query = f"SELECT {COLUMNS} FROM rows {where}"
    for record in _asked(linked.file, linked.database, query, *values):
        entry = entry_of(record, linked.file)
        yield replace(entry, seq=entry.seq + linked.shift)


def _asked(
    file: Path, database: sqlite3.Connection, query: str, *values: object
) -> Iterator[tuple[object, ...]]:
    try:
        yield from database.execute(query, values)
    except sqlite3.Error as error:
        raise JournalFault(f"{file}: {error}") from error


def _open_all(path: Path) -> Iterator[tuple[Path, sqlite3.Connection]]:
    for file in archives(path):
        try:
            yield file, connected(file)
        except sqlite3.Error as error:
            raise JournalFault(f"{file}: {error}") from error


def is_end_of(path: Path, begun: JournalBegun) -> str:
    """What is wrong with the archive that `begun` goes on from; empty when nothing is."""
    file = path.with_name(begun.archive)
    try:
        found = hash_in(file, begun.previous_length)
    except JournalFault as fault:
        return str(fault)
    if found != begun.previous_head:
        got = found and found[:16]
        expected = begun.previous_head[:16]
        return f"{file}: row {begun.previous_length}: expected hash {expected}, got {got}"
    return ""


def hash_in(file: Path, seq: int) -> str | None:
    """The hash of one row of an archive, in hex; None when it does not stand there."""
    try:
        database = connected(file)
        try:
            found = database.execute("SELECT hash FROM rows WHERE seq = ?", (seq,)).fetchone()
        finally:
            database.close()
    except sqlite3.Error as error:
        raise JournalFault(f"{file}: {error}") from error
    return None if found is None else bytes(found[0]).hex()


def verify_all(path: Path) -> Iterator[tuple[Path, Verified]]:
    """Recompute the chain of every file, oldest first, and that each goes on from the one before.

    Raises JournalFault, which names the file and the first row that is wrong.
    """
    known: dict[str, Verified] = {}
    for file in files_of(path):
        found = verify(file)
        first = first_entry(file)
        if first is not None and isinstance(first.row, JournalBegun) and first.row.archive:
            _check_link(file, first.row, known.get(first.row.archive))
        known[file.name] = found
        yield file, found


def _check_link(file: Path, begun: JournalBegun, before: Verified | None) -> None:
    if before is None:
        raise JournalDamaged(f"{file}: goes on from {begun.archive}, which is not there")
    expected = (before.length, before.head, before.credited)
    said = (begun.previous_length, begun.previous_head, credited_paise(begun))
    if said != expected:
        raise JournalDamaged(f"{file}: {begun.archive} ends with {expected}, but row 1 says {said}")
