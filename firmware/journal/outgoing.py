"""The journal as rows for the fleet: all of its files, the oldest first, column by column.

No row is stored twice, so what the fleet has not acknowledged is read from here when it is asked
for. Read beside core, which goes on writing; an archive and a file that was set aside are ended. Of
one that is damaged the rows are told as far as its chain holds, as in salvage.py; of an archive
with a worn page, as far as it can be read.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from firmware.contract.fleet import Rows, RowsAfter
from firmware.contract.uplink import JournalRow
from firmware.journal.aside import kept_aside
from firmware.journal.chain import COLUMNS, GENESIS, check
from firmware.journal.faults import JournalDamaged, JournalFault, fault_of
from firmware.journal.past import archives
from firmware.journal.reading import connected
from firmware.journal.salvage import copy_of

CHAIN_DIGITS = 16  # of the hash of a file's first row
Record = tuple[object, ...]  # COLUMNS


@dataclass(frozen=True)
class _File:
    path: Path
    name: str
    is_ended: bool = True
    is_damaged: bool = False


class Outgoing:
    """Of the journal at `path`; `close` it. Everything raises JournalFault for a disk that is away.

    One thread at a time may use it, any: nothing stays open between two questions but the copy of a
    damaged file, which is read from there so that it stays as it was found.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._copies: dict[str, Path] = {}
        self._stack = ExitStack()

    def after(self, asked: RowsAfter) -> Rows:
        """The answer to one question."""
        files = [file for file in self._files() if file.name not in asked.done]
        file = files[0]  # the journal itself is never done
        try:
            return self._read(file, asked)
        except (JournalFault, OSError) as fault:
            if not (file.is_ended and _stays_so(file, fault)):
                raise
            return Rows(file.name, ends=True, why=str(fault))

    def close(self) -> None:
        """Take away the copies."""
        self._stack.close()
        self._copies.clear()

    def _files(self) -> list[_File]:
        """Those that are ended in the order in which they were written last, then the journal."""
        name = self._path.name
        ended = [_File(each, each.name) for each in archives(self._path)]
        for folder in kept_aside(self._path):
            if (folder / name).exists():
                ended.append(_File(folder / name, folder.name, is_damaged=True))
        ended.sort(key=lambda file: file.path.stat().st_mtime_ns)
        return [*ended, _File(self._path, name, is_ended=False)]

    def _read(self, file: _File, asked: RowsAfter) -> Rows:
        path = self._copy(file) if file.is_damaged else file.path
        try:
            with closing(connected(path)) as database:
                database.execute("BEGIN")
                return _rows(database, file, asked)
        except sqlite3.Error as error:
            raise fault_of(file.path, error) from error

    def _copy(self, file: _File) -> Path:
        if file.name not in self._copies:
            folder = self._stack.enter_context(TemporaryDirectory(prefix="outgoing-"))
            self._copies[file.name] = copy_of(file.path, Path(folder))
        return self._copies[file.name]


def _stays_so(file: _File, fault: JournalFault | OSError | sqlite3.Error) -> bool:
    """Whether to ask again is of no use: damage, or a worn place of the card. No room for the copy
    passes, and a file that was once told to be ended is never asked for again."""
    if isinstance(fault, OSError):
        return fault.errno == errno.EIO
    cause = fault if isinstance(fault, sqlite3.Error) else fault.__cause__
    if getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_IOERR_READ:
        return True
    found = fault_of(file.path, fault) if isinstance(fault, sqlite3.Error) else fault
    return isinstance(found, JournalDamaged)


def chain_name(first_hash: bytes) -> str:
    """How a file is called on the wire."""
    return first_hash.hex()[:CHAIN_DIGITS]


def _rows(database: sqlite3.Connection, file: _File, asked: RowsAfter) -> Rows:
    first = database.execute("SELECT hash FROM rows WHERE seq = 1").fetchone()
    if first is None:
        return Rows(file.name, ends=file.is_ended)
    chain = chain_name(first[0])
    seq = asked.seq if asked.chain == chain else 0
    found = database.execute("SELECT hash FROM rows WHERE seq = ?", (seq,)).fetchone()
    if found is None:
        seq = 0  # also where the disk is back at an earlier state: the fleet must see that
    before = bytes(found[0]) if found else GENESIS
    query = f"SELECT {COLUMNS} FROM rows WHERE seq > ? ORDER BY seq LIMIT ?"
    records = database.execute(query, (seq, asked.most + 1))
    why, kept = "", list[Record]()
    try:
        for record in _whole(records, seq, before, file):
            kept.append(record)
    except (JournalFault, sqlite3.Error) as fault:
        why = str(fault)
        if not (file.is_ended and _stays_so(file, fault)):
            raise
    told = list(_within((_row(record) for record in kept[: asked.most]), asked.most_bytes))
    ends = file.is_ended and len(told) == len(kept)
    return Rows(file.name, chain, before.hex(), told, ends, why if ends else "")


def _whole(records: Iterable[Record], seq: int, before: bytes, file: _File) -> Iterator[Record]:
    """Of a damaged file what fits its chain; of another one all, for the fleet to judge."""
    for record in records:
        if file.is_damaged:
            seq += check([record], seq, before, file.path)
            before = bytes(record[-1]) if isinstance(record[-1], bytes) else GENESIS
        yield record


def _row(record: Record) -> JournalRow:
    seq, at, kind, order, event, credited, body, digest = record
    return msgspec.convert(
        {
            "seq": seq,
            "at": at,
            "kind": kind,
            "order": order,
            "event": event,
            "credited": credited,
            "body": body,
            "hash": bytes(digest).hex() if isinstance(digest, bytes) else "",
        },
        JournalRow,
    )


def _within(rows: Iterable[JournalRow], most_bytes: int) -> Iterator[JournalRow]:
    """As many as fit, and one at least."""
    used = 0
    for row in rows:
        size = len(msgspec.json.encode(row))
        if used and used + size > most_bytes:
            return
        used += size
        yield row
