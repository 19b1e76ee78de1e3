"""Events that the fleet has not acknowledged: SQLite, WAL, synchronous=FULL, numbers without gaps.

What is told here is on disk when `add` returns, and only then may anybody be told that it is. The
same source is kept once. A file that cannot be read is kept aside, and a new one is another box.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

import msgspec

from firmware.contract.fleet import Told
from firmware.contract.uplink import Event
from firmware.journal.clockwatch import EARLIEST
from firmware.uplink.fitting import facts
from firmware.uplink.ids import moment_of
from firmware.uplink.stamp import Stamp, is_late, moment

log = logging.getLogger("uplink")

SOURCES_KEPT = 20_000  # a source says the same again within hours; this is weeks of them
TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, -- also after all before it are taken out
    boot INTEGER NOT NULL, t TEXT NOT NULL, t_ok INTEGER NOT NULL,
    kind TEXT NOT NULL, facts TEXT NOT NULL,
    late INTEGER -- decided when it is first sent, and said the same ever after
) STRICT;
CREATE TABLE IF NOT EXISTS sources (number INTEGER PRIMARY KEY, source TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE IF NOT EXISTS standing (key TEXT PRIMARY KEY, detail TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS commands (
    id TEXT PRIMARY KEY, verb TEXT NOT NULL, boot INTEGER NOT NULL,
    expires TEXT NOT NULL, is_done INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS replies (number INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL)
    STRICT;
"""


class OutboxFault(Exception):
    """The disk refuses: what was to be kept is not kept, and nobody may be told that it is."""


class Outbox:
    """One open outbox."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.was_lost = path, ""
        try:
            self.database = _open(path)
        except sqlite3.DatabaseError as error:
            if _is_of_the_disk(error):
                raise OutboxFault(f"{path}: {error}") from error
            self.was_lost = f"{path.name}: {error}"
            log.error("the outbox is kept aside as %s: %s", _set_aside(path), error)
            self.database = _open(path)
        self.box = self._box()
        found = self.database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'")
        self.last = int((found.fetchone() or (0,))[0])

    def add(
        self,
        told: Iterable[Told],
        stamp: Stamp,
        begun: Mapping[str, str] | None = None,
        ended: Iterable[str] = (),
    ) -> int:
        """On disk, all of it or nothing, when it returns: how many are new. Raises OutboxFault.

        `begun` and `ended` are what stands from now on, and does not: key -> detail.
        """
        added = 0
        with self.commit() as database:
            for each in told:
                added += self._insert(database, each, stamp)
            for key, detail in (begun or {}).items():
                database.execute("INSERT OR REPLACE INTO standing VALUES (?, ?)", (key, detail))
            database.executemany("DELETE FROM standing WHERE key = ?", [(key,) for key in ended])
        self.last += added
        return added

    def standing(self) -> dict[str, str]:
        """What was told to begin, and not to end: key -> detail."""
        return dict(self.database.execute("SELECT key, detail FROM standing ORDER BY key"))

    def after(self, seq: int, most: int, most_bytes: int, now: Stamp) -> list[Event]:
        """Events in their order, to be sent now; at least one, if there is one."""
        query = "SELECT seq, boot, t, t_ok, kind, facts, late FROM events WHERE seq > ?"
        rows = self.database.execute(f"{query} ORDER BY seq LIMIT ?", (seq, most)).fetchall()
        fresh = [(is_late(row[2], now.t), row[0]) for row in rows if row[6] is None]
        if fresh:
            with self.commit() as database:
                database.executemany("UPDATE events SET late = ? WHERE seq = ?", fresh)
        late = {seq: is_late for is_late, seq in fresh}
        return list(_within((_event(row, late) for row in rows), most_bytes))

    def acked(self, seq: int) -> None:
        """All up to this one are in the fleet's database. Raises OutboxFault, and then they are
        sent again after a restart."""
        with self.commit() as database:
            database.execute("DELETE FROM events WHERE seq <= ?", (seq,))
            query = "DELETE FROM sources WHERE number <= (SELECT max(number) FROM sources) - ?"
            database.execute(query, (SOURCES_KEPT,))

    @property
    def first(self) -> int:
        """The first that is not acknowledged; `last + 1` where all are."""
        found = self.database.execute("SELECT min(seq) FROM events").fetchone()[0]
        return self.last + 1 if found is None else int(found)

    @property
    def waiting(self) -> int:
        return self.last + 1 - self.first

    def close(self) -> None:
        self.database.close()

    @contextmanager
    def commit(self) -> Iterator[sqlite3.Connection]:
        """One transaction, on disk at its end; raises OutboxFault."""
        try:
            self.database.execute("BEGIN IMMEDIATE")
            yield self.database
            self.database.execute("COMMIT")
        except sqlite3.Error as error:
            raise OutboxFault(f"{self.path}: {error}") from error
        finally:
            if self.database.in_transaction:
                self.database.execute("ROLLBACK")

    def _insert(self, database: sqlite3.Connection, told: Told, stamp: Stamp) -> int:
        known = "INSERT OR IGNORE INTO sources (source) VALUES (?)"
        if told.source and not database.execute(known, (told.source,)).rowcount:
            return 0
        at, at_ok = _time(told.at, stamp)
        values = (stamp.boot, at, int(at_ok), told.kind,
                  msgspec.json.encode(facts(told.facts)).decode())  # fmt: skip
        database.execute(
            "INSERT INTO events (boot, t, t_ok, kind, facts) VALUES (?, ?, ?, ?, ?)", values
        )
        return 1

    def _box(self) -> str:
        found = self.database.execute("SELECT value FROM meta WHERE name = 'box'").fetchone()
        if found is not None:
            return str(found[0])
        box = token_hex(8)
        with self.commit() as database:
            database.execute("INSERT INTO meta VALUES ('box', ?)", (box,))
        return box


def _time(at: str, stamp: Stamp) -> tuple[str, bool]:
    """When it was, as the wire has it, and whether that is believed: a row may be of a start of the
    machine whose clock was not set, and be told when it is."""
    if not at:
        return stamp.t, stamp.t_ok
    try:
        was = moment_of(at)
    except ValueError:
        return at, False
    return moment(was), stamp.t_ok and was >= EARLIEST


def _event(row: tuple[int, int, str, int, str, str, int | None], late: Mapping[int, bool]) -> Event:
    seq, boot, t, t_ok, kind, kept, was_late = row
    return Event(
        seq=seq,
        boot=boot,
        t=t,
        t_ok=bool(t_ok),
        kind=kind,
        facts=msgspec.json.decode(
            kept, type=dict[str, str | int | float | bool | list[str] | None]
        ),
        late=late[seq] if was_late is None else bool(was_late),
    )


def _within(events: Iterable[Event], most_bytes: int) -> Iterator[Event]:
    """As many as fit, and one at least."""
    used = 0
    for event in events:
        used += len(msgspec.json.encode(event))
        if used > most_bytes and used != len(msgspec.json.encode(event)):
            return
        yield event


def _open(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.executescript(TABLES)
        database.execute("SELECT count(*) FROM events, meta").fetchone()
    except sqlite3.Error:
        database.close()
        raise
    return database


def _is_of_the_disk(error: sqlite3.Error) -> bool:
    """Full, read-only or away: it may come back, and the file is not to blame."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # sqlite.org/rescode.html
    return code not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _set_aside(path: Path) -> Path:
    count = 1
    while (aside := path.with_name(f"{path.stem}.damaged-{count}{path.suffix}")).exists():
        count += 1
    path.rename(aside)
    for suffix in ("-wal", "-shm"):
        if (beside := path.with_name(path.name + suffix)).exists():
            beside.rename(aside.with_name(aside.name + suffix))
    return aside
