"""An archive, or the journal after it, is lost or changed: it is noticed, and no money twice."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from firmware.contract.money import rupees
from firmware.journal.anchor import AnchorKeeper
from firmware.journal.desk_rows import CollectionClosed, Pieces
from firmware.journal.faults import JournalDamaged, JournalFault
from firmware.journal.past import archives, verify_all
from firmware.journal.rows import JournalConfirmed
from firmware.till.collection import cash_of
from tests.firmware.journal.past import begun, lived
from tests.firmware.journal.writer import coin
from tests.firmware.journal.year import NEW_YEAR, NEXT_DAY, a_year, collected, in_new_year


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "core" / "journal.db"


def test_money_of_a_lost_archive_is_brought_forward_and_of_a_lost_journal_counted_once(
    path: Path,
) -> None:
    a_year(path, collected(1, 0, 40), coin(41))
    journal = in_new_year(path)
    assert cash_of(journal.since(-4)).coins == [Pieces(rupees(1), 1)]
    journal.append(NEW_YEAR, coin(42))
    AnchorKeeper(path).write(journal)
    journal.close()
    [archive] = archives(path)
    archive.rename(path.with_name("elsewhere.db"))
    journal = in_new_year(path, NEXT_DAY)
    assert (journal.before_all, cash_of(journal.since(0)).amount) == (0, rupees(2))
    journal.close()
    path.with_name("elsewhere.db").rename(archive)
    path.write_bytes(b"no database" * 1000)
    journal = in_new_year(path, NEXT_DAY)
    assert list(journal.newest_of(CollectionClosed)) == [], "counted from 1 again"
    assert cash_of(journal.since(journal.before_all)).amount == rupees(2)
    assert journal.inside_paise == 200


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
