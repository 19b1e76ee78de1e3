"""The store on a real PostgreSQL: what comes twice, late, out of order, or as another content."""

from __future__ import annotations

import asyncio
from datetime import datetime

import asyncpg
import msgspec
import pytest

from firmware.collector import sql
from firmware.collector.batch import batch_of
from firmware.collector.collector import Collector
from firmware.collector.database import Connection, Database
from firmware.collector.link import Dial
from firmware.collector.migrate import SchemaError, migrate
from firmware.collector.reading import Heard, Unreadable, read
from firmware.collector.store import Store
from firmware.contract.fault_ticket import FaultTicket, Level
from firmware.contract.uplink import Event, JournalRow, Link, UpHealth, UpReply, hash_after
from tests.fleet.said import EARLY, LATE, event, events, journal, rows, state, status

KIOSK = "rj14-1"


async def save(database: Connection, *heard: Heard | Unreadable) -> dict[tuple[str, str], int]:
    heads = await Store().save(database, batch_of(heard))
    return {stream: head.seq for stream, head in heads.items()}


async def alarms(database: Connection) -> list[tuple[str, int]]:
    found = await database.fetch("SELECT code, seq FROM alarms ORDER BY 1, 2")
    return [tuple(record) for record in found]


async def test_rows_that_come_twice_are_there_once_and_acknowledged_twice(
    database: Connection,
) -> None:
    made = rows(5)
    chain = made[0].hash[:16]
    stream = (KIOSK, f"chain:{chain}")
    assert await save(database, journal(KIOSK, made, chain)) == {stream: 5}
    assert await save(database, journal(KIOSK, made, chain)) == {stream: 5}
    assert await database.fetchval("SELECT count(*) FROM journal") == 5
    assert await alarms(database) == []


async def test_a_gap_is_not_acknowledged_over_and_closes_when_the_rows_come(
    database: Connection,
) -> None:
    """Two collectors share the messages of a kiosk, and the later one commits first."""
    made = rows(9)
    chain = made[0].hash[:16]
    stream = (KIOSK, f"chain:{chain}")
    assert await save(database, journal(KIOSK, made[6:], chain)) == {stream: 0}
    assert await save(database, journal(KIOSK, made[:3], chain)) == {stream: 3}
    assert await database.fetchval("SELECT gap_since IS NOT NULL FROM streams")
    assert await save(database, journal(KIOSK, made[3:6], chain)) == {stream: 9}
    assert await database.fetchval("SELECT gap_since IS NULL AND hash = $1 FROM streams",
                                   made[8].hash)  # fmt: skip
    assert await alarms(database) == []


async def test_a_gap_that_stays_is_an_alarm(database: Connection) -> None:
    await save(database, events(KIOSK, event(1)), events(KIOSK, event(4)))
    await database.execute(sql.RAISE_GAPS, 600.0)
    assert await alarms(database) == []
    await database.execute("UPDATE streams SET gap_since = gap_since - interval '11 min'")
    await database.execute(sql.RAISE_GAPS, 600.0)
    assert await alarms(database) == [("stream.gap", 2)]


async def test_another_content_under_the_same_number_is_an_alarm_and_no_update(
    database: Connection,
) -> None:
    made = rows(3)
    chain = made[0].hash[:16]
    await save(database, journal(KIOSK, made, chain), events(KIOSK, event(1, by="ram")))
    forged = msgspec.structs.replace(made[1], credited=5_00_000)
    await save(database, journal(KIOSK, [forged], chain), events(KIOSK, event(1, by="shyam")))
    assert await alarms(database) == [("event.conflict", 1), ("journal.conflict", 2)]
    assert await database.fetchval("SELECT credited FROM journal WHERE seq = 2") == 0
    assert await database.fetchval("SELECT facts->>'by' FROM events") == "ram"
    other = await database.fetchval("SELECT other FROM alarms WHERE code = 'journal.conflict'")
    assert msgspec.json.decode(other)["credited"] == 5_00_000


async def test_a_row_that_was_changed_before_it_was_sent_breaks_the_chain_once(
    database: Connection,
) -> None:
    made = rows(6)
    chain = made[0].hash[:16]
    made[3] = msgspec.structs.replace(made[3], body='{"amount":1}')
    assert await save(database, journal(KIOSK, made, chain)) == {(KIOSK, f"chain:{chain}"): 6}
    await save(database, journal(KIOSK, made, chain))
    assert await alarms(database) == [("journal.broken", 4)]
    assert await database.fetchval("SELECT body FROM journal WHERE seq = 4") == '{"amount":1}'


async def test_a_break_behind_a_gap_is_found_when_the_gap_closes(database: Connection) -> None:
    made = rows(4)
    chain = made[0].hash[:16]
    made[3] = msgspec.structs.replace(made[3], at=LATE)
    await save(database, journal(KIOSK, made[2:], chain))
    assert await alarms(database) == []
    await save(database, journal(KIOSK, made[:2], chain))
    assert await alarms(database) == [("journal.broken", 4)]


async def test_two_collectors_with_rows_of_the_same_kiosks_neither_lose_nor_stop_each_other(
    dsn: str,
) -> None:
    made, kiosks = rows(60), [f"rj14-{n}" for n in range(20)]
    chain = made[0].hash[:16]

    async def collect(parity: int) -> None:
        connection, store = await asyncpg.connect(dsn), Store()
        for first in range(parity * 4, 60, 8):
            order = kiosks if parity else reversed(kiosks)
            heard = [journal(k, made[max(0, first - 2) : first + 4], chain) for k in order]
            await store.save(connection, batch_of(heard))
        await connection.close()

    await asyncio.gather(collect(0), collect(1))
    connection = await asyncpg.connect(dsn)
    found = await connection.fetch("SELECT DISTINCT seq, highest, hash, gap_since FROM streams")
    assert [tuple(each) for each in found] == [(60, 60, made[59].hash, None)]
    assert await connection.fetchval("SELECT count(*) FROM journal") == 60 * 20
    assert await connection.fetchval("SELECT count(*) FROM alarms") == 0
    await connection.close()


async def link_of(database: Connection) -> tuple[str, int]:
    found = await database.fetchrow("SELECT state, connection FROM statuses")
    assert found is not None
    return found["state"], found["connection"]


async def test_an_old_last_will_that_comes_late_loses(database: Connection) -> None:
    await save(database, status(KIOSK, Link.ONLINE, 8))
    await save(database, status(KIOSK, Link.OFFLINE, 7))
    assert await link_of(database) == ("online", 8)
    await save(database, status(KIOSK, Link.OFFLINE, 8))
    await save(database, status(KIOSK, Link.ONLINE, 8))  # overtaken by its own good-bye
    assert await link_of(database) == ("offline", 8)


async def test_a_new_disk_that_counts_its_connections_from_1_is_believed(
    database: Connection,
) -> None:
    await save(database, status(KIOSK, Link.ONLINE, 800))
    await save(database, status(KIOSK, Link.ONLINE, 1, t=LATE))
    assert await link_of(database) == ("online", 1)
    await save(database, status(KIOSK, Link.OFFLINE, 800))  # the will of the old disk's connection
    await save(database, status(KIOSK, Link.DRAINING, 2, t=LATE))
    assert (await link_of(database))[1] in (2, 800)


async def test_a_state_that_was_overtaken_or_was_retained_does_not_look_fresh(
    database: Connection,
) -> None:
    await save(database, state(KIOSK, t=LATE, cash=200))
    await save(database, state(KIOSK, t=EARLY, cash=100))
    assert await database.fetchval("SELECT in_cash_box FROM fleet_status") == 200
    await save(database, state("rj14-2", t="2026-01-01T00:00:00.000Z", is_retained=True))
    conditions = await database.fetch("SELECT kiosk, condition FROM fleet_status ORDER BY 1")
    assert [tuple(each) for each in conditions] == [(KIOSK, "in_service"), ("rj14-2", "silent")]


def ticket(seq: int, change: str, level: Level, closed: str = "") -> Event:
    """As health tells it: all facts that are not empty."""
    said = FaultTicket(number="TDR 0417/7C 0012", part="page", code="page.jam", level=level,
                       opened=EARLY, level_since=EARLY, closed=closed)  # fmt: skip
    return event(seq, f"ticket.{change}", **msgspec.to_builtins(said))


async def tickets(database: Connection) -> list[tuple[object, ...]]:
    found = await database.fetch("SELECT number, level, is_open, closed_at FROM fleet_tickets")
    return [tuple(record) for record in found]


async def test_a_ticket_is_folded_from_events_also_when_they_come_backwards(
    database: Connection,
) -> None:
    low, high = Level.OPERATOR, Level.BLOCK
    await save(database, events(KIOSK, ticket(3, "closed", high, closed=LATE)))
    await save(database, events(KIOSK, ticket(1, "opened", low), ticket(2, "escalated", high)))
    ended = datetime.fromisoformat(LATE)
    assert await tickets(database) == [("TDR 0417/7C 0012", high, False, ended)]
    await save(database, events(KIOSK, ticket(4, "reopened", low)))
    assert [each[:3] for each in await tickets(database)] == [("TDR 0417/7C 0012", low, True)]


async def test_one_message_that_cannot_be_stored_does_not_stop_the_others(dsn: str) -> None:
    """A box with a name of 3 KiB is too long for its index; nobody thought of it before."""
    database = Database(dsn)
    collector = Collector(Dial("127.0.0.1", 1, "c"), [], database)
    long = "".join(chr(0x4E00 + place * 7 % 20000) for place in range(3000))
    good = [journal(f"rj14-{n}", rows(2), rows(2)[0].hash[:16]) for n in range(5)]
    await collector.store([*good[:3], events("rj14-9", event(1), box=long), *good[3:]])
    connection = await database.connection()
    assert await connection.fetchval("SELECT count(*) FROM journal") == 10
    unreadable = await connection.fetch("SELECT kiosk, why FROM unreadable")
    assert [each["kiosk"] for each in unreadable] == ["rj14-9"]
    assert "index row" in unreadable[0]["why"]
    database.close()


def said_by_a_device(text: str) -> list[JournalRow]:
    """Three rows; the second has `text` in the key of its event, and a right hash over it."""
    made, before = [], "0" * 64
    for row in rows(3):
        if row.seq == 2:
            row = msgspec.structs.replace(row, event=f"{text}/1/7")
        before = hash_after(before, row)
        made.append(msgspec.structs.replace(row, hash=before))
    return made


async def test_a_serial_number_with_a_nul_does_not_stop_its_kiosk(database: Connection) -> None:
    """It is sent as it is in the kiosk's file, and again for ever if nobody can keep it. Its hash
    still proves it, also when it is read back behind a gap."""
    made = said_by_a_device("SN\x0012")
    chain = made[0].hash[:16]
    for kiosk, parts in {KIOSK: [made], "rj14-2": [made[1:], made[:1]]}.items():
        for part in parts:
            sent = journal(kiosk, part, chain)
            heard = read(f"kiosk/v1/{kiosk}/up/journal", sent.raw)
            found = await save(database, heard)
        assert found == {(kiosk, f"chain:{chain}"): 3}
    keys = await database.fetch("SELECT DISTINCT event_key FROM journal WHERE seq = 2")
    assert [tuple(each) for each in keys] == [("SN\u240012/1/7",)]
    assert await alarms(database) == []


async def test_a_key_of_a_page_is_kept_short_and_said_to_be_so(database: Connection) -> None:
    made = said_by_a_device("".join(chr(0x4E00 + place * 7 % 20000) for place in range(3000)))
    chain = made[0].hash[:16]
    heard = read(f"kiosk/v1/{KIOSK}/up/journal", journal(KIOSK, made, chain).raw)
    assert await save(database, heard) == {(KIOSK, f"chain:{chain}"): 3}
    assert await alarms(database) == [("journal.broken", 2)]


async def test_what_nobody_can_read_is_counted_and_bounded(database: Connection) -> None:
    for number in range(7):
        bad = Unreadable(KIOSK, "kiosk/v1/rj14-1/up/state", b"%d" % (number % 5), "no JSON")
        await save(database, bad)
    times = await database.fetch("SELECT times FROM unreadable ORDER BY 1 DESC")
    assert [each["times"] for each in times] == [2, 2, 1, 1, 1]
    await database.execute(sql.BOUND_UNREADABLE, 2)
    assert await database.fetchval("SELECT count(*) FROM unreadable") == 2


async def test_health_is_the_latest_and_one_of_each_hour(database: Connection) -> None:
    for load in (0.5, 0.7):
        said = UpHealth(boot=1, t=EARLY, numbers={"load": load})
        await save(database, Heard(KIOSK, said, b""))
    for table in ("health", "health_hourly"):
        found = await database.fetch(f"SELECT numbers->>'load' FROM {table}")
        assert [each[0] for each in found] == ["0.7"]


async def test_a_reply_in_pieces_is_kept_in_pieces(database: Connection) -> None:
    for part in (2, 1, 2):
        reply = UpReply(boot=1, t=EARLY, id="0a1b2c3d", outcome="done", answer=f"{part}",  # type: ignore[arg-type]
                        part=part, parts=2)  # fmt: skip
        await save(database, Heard(KIOSK, reply, b""))
    found = await database.fetch("SELECT answer FROM replies ORDER BY part")
    assert [each["answer"] for each in found] == ["1", "2"]


async def test_a_reply_in_two_stages_is_two(database: Connection) -> None:
    """`accepted`, and an hour later how it ended: the second was taken for the first once more."""
    for outcome in ("accepted", "done", "accepted"):
        reply = UpReply(boot=1, t=EARLY, id="0a1b2c3d", outcome=outcome)  # type: ignore[arg-type]
        await save(database, Heard(KIOSK, reply, b""))
    found = await database.fetch("SELECT outcome FROM replies ORDER BY received")
    assert [each["outcome"] for each in found] == ["accepted", "done"]


async def test_a_journal_that_has_fewer_rows_than_it_once_sent_is_in_question(
    database: Connection,
) -> None:
    """A disk that was put back from a backup."""
    made = rows(5)
    chain = made[0].hash[:16]
    await save(database, journal(KIOSK, made, chain))
    await save(database, state(KIOSK, chain=chain, rows=5))
    assert await database.fetch("SELECT * FROM fleet_alarms") == []
    await save(database, state(KIOSK, t=LATE, chain=chain, rows=3))
    (alarm,) = await database.fetch("SELECT code, detail FROM fleet_alarms")
    assert alarm["code"] == "journal.went_back" and "expected at least 5" in alarm["detail"]


async def test_a_body_that_is_no_json_does_not_blind_the_views(database: Connection) -> None:
    made = rows(1, kind="CollectionClosed", body="{")
    await save(database, journal(KIOSK, made, made[0].hash[:16]))
    good = rows(1, "CollectionClosed", '{"how":"collected","number":4,"by":"ram"}')
    await save(database, journal("rj14-2", good, good[0].hash[:16]))
    found = await database.fetch("SELECT kiosk, number, by FROM fleet_collections")
    assert [tuple(each) for each in found] == [("rj14-2", "4", "ram")]


async def test_migrations_run_once_and_refuse_a_newer_database(empty: str) -> None:
    one, two = [await asyncpg.connect(empty) for _ in range(2)]
    applied = await asyncio.gather(migrate(one), migrate(two))
    assert sorted(map(len, applied)) == [0, 3]
    await one.execute("INSERT INTO schema_version VALUES (4, 'later', '')")
    with pytest.raises(SchemaError, match="expected schema 3 or older, got 4"):
        await migrate(one)
    await one.execute("DELETE FROM schema_version WHERE number = 4")
    await one.execute("UPDATE schema_version SET digest = '' WHERE number = 1")
    with pytest.raises(SchemaError, match="0001_what_kiosks_said"):
        await migrate(one)
    for each in (one, two):
        await each.close()
