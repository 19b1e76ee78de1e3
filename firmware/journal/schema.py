"""The tables of the journal file, and the way from each version to the next.

A migration only adds: tables, indices, triggers, columns with defaults. So a release that knows an
older version still reads and writes the file (M9), and an update may be taken back. `rows` is the
truth; what version 2 adds is counted from it by triggers, so that an older release keeps it right,
too, and a start need not look through all rows.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from firmware.journal.faults import JournalDamaged, JournalFault
from firmware.runtime.durable import sync_file, sync_folder

APPLICATION_ID = 0x4B494F53  # "KIOS", so that `file` and people know what it is
MAGIC = b"SQLite format 3\0"  # sqlite.org/fileformat2.html, 1.3
HEADER_LENGTH = 100  # bytes, the same
FORMAT = 100  # versions below only add; 100 would be another format, which this release refuses

ROWS = """
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

# What stands open, and whose a note is, without a look through all rows. No index on the small
# tables: each would be another page to write at every order.
STANDING = """
CREATE TABLE open_orders (seq INTEGER PRIMARY KEY, order_id TEXT NOT NULL) STRICT;
CREATE TABLE unposted_orders (seq INTEGER PRIMARY KEY, order_id TEXT NOT NULL) STRICT;
CREATE TABLE tallies (kind TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT;
INSERT INTO open_orders
    SELECT seq, order_id FROM rows AS made WHERE kind = 'OrderCreated'
    AND NOT EXISTS (SELECT 1 FROM rows WHERE order_id = made.order_id AND kind = 'OrderClosed');
INSERT INTO unposted_orders
    SELECT seq, order_id FROM rows AS made WHERE kind = 'OrderPaid'
    AND NOT EXISTS (SELECT 1 FROM rows
    WHERE order_id = made.order_id AND kind IN ('OrderPosted', 'PostRefused'));
INSERT INTO tallies SELECT 'ClaimIssued', count(*) FROM rows WHERE kind = 'ClaimIssued';
INSERT INTO tallies SELECT 'ClaimRedeemed', count(*) FROM rows WHERE kind = 'ClaimRedeemed';
CREATE TRIGGER an_order_opens AFTER INSERT ON rows WHEN NEW.kind = 'OrderCreated'
    BEGIN INSERT INTO open_orders SELECT NEW.seq, NEW.order_id
    WHERE NOT EXISTS (SELECT 1 FROM open_orders WHERE order_id = NEW.order_id); END;
CREATE TRIGGER an_order_closes AFTER INSERT ON rows WHEN NEW.kind = 'OrderClosed'
    BEGIN DELETE FROM open_orders WHERE order_id = NEW.order_id; END;
CREATE TRIGGER an_order_is_paid AFTER INSERT ON rows WHEN NEW.kind = 'OrderPaid'
    BEGIN INSERT INTO unposted_orders SELECT NEW.seq, NEW.order_id
    WHERE NOT EXISTS (SELECT 1 FROM unposted_orders WHERE order_id = NEW.order_id); END;
CREATE TRIGGER an_order_is_answered AFTER INSERT ON rows
    WHEN NEW.kind IN ('OrderPosted', 'PostRefused')
    BEGIN DELETE FROM unposted_orders WHERE order_id = NEW.order_id; END;
CREATE TRIGGER a_claim_moves AFTER INSERT ON rows
    WHEN NEW.kind IN ('ClaimIssued', 'ClaimRedeemed')
    BEGIN UPDATE tallies SET count = count + 1 WHERE kind = NEW.kind; END;
CREATE INDEX rows_by_note ON rows (json_extract(body, '$.id.counter'),
    json_extract(body, '$.id.epoch'), json_extract(body, '$.id.serial'))
    WHERE kind IN ('StackIntended', 'ReturnIntended');
"""

VERSIONS: dict[int, str] = {1: ROWS, 2: STANDING}  # each on top of the one before
SCHEMA_VERSION = max(VERSIONS)
SCHEMA = "".join(VERSIONS.values())


def check_header(path: Path) -> None:
    """Raise JournalDamaged for what is no database of ours, before SQLite opens it: on closing one
    that it does not understand, it deletes the write-ahead log beside it, which may be whole."""
    try:
        with path.open("rb") as file:
            head = file.read(HEADER_LENGTH)
        log = path.with_name(path.name + "-wal")
        if not head and not (log.exists() and log.stat().st_size):
            return  # SQLite makes an empty file before it writes to it
    except FileNotFoundError:
        return
    if head.startswith(MAGIC) and len(head) == HEADER_LENGTH:
        return
    if not _log_has_it_all(path, log):
        raise JournalDamaged(f"{path}: not a database: expected {MAGIC!r}, got {head[:16]!r}")


def _log_has_it_all(path: Path, log: Path) -> bool:
    """Whether the log mends a first page that power tore in a checkpoint: tried on a copy, because
    SQLite would take the log away if it does not."""
    if not log.exists():
        return False
    with tempfile.TemporaryDirectory(prefix="trial-", dir=path.parent) as folder:
        trial = Path(folder) / path.name
        shutil.copyfile(path, trial)
        shutil.copyfile(log, trial.with_name(log.name))
        try:
            with closing(sqlite3.connect(trial)) as database:
                return database.execute("SELECT 1 FROM rows LIMIT 1").fetchone() is not None
        except sqlite3.DatabaseError:
            return False


def bring_up_to_date(database: sqlite3.Connection, path: Path) -> None:
    """Make the tables in a new file, or add what an older release did not have.

    An existing file is first copied whole, to `journal.v1.db` beside it. A file of a later version
    of this format is taken as it is. Raises JournalFault for another format, OSError and
    sqlite3.Error as the disk does.
    """
    version = int(database.execute("PRAGMA user_version").fetchone()[0])
    if version >= FORMAT:
        raise JournalFault(f"{path}: expected a schema version below {FORMAT}, got {version}")
    if version >= SCHEMA_VERSION:
        return
    if version:
        _keep_a_copy(database, path, version)
    steps = "".join(VERSIONS[step] for step in range(version + 1, SCHEMA_VERSION + 1))
    database.executescript(
        f"BEGIN IMMEDIATE; {steps} PRAGMA application_id = {APPLICATION_ID};"
        f" PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
    )


def _keep_a_copy(database: sqlite3.Connection, path: Path, version: int) -> Path:
    """The file as the release before left it, under a name that it has only when it is whole."""
    copy = _free_name(path, version)
    fresh = copy.with_name(copy.name + ".new")
    fresh.unlink(missing_ok=True)  # of a copy that power interrupted: the journal itself is whole
    with closing(sqlite3.connect(fresh)) as kept:
        database.backup(kept)
    sync_file(fresh)
    fresh.rename(copy)
    sync_folder(path.parent)
    return copy


def _free_name(path: Path, version: int) -> Path:
    """`journal.v1.db`, and `journal.v1-2.db` when there is one: no copy is ever overwritten."""
    name, count = path.with_name(f"{path.stem}.v{version}{path.suffix}"), 1
    while name.exists():
        count += 1
        name = path.with_name(f"{path.stem}.v{version}-{count}{path.suffix}")
    return name
