"""A row on disk and its place in the chain: what is hashed, and how it is read back.

Each hash is SHA-256 over the hash before it and the row's columns as JSON, so no row can be changed
or taken out without changing all that follow (M9).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, get_args

import msgspec

from firmware.journal.faults import JournalDamaged, JournalFault
from firmware.journal.row import Row
from firmware.journal.rows import AnyRow, UnknownRow, event_key_of

R = TypeVar("R", bound=Row)

GENESIS = bytes(32)  # the hash before the first row
COLUMNS = "seq, at, kind, order_id, event_key, credited, body, hash"
KINDS = frozenset(kind.__name__ for kind in get_args(AnyRow))

Record = tuple[object, ...]  # COLUMNS without the hash


@dataclass(frozen=True)
class Entry:
    """A row as it stands: its place in the chain, when it was written, and what it says."""

    seq: int  # below 1 for a row of the years before, counted on backwards from this file's first
    at: str  # ISO 8601 with offset: what the clock said, which may be wrong; `seq` is the order
    row: AnyRow | UnknownRow
    hash: bytes
    order: str | None = None
    credited: int = 0  # paise that ever went in, up to and with this row


def only(entries: Iterable[Entry], kind: type[R]) -> Iterator[tuple[Entry, R]]:
    """The entries whose row is of that kind, each with its row."""
    return ((entry, entry.row) for entry in entries if isinstance(entry.row, kind))


def record_of(seq: int, at: str, row: AnyRow, credited: int) -> Record:
    """The columns of a row, all but its hash; `credited` is the sum of credits up to here."""
    body = msgspec.json.encode(row).decode()
    order = getattr(row, "order", None)
    return (seq, at, type(row).__name__, order, event_key_of(row), credited, body)


def chain(previous: bytes, record: Record) -> bytes:
    """The hash of a row that follows the one with the hash `previous`."""
    return hashlib.sha256(previous + msgspec.json.encode(record)).digest()


def check(records: Iterable[tuple[object, ...]], seq: int, previous: bytes, path: Path) -> int:
    """Recompute the chain over COLUMNS of the rows after `seq`; returns how many there were.

    Raises JournalDamaged at the first row that is not what was written.
    """
    first = seq
    for record in records:
        expected = chain(previous, record[:-1])
        if record[0] != seq + 1:
            raise JournalDamaged(f"{path}: expected row {seq + 1}, got row {record[0]}")
        if record[-1] != expected:
            raise JournalDamaged(
                f"{path}: row {record[0]}: expected hash {expected.hex()[:16]},"
                f" got {_hex(record[-1])}"
            )
        seq, previous = seq + 1, expected
    return seq - first


def entry_of(record: tuple[object, ...], path: Path) -> Entry:
    """COLUMNS as an Entry. Raises JournalFault for a kind that is known with a body that is not:
    to pass over a credit would be worse than to stop."""
    seq, at, kind, order, _, credited, body, digest = record
    if not (isinstance(seq, int) and isinstance(credited, int) and isinstance(digest, bytes)):
        raise JournalDamaged(f"{path}: row {seq}: expected numbers and a hash, got {record}")
    try:
        row = _decoded(str(kind), str(body))
    except msgspec.DecodeError as error:
        raise JournalFault(f"{path}: row {seq}: {kind}: {error}") from error
    return Entry(seq, str(at), row, digest, None if order is None else str(order), credited)


def _decoded(kind: str, body: str) -> AnyRow | UnknownRow:
    """A kind of a release to come counts in the chain, and is shown as unknown (M9)."""
    if kind not in KINDS:
        return UnknownRow(kind, body)
    row: AnyRow = msgspec.json.decode(body, type=AnyRow)
    return row


def _hex(found: object) -> str:
    return found.hex()[:16] if isinstance(found, bytes) else repr(found)
