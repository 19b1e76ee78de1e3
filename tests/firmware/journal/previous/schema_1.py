"""The journal of schema 1: its tables, its rows as JSON and its hash, written out in full.

Never change this file: journals in the field look like this. It imports nothing of the firmware.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path

SCHEMA = """
CREATE TABLE rows (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    order_id TEXT,
    event_key TEXT,
    credited INTEGER NOT NULL,
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
PRAGMA application_id = 1263095635;
PRAGMA user_version = 1;
"""
AT = "2026-11-22T10:00:00.000+05:30"
KNOWN = {"KioskStarted", "OrderCreated", "CashOpened", "StackIntended", "NoteCredited",
         "CashClosed", "OrderPaid", "OrderPosted", "ClaimIssued", "OrderClosed"}  # fmt: skip

Told = tuple[str, str | None, str | None, int, str]  # kind, order, event key, paise, body


def visit(number: int) -> list[Told]:
    """₹470 due, ₹500 paid; posted and closed."""
    order = f"TDR 0417 {number:04d}"
    key, said = f"1873452/7/{number}", f'"order":"{order}"'
    note = f'"id":{{"serial":"1873452","epoch":7,"counter":{number}}},"value":{{"paise":50000}}'
    bill = (
        '{"type":"Bill","number":"B1","account":"210344001725","name":"K C Sharma",'
        '"period":"2026-10","due_date":"2026-11-28","amount":{"paise":47000},"fee":{"paise":0}}'
    )
    return [
        ("OrderCreated", order, None, 0, f'{{"type":"OrderCreated",{said},"key":"k{number}",'
         f'"service":"electricity","language":"hi","bill":{bill},"payable":{{"paise":47000}}}}'),
        ("CashOpened", order, None, 0,
         f'{{"type":"CashOpened",{said},"session":"s1","limit":{{"paise":97000}}}}'),
        ("StackIntended", order, None, 0, f'{{"type":"StackIntended",{said},{note}}}'),
        ("NoteCredited", order, key, 50000,
         f'{{"type":"NoteCredited",{said},{note},"at_power_up":false}}'),
        ("CashClosed", order, None, 0,
         f'{{"type":"CashClosed",{said},"session":"s1","why":"paid_in_full"}}'),
        ("OrderPaid", order, None, 0, f'{{"type":"OrderPaid",{said},'
         '"inserted":{"paise":50000},"advance":{"paise":3000}}'),
        ("OrderPosted", order, None, 0,
         f'{{"type":"OrderPosted",{said},"reference":"REF{number}"}}'),
        ("OrderClosed", order, None, 0, f'{{"type":"OrderClosed",{said},"end":"fulfilled"}}'),
    ]  # fmt: skip


def create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(path)
    database.executescript("PRAGMA journal_mode = WAL;" + SCHEMA)
    database.close()


def write(path: Path, told: list[Told]) -> None:
    """One commit a row, as that release wrote."""
    database = sqlite3.connect(path, isolation_level=None)
    last = "SELECT seq, hash, credited FROM rows ORDER BY seq DESC LIMIT 1"
    seq, head, credited = database.execute(last).fetchone() or (0, bytes(32), 0)
    for kind, order, key, paise, body in told:
        seq, credited = seq + 1, credited + paise
        record = (seq, AT, kind, order, key, credited, body)
        head = _hash(head, record)
        database.execute(
            "INSERT INTO rows (seq, at, kind, order_id, event_key, credited, body, hash)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*record, head),
        )
    database.close()


def read(path: Path) -> list[str]:
    """The kind of every row, `unknown` for what that release cannot know; checks the chain."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    head, kinds = bytes(32), []
    for *record, digest in database.execute(
        "SELECT seq, at, kind, order_id, event_key, credited, body, hash FROM rows ORDER BY seq"
    ):
        head = _hash(head, tuple(record))
        assert digest == head, f"row {record[0]}"
        assert json.loads(record[6])["type"] == record[2]
        kinds.append(record[2] if record[2] in KNOWN else "unknown")
    database.close()
    return kinds


def _hash(head: bytes, record: tuple[object, ...]) -> bytes:
    said = json.dumps(record, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(head + said.encode()).digest()
