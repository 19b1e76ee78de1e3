"""How far a stream is, and what is said of rows that do not follow."""

from __future__ import annotations

import msgspec

from firmware.collector.acks import Acks
from firmware.collector.batch import Batch
from firmware.collector.chains import GENESIS, Head
from firmware.collector.reading import Heard
from firmware.contract.uplink import (
    DownAck,
    Event,
    JournalRow,
    Link,
    UpEvents,
    UpJournal,
    UpStatus,
    hash_after,
)
from firmware.journal import chain


def rows(count: int, before: str = GENESIS, first: int = 1) -> list[JournalRow]:
    made = []
    for seq in range(first, first + count):
        row = JournalRow(seq=seq, at="2026-11-22T10:00:00+05:30", kind="Printed", order="RJ14 1",
                         event=None, credited=0, body='{"नाम":"रमेश"}', hash=GENESIS)  # fmt: skip
        before = hash_after(before, row)
        made.append(msgspec.structs.replace(row, hash=before))
    return made


def head_for(made: list[JournalRow]) -> Head:
    return Head(("rj14-1", "chain:" + made[0].hash[:16]))


def journal(made: list[JournalRow], kiosk: str = "rj14-1") -> Heard:
    said = UpJournal(chain="a" * 16, before=GENESIS, rows=made, boot=1, t="")
    return Heard(kiosk, said, b"")


def test_the_hash_is_that_of_the_journal_on_the_kiosk() -> None:
    (row,) = rows(1)
    record = (row.seq, row.at, row.kind, row.order, row.event, row.credited, row.body)
    assert row.hash == chain.chain(chain.GENESIS, record).hex()


def test_a_chain_that_is_whole_raises_nothing() -> None:
    made = rows(5)
    head = head_for(made)
    assert head.pass_rows(made) == []
    assert (head.seq, head.highest, head.hash, head.has_gap) == (5, 5, made[4].hash, False)


def test_a_row_that_is_missing_stops_the_acknowledgement() -> None:
    made = rows(5)
    head = head_for(made)
    assert head.pass_rows([made[0], made[1], made[3], made[4]]) == []
    head.highest = 5
    assert (head.seq, head.has_gap) == (2, True)
    assert head.pass_rows(made[2:]) == []
    assert (head.seq, head.has_gap) == (5, False)


def test_a_changed_amount_is_one_alarm_and_the_rows_after_it_go_on() -> None:
    made = rows(5)
    made[2] = msgspec.structs.replace(made[2], credited=10_000)
    head = head_for(made)
    (alarm,) = head.pass_rows(made)
    assert (alarm.seq, alarm.code) == (3, "journal.broken")
    assert made[2].hash in alarm.detail
    assert head.seq == 5


def test_a_file_that_says_it_is_another_is_an_alarm() -> None:
    head = Head(("rj14-1", "chain:" + "b" * 16))
    (alarm,) = head.pass_rows(rows(1))
    assert alarm.seq == 1 and "named" in alarm.detail


def test_the_same_row_twice_in_a_batch_is_one_and_another_content_is_an_alarm() -> None:
    made, batch = rows(3), Batch()
    batch.add(journal(made))
    batch.add(journal(made))
    assert batch.alarms == [] and len(batch.rows) == 3
    batch.add(journal([msgspec.structs.replace(made[1], body="{}")]))
    (alarm,) = batch.alarms
    assert (alarm.code, alarm.seq) == ("journal.conflict", 2) and '"body":"{}"' in alarm.other
    assert batch.rows["rj14-1", "a" * 16, 2] == made[1]


def test_an_event_sent_again_as_late_is_the_same_event() -> None:
    batch = Batch()
    one = Event(seq=1, kind="door.opened", boot=1, t="")
    for each in (one, msgspec.structs.replace(one, late=True)):
        batch.add(Heard("rj14-1", UpEvents(box="0" * 16, events=[each]), b""))
    assert batch.alarms == [] and batch.events["rj14-1", "0" * 16, 1] == one


def test_an_old_last_will_in_the_same_batch_loses() -> None:
    batch = Batch()
    for state, connection in ((Link.ONLINE, 8), (Link.OFFLINE, 7)):
        said = UpStatus(state=state, connection=connection, boot=1, release="", t="", t_ok=True)
        batch.add(Heard("rj14-1", said, b""))
    kept = batch.statuses["rj14-1"].what
    assert isinstance(kept, UpStatus) and kept.connection == 8


def test_of_acks_that_wait_for_the_broker_only_the_last_word_is_sent() -> None:
    acks = Acks()
    for seq in (5, 9, 7):
        acks.add({("k", "chain:cc"): Head(("k", "chain:cc"), seq)})
    acks.add({("k", "box:bb"): Head(("k", "box:bb"), 2)})
    assert list(acks.take(0)) == [] and len(acks) == 2
    assert list(acks.take(9)) == [
        ("kiosk/v1/k/down/ack", DownAck(chain="cc", rows=9)),
        ("kiosk/v1/k/down/ack", DownAck(box="bb", events=2)),
    ]
    assert len(acks) == 0
