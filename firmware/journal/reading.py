"""The journal read by somebody who does not hold it: read-only, while core writes or is gone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from firmware.journal.chain import COLUMNS, GENESIS, Entry, check, entry_of
from firmware.journal.faults import JournalDamaged, fault_of
from firmware.journal.row import Row

LAST = 2**63 - 1  # SQLite's largest row number
STANDS_OPEN = {
    "open_orders": ("OrderCreated", "'OrderClosed'"),
    "unposted_orders": ("OrderPaid", "'OrderPosted', 'PostRefused'"),
}  # table of version 2 -> the kind that enters an order, the kinds that take it out


@dataclass(frozen=True)
class Verified:
    """A chain that was recomputed from its first row to its last."""

    length: int
    head: str  # hex; 64 zeros for a journal without rows
    credited: int  # paise


def read_entries(path: Path, last: int = 0) -> list[Entry]:
    """Every row, or only the `last` ones, oldest first; raises JournalFault."""
    with _opened(path) as database:
        query = f"SELECT {COLUMNS} FROM rows ORDER BY seq DESC LIMIT ?"
        found = database.execute(query, (last or -1,)).fetchall()
        return [entry_of(record, path) for record in reversed(found)]


def first_entry(path: Path) -> Entry | None:
    """The oldest row of this file; raises JournalFault."""
    with _opened(path) as database:
        found = database.execute(f"SELECT {COLUMNS} FROM rows WHERE seq = 1").fetchone()
        return None if found is None else entry_of(found, path)


def read_order(path: Path, order: str) -> list[Entry]:
    """The rows of one order, oldest first; raises JournalFault."""
    with _opened(path) as database:
        query = f"SELECT {COLUMNS} FROM rows WHERE order_id = ? ORDER BY seq"
        return [entry_of(record, path) for record in database.execute(query, (order,))]


def read_kind(path: Path, kind: type[Row]) -> list[Entry]:
    """The rows of one kind, oldest first; raises JournalFault."""
    with _opened(path) as database:
        query = f"SELECT {COLUMNS} FROM rows WHERE kind = ? ORDER BY seq"
        return [entry_of(record, path) for record in database.execute(query, (kind.__name__,))]


def read_between(path: Path, after: int, before: int | None = None) -> list[Entry]:
    """The rows after one and before another, by their numbers; raises JournalFault."""
    with _opened(path) as database:
        query = f"SELECT {COLUMNS} FROM rows WHERE seq > ? AND seq < ? ORDER BY seq"
        end = LAST if before is None else before
        return [entry_of(record, path) for record in database.execute(query, (after, end))]


def verify(path: Path) -> Verified:
    """Recompute the whole chain, and what is counted from it; raises JournalFault, which names
    the first row that is wrong."""
    with _opened(path) as database:
        rows = database.execute(f"SELECT {COLUMNS} FROM rows ORDER BY seq")
        length = check(rows, 0, GENESIS, path)
        if database.execute("PRAGMA user_version").fetchone()[0] > 1:
            _check_standing(database, path)
        last = "SELECT hash, credited FROM rows ORDER BY seq DESC LIMIT 1"
        digest, credited = database.execute(last).fetchone() or (GENESIS, 0)
        return Verified(length, bytes(digest).hex(), int(credited))


def _check_standing(database: sqlite3.Connection, path: Path) -> None:
    for table, (enters, leave) in STANDS_OPEN.items():
        query = (
            f"SELECT order_id FROM rows AS made WHERE kind = '{enters}' AND NOT EXISTS"
            f" (SELECT 1 FROM rows WHERE order_id = made.order_id AND kind IN ({leave}))"
            " ORDER BY seq"
        )
        expected = database.execute(query).fetchall()
        found = database.execute(f"SELECT order_id FROM {table} ORDER BY seq").fetchall()
        if found != expected:
            raise JournalDamaged(f"{path}: {table}: expected {expected}, got {found}")


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """One moment of the journal: everything that is read belongs together."""
    try:
        with closing(connected(path)) as database:
            database.execute("BEGIN")
            yield database
    except sqlite3.Error as error:
        raise fault_of(path, error) from error


def connected(path: Path) -> sqlite3.Connection:
    """Read-only; raises sqlite3.Error. On a read-only disk SQLite cannot share memory; but there
    nobody writes, either."""
    name = f"file:{quote(str(path))}?mode=ro"
    database = sqlite3.connect(name, uri=True, isolation_level=None)
    try:
        database.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError:
        database.close()
        if not path.exists() or _has_log(path):
            raise
        return sqlite3.connect(name + "&immutable=1", uri=True, isolation_level=None)
    return database


def _has_log(path: Path) -> bool:
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0
