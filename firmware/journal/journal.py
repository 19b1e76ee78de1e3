"""The journal: SQLite, WAL, synchronous=FULL, hash-chained, append-only (M2, M3, M9).

`append` returns when the rows are on disk; only then may anybody act. One commit is one fsync and
about 4 KB. The file refuses UPDATE and DELETE by triggers, with recursive_triggers on because
INSERT OR REPLACE walks past a BEFORE DELETE trigger otherwise.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import msgspec

from firmware.contract.device import EventId
from firmware.journal.rows import (
    AnyRow,
    ClaimIssued,
    ClaimRedeemed,
    OrderPaid,
    OrderPosted,
    PostRefused,
    credited_paise,
    event_key_of,
)

APPLICATION_ID = 0x4B494F53  # "KIOS", so that `file` and people know what it is
SCHEMA_VERSION = 1
GENESIS = bytes(32)  # the hash before the first row
TAIL_CHECKED_AT_START = 200  # rows; the whole chain is `verify`, which a person asks for

SCHEMA = """
CREATE TABLE rows (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    order_id TEXT,
    event_key TEXT,
    credited INTEGER NOT NULL, -- paise that ever went in, up to and with this row
    body TEXT NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX rows_by_event ON rows (event_key) WHERE event_key IS NOT NULL;
CREATE INDEX rows_by_order ON rows (order_id, kind) WHERE order_id IS NOT NULL;
CREATE INDEX rows_by_kind ON rows (kind);
CREATE TRIGGER rows_are_never_changed BEFORE UPDATE ON rows
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER rows_are_never_deleted BEFORE DELETE ON rows
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER rows_have_no_gaps BEFORE INSERT ON rows
    WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM rows)
    BEGIN SELECT RAISE(ABORT, 'the journal has no gaps'); END;
"""
COLUMNS = "seq, at, kind, order_id, event_key, credited, body, hash"


class JournalFault(Exception):
    """The journal cannot be trusted or written: no money may be taken. Says where and why."""


class AlreadyRecorded(ValueError):
    """A row with this device event stands in the journal already (M3)."""


@dataclass(frozen=True)
class Entry:
    """A row as it stands: its place in the chain, when it was written, and what it says."""

    seq: int
    at: str
    row: AnyRow
    hash: bytes


class Journal:
    """One open journal, held by one process. Raises JournalFault when it cannot be used."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seq, self._head, self._credited = 0, GENESIS, 0
        self.claims_count = self.unposted_count = 0  # not redeemed; paid and not posted
        self._lock = _lock_alone(path.with_name(path.name + ".lock"))
        try:
            self._db = self._open()
            self._check_start()
        except sqlite3.Error as error:
            os.close(self._lock)
            raise JournalFault(f"{path}: {error}") from error
        except JournalFault:
            os.close(self._lock)
            raise

    def append(self, at: datetime, *rows: AnyRow) -> str:
        """Put rows on disk in one commit, all of them or none; returns their time as written.

        Raises AlreadyRecorded for a device event that stands there, JournalFault when the disk
        refuses.
        """
        head, credited, values = self._head, self._credited, list[object]()
        when = at.isoformat(timespec="milliseconds")
        for seq, row in enumerate(rows, self._seq + 1):
            credited += credited_paise(row)
            record = _record(seq, when, row, credited)
            head = _chain(head, record)
            values += (*record, head)
        try:
            # One statement is one commit, all or nothing: no BEGIN and COMMIT around it.
            self._db.execute(_insertion(len(rows)), values)
        except sqlite3.IntegrityError as error:
            if "event_key" in str(error):
                raise AlreadyRecorded(str(rows)) from None
            raise JournalFault(f"{self.path}: {error}") from error
        except sqlite3.Error as error:
            raise JournalFault(f"{self.path}: {error}") from error
        self._seq, self._head, self._credited = self._seq + len(rows), head, credited
        self._count(rows)
        return when

    def _count(self, rows: tuple[AnyRow, ...]) -> None:
        for row in rows:
            self.claims_count += isinstance(row, ClaimIssued)
            self.claims_count -= isinstance(row, ClaimRedeemed)
            self.unposted_count += isinstance(row, OrderPaid)
            self.unposted_count -= isinstance(row, OrderPosted | PostRefused)

    def knows_event(self, key: str) -> bool:
        """Whether a device event of this key stands in the journal."""
        found = self._db.execute("SELECT 1 FROM rows WHERE event_key = ?", (key,)).fetchone()
        return found is not None

    def of_order(self, order: str) -> list[Entry]:
        """All rows of one order, oldest first."""
        return list(self._read("WHERE order_id = ? ORDER BY seq", order))

    def open_orders(self) -> list[str]:
        """Orders that were created and not closed: what a start has to finish. Oldest first."""
        return self._orders_with("OrderCreated", without=("OrderClosed",))

    def unposted_orders(self) -> list[str]:
        """Orders that are paid and that the back end has neither acknowledged nor refused."""
        return self._orders_with("OrderPaid", without=("OrderPosted", "PostRefused"))

    def order_of_note(self, name: EventId) -> str | None:
        """The order that decided last on this note, to take it or not, if there was one."""
        query = (
            "SELECT order_id FROM rows WHERE kind IN ('StackIntended', 'ReturnIntended')"
            " AND json_extract(body, '$.id.serial') = ? AND json_extract(body, '$.id.epoch') = ?"
            " AND json_extract(body, '$.id.counter') = ? ORDER BY seq DESC LIMIT 1"
        )
        found = self._db.execute(query, (name.serial, name.epoch, name.counter)).fetchone()
        return None if found is None else str(found[0])

    def last_of_kind(self, kind: type[AnyRow]) -> AnyRow | None:
        found = list(self._read("WHERE kind = ? ORDER BY seq DESC LIMIT 1", kind.__name__))
        return found[0].row if found else None

    def count_of_kind(self, kind: type[AnyRow]) -> int:
        query = "SELECT count(*) FROM rows WHERE kind = ?"
        return int(self._db.execute(query, (kind.__name__,)).fetchone()[0])

    def of_kind(self, kind: type[AnyRow]) -> list[Entry]:
        """All rows of one kind, oldest first."""
        return list(self._read("WHERE kind = ? ORDER BY seq", kind.__name__))

    def entries(self) -> Iterator[Entry]:
        """Every row, oldest first."""
        return self._read("ORDER BY seq")

    @property
    def length(self) -> int:
        return self._seq

    @property
    def head(self) -> str:
        """The hash of the last row, in hex."""
        return self._head.hex()

    @property
    def credited_paise(self) -> int:
        """All money that ever went into the boxes, in paise."""
        return self._credited

    def verify(self) -> int:
        """Recompute the whole chain; returns the number of rows, raises JournalFault."""
        return self._verify_from(0)

    def close(self) -> None:
        self._db.close()
        os.close(self._lock)

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self.path, isolation_level=None)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA recursive_triggers = ON")
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            database.executescript(
                f"BEGIN; {SCHEMA} PRAGMA application_id = {APPLICATION_ID};"
                f" PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
            )
        elif version != SCHEMA_VERSION:
            raise JournalFault(
                f"{self.path}: expected schema version {SCHEMA_VERSION}, got {version}"
            )
        return database

    def _check_start(self) -> None:
        query = "SELECT seq, hash, credited FROM rows ORDER BY seq DESC LIMIT 1"
        if (last := self._db.execute(query).fetchone()) is not None:
            self._seq, self._head, self._credited = last
        self.claims_count = self.count_of_kind(ClaimIssued) - self.count_of_kind(ClaimRedeemed)
        self.unposted_count = len(self.unposted_orders())
        self._verify_from(max(0, self._seq - TAIL_CHECKED_AT_START))

    def _verify_from(self, seq: int) -> int:
        before = self._db.execute("SELECT hash FROM rows WHERE seq = ?", (seq,)).fetchone()
        previous = GENESIS if before is None else before[0]
        checked = 0
        for record in self._db.execute(
            f"SELECT {COLUMNS} FROM rows WHERE seq > ? ORDER BY seq", (seq,)
        ):
            expected = _chain(previous, record[:-1])
            if record[-1] != expected:
                raise JournalFault(
                    f"{self.path}: row {record[0]}: expected hash {expected.hex()[:16]},"
                    f" got {record[-1].hex()[:16]}"
                )
            previous = expected
            checked += 1
        return checked

    def _read(self, where: str, *values: str) -> Iterator[Entry]:
        for seq, at, body, digest in self._db.execute(
            f"SELECT seq, at, body, hash FROM rows {where}", values
        ):
            yield Entry(seq, at, msgspec.json.decode(body, type=AnyRow), digest)

    def _orders_with(self, kind: str, without: tuple[str, ...]) -> list[str]:
        marks = ", ".join("?" * len(without))
        query = (
            "SELECT order_id FROM rows AS made WHERE kind = ? AND NOT EXISTS (SELECT 1 FROM rows"
            f" WHERE order_id = made.order_id AND kind IN ({marks})) ORDER BY seq"
        )
        return [found[0] for found in self._db.execute(query, (kind, *without))]


def read_entries(path: Path) -> list[Entry]:
    """Every row of a journal that another process holds; raises JournalFault."""
    try:
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        found = database.execute("SELECT seq, at, body, hash FROM rows ORDER BY seq").fetchall()
    except sqlite3.Error as error:
        raise JournalFault(f"{path}: {error}") from error
    database.close()
    return [
        Entry(seq, at, msgspec.json.decode(body, type=AnyRow), digest)
        for seq, at, body, digest in found
    ]


def _record(seq: int, at: str, row: AnyRow, credited: int) -> tuple[object, ...]:
    """The columns of a row, all but its hash; `credited` is the sum of credits up to here."""
    body = msgspec.json.encode(row).decode()
    order = getattr(row, "order", None)
    return (seq, at, type(row).__name__, order, event_key_of(row), credited, body)


@cache
def _insertion(count: int) -> str:
    """The statement that inserts `count` rows; the same text each time is prepared only once."""
    return f"INSERT INTO rows ({COLUMNS}) VALUES " + ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?)"] * count)


def _chain(previous: bytes, record: tuple[object, ...]) -> bytes:
    """The hash of a row: SHA-256 over the hash before it and the row's columns as JSON."""
    return hashlib.sha256(previous + msgspec.json.encode(record)).digest()


def _lock_alone(path: Path) -> int:
    """Hold the lock file, so that two tills can never write one journal; raises JournalFault."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise JournalFault(f"{path}: {error}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        held = "another process holds the journal"
        why = held if isinstance(error, BlockingIOError) else str(error)
        raise JournalFault(f"{path}: {why}") from error
    return descriptor
