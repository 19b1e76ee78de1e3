"""A start after the worst: nothing is thrown away, no number comes twice, no cash unseen (M8)."""

from __future__ import annotations

import os
import random
import sqlite3
from pathlib import Path

import pytest

from firmware.contract.money import Money, rupees
from firmware.journal.anchor import AnchorKeeper, anchor_of
from firmware.journal.aside import kept_aside, set_aside
from firmware.journal.desk_rows import Cash, CollectionClosed, How, Pieces
from firmware.journal.faults import JournalDamaged
from firmware.journal.journal import Journal
from firmware.journal.recovery import NUMBERS_LEFT_OUT
from firmware.journal.rows import (
    JournalBegun,
    JournalConfirmed,
    KioskStarted,
)
from tests.firmware.journal.past import begun, contents, garbage, lived, opened, order
from tests.firmware.journal.writer import AT, coin


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "core" / "journal.db"


# --- nothing wrong ----------------------------------------------------------------------------


def test_a_first_start_and_an_ordinary_one_need_nobody(path: Path) -> None:
    first = opened(path)
    assert (first.is_confirmed, first.length, first.next_order) == (True, 1, 1)
    first.close()
    lived(path)
    again = opened(path)
    assert again.is_confirmed
    assert again.last_of(JournalBegun) is None
    assert again.next_order == 4
    assert not kept_aside(path)


def test_an_anchor_behind_the_journal_is_as_it_should_be(path: Path) -> None:
    """Power went in the middle of a visit: the anchor is of before it."""
    lived(path)
    journal = opened(path)
    journal.append(AT, *(coin(number) for number in range(100, 150)))
    journal.close()
    assert opened(path).is_confirmed


def test_boots_are_counted_and_a_restart_of_core_is_none(path: Path) -> None:
    for boot_id in ("b1", "b1", "b2", "", ""):
        opened(path, boot_id=boot_id).close()
    journal = Journal(path)
    boots = [e.row.boot for e in journal.entries() if isinstance(e.row, KioskStarted)]
    assert boots == [1, 1, 2, 3, 4]


# --- damage -----------------------------------------------------------------------------------


def zeroed_head(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(bytes(4096))


def emptied(path: Path) -> None:
    os.truncate(path, 0)


def cut_in_half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def cut_in_a_page(path: Path) -> None:
    os.truncate(path, 5000)


def row_changed(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("DROP TRIGGER rows_are_never_changed")
        database.execute("UPDATE rows SET credited = 7 WHERE seq = 20")
    database.close()


def table_gone(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("DROP TABLE rows")
    database.close()


DAMAGES = [garbage, zeroed_head, cut_in_half, cut_in_a_page, row_changed, table_gone]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_journal_is_kept_whole_and_another_begins(path: Path, damage: object) -> None:
    assert callable(damage)
    head = lived(path)
    damage(path)
    before = path.read_bytes()
    journal = opened(path)
    [folder] = kept_aside(path)
    assert (folder / "journal.db").read_bytes() == before
    assert folder.name.startswith("damaged-20261122T100000-")
    row = begun(journal)
    assert (row.previous_head, row.previous_length) == (head, 44)
    assert row.brought_forward == rupees(40)
    assert row.why
    assert journal.next_order == row.next_order == 4 + NUMBERS_LEFT_OUT
    assert (journal.credited_paise, journal.verify()) == (4000, 2)
    assert not journal.is_confirmed


def test_the_log_of_a_damaged_journal_goes_with_it(path: Path) -> None:
    """It may hold the last rows, and SQLite would throw it away beside a new file."""
    lived(path)
    log = path.with_name("journal.db-wal")
    log.write_bytes(b"rows that are only here" * 500)
    garbage(path)
    opened(path)
    [folder] = kept_aside(path)
    assert contents(folder)["journal.db-wal"] == b"rows that are only here" * 500


@pytest.mark.parametrize("moved", [0, 1, 2])
def test_power_cut_between_the_moves(path: Path, moved: int) -> None:
    """Nothing of the damaged journal may be lost, whatever was moved before the power went."""
    lived(path)
    garbage(path)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).write_bytes(suffix.encode() * 100)
    before = contents(path.parent)
    folder = path.parent / "damaged-20261122T095959-1"
    folder.mkdir()
    for suffix in ("", "-wal")[:moved]:
        name = path.name + suffix
        (path.parent / name).rename(folder / name)
    journal = opened(path)
    kept = {name: part for each in kept_aside(path) for name, part in contents(each).items()}
    assert kept == {name: part for name, part in before.items() if "journal.db" in name
                    and "lock" not in name}  # fmt: skip
    assert (begun(journal).previous_length, journal.is_confirmed) == (44, False)


def test_damage_found_while_the_till_was_running_is_not_tried_again(path: Path) -> None:
    lived(path)
    journal = opened(path, damage="database disk image is malformed")
    assert begun(journal).why == "database disk image is malformed"
    assert len(kept_aside(path)) == 1


@pytest.mark.parametrize("damage", [garbage, zeroed_head, emptied])
def test_sqlite_never_sees_a_file_beside_whose_head_it_would_throw_the_log_away(
    path: Path, damage: object
) -> None:
    assert callable(damage)
    lived(path)
    damage(path)
    log = path.with_name("journal.db-wal")
    log.write_bytes(b"the only copy")
    with pytest.raises(JournalDamaged):
        Journal(path)
    assert log.read_bytes() == b"the only copy"


def test_two_damages_in_one_second_are_kept_apart(path: Path) -> None:
    for _ in range(2):
        lived(path)
        opened(path, damage="bad").close()
    assert [folder.name[-2:] for folder in kept_aside(path)] == ["-1", "-2"]


@pytest.mark.parametrize("seed", range(8))
def test_bytes_garbled_anywhere_end_in_a_journal_that_can_be_used(path: Path, seed: int) -> None:
    """Found at the start, or later by verify; never a crash, and never fewer bytes."""
    lived(path, coins=300)
    chance, size = random.Random(seed), path.stat().st_size
    with path.open("r+b") as file:
        for _ in range(4):
            file.seek(chance.randrange(size))
            file.write(chance.randbytes(64))
    journal = opened(path)
    journal.append(AT, order(900))
    assert sum(file.stat().st_size >= size for file in path.parent.rglob("journal.db")) == 1


# --- rows that are missing --------------------------------------------------------------------


def test_an_older_copy_in_its_place_goes_on_but_not_unseen(path: Path) -> None:
    """A card that acknowledged what it had not written, or a file put back from a copy."""
    lived(path, orders=2, coins=10)
    copy = path.read_bytes()
    journal = opened(path)
    journal.append(AT, order(3), *(coin(number) for number in range(50, 60)))
    AnchorKeeper(path).write(journal)
    length, head = journal.length, journal.head
    journal.close()
    path.write_bytes(copy)
    again = opened(path)
    row = begun(again)
    assert (row.previous_length, row.previous_head) == (length, head)
    assert row.why.endswith(f"expected at least {length} rows, got 13")
    assert row.brought_forward == rupees(10)
    assert (again.credited_paise, again.is_confirmed) == (2000, False)
    assert again.next_order == 4 + NUMBERS_LEFT_OUT
    assert again.open_orders() == ["TDR 0417 0001", "TDR 0417 0002"]  # their money is not forgotten
    assert again.verify() == again.length
    assert not kept_aside(path)


def test_another_journal_in_its_place_is_not_taken_for_it(path: Path, tmp_path: Path) -> None:
    lived(path, coins=10)
    other = tmp_path / "other" / "journal.db"
    journal = opened(other)
    journal.append(AT, *(coin(number) for number in range(500, 600)))
    journal.close()
    path.write_bytes(other.read_bytes())
    assert "the anchor expects" in begun(opened(path)).why


def test_a_journal_that_vanished_begins_anew_once(path: Path) -> None:
    head = lived(path)
    path.unlink()
    first = opened(path)
    assert begun(first).previous_head == head
    first.close()
    second = opened(path)
    assert [type(entry.row) for entry in second.entries()].count(JournalBegun) == 1
    assert not second.is_confirmed  # and still nobody has looked


def test_power_cut_between_the_new_file_and_its_first_row(path: Path) -> None:
    lived(path)
    set_aside(path, AT)
    Journal(path).close()
    assert begun(opened(path)).previous_length == 44


# --- numbers ----------------------------------------------------------------------------------


def lose_anchor(path: Path) -> None:
    for letter in "ab":
        path.with_name(f"anchor.{letter}").write_bytes(b"torn")


def test_a_lost_anchor_alone_is_written_anew(path: Path) -> None:
    lived(path)
    lose_anchor(path)
    journal = opened(path)
    assert journal.is_confirmed
    assert AnchorKeeper(path).read() == anchor_of(journal)


def test_without_an_anchor_the_numbers_are_found_in_the_bytes(path: Path) -> None:
    lived(path, orders=37)
    zeroed_head(path)
    lose_anchor(path)
    journal = opened(path)
    assert (begun(journal).previous_head, begun(journal).brought_forward) == ("", Money(0))
    assert journal.next_order == 38 + NUMBERS_LEFT_OUT


def test_where_nobody_knows_any_number_none_of_before_can_come_again(path: Path) -> None:
    lived(path)
    garbage(path)
    lose_anchor(path)
    assert opened(path).next_order == 1_000_000 + 325_000 + NUMBERS_LEFT_OUT


def test_orders_of_the_visit_that_the_anchor_does_not_know_keep_their_numbers(path: Path) -> None:
    lived(path)
    journal = opened(path)
    journal.append(AT, order(4), order(5))
    journal.close()
    garbage(path)
    first = opened(path)
    assert first.next_order > 6
    first.append(AT, order(first.next_order))
    number = first.next_order
    first.close()
    assert opened(path).next_order == number


# --- the operator -----------------------------------------------------------------------------


def test_confirmed_once_is_confirmed_after_every_start(path: Path) -> None:
    lived(path)
    garbage(path)
    journal = opened(path)
    assert journal.to_confirm == 1
    journal.append(AT, JournalConfirmed("a technician"))
    assert journal.is_confirmed
    journal.close()
    again = opened(path)
    assert again.is_confirmed
    again.close()
    garbage(path)
    assert not opened(path).is_confirmed


def test_money_that_was_collected_is_not_brought_forward(tmp_path: Path) -> None:
    """The file is lost after a collection: what is in the box is what came in since."""
    path = tmp_path / "journal.db"
    lived(path, coins=40)
    journal = opened(path)
    cash = Cash(coins=[Pieces(Money(journal.credited_paise // 40), 40)])
    journal.append(
        AT,
        CollectionClosed(1, "x", How.COLLECTED, 0, cash, Money(journal.credited_paise)),
        coin(99),
    )
    inside = journal.inside_paise
    AnchorKeeper(path).write(journal)
    journal.close()
    garbage(path)
    path.with_name("journal.db-wal").unlink(missing_ok=True)
    again = opened(path)
    assert begun(again).brought_forward.paise == inside > 0
    assert again.inside_paise == inside
    again.close()
