"""M9: a journal outlives releases: what one wrote the next reads, and an update may be undone."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from firmware.contract.device import EventId
from firmware.contract.money import Money, rupees
from firmware.journal.faults import JournalFault
from firmware.journal.journal import Journal
from firmware.journal.orders import fold
from firmware.journal.reading import read_entries, verify
from firmware.journal.rows import ClaimIssued, End, JournalConfirmed, KioskStarted, UnknownRow
from tests.firmware.journal.previous import schema_1
from tests.firmware.journal.writer import AT, coin

CARD = '{"type":"CardCharged","order":"TDR 0417 0001","value":{"paise":47000}}'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Two visits and a half, as schema 1 wrote them."""
    path = tmp_path / "core" / "journal.db"
    schema_1.create(path)
    half = schema_1.visit(3)[:6]  # paid, neither posted nor closed
    slip = '{"type":"ClaimIssued","order":null,"claim":"C","amount":{"paise":100},'
    slip += '"in_doubt":{"paise":0},"cause":"trouble.over_paid"}'
    claim: schema_1.Told = ("ClaimIssued", None, None, 0, slip)
    schema_1.write(path, [*schema_1.visit(1), *schema_1.visit(2), *half, claim])
    return path


def test_a_journal_of_the_release_before_is_taken_over_with_all_that_stands_open(
    path: Path,
) -> None:
    journal = Journal(path)
    assert (journal.length, journal.verify(), journal.credited_paise) == (23, 23, 150_000)
    assert journal.open_orders() == journal.unposted_orders() == ["TDR 0417 0003"]
    assert (journal.claims_count, journal.unposted_count) == (1, 1)
    assert journal.next_order == 4
    first = fold(journal.of_order("TDR 0417 0001"))
    assert (first.end, first.inserted, first.reference) == (End.FULFILLED, rupees(500), "REF1")
    journal.close()
    assert verify(path).credited == 150_000


def test_the_old_file_is_kept_whole_before_anything_is_added(path: Path) -> None:
    before = schema_1.read(path)
    Journal(path).close()
    Journal(path).close()  # and only once
    kept = path.with_name("journal.v1.db")
    assert schema_1.read(kept) == before
    with sqlite3.connect(kept) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (1,)
        assert not database.execute("SELECT 1 FROM sqlite_schema WHERE name = 'tallies'").fetchone()
    assert [each.name for each in path.parent.glob("journal.v1*.db")] == ["journal.v1.db"]


def test_a_copy_that_cannot_be_kept_leaves_the_file_as_it_was(path: Path) -> None:
    (path.with_name("journal.v1.db.new")).mkdir()  # something is in the way
    with pytest.raises(JournalFault, match=r"journal\.v1\.db\.new"):
        Journal(path)
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (1,)
    assert len(schema_1.read(path)) == 23


def test_the_release_before_reads_and_writes_what_this_one_left(path: Path) -> None:
    """The update is taken back in the middle of the day, and comes again in the evening."""
    journal = Journal(path)
    journal.append(AT, KioskStarted("0.2.0", 5, "b"), JournalConfirmed("a technician"), coin(9))
    journal.close()
    kinds = schema_1.read(path)
    assert kinds[-3:] == ["KioskStarted", "unknown", "unknown"]
    schema_1.write(path, schema_1.visit(4)[:6])  # its insert moves what version 2 counts
    again = Journal(path)
    assert again.open_orders() == again.unposted_orders() == ["TDR 0417 0003", "TDR 0417 0004"]
    assert (again.verify(), again.next_order, again.credited_paise) == (32, 5, 200_100)
    again.close()
    assert verify(path).length == 32


def test_a_row_of_a_release_to_come_counts_in_the_chain_and_changes_no_order(path: Path) -> None:
    card: schema_1.Told = ("CardCharged", "TDR 0417 0001", "card 1", 47000, CARD)
    schema_1.write(path, [card])
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 0")
        database.execute("PRAGMA user_version = 1")
    database.close()
    journal = Journal(path)
    history = journal.of_order("TDR 0417 0001")
    assert history[-1].row == UnknownRow("CardCharged", CARD)
    assert fold(history).inserted == rupees(500)
    assert fold(history).end is End.FULFILLED
    assert journal.credited_paise == 197_000
    assert journal.knows_event("card 1")
    journal.append(AT, coin(1))
    assert journal.verify() == 25
    assert [entry.seq for entry in read_entries(path, last=2)] == [24, 25]


def test_a_later_version_of_this_format_is_used_as_it_is(path: Path) -> None:
    Journal(path).close()
    with sqlite3.connect(path) as database:
        database.execute("ALTER TABLE rows ADD COLUMN colour TEXT NOT NULL DEFAULT 'grey'")
        database.execute("PRAGMA user_version = 7")
    database.close()
    journal = Journal(path)
    journal.append(AT, ClaimIssued(None, "C2", rupees(1), Money(0), "trouble.over_paid"))
    assert (journal.verify(), journal.claims_count) == (24, 2)
    assert journal._db.execute("PRAGMA user_version").fetchone() == (7,)


def test_a_known_kind_with_a_body_that_is_not_stops_instead_of_passing_over_money(
    path: Path,
) -> None:
    strange: schema_1.Told = ("NoteCredited", "TDR 0417 0001", "n", 1, '{"type":"NoteCredited"}')
    schema_1.write(path, [strange])
    journal = Journal(path)
    with pytest.raises(JournalFault, match="row 24: NoteCredited"):
        journal.of_order("TDR 0417 0001")


@pytest.mark.parametrize("table", ["open_orders", "unposted_orders"])
def test_verify_finds_an_order_that_was_made_to_look_done(path: Path, table: str) -> None:
    Journal(path).close()
    with sqlite3.connect(path) as database:
        database.execute(f"DELETE FROM {table}")
    database.close()
    with pytest.raises(JournalFault, match=f"{table}: expected .*0003.*, got"):
        verify(path)


@pytest.mark.parametrize("what", ["open", "unposted", "of note"])
def test_a_question_of_a_start_or_a_note_never_looks_through_all_rows(
    path: Path, what: str
) -> None:
    journal = Journal(path)
    asked: list[str] = []
    journal._db.set_trace_callback(asked.append)
    match what:
        case "open":
            journal.open_orders()
        case "unposted":
            journal.unposted_orders()
        case _:
            assert journal.order_of_note(EventId("1873452", 7, 2)) == "TDR 0417 0002"
    journal._db.set_trace_callback(None)
    plan = str(journal._db.execute("EXPLAIN QUERY PLAN " + asked[0]).fetchall())
    assert "SCAN rows" not in plan
    assert "rows_by_kind" not in plan


def test_the_release_before_posts_and_closes_what_this_one_left_open(path: Path) -> None:
    journal = Journal(path)
    assert journal.unposted_orders() == ["TDR 0417 0003"]
    journal.close()
    schema_1.write(path, schema_1.visit(3)[6:7])
    again = Journal(path)
    assert (again.unposted_orders(), again.unposted_count) == ([], 0)
    assert again.open_orders() == ["TDR 0417 0003"]
    again.close()
    schema_1.write(path, schema_1.visit(3)[7:])
    assert Journal(path).open_orders() == []
    assert verify(path).length == 25
