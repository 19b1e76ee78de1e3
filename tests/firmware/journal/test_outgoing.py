"""Rows for the fleet out of real files: years before, damaged ones, and one that core writes."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from firmware.contract.fleet import Rows, RowsAfter
from firmware.contract.uplink import JournalRow
from firmware.journal.aside import kept_aside, set_aside
from firmware.journal.chain import GENESIS, chain
from firmware.journal.journal import Journal
from firmware.journal.outgoing import Outgoing, chain_name
from firmware.journal.past import archives
from firmware.journal.reading import connected
from tests.firmware.journal.past import lived, opened
from tests.firmware.journal.writer import AT, coin
from tests.firmware.journal.year import a_year, in_new_year


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "core" / "journal.db"


def drained(path: Path, most: int = 64) -> dict[str, list[Rows]]:
    """Everything, as the uplink asks for it: by file, in the order in which it came."""
    outgoing, found = Outgoing(path), dict[str, list[Rows]]()
    done, chain, seq = list[str](), "", 0
    try:
        while True:
            told = outgoing.after(RowsAfter(done=done, chain=chain, seq=seq, most=most))
            found.setdefault(told.file, []).append(told)
            if told.rows:
                chain, seq = told.chain, told.rows[-1].seq
            if told.ends:
                done.append(told.file)
            elif not told.rows:
                return found
    finally:
        outgoing.close()


def rows(told: list[Rows]) -> list[JournalRow]:
    return [row for each in told for row in each.rows]


def is_whole(told: list[Rows]) -> bool:
    """Recompute the chain from what was told, as the fleet does."""
    before = GENESIS
    for each in told:
        assert not each.rows or bytes.fromhex(each.before) == before
        for row in each.rows:
            record = (row.seq, row.at, row.kind, row.order, row.event, row.credited, row.body)
            before = chain(before, record)
            if before.hex() != row.hash:
                return False
    return told[0].chain == chain_name(bytes.fromhex(rows(told)[0].hash))


def test_whoever_has_the_rows_can_recompute_the_chain(path: Path) -> None:
    lived(path)
    journal = Journal(path)
    found = drained(path, most=5)["journal.db"]
    assert is_whole(found)
    assert [row.seq for row in rows(found)] == list(range(1, journal.length + 1))
    journal.append(AT, coin(901))  # core writes on while it is read
    assert len(rows(drained(path)["journal.db"])) == journal.length
    journal.close()


def test_a_message_is_bounded_in_bytes_and_never_empty_for_it(path: Path) -> None:
    lived(path)
    with closing(Journal(path)) as journal:
        journal.append(AT, *(coin(number) for number in range(500, 600)))
    outgoing = Outgoing(path)
    told = outgoing.after(RowsAfter(done=[], most_bytes=2048))
    assert 0 < len(told.rows) < 64
    assert sum(len(msgspec.json.encode(row)) for row in told.rows) <= 2048


def test_the_year_before_goes_first_and_keeps_its_chain(path: Path) -> None:
    a_year(path)
    in_new_year(path).close()
    (archive,) = archives(path)
    found = drained(path, most=7)
    assert list(found) == [archive.name, "journal.db"]
    assert all(is_whole(told) for told in found.values())
    assert found[archive.name][-1].ends


def test_the_mark_goes_on_in_the_file_that_became_an_archive(path: Path) -> None:
    """The year turned while half of it was with the fleet."""
    a_year(path)
    half = Outgoing(path).after(RowsAfter(done=[], most=4))
    in_new_year(path).close()
    told = Outgoing(path).after(RowsAfter(done=[], chain=half.chain, seq=4, most=4))
    assert told.file == archives(path)[0].name
    assert told.rows[0].seq == 5 and told.before == half.rows[-1].hash


def test_of_a_damaged_file_what_its_chain_holds_is_told(path: Path) -> None:
    lived(path)
    with closing(sqlite3.connect(path)) as database:
        length = database.execute("SELECT max(seq) FROM rows").fetchone()[0]
        database.execute("DROP TRIGGER rows_are_never_changed")
        database.execute("UPDATE rows SET credited = 7 WHERE seq = ?", (length - 2,))
        database.commit()
    opened(path).close()
    (folder,) = kept_aside(path)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    found = drained(path, most=3)
    assert list(found) == [folder.name, "journal.db"]
    aside = found[folder.name]
    assert is_whole(aside) and len(rows(aside)) == length - 3
    assert aside[-1].ends and f"row {length - 2}" in aside[-1].why
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before, "as it was"


def test_a_file_that_is_no_database_any_more_is_passed_over_and_said_so(path: Path) -> None:
    lived(path)
    set_aside(path, AT)
    (folder,) = kept_aside(path)
    (folder / path.name).write_bytes(b"\xff" * 8192)
    for beside in folder.glob("*-wal"):
        beside.unlink()
    opened(path).close()
    found = drained(path)
    assert rows(found[folder.name]) == []
    assert "not a database" in found[folder.name][-1].why
    assert rows(found["journal.db"])


def test_the_disk_is_back_at_an_earlier_state(path: Path) -> None:
    """The fleet has rows that are not here: all go again, and other content is its alarm."""
    lived(path)
    told = Outgoing(path).after(RowsAfter(done=[]))
    asked = RowsAfter(done=[], chain=told.chain, seq=told.rows[-1].seq + 500)
    assert Outgoing(path).after(asked) == told


def test_the_ram_was_full_when_the_damaged_file_was_copied_and_its_rows_never_left(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be read now is asked for again: `ends` would be believed for ever."""
    lived(path)
    set_aside(path, AT)
    Journal(path).close()
    outgoing = Outgoing(path)

    def full(source: object, target: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as now:
        now.setattr("firmware.journal.salvage.shutil.copyfile", full)
        with pytest.raises(OSError, match="No space left"):
            outgoing.after(RowsAfter(done=[]))
    assert outgoing.after(RowsAfter(done=[])).rows
    outgoing.close()


def test_a_damaged_file_on_a_worn_place_of_the_card_keeps_nobody_waiting(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived(path)
    set_aside(path, AT)
    Journal(path).close()

    def worn(source: object, target: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("firmware.journal.salvage.shutil.copyfile", worn)
    told = Outgoing(path).after(RowsAfter(done=[]))
    assert told.ends and "Input/output error" in told.why


def test_a_worn_page_in_the_file_of_last_year_kept_this_year_from_the_fleet(path: Path) -> None:
    """The mark was lost, so all was asked for again, from the oldest file on."""
    a_year(path)
    with closing(in_new_year(path)) as journal:
        length = journal.length
    (archive,) = archives(path)
    whole = len(rows(drained(path)[archive.name]))
    content = bytearray(archive.read_bytes())
    with closing(sqlite3.connect(archive)) as database:
        (page,) = database.execute("PRAGMA page_size").fetchone()
        last = "SELECT max(pageno) FROM dbstat WHERE name = 'rows' AND pagetype = 'leaf'"
        (worn,) = database.execute(last).fetchone()
    content[(worn - 1) * page : worn * page] = b"\xff" * page
    archive.chmod(0o644)
    archive.write_bytes(content)
    found = drained(path)
    assert len(rows(found["journal.db"])) == length
    assert found[archive.name][-1].ends and "malformed" in found[archive.name][-1].why
    assert 0 < len(rows(found[archive.name])) < whole


class Worn(sqlite3.Connection):
    """The card gives back no page from row `good` on: EIO, as SQLite says it."""

    good = 0

    def execute(self, query: str, values: Sequence[object] = (), /) -> Any:  # type: ignore[override]
        found = super().execute(query, values)
        return _worn(found) if " FROM rows" in query else found


def _eio() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_READ
    return error


class _worn:
    def __init__(self, rows: sqlite3.Cursor) -> None:
        self._rows = rows

    def __iter__(self) -> Iterator[tuple[object, ...]]:
        for row in self._rows:
            if Worn.good <= int(row[0]):
                raise _eio()
            yield row

    def fetchone(self) -> tuple[object, ...] | None:
        if Worn.good == 0:
            raise _eio()
        found: tuple[object, ...] | None = self._rows.fetchone()
        return found


@pytest.mark.parametrize("good", [0, 4])
def test_a_page_of_last_year_that_the_card_does_not_give_back_kept_this_year_from_the_fleet(
    path: Path, monkeypatch: pytest.MonkeyPatch, good: int
) -> None:
    """It is no damage that SQLite sees: the kernel says EIO, today and in a month."""
    a_year(path)
    with closing(in_new_year(path)) as journal:
        length = journal.length
    (archive,) = archives(path)

    def worn(file: Path) -> sqlite3.Connection:
        return sqlite3.connect(file, factory=Worn) if file == archive else connected(file)

    Worn.good = good
    monkeypatch.setattr("firmware.journal.outgoing.connected", worn)
    found = drained(path)
    assert len(rows(found["journal.db"])) == length
    assert found[archive.name][-1].ends and "I/O error" in found[archive.name][-1].why
    assert len(rows(found[archive.name])) == max(0, good - 1)
