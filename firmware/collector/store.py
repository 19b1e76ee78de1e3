"""A batch into PostgreSQL, in one transaction, and how far each stream then is.

Any number of collectors may do it at once, also with rows of one kiosk: each first locks the
streams it has something of, in one order for all, and goes on from what the others committed.
Whatever comes twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import asyncpg
import msgspec

from firmware.collector import sql
from firmware.collector.batch import BOX, CHAIN, Alarm, Batch, Key, Stream, conflict, is_same
from firmware.collector.chains import Head, by_stream
from firmware.collector.database import Connection
from firmware.collector.reading import Heard, ttl_of
from firmware.contract.uplink import (
    Event,
    JournalRow,
    UpHealth,
    UpState,
    UpStatus,
)

CATCH_UP = 2000  # rows read back at a time when a gap is closed
KEPT_OF_UNREADABLE = 4096  # bytes
Streams = dict[Stream, Head]


class Store:
    """One collector's way into the database."""

    def __init__(self) -> None:
        self._known: set[Stream] = set()  # streams that are in the table

    async def save(self, connection: Connection, batch: Batch) -> Streams:
        """Commit all of it. Raises asyncpg.PostgresError, OSError; then nothing is in."""
        streams = batch.streams
        await self._begin_streams(connection, streams)
        async with connection.transaction():
            heads = await lock(connection, streams)
            alarms = list(batch.alarms)
            alarms += await save_rows(connection, batch, heads)
            alarms += await save_events(connection, batch, heads)
            await save_heads(connection, heads)
            await save_alarms(connection, alarms)
            await save_latest(connection, batch)
            await save_others(connection, batch)
        return heads

    async def _begin_streams(self, connection: Connection, streams: Sequence[Stream]) -> None:
        """Outside the transaction, which then only waits for locks in their order."""
        new = [each for each in streams if each not in self._known]
        if new:
            await connection.execute(sql.BEGIN_STREAMS, *columns(new, 2))
            self._known.update(new)


async def lock(connection: Connection, streams: Sequence[Stream]) -> Streams:
    found = await connection.fetch(sql.LOCK_STREAMS, *columns(streams, 2)) if streams else []
    heads = (Head((r["kiosk"], r["stream"]), r["seq"], r["highest"], r["hash"]) for r in found)
    return {head.stream: head for head in heads}


async def save_rows(connection: Connection, batch: Batch, heads: Streams) -> list[Alarm]:
    """Rows of the journal, and what is wrong with their chains."""
    keys = sorted(batch.rows)
    if not keys:
        return []
    rows = [(*key, *_columns(batch.rows[key])) for key in keys]
    alarms: list[Alarm] = []
    if await connection.fetchval(sql.ADD_ROWS, *columns(rows, 10)) < len(rows):
        alarms += await _conflicting_rows(connection, batch)
    for stream, numbers in by_stream(keys, CHAIN).items():
        head = heads[stream]
        kiosk, chain = stream[0], stream[1].removeprefix(CHAIN)
        if not head.has_gap:
            mine = [batch.rows[kiosk, chain, seq] for seq in numbers if seq > head.seq]
            alarms += head.pass_rows(mine)
        head.highest = max(head.highest, numbers[-1])
        if head.has_gap:
            alarms += await _catch_up(connection, head, kiosk, chain)
    return alarms


def _columns(row: JournalRow) -> tuple[object, ...]:
    return (row.at, row.kind, row.order, row.event, row.credited, row.body, row.hash)


async def _conflicting_rows(connection: Connection, batch: Batch) -> list[Alarm]:
    """Of the rows that were there before, those that say something else now."""
    keys = sorted(batch.rows)
    kept = await connection.fetch(sql.KEPT_ROWS, *columns(keys, 3))
    alarms = []
    for record in kept:
        key: Key = (record["kiosk"], record["chain"], record["seq"])
        if not is_same(_row(record), batch.rows[key]):
            alarms.append(conflict(key, CHAIN, batch.rows[key]))
    return alarms


async def _catch_up(connection: Connection, head: Head, kiosk: str, chain: str) -> list[Alarm]:
    """Over rows that another collector, or an earlier batch, put behind the gap."""
    alarms: list[Alarm] = []
    while True:
        before = head.seq
        found = await connection.fetch(sql.ROWS_AFTER, kiosk, chain, before, CATCH_UP)
        alarms += head.pass_rows(map(_row, found))
        if head.seq - before < CATCH_UP:
            return alarms


def _row(record: asyncpg.Record) -> JournalRow:
    return JournalRow(
        seq=record["seq"], at=record["at"], kind=record["kind"], order=record["order_id"],
        event=record["event_key"], credited=record["credited"], body=record["body"],
        hash=record["hash"],
    )  # fmt: skip


async def save_events(connection: Connection, batch: Batch, heads: Streams) -> list[Alarm]:
    """Events, what differs from what is there, and the tickets they tell of."""
    keys = sorted(batch.events)
    if not keys:
        return []
    rows = [(*key, *_fields(batch.events[key])) for key in keys]
    alarms: list[Alarm] = []
    if await connection.fetchval(sql.ADD_EVENTS, *columns(rows, 9)) < len(rows):
        alarms = await _conflicting_events(connection, batch)
    for stream, numbers in by_stream(keys, BOX).items():
        head = heads[stream]
        if not head.has_gap:
            head.pass_numbers(seq for seq in numbers if seq > head.seq)
        head.highest = max(head.highest, numbers[-1])
        if head.has_gap:
            await _catch_up_events(connection, head)
    tickets = [
        (each.kiosk, each.number, each.box, each.seq, each.is_open, _json(each.facts))
        for each in batch.tickets
    ]
    if tickets:
        await connection.execute(sql.FOLD_TICKETS, *columns(tickets, 6))
    return alarms


def _fields(event: Event) -> tuple[object, ...]:
    return (event.boot, event.t, event.t_ok, event.kind, event.late, _json(event.facts))


async def _conflicting_events(connection: Connection, batch: Batch) -> list[Alarm]:
    kept = await connection.fetch(sql.KEPT_EVENTS, *columns(sorted(batch.events), 3))
    alarms = []
    for record in kept:
        key: Key = (record["kiosk"], record["box"], record["seq"])
        known = Event(
            seq=record["seq"], boot=record["boot"], t=record["t"], t_ok=record["t_ok"],
            kind=record["kind"], facts=msgspec.json.decode(record["facts"]),
        )  # fmt: skip
        if not is_same(known, batch.events[key]):
            alarms.append(conflict(key, BOX, batch.events[key]))
    return alarms


async def _catch_up_events(connection: Connection, head: Head) -> None:
    kiosk, box = head.stream[0], head.stream[1].removeprefix(BOX)
    while True:
        before = head.seq
        found = await connection.fetch(sql.EVENTS_AFTER, kiosk, box, before, CATCH_UP)
        head.pass_numbers(record["seq"] for record in found)
        if head.seq - before < CATCH_UP:
            return


async def save_heads(connection: Connection, heads: Streams) -> None:
    rows = [(*head.stream, head.seq, head.highest, head.hash) for head in heads.values()]
    if rows:
        await connection.execute(sql.MOVE_STREAMS, *columns(rows, 5))


async def save_alarms(connection: Connection, alarms: Sequence[Alarm]) -> None:
    rows = [(a.kiosk, a.stream, a.seq, a.code, a.detail, a.other) for a in alarms]
    if rows:
        await connection.execute(sql.ADD_ALARMS, *columns(rows, 6))


async def save_latest(connection: Connection, batch: Batch) -> None:
    """Status, state and health, each the newest of its kiosk."""
    await _upsert(connection, sql.PUT_STATUSES, 8, map(_status, in_order(batch.statuses)))
    await _upsert(connection, sql.PUT_STATES, 8, map(_state, in_order(batch.states)))
    numbers = list(map(_health, in_order(batch.health)))
    await _upsert(connection, sql.PUT_HEALTH, 4, numbers)
    await _upsert(connection, sql.PUT_HOURLY, 2, ((n[0], n[3]) for n in numbers))


def in_order(latest: dict[str, Heard]) -> list[Heard]:
    """Sorted by kiosk, as everybody locks."""
    return [latest[kiosk] for kiosk in sorted(latest)]


def _status(heard: Heard) -> tuple[object, ...]:
    what = heard.what
    assert isinstance(what, UpStatus)
    return (heard.kiosk, what.state, what.connection, what.boot, what.release, what.t, what.t_ok,
            heard.is_retained)  # fmt: skip


def _state(heard: Heard) -> tuple[object, ...]:
    what = heard.what
    assert isinstance(what, UpState)
    return (heard.kiosk, what.boot, what.t, what.t_ok, ttl_of(what.ttl), what.condition,
            heard.raw.decode(), heard.is_retained)  # fmt: skip


def _health(heard: Heard) -> tuple[object, ...]:
    what = heard.what
    assert isinstance(what, UpHealth)
    return heard.kiosk, what.t, ttl_of(what.ttl), _json(what.numbers)


async def save_others(connection: Connection, batch: Batch) -> None:
    """Replies, and what could not be read."""
    replies = [
        (kiosk, name, part, r.parts, outcome, r.why, r.answer, r.boot, r.t)
        for (kiosk, name, outcome, part), r in sorted(
            batch.replies.items(), key=lambda each: each[0]
        )
    ]
    await _upsert(connection, sql.ADD_REPLIES, 9, replies)
    bad = [
        (*key, each.topic[:500].replace("\x00", "?"), each.raw[:KEPT_OF_UNREADABLE],
         len(each.raw), each.why.replace("\x00", "?"))
        for key, each in sorted(batch.unreadable.items(), key=lambda each: each[0])
    ]  # fmt: skip
    await _upsert(connection, sql.COUNT_UNREADABLE, 6, bad)


async def _upsert(
    connection: Connection, statement: str, width: int, rows: Iterable[tuple[object, ...]]
) -> None:
    if found := list(rows):
        await connection.execute(statement, *columns(found, width))


def columns(rows: Sequence[Sequence[object]], width: int) -> list[list[object]]:
    """Rows turned into arrays, as `unnest` takes them."""
    return [[row[place] for row in rows] for place in range(width)]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
