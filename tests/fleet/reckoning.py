"""Whether the database has what the kiosks made: all of it, once, with chains that are whole.

The chain is recomputed by the journal's own code on the kiosk, not by the collector's.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import asyncpg

from firmware.journal.chain import GENESIS, check
from firmware.journal.faults import JournalDamaged
from tests.fleet.fleet import Made

COUNT = "SELECT kiosk, {name} AS name, count(*) AS n, max(seq) AS last FROM {table} GROUP BY 1, 2"
COUNTS = {
    "journal": COUNT.format(name="chain", table="journal"),
    "events": COUNT.format(name="box", table="events"),
}
ROWS = """SELECT seq, at, kind, order_id, event_key, credited, body, decode(hash, 'hex') AS hash
    FROM journal WHERE kiosk = $1 AND chain = $2 ORDER BY seq"""


async def faults(dsn: str, made: Sequence[Made], verified: int) -> list[str]:
    """What does not agree, a line each; the chains of the first `verified` kiosks recomputed."""
    connection = await asyncpg.connect(dsn)
    try:
        found = await _counts(connection, made)
        found += await _streams(connection, made)
        for each in made[:verified]:
            found += await _chain(connection, each)
        for table in ("alarms", "unreadable"):
            if count := await connection.fetchval(f"SELECT count(*) FROM {table}"):
                some = await connection.fetch(f"SELECT * FROM {table} LIMIT 3")
                found.append(f"expected no {table}, got {count}: {some}")
        return found
    finally:
        await connection.close()


async def _counts(
    connection: asyncpg.Connection[asyncpg.Record], made: Sequence[Made]
) -> list[str]:
    expected = {
        "journal": {(m.kiosk, m.chain): m.rows for m in made if m.rows},
        "events": {(m.kiosk, m.box): m.events for m in made if m.events},
    }
    found = []
    for table, query in COUNTS.items():
        records = await connection.fetch(query)
        got = {(r["kiosk"], r["name"]): (r["n"], r["last"]) for r in records}
        wanted = {key: (count, count) for key, count in expected[table].items()}
        for key in sorted(wanted.keys() | got.keys()):
            if wanted.get(key) != got.get(key):
                found.append(f"{table} {key}: expected {wanted.get(key)}, got {got.get(key)}")
    return found


async def _streams(
    connection: asyncpg.Connection[asyncpg.Record], made: Sequence[Made]
) -> list[str]:
    records = await connection.fetch("SELECT * FROM streams WHERE stream LIKE 'chain:%'")
    got = {r["kiosk"]: (r["seq"], r["highest"], r["hash"], r["gap_since"]) for r in records}
    wanted = {m.kiosk: (m.rows, m.rows, m.head, None) for m in made if m.rows}
    return [
        f"stream of {kiosk}: expected {wanted.get(kiosk)}, got {got.get(kiosk)}"
        for kiosk in sorted(wanted.keys() | got.keys())
        if wanted.get(kiosk) != got.get(kiosk)
    ]


async def _chain(connection: asyncpg.Connection[asyncpg.Record], made: Made) -> list[str]:
    records = await connection.fetch(ROWS, made.kiosk, made.chain)
    try:
        check([tuple(record) for record in records], 0, GENESIS, Path(made.kiosk))
    except JournalDamaged as damage:
        return [str(damage)]
    last = records[-1] if records else None
    if last is not None and (last["hash"].hex(), last["credited"]) != (made.head, made.credited):
        return [f"{made.kiosk}: expected head {made.head}, got {last}"]
    return []
