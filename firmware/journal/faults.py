"""What can be wrong with the journal, told apart by what has to be done about it.

JournalFault            no money may be taken; it may pass by itself: a disk full, read-only, away
+-- JournalDamaged      what stands in the file cannot be trusted: recovery keeps it aside
AlreadyRecorded         ValueError: this device event stands in the journal (M3)
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

PRIMARY_CODE = 0xFF  # the low byte of an extended result code (sqlite.org/rescode.html)
NOT_TEXT = "Could not decode to UTF-8"  # of the module sqlite3, which has no code for it
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
# A file that ends too early, and a file system that says of itself that it is corrupt. Every other
# failure to read or write is the disk's, and a disk may come back.
DAMAGED_EXTENDED = frozenset({sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS})


class JournalFault(Exception):
    """The journal cannot be trusted or written: no money may be taken. Says where and why."""


class JournalDamaged(JournalFault):
    """The file itself is wrong: it stays wrong however often it is opened."""


class AlreadyRecorded(ValueError):
    """A row with this device event stands in the journal already (M3)."""


def fault_of(path: Path, error: sqlite3.Error) -> JournalFault:
    """What an error of SQLite means for the journal at `path`."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:  # not from SQLite, but from what Python made of its answer
        is_damage = NOT_TEXT in str(error)
    else:
        is_damage = code & PRIMARY_CODE in DAMAGED or code in DAMAGED_EXTENDED
        is_damage = is_damage or _lacks_a_table(code, error)
    return (JournalDamaged if is_damage else JournalFault)(f"{path}: {error}")


def _lacks_a_table(code: int, error: sqlite3.Error) -> bool:
    """SQLite has no code of its own for a schema that is not ours."""
    words = ("no such table", "no such column", "already exists")
    return code == sqlite3.SQLITE_ERROR and any(word in str(error) for word in words)
