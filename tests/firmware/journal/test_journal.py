"""The journal as a witness: what stands there was said, and stays (M3, M9)."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from firmware.contract.device import EventId
from firmware.contract.money import rupees
from firmware.journal.journal import AlreadyRecorded, Journal, JournalFault, read_entries
from firmware.journal.rows import (
    AnyRow,
    CoinCredited,
    KioskStarted,
    NoteCredited,
    NoteGivenBack,
    NoteInDoubt,
    ReturnIntended,
    StackIntended,
)
from tests.firmware.journal.writer import AT, coin

NOTE = EventId("N1", 1, 1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "core" / "journal.db"


@pytest.fixture
def journal(path: Path) -> Journal:
    journal = Journal(path)
    journal.append(AT, *(coin(number) for number in range(1, 6)))
    return journal


def change(path: Path, *statements: str, with_triggers: bool = True) -> None:
    """Somebody with a database tool, on a journal that nobody holds."""
    database = sqlite3.connect(path)
    if not with_triggers:
        for name in ("never_changed", "never_deleted", "have_no_gaps"):
            database.execute(f"DROP TRIGGER rows_are_{name}" if "never" in name else
                             f"DROP TRIGGER rows_{name}")  # fmt: skip
    with database:
        for statement in statements:
            database.execute(statement)
    database.close()


VALUES = "at, kind, order_id, event_key, credited, body, hash FROM rows WHERE seq = 3"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rows SET credited = 0 WHERE seq = 3",
        "UPDATE OR REPLACE rows SET seq = 2 WHERE seq = 3",
        "DELETE FROM rows WHERE seq = 5",
        "DELETE FROM rows",
        f"INSERT OR REPLACE INTO rows SELECT 3, {VALUES}",
        f"REPLACE INTO rows SELECT 5, {VALUES}",
        f"INSERT INTO rows SELECT 8, {VALUES}",
        f"INSERT INTO rows SELECT 0, {VALUES}",
        "INSERT OR REPLACE INTO rows SELECT 6, at, kind, order_id, event_key, credited, body, hash"
        " FROM rows WHERE seq = 3",
    ],
)
def test_the_tills_own_connection_refuses_every_change(
    path: Path, journal: Journal, statement: str
) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        journal._db.execute(statement)
    journal.close()
    again = Journal(path)
    assert (again.verify(), again.credited_paise) == (5, 500)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rows SET credited = 99 WHERE seq = 3",
        "UPDATE rows SET body = replace(body, '100', '900') WHERE seq = 3",
        "UPDATE rows SET at = '2026-11-23' WHERE seq = 3",
        "UPDATE rows SET event_key = NULL WHERE seq = 3",
        "UPDATE rows SET order_id = 'mine' WHERE seq = 3",
        "DELETE FROM rows WHERE seq = 3",
        "DELETE FROM rows WHERE seq = 1",
        "UPDATE rows SET hash = zeroblob(32) WHERE seq = 5",
    ],
)
def test_a_tampered_row_is_found_before_any_money_is_taken(
    path: Path, journal: Journal, statement: str
) -> None:
    journal.close()
    change(path, statement, with_triggers=False)
    with pytest.raises(JournalFault):
        Journal(path)


def test_tampering_deep_in_the_past_is_found_by_verify(path: Path) -> None:
    journal = Journal(path)
    journal.append(AT, *(coin(number) for number in range(1, 301)))
    journal.close()
    change(path, "UPDATE rows SET credited = 1 WHERE seq = 7", with_triggers=False)
    again = Journal(path)
    with pytest.raises(JournalFault, match="row 7"):
        again.verify()


def test_an_event_that_stands_there_is_refused_with_all_that_came_with_it(
    journal: Journal,
) -> None:
    head = journal.head
    with pytest.raises(AlreadyRecorded):
        journal.append(AT, coin(6), coin(3), coin(7))
    with pytest.raises(AlreadyRecorded):
        journal.append(AT, coin(8), coin(8))
    assert (journal.length, journal.head, journal.credited_paise) == (5, head, 500)
    assert not journal.knows_event("C1/1/6")
    journal.append(AT, coin(6))
    assert (journal.length, journal.verify(), journal.credited_paise) == (6, 6, 600)


def test_a_note_may_be_in_doubt_returned_and_credited_but_each_only_once(
    journal: Journal,
) -> None:
    value = rupees(10)
    said: list[AnyRow] = [
        NoteInDoubt("o", NOTE, value),
        NoteGivenBack("o", NOTE, value),
        NoteCredited("o", NOTE, value, False),
    ]
    for row in said:
        journal.append(AT, row)
        with pytest.raises(AlreadyRecorded):
            journal.append(AT, row)
    with pytest.raises(AlreadyRecorded):
        journal.append(AT, CoinCredited(None, NOTE, value))


def test_every_commit_is_flushed_to_the_disk(journal: Journal) -> None:
    """NORMAL would lose committed rows at a power cut; no test without a plug can see that."""
    settings = [journal._db.execute(f"PRAGMA {name}").fetchone()[0] for name in
                ("journal_mode", "synchronous", "recursive_triggers")]  # fmt: skip
    assert settings == ["wal", 2, 1]


def test_a_note_is_of_the_order_that_decided_last(journal: Journal) -> None:
    assert journal.order_of_note(NOTE) is None
    journal.append(AT, StackIntended("a", NOTE, rupees(10)))
    assert journal.order_of_note(NOTE) == "a"
    journal.append(AT, ReturnIntended("b", NOTE, rupees(10), "closing"))
    assert journal.order_of_note(NOTE) == "b"
    assert journal.order_of_note(EventId("N1", 2, 1)) is None


def test_a_journal_of_another_format_is_left_alone(path: Path, journal: Journal) -> None:
    journal.close()
    change(path, "PRAGMA user_version = 100")
    with pytest.raises(JournalFault, match="expected a schema version below 100, got 100"):
        Journal(path)
    change(path, "PRAGMA user_version = 2")
    assert Journal(path).length == 5  # the one that refused holds no lock


def test_only_one_till_holds_the_journal(path: Path, journal: Journal) -> None:
    with pytest.raises(JournalFault, match="another process holds the journal"):
        Journal(path)
    journal.append(AT, KioskStarted("1"))
    journal.close()
    assert Journal(path).length == 6


def test_others_read_while_the_till_writes(path: Path, journal: Journal) -> None:
    assert [entry.row for entry in read_entries(path)] == [coin(number) for number in range(1, 6)]


def test_a_file_that_is_no_database_is_a_fault_not_a_crash(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database" * 1000)
    for _ in range(2):
        with pytest.raises(JournalFault, match="not a database"):
            Journal(path)


def test_a_folder_that_cannot_be_made_is_a_fault_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "core").write_text("a file stands in the way")
    with pytest.raises(JournalFault, match="core"):
        Journal(tmp_path / "core" / "journal.db")
