"""The downtime ledger on disk: append-only, hash-chained and signed, like the journal.

The hash of a row is SHA-256 over the hash before it and the JSON array of its columns
(`firmware/journal/chain.py`). A month is disputed by people who were not there: what is signed
each night cannot be changed afterwards, by us either.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import msgspec
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from firmware.health.ledger import Attended, Begun, Changed, Ledger, LedgerRow, Signed
from firmware.runtime.durable import read_durably, write_durably
from firmware.runtime.slots import Slots

GENESIS = "0" * 64
SEED_LENGTH = 32  # bytes (RFC 8032, 5.1.5)
CONTEXT = b"kiosk downtime 1\0"  # what is signed with this key can be taken for nothing else
SCHEMA = """
CREATE TABLE IF NOT EXISTS rows (
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL
) STRICT;
CREATE TRIGGER IF NOT EXISTS never_changed BEFORE UPDATE ON rows
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER IF NOT EXISTS never_deleted BEFORE DELETE ON rows
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
"""


class LedgerDamaged(ValueError):
    """Says which row, what was expected and what was found."""


class OfLaterRelease(msgspec.Struct, frozen=True):
    """A row that this release does not know, after a roll-back: whole in its chain, and nothing can
    be read of it."""

    body: str


@dataclass(frozen=True)
class Entry:
    seq: int
    at: str  # ISO 8601 with offset
    row: LedgerRow | OfLaterRelease
    hash: str


class LedgerFile:
    """`<folder>/downtime.db`, with the key that signs it and the mark of the last look beside it.

    Raises LedgerDamaged where the chain does not hold; sqlite3.Error where the disk does not.
    """

    def __init__(self, folder: Path, kiosk: str, now: datetime) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._key = SigningKey(_seed(folder / "downtime.key"))
        self._alive = Slots(folder / "downtime.alive")
        self._db = open_ledger(folder / "downtime.db")
        self._seq, self._hash = 0, GENESIS
        ledger = Ledger()
        for entry in entries(self._db):
            self._seq, self._hash = entry.seq, entry.hash
            ledger = replayed(ledger, entry)
        if not self._seq:
            begun = Begun(kiosk, bytes(self._key.verify_key).hex())
            self.append(now, begun)
            first = Entry(self._seq, now.isoformat(timespec="seconds"), begun, self._hash)
            ledger = replace(replayed(ledger, first), alive=None)
        self.ledger = self._with_alive(ledger)

    def append(self, at: datetime, *rows: LedgerRow) -> None:
        """All of them on disk, or none."""
        seq, before, records = self._seq, self._hash, []
        for row in rows:
            seq += 1
            record = (seq, at.isoformat(timespec="seconds"), msgspec.json.encode(row).decode())
            before = hash_of(before, record)
            records.append((*record, before))
        with self._db:
            self._db.executemany("INSERT INTO rows VALUES (?, ?, ?, ?)", records)
        self._seq, self._hash = seq, before

    def sign(self, day: str, now: datetime) -> Signed:
        """Everything up to here, as the record of `day`."""
        signature = self._key.sign(_statement(day, self._hash)).signature.hex()
        signed = Signed(day, self._hash, signature)
        self.append(now, signed)
        return signed

    def say_alive(self, now: datetime) -> None:
        """A mark of its own, in place: a row a minute would wear the card."""
        self._alive.write(now.isoformat(timespec="seconds").encode())

    def _with_alive(self, ledger: Ledger) -> Ledger:
        raw = self._alive.read()
        marked = None if raw is None else datetime.fromisoformat(raw.decode())
        moments = [moment for moment in (marked, ledger.alive) if moment is not None]
        return replace(ledger, alive=max(moments, default=None))

    def close(self) -> None:
        self._db.close()


def replayed(ledger: Ledger, entry: Entry) -> Ledger:
    """The ledger with one more row."""
    causes, operator, signed = dict(ledger.causes), ledger.operator, ledger.signed_day
    match entry.row:
        case Begun():  # of the days before there is nothing to sign
            signed = (datetime.fromisoformat(entry.at) - timedelta(days=1)).date().isoformat()
        case Changed(causes=changed):
            causes.update(changed)
        case Attended(by=by, is_in=is_in):
            operator = by if is_in else ""
        case Signed(day=day):
            signed = day
    return Ledger(causes, operator, datetime.fromisoformat(entry.at), signed)


def open_ledger(path: Path, is_read_only: bool = False) -> sqlite3.Connection:
    """Raises sqlite3.Error."""
    mode = "?mode=ro" if is_read_only else ""
    db = sqlite3.connect(f"file:{path}{mode}", uri=True)
    if not is_read_only:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.executescript(SCHEMA)
    return db


def entries(db: sqlite3.Connection) -> Iterator[Entry]:
    """All rows, the chain and the signatures checked on the way; raises LedgerDamaged."""
    before, key = GENESIS, None
    query = "SELECT seq, at, body, hash FROM rows ORDER BY seq"
    for number, (seq, at, body, found) in enumerate(db.execute(query), start=1):
        expected = hash_of(before, (seq, at, body))
        if (seq, found) != (number, expected):
            raise LedgerDamaged(f"downtime ledger: row {number}: expected {expected[:16]},"
                                f" got row {seq} with {found[:16]}")  # fmt: skip
        row = _read(body)
        if isinstance(row, Begun):
            key = VerifyKey(bytes.fromhex(row.public_key))
        elif isinstance(row, Signed):
            _check(row, before, key)
        yield Entry(seq, at, row, found)
        before = found


def _read(body: str) -> LedgerRow | OfLaterRelease:
    try:
        row: LedgerRow = msgspec.json.decode(body, type=LedgerRow)
    except msgspec.DecodeError:
        return OfLaterRelease(body)
    return row


def hash_of(before: str, record: tuple[int, str, str]) -> str:
    return sha256(bytes.fromhex(before) + msgspec.json.encode(record)).hexdigest()


def _check(row: Signed, before: str, key: VerifyKey | None) -> None:
    try:
        if key is None or row.head != before:
            raise BadSignatureError
        key.verify(_statement(row.day, row.head), bytes.fromhex(row.signature))
    except (BadSignatureError, ValueError) as error:
        raise LedgerDamaged(f"downtime ledger: the signature of {row.day} is not of it") from error


def _statement(day: str, head: str) -> bytes:
    return CONTEXT + day.encode() + b"\0" + bytes.fromhex(head)


def _seed(path: Path) -> bytes:
    """The key of this ledger, made with it; raises LedgerDamaged for a file that is no key."""
    seed = read_durably(path)
    if seed is None:
        seed = os.urandom(SEED_LENGTH)
        write_durably(path, seed)
    if len(seed) != SEED_LENGTH:
        raise LedgerDamaged(f"{path}: expected {SEED_LENGTH} bytes, got {len(seed)}")
    return seed
