"""A year ends: the file becomes an archive, another goes on from it, and nothing is forgotten."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from firmware.contract.money import Money, rupees
from firmware.journal import archive as archive_of
from firmware.journal.anchor import AnchorKeeper
from firmware.journal.archive import BY
from firmware.journal.journal import Journal, read_entries
from firmware.journal.past import archives, files_of, verify_all
from firmware.journal.row import Row
from firmware.journal.rows import (
    AnyRow,
    ClaimIssued,
    ClaimRedeemed,
    CoinCredited,
    JournalBegun,
    JournalConfirmed,
    KioskStarted,
    OrderCreated,
    OrderPaid,
    OrderPosted,
)
from firmware.runtime.clock import INDIA
from tests.firmware.journal.past import begun, order
from tests.firmware.journal.writer import AT, coin
from tests.firmware.journal.year import (
    CLAIM,
    NEW_YEAR,
    NEXT_DAY,
    a_year,
    closed,
    collected,
    dies_at,
    in_new_year,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "core" / "journal.db"


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
    """It asks for an operator at every JournalBegun, and does not know the new fields: its next
    collection expects what is brought forward."""

    class Before(Row, frozen=True, tag="JournalBegun"):
        previous_head: str
        previous_length: int
        why: str
        brought_forward: Money
        next_order: int

    a_year(path, collected(1, 0, 15))
    in_new_year(path).close()
    with closing(sqlite3.connect(path)) as database:
        bodies = [row[0] for row in database.execute("SELECT body FROM rows ORDER BY seq LIMIT 2")]
    assert msgspec.json.decode(bodies[0], type=Before).brought_forward == rupees(25)
    assert msgspec.json.decode(bodies[1], type=JournalConfirmed).by == BY


def test_what_was_collected_is_not_inside_in_the_new_year(path: Path) -> None:
    """Forty rupees were taken out, and one came in after that."""
    a_year(path, collected(1, 0, 40), coin(41))
    journal = in_new_year(path)
    row = begun(journal)
    assert (row.brought_forward, row.collected) == (rupees(1), rupees(40))
    assert (journal.credited_paise, journal.collected_paise, journal.inside_paise) == (
        4100, 4000, 100)  # fmt: skip
    midnight = NEW_YEAR.replace(hour=0)
    assert journal.credited_from(journal.first_row_of(midnight)) == 0, "nothing came in today"
    journal.append(NEW_YEAR, coin(42), collected(2, -4, 42))
    journal.close()
    again = in_new_year(path, NEXT_DAY)
    assert (again.collected_paise, again.inside_paise) == (4200, 0)
    assert [found.credited for _, found in verify_all(path)] == [4100, 4200]


def test_the_numbers_of_rows_go_on_backwards_over_two_years(path: Path) -> None:
    a_year(path)
    for years in (0, 1):
        at = NEW_YEAR.replace(year=NEW_YEAR.year + years)
        journal = in_new_year(path, at)
        journal.append(at.replace(month=6), coin(100 + years))
        journal.close()
    journal = in_new_year(path, NEW_YEAR.replace(year=2029))
    found = list(journal.since(journal.before_all))
    assert [entry.seq for entry in found] == list(range(1 - 48 - 4 - 4, journal.length + 1))
    coins = [entry.row for entry in found if isinstance(entry.row, CoinCredited)]
    assert coins == [coin(number) for number in (*range(1, 41), 100, 101)]
    assert [entry.row for entry in journal.newest_of(CoinCredited)] == coins[::-1]
    assert [entry.row for entry in journal.of_kind_since(CoinCredited, -7)] == coins[-2:]
    assert next(journal.since(0)).seq == 1


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


def test_the_mains_fail_at_every_step_and_no_row_is_lost_or_there_twice(tmp_path: Path) -> None:
    done, step = [], 0
    while True:
        step += 1
        path = tmp_path / str(step) / "journal.db"
        a_year(path, collected(1, 0, 40), coin(41))
        if not dies_at(path, step, in_new_year):
            break
        done.append(len(archives(path)))
        journal = in_new_year(path)
        assert journal.is_confirmed, f"step {step}"
        assert (journal.credited_paise, journal.inside_paise) == (4100, 100)
        assert journal.next_order == 4
        assert journal.knows_event("C1/1/40")
        journal.close()
        assert len(archives(path)) == 1
        assert len(list(verify_all(path))) == 2
        coins = [e.row for file in files_of(path) for e in read_entries(file)
                 if isinstance(e.row, CoinCredited)]  # fmt: skip
        assert coins == [coin(number) for number in range(1, 42)]
        left = {file.name for file in path.parent.iterdir()} - {"journal.db", "journal-2026.db"}
        assert left <= {"anchor.a", "anchor.b", "journal.db.lock", "journal.db-wal",
                        "journal.db-shm"}  # fmt: skip
    assert {0, 1} == set(done), "before the archive had its name, and after"
    assert step > 12
