"""The journal: SQLite, WAL, synchronous=FULL, hash-chained, append-only (M2, M3, M9).

`append` returns when the rows are on disk; only then may anybody act. One commit is one fsync and
about 4 KB. The file refuses UPDATE and DELETE by triggers, with recursive_triggers on because
INSERT OR REPLACE walks past a BEFORE DELETE trigger otherwise.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

from firmware.contract.device import EventId
from firmware.journal import days
from firmware.journal.chain import COLUMNS, GENESIS, Entry, chain, check, entry_of, record_of
from firmware.journal.desk_rows import CollectionClosed
from firmware.journal.faults import AlreadyRecorded, JournalDamaged, JournalFault, fault_of
from firmware.journal.past import ORDER_OF_NOTE, ORDER_OF_SESSION, Past
from firmware.journal.reading import read_entries
from firmware.journal.rows import (
    AnyRow,
    ClaimIssued,
    ClaimRedeemed,
    JournalBegun,
    JournalConfirmed,
    OrderCreated,
    OrderPaid,
    OrderPosted,
    PostRefused,
    ReadRow,
    credited_paise,
    number_of,
)
from firmware.journal.schema import bring_up_to_date, check_header

__all__ = ["AlreadyRecorded", "Entry", "Journal", "JournalDamaged", "JournalFault", "read_entries"]

BUSY_PATIENCE = 5.0  # seconds to wait for somebody who reads, which only an archive has to
TAIL_CHECKED_AT_START = 200  # rows; the whole chain is `verify`, which a person asks for


class Journal:
    """One open journal, held by one process. Raises JournalFault when it cannot be used."""

    def __init__(self, path: Path) -> None:
        self.path, self.past = path, Past(path)
        self._seq, self._head, self._credited = 0, GENESIS, 0
        self.claims_count = self.unposted_count = 0  # not redeemed; paid and not posted
        self.collected_paise = 0  # taken out with the cash box
        self.last_at = ""  # what the clock said at the last row, ISO 8601 with offset
        self.next_order = 1  # the number that the next order may have
        self.to_confirm: int | None = None  # the JournalBegun row that somebody has to look at
        self._lock: int | None = lock_alone(path.with_name(path.name + ".lock"))
        try:
            self._db = _open(path)
        except JournalFault:
            os.close(self._lock)
            raise
        try:
            self._check_start()
        except sqlite3.Error as error:
            self.close()
            raise fault_of(path, error) from error
        except JournalFault:
            self.close()
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
            record = record_of(seq, when, row, credited)
            head = chain(head, record)
            values += (*record, head)
        try:
            # One statement is one commit, all or nothing: no BEGIN and COMMIT around it.
            self._db.execute(_insertion(len(rows)), values)
        except sqlite3.IntegrityError as error:
            if "event_key" in str(error):
                raise AlreadyRecorded(str(rows)) from None
            raise JournalFault(f"{self.path}: {error}") from error
        except sqlite3.Error as error:
            raise fault_of(self.path, error) from error
        self._count(enumerate(rows, self._seq + 1))
        self._seq, self._head, self._credited = self._seq + len(rows), head, credited
        self.last_at = when
        return when

    def _count(self, rows: Iterable[tuple[int, ReadRow]]) -> None:
        for seq, row in rows:
            match row:
                case ClaimIssued():
                    self.claims_count += 1
                case ClaimRedeemed():
                    self.claims_count -= 1
                case OrderPaid():
                    self.unposted_count += 1
                case OrderPosted() | PostRefused():
                    self.unposted_count -= 1
                case OrderCreated(order=order):
                    self.next_order = max(self.next_order, number_of(order) + 1)
                case JournalBegun() as begun:
                    self.next_order = max(self.next_order, begun.next_order)
                    self.claims_count += begun.open_claims
                    self.collected_paise += begun.collected.paise
                    self.to_confirm = self.to_confirm if begun.archive else seq
                case JournalConfirmed():
                    self.to_confirm = None
                case CollectionClosed(total=total):
                    self.collected_paise = total.paise
                case _:
                    pass

    def knows_event(self, key: str) -> bool:
        """Whether a device event of this key stands in the journal, whatever its year."""
        found = self._db.execute("SELECT 1 FROM rows WHERE event_key = ?", (key,)).fetchone()
        return found is not None or self.past.knows_event(key)

    def of_order(self, order: str) -> list[Entry]:
        """All rows of one order, whatever its year, oldest first."""
        here = list(self._read("WHERE order_id = ? ORDER BY seq", order))
        is_all = bool(here) and isinstance(here[0].row, OrderCreated)
        return here if is_all else [*self.past.of_order(order), *here]

    def open_orders(self) -> list[str]:
        """Orders that were created and not closed: what a start has to finish. Oldest first."""
        return [row[0] for row in self._db.execute("SELECT order_id FROM open_orders ORDER BY seq")]

    def unposted_orders(self) -> list[str]:
        """Orders that are paid and that the back end has neither acknowledged nor refused."""
        found = self._db.execute("SELECT order_id FROM unposted_orders ORDER BY seq")
        return [row[0] for row in found]

    def order_of_note(self, name: EventId) -> str | None:
        """The order that decided last on this note, to take it or not, if there was one."""
        names = (name.serial, name.epoch, name.counter)
        found = self._db.execute(ORDER_OF_NOTE, names).fetchone()
        return self.past.order_of_note(name) if found is None else str(found[0])

    def order_of_session(self, session: str) -> str | None:
        """The order for which this cash session was opened; the newest is found at once."""
        if not session:
            return None
        found = self._db.execute(ORDER_OF_SESSION, (session,)).fetchone()
        return self.past.order_of_session(session) if found is None else str(found[0])

    def last_of(self, kind: type[AnyRow]) -> Entry | None:
        """The newest row of that kind in this file."""
        return next(self._newest_here(kind), None)

    def newest_of(self, kind: type[AnyRow]) -> Iterator[Entry]:
        """The rows of one kind, the newest first, whatever their year; those of the years before
        have numbers below 1. No more are read than are asked for."""
        yield from self._newest_here(kind)
        yield from self.past.newest_of(kind)

    def _newest_here(self, kind: type[AnyRow]) -> Iterator[Entry]:
        return self._read("WHERE kind = ? ORDER BY seq DESC", kind.__name__)

    @property
    def before_all(self) -> int:
        """A number that every row has come after: 0, or less when years went before this file."""
        return self.past.before_all

    def hash_of(self, seq: int) -> str | None:
        """The hash of one row, in hex; None when it does not stand there."""
        found = self._db.execute("SELECT hash FROM rows WHERE seq = ?", (seq,)).fetchone()
        return None if found is None else bytes(found[0]).hex()

    def of_kind(self, kind: type[AnyRow]) -> list[Entry]:
        """All rows of one kind, whatever their year, oldest first, numbered as in their files."""
        return [*self.past.of_kind(kind), *self._here(kind)]

    def of_kind_since(self, kind: type[AnyRow], seq: int) -> list[Entry]:
        """The rows of one kind after `seq`, oldest first; where that is of the years before, theirs
        too, numbered as `newest_of` has them."""
        before = self.past.of_kind_since(kind, seq)
        here = self._read("WHERE kind = ? AND seq > ? ORDER BY seq", kind.__name__, seq)
        return [*before, *here]

    def since(self, seq: int) -> Iterator[Entry]:
        """Every row after `seq`, oldest first; of the years before as in `of_kind_since`."""
        yield from self.past.since(seq)
        yield from self._read("WHERE seq > ? ORDER BY seq", seq)

    def entries(self) -> Iterator[Entry]:
        """Every row of this file, oldest first."""
        return self._read("ORDER BY seq")

    def first_row_of(self, midnight: datetime) -> int:
        """The first row that may be of the day that begins then, or the row to come."""
        return days.first_row(self._db, midnight)

    def credited_from(self, seq: int) -> int:
        """Paise of the notes and coins of this row and all after it."""
        return days.credited_from(self._db, seq)

    def count_from(self, kind: type[AnyRow], seq: int) -> int:
        """How many rows of one kind there are from this row on."""
        return days.count_from(self._db, kind.__name__, seq)

    @property
    def is_confirmed(self) -> bool:
        """Whether nothing is known to be missing that an operator has not looked at."""
        return self.to_confirm is None

    @property
    def length(self) -> int:
        return self._seq

    @property
    def head(self) -> str:
        """The hash of the last row, in hex."""
        return self._head.hex()

    @property
    def credited_paise(self) -> int:
        """All money that ever went in, less the change that was paid out of it, in paise."""
        return self._credited

    def first_year(self, since: str) -> str | None:
        """Of the first row that was written at `since` (ISO 8601) or after it."""
        query = "SELECT at FROM rows WHERE at >= ? ORDER BY seq LIMIT 1"
        found = self._db.execute(query, (since,)).fetchone()
        return None if found is None else str(found[0])[:4]

    @property
    def inside_paise(self) -> int:
        """What of it is still in the boxes."""
        return self._credited - self.collected_paise

    def verify(self) -> int:
        """Recompute the chain of this file; returns the number of rows, raises JournalFault."""
        return self._verify_from(0)

    def fold_up(self) -> bool:
        """Put all of it into the one file, without a log beside it, as an archive is; False when
        somebody is reading. It is not to be written after that."""
        try:
            mode = self._db.execute("PRAGMA journal_mode = DELETE").fetchone()
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
                return False
            raise fault_of(self.path, error) from error
        return bool(mode == ("delete",))

    def close(self) -> None:
        """Let go of the file; a second time does nothing."""
        self.past.close()
        self._db.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _check_start(self) -> None:
        query = "SELECT seq, hash, credited, at FROM rows ORDER BY seq DESC LIMIT 1"
        if (last := self._db.execute(query).fetchone()) is not None:
            self._seq, self._head, self._credited, self.last_at = last
        self._verify_from(max(0, self._seq - TAIL_CHECKED_AT_START))
        tallies = dict(self._db.execute("SELECT kind, count FROM tallies").fetchall())
        self.claims_count = tallies.get("ClaimIssued", 0) - tallies.get("ClaimRedeemed", 0)
        self.unposted_count = len(self.unposted_orders())
        kinds = (OrderCreated, JournalConfirmed, CollectionClosed)
        last = [self.last_of(kind) for kind in kinds]
        begun = self._here(JournalBegun)
        standing = sorted(filter(None, [*last, *begun]), key=lambda entry: entry.seq)
        self._count((entry.seq, entry.row) for entry in standing)

    def _verify_from(self, seq: int) -> int:
        before = self._db.execute("SELECT hash FROM rows WHERE seq = ?", (seq,)).fetchone()
        query = f"SELECT {COLUMNS} FROM rows WHERE seq > ? ORDER BY seq"
        previous = GENESIS if before is None else before[0]
        return check(self._db.execute(query, (seq,)), seq, previous, self.path)

    def _here(self, kind: type[AnyRow]) -> Iterator[Entry]:
        return self._read("WHERE kind = ? ORDER BY seq", kind.__name__)

    def _read(self, where: str, *values: str | int) -> Iterator[Entry]:
        for record in self._db.execute(f"SELECT {COLUMNS} FROM rows {where}", values):
            yield entry_of(record, self.path)


@cache
def _insertion(count: int) -> str:
    """The statement that inserts `count` rows; the same text each time is prepared only once."""
    return f"INSERT INTO rows ({COLUMNS}) VALUES " + ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?)"] * count)


def _open(path: Path) -> sqlite3.Connection:
    """Raises JournalFault as the disk or the file has it."""
    database: sqlite3.Connection | None = None
    try:
        check_header(path)
        database = sqlite3.connect(path, timeout=BUSY_PATIENCE, isolation_level=None)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA recursive_triggers = ON")
        bring_up_to_date(database, path)
    except (sqlite3.Error, OSError, JournalFault) as error:
        if database is not None:
            database.close()
        if isinstance(error, sqlite3.Error):
            raise fault_of(path, error) from error
        if isinstance(error, JournalFault):
            raise
        raise JournalFault(f"{path}: {error}") from error
    return database


def lock_alone(path: Path) -> int:
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
