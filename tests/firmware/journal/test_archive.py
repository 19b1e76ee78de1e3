"""A year ends: the file becomes an archive, another goes on from it, and nothing is forgotten."""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from firmware.contract.money import Money, rupees
from firmware.journal import archive as archive_of
from firmware.journal.anchor import AnchorKeeper
from firmware.journal.archive import BY
from firmware.journal.desk_rows import BoxMoved
from firmware.journal.faults import JournalDamaged, JournalFault
from firmware.journal.journal import Journal, read_entries
from firmware.journal.past import archives, files_of, verify_all
from firmware.journal.recovery import open_journal
from firmware.journal.row import Row
from firmware.journal.rows import (
    AnyRow,
    ClaimIssued,
    ClaimRedeemed,
    CoinCredited,
    End,
    JournalBegun,
    JournalConfirmed,
    KioskStarted,
    OrderClosed,
    OrderCreated,
    OrderPaid,
    OrderPosted,
)
from firmware.runtime.clock import INDIA
from tests.firmware.journal.past import begun, lived, order
from tests.firmware.journal.writer import AT, coin

NEW_YEAR = datetime(2027, 1, 1, 6, 0, tzinfo=INDIA)
NEXT_DAY = NEW_YEAR + timedelta(days=1)
CLAIM = ClaimIssued(None, "C C1/1/1", rupees(1), Money(0), "trouble.note_unaccounted")
WRITES = ("os.link", "os.rename", "os.remove", "os.chmod", "sqlite3.connect", "open")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "core" / "journal.db"


def a_year(path: Path, *more: AnyRow) -> str:
    """Forty coins, three orders that are closed, a claim; returns the head."""
    lived(path)
    with closing(Journal(path)) as journal:
        journal.append(AT, CLAIM, *more)
        for number in range(1, 4):
            journal.append(AT, *closed(number))
        AnchorKeeper(path).write(journal)
        return journal.head


def closed(number: int) -> list[AnyRow]:
    return [OrderClosed(order(number).order, End.CANCELLED)]


def in_new_year(path: Path, at: datetime = NEW_YEAR) -> Journal:
    return open_journal(path, at, "2", "b2")


def test_the_first_start_of_a_year_begins_a_file_that_goes_on_from_the_last(path: Path) -> None:
    head = a_year(path)
    journal = in_new_year(path)
    [archive] = archives(path)
    assert archive.name == "journal-2026.db"
    row = begun(journal)
    assert (row.previous_head, row.previous_length, row.archive) == (head, 48, archive.name)
    assert [type(entry.row) for entry in journal.entries()] == [
        JournalBegun, JournalConfirmed, KioskStarted]  # fmt: skip
    assert (journal.is_confirmed, journal.credited_paise, journal.claims_count) == (True, 4000, 1)
    assert journal.next_order == 4
    assert archive.stat().st_mode & 0o222 == 0
    assert not archive.with_name(archive.name + "-wal").exists()
    journal.append(NEW_YEAR, coin(41))
    journal.close()
    assert [found.length for _, found in verify_all(path)] == [48, 4]
    again = in_new_year(path, NEW_YEAR + timedelta(days=1))
    assert archives(path) == [archive], "once a year"
    assert (again.credited_paise, again.is_confirmed, again.length) == (4100, True, 5)


def test_boots_are_counted_on(path: Path) -> None:
    a_year(path)
    started = in_new_year(path).last_of(KioskStarted)
    assert started is not None
    assert isinstance(started.row, KioskStarted)
    assert started.row.boot == 2


def test_a_third_year_goes_on_from_the_second(path: Path) -> None:
    a_year(path)
    for years in (0, 1):
        at = NEW_YEAR.replace(year=NEW_YEAR.year + years)
        journal = in_new_year(path, at)
        journal.append(at.replace(month=6), coin(100 + years))
        journal.close()
    journal = in_new_year(path, NEW_YEAR.replace(year=2029))
    assert [file.name for file in files_of(path)] == [
        "journal-2026.db", "journal-2027.db", "journal-2028.db", "journal.db"]  # fmt: skip
    assert (journal.credited_paise, journal.claims_count, journal.next_order) == (4200, 1, 4)
    for key in ("C1/1/1", "C1/1/100", "C1/1/101"):
        assert journal.knows_event(key), key
    assert len(list(verify_all(path))) == 4


def test_whatever_the_archive_knows_is_still_known(path: Path) -> None:
    a_year(path)
    journal = in_new_year(path)
    assert journal.knows_event("C1/1/17")
    assert not journal.knows_event("C1/1/4711")
    assert len(journal.of_order(order(2).order)) == 2
    assert [entry.row for entry in journal.of_kind(ClaimIssued)] == [CLAIM]
    paid = ClaimRedeemed(None, CLAIM.claim, rupees(1), "other", "S. Meena", "V 1")
    journal.append(NEW_YEAR, paid)
    assert (journal.claims_count, journal.knows_event(f"redeemed {CLAIM.claim}")) == (0, True)


def test_the_release_before_reads_the_first_row_and_finds_it_confirmed(path: Path) -> None:
    """It asks for an operator at every JournalBegun, and does not know the new fields."""

    class Before(Row, frozen=True, tag="JournalBegun"):
        previous_head: str
        previous_length: int
        why: str
        brought_forward: Money
        next_order: int

    a_year(path)
    in_new_year(path).close()
    with closing(sqlite3.connect(path)) as database:
        bodies = [row[0] for row in database.execute("SELECT body FROM rows ORDER BY seq LIMIT 2")]
    assert msgspec.json.decode(bodies[0], type=Before).brought_forward == rupees(40)
    assert msgspec.json.decode(bodies[1], type=JournalConfirmed).by == BY


# --- not now ----------------------------------------------------------------------------------


def paid(number: int) -> OrderPaid:
    return OrderPaid(order(number).order, rupees(470), Money(0))


@pytest.mark.parametrize("standing", [order(9), paid(1)], ids=["open", "not posted"])
def test_a_year_with_an_order_that_stands_open_waits_for_it(path: Path, standing: AnyRow) -> None:
    a_year(path, standing)
    journal = in_new_year(path)
    assert archives(path) == []
    end = closed(9) if isinstance(standing, OrderCreated) else [OrderPosted(order(1).order, "R")]
    journal.append(NEW_YEAR, *end)
    journal.close()
    assert in_new_year(path, NEXT_DAY).length == 3
    assert len(archives(path)) == 1


def test_a_file_with_collections_goes_on_growing(path: Path) -> None:
    """What is inside the box is credited less collected, and both are asked of one file."""
    a_year(path, BoxMoved("notes", True, "S. Meena"))
    assert in_new_year(path).length == 50
    assert archives(path) == []


def test_what_came_in_today_stays_in_the_file_that_is_asked_for_it(path: Path) -> None:
    """Core ran over midnight, a coin fell, and the mains failed: the day's limit knows of it."""
    a_year(path)
    with closing(Journal(path)) as journal:
        journal.append(NEW_YEAR - timedelta(hours=5), coin(41))
        AnchorKeeper(path).write(journal)
    journal = in_new_year(path)
    assert archives(path) == []
    midnight = NEW_YEAR.replace(hour=0)
    assert journal.credited_from(journal.first_row_of(midnight)) == 100
    journal.close()
    journal = in_new_year(path, NEXT_DAY)
    assert len(archives(path)) == 1
    assert journal.credited_from(journal.first_row_of(midnight + timedelta(days=1))) == 0


@pytest.mark.parametrize("at", [datetime(1970, 1, 1, tzinfo=INDIA), AT + timedelta(days=800)])
def test_a_clock_that_cannot_be_believed_ends_no_year(path: Path, at: datetime) -> None:
    a_year(path)
    in_new_year(path, at).close()
    assert archives(path) == []
    in_new_year(path).close()
    assert archives(path) == [], "the clock was in doubt when this start began"
    in_new_year(path, NEXT_DAY).close()
    assert len(archives(path)) == 1


def test_somebody_who_reads_is_not_cut_off(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware.journal.journal.BUSY_PATIENCE", 0.0)
    a_year(path)
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM rows").fetchone() == (48,)
        journal = in_new_year(path)
        assert (journal.length, archives(path)) == (49, [])
        journal.append(NEW_YEAR, coin(41))
        journal.close()
    assert in_new_year(path, NEXT_DAY).credited_paise == 4100
    assert len(archives(path)) == 1


def test_a_chain_that_is_broken_deep_inside_is_left_where_it_is(path: Path) -> None:
    a_year(path)
    with closing(Journal(path)) as journal:
        journal.append(AT, *(coin(number) for number in range(1000, 1300)))
    with closing(sqlite3.connect(path)) as database:
        database.execute("DROP TRIGGER rows_are_never_changed")
        database.execute("UPDATE rows SET at = '2026' WHERE seq = 7")
        database.commit()
    assert in_new_year(path).length == 349
    assert archives(path) == []


@pytest.mark.parametrize(
    "refused", ["os.link", "os.rename", "os.chmod", f"{archive_of.__name__}.sync_folder"]
)
def test_a_disk_that_refuses_an_archive_does_not_close_the_kiosk(
    path: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "this file system cannot do that")

    a_year(path)
    with monkeypatch.context() as broken:
        broken.setattr(refused, refuse)
        journal = in_new_year(path)
    assert journal.credited_paise == 4000
    assert journal.is_confirmed
    journal.append(NEW_YEAR, coin(41))
    journal.close()
    journal = in_new_year(path, NEXT_DAY)
    assert (journal.credited_paise, journal.is_confirmed, len(archives(path))) == (4100, True, 1)
    assert len(list(verify_all(path))) == 2


# --- the mains fail ---------------------------------------------------------------------------


def dies_at(path: Path, step: int) -> bool:
    """A start in the new year, ended by SIGKILL before its `step`th act on the disk."""
    if (child := os.fork()) == 0:
        left = step

        def count(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            if event in WRITES and str(path.parent) in str(arguments[0]):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), 9)

        sys.addaudithook(count)
        in_new_year(path)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -9


def test_the_mains_fail_at_every_step_and_no_row_is_lost_or_there_twice(tmp_path: Path) -> None:
    done, step = [], 0
    while True:
        step += 1
        path = tmp_path / str(step) / "journal.db"
        a_year(path)
        if not dies_at(path, step):
            break
        done.append(len(archives(path)))
        journal = in_new_year(path)
        assert journal.is_confirmed, f"step {step}"
        assert (journal.credited_paise, journal.next_order) == (4000, 4)
        assert journal.knows_event("C1/1/40")
        journal.close()
        assert len(archives(path)) == 1
        assert len(list(verify_all(path))) == 2
        coins = [e.row for file in files_of(path) for e in read_entries(file)
                 if isinstance(e.row, CoinCredited)]  # fmt: skip
        assert coins == [coin(number) for number in range(1, 41)]
        left = {file.name for file in path.parent.iterdir()} - {"journal.db", "journal-2026.db"}
        assert left <= {"anchor.a", "anchor.b", "journal.db.lock", "journal.db-wal",
                        "journal.db-shm"}  # fmt: skip
    assert {0, 1} == set(done), "before the archive had its name, and after"
    assert step > 12


# --- an archive is lost -----------------------------------------------------------------------


def test_a_lost_archive_takes_the_cash_away_until_somebody_has_looked(path: Path) -> None:
    a_year(path)
    in_new_year(path).close()
    [archive] = archives(path)
    archive.rename(path.with_name("elsewhere.db"))
    journal = in_new_year(path)
    assert not journal.is_confirmed
    assert "journal-2026.db" in begun(journal).why
    assert journal.credited_paise == 4000
    with pytest.raises(JournalDamaged, match="which is not there"):
        list(verify_all(path))
    journal.append(NEW_YEAR, JournalConfirmed("S. Meena"))
    journal.close()
    assert in_new_year(path).is_confirmed, "asked once"


def test_an_archive_that_was_changed_is_found(path: Path) -> None:
    a_year(path)
    in_new_year(path).close()
    [archive] = archives(path)
    with closing(sqlite3.connect(archive)) as database:
        database.execute("DROP TRIGGER rows_are_never_changed")
        database.execute("UPDATE rows SET at = '2026' WHERE seq = 7")
        database.commit()
    with pytest.raises(JournalDamaged, match=r"journal-2026.db: row 7"):
        list(verify_all(path))


def test_an_archive_that_ends_otherwise_is_found_at_the_start(path: Path) -> None:
    a_year(path)
    in_new_year(path).close()
    [archive] = archives(path)
    archive.unlink()
    lived(path.parent / "other" / "journal.db", coins=44)
    (path.parent / "other" / "journal.db").rename(archive)
    journal = in_new_year(path)
    assert not journal.is_confirmed
    assert "expected hash" in begun(journal).why


def test_an_archive_that_cannot_be_read_stops_the_till_and_is_not_taken_for_the_journal(
    path: Path,
) -> None:
    """Whether a note counts is not guessed; and the journal itself is not set aside for it."""
    a_year(path)
    journal = in_new_year(path)
    [archive] = archives(path)
    archive.chmod(0o600)
    archive.write_bytes(archive.read_bytes()[:4096] + os.urandom(4096 * 8))
    with pytest.raises(JournalFault) as caught:
        journal.knows_event("C1/1/17")
    assert not isinstance(caught.value, JournalDamaged)
    assert archive.name in str(caught.value)


def test_a_journal_that_is_damaged_after_the_archive_still_knows_the_year_before(
    path: Path,
) -> None:
    a_year(path)
    in_new_year(path).close()
    path.write_bytes(b"no database" * 1000)
    journal = in_new_year(path)
    assert not journal.is_confirmed
    assert journal.credited_paise == 4000
    assert journal.knows_event("C1/1/17")


def test_an_end_that_is_lost_after_the_archive_is_noticed(path: Path) -> None:
    a_year(path)
    journal = in_new_year(path)
    journal.append(NEW_YEAR, coin(50))
    AnchorKeeper(path).write(journal)
    journal.close()
    with closing(sqlite3.connect(path)) as database:
        database.execute("DROP TRIGGER rows_are_never_deleted")
        database.execute("DELETE FROM rows WHERE seq >= 4")
        database.commit()
    assert not in_new_year(path).is_confirmed
