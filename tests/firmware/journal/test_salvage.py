"""A damaged journal is set aside, and who paid by it is not forgotten (M7)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from firmware.contract.device import EventId
from firmware.contract.money import Money, rupees
from firmware.journal.anchor import AnchorKeeper
from firmware.journal.aside import kept_aside, set_aside
from firmware.journal.journal import Journal
from firmware.journal.orders import fold
from firmware.journal.recovery import NUMBERS_LEFT_OUT
from firmware.journal.rows import (
    AnyRow,
    ClaimIssued,
    CoinCredited,
    End,
    NoteCredited,
    OrderClosed,
    OrderPaid,
    OrderPosted,
    PostRefused,
)
from firmware.journal.salvage import salvage
from firmware.journal.tender_rows import CardAsked, UpiAsked
from tests.firmware.journal.past import begun, opened, order
from tests.firmware.journal.writer import AT, coin

PAID = order(1).order
CLAIM = ClaimIssued(order(2).order, f"{order(2).order} C1", rupees(5), Money(0), "trouble.refused")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "core" / "journal.db"


def visit(number: int) -> list[AnyRow]:
    """₹500 for a bill of ₹470, paid and over, and not posted."""
    name = order(number).order
    note = NoteCredited(name, EventId("N1", 1, number), rupees(500), at_power_up=False)
    paid = OrderPaid(name, rupees(500), rupees(30))
    return [order(number), note, paid, OrderClosed(name, End.FULFILLED)]


def lived(path: Path, *after: AnyRow) -> None:
    """One order waits for the back end; a claim is not redeemed; the anchor; then `after`."""
    journal = opened(path)
    journal.append(AT, *visit(1))
    journal.append(AT, order(2), CoinCredited(order(2).order, EventId("C1", 1, 900), rupees(5)))
    journal.append(AT, CLAIM, OrderClosed(order(2).order, End.CLAIMED))
    AnchorKeeper(path).write(journal)
    journal.append(AT, *(coin(number) for number in range(1, 4)), *after)
    journal.close()


def damage(path: Path, seq: int) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("DROP TRIGGER rows_are_never_changed")
        database.execute("UPDATE rows SET at = 'never' WHERE seq = ?", (seq,))
        database.commit()


def test_an_order_that_waits_for_the_back_end_goes_over_into_the_new_file(path: Path) -> None:
    lived(path)
    damage(path, 12)
    journal = opened(path)
    assert journal.unposted_orders() == [PAID]
    assert journal.unposted_count == 1
    found = fold(journal.of_order(PAID))
    assert (found.inserted, found.used, found.end) == (rupees(500), rupees(500), End.FULFILLED)
    assert found.created == order(1), "its key is the one under which it may have been posted"
    assert journal.open_orders() == []
    assert not journal.is_confirmed


def test_its_money_is_in_the_sum_once_and_its_note_is_not_taken_again(path: Path) -> None:
    lived(path)
    damage(path, 12)
    journal = opened(path)
    assert begun(journal).brought_forward == rupees(5)
    assert journal.credited_paise == 50500
    assert journal.knows_event("N1/1/1")
    assert journal.next_order == 3 + NUMBERS_LEFT_OUT
    assert journal.verify() == journal.length


def test_what_was_answered_in_rows_that_can_be_read_is_not_asked_again(path: Path) -> None:
    lived(path, OrderPosted(PAID, "R"))
    damage(path, 14)
    assert opened(path).unposted_orders() == []


def test_a_refused_one_has_its_claim_and_is_not_posted(path: Path) -> None:
    lived(path, PostRefused(PAID, "refused", ""))
    damage(path, 14)
    assert opened(path).unposted_orders() == []


def test_where_rows_before_the_anchor_are_lost_too_nothing_is_posted_on_a_guess(path: Path) -> None:
    lived(path)
    damage(path, 8)
    journal = opened(path)
    assert journal.unposted_orders() == []
    assert begun(journal).brought_forward == rupees(505)
    [folder] = kept_aside(path)
    found = salvage(folder / "journal.db")
    assert (found.length, list(found.unposted)) == (7, [PAID])
    assert "row 8: expected hash" in found.why


def test_power_cut_between_the_old_file_and_the_new_one(path: Path) -> None:
    lived(path)
    set_aside(path, AT)
    journal = opened(path)
    assert journal.unposted_orders() == [PAID]
    assert journal.credited_paise == 50500
    journal.close()
    assert opened(path).unposted_orders() == [PAID], "carried once"


def test_damage_a_second_time_carries_it_on_again(path: Path) -> None:
    lived(path)
    damage(path, 12)
    journal = opened(path)
    journal.append(AT, *(coin(number) for number in range(50, 53)))
    end = journal.length
    journal.close()
    damage(path, end)
    journal = opened(path)
    assert journal.unposted_orders() == [PAID]
    assert journal.credited_paise == 50500


def test_the_file_that_is_kept_is_not_touched(path: Path) -> None:
    lived(path)
    damage(path, 12)
    opened(path).close()
    [folder] = kept_aside(path)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    found = salvage(folder / "journal.db")
    assert found.claims == {CLAIM.claim: CLAIM}
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


@pytest.mark.parametrize("rest", [0, 100, 4096, 9000])
def test_a_file_of_which_little_or_nothing_is_left_is_no_accident(path: Path, rest: int) -> None:
    lived(path)
    with closing(Journal(path)) as journal:
        assert journal.fold_up()
    path.write_bytes(path.read_bytes()[:rest])
    found = salvage(path)
    assert found.why
    assert found.unposted == {}
    assert opened(path).credited_paise == 50500


def test_a_upi_payment_that_nobody_has_told_of_goes_on_being_asked_about(path: Path) -> None:
    name = order(3).order
    journal = opened(path)
    journal.append(AT, order(3), UpiAsked(name, "ab12", rupees(470), "2026-11-22T10:03:00+05:30"))
    AnchorKeeper(path).write(journal)
    journal.append(AT, *(coin(number) for number in range(1, 4)))
    journal.close()
    damage(path, 5)
    found = opened(path)
    assert found.open_orders() == [name]
    asked = fold(found.of_order(name)).cashless.open_upi
    assert asked is not None and asked.reference == "ab12"


def test_a_card_charge_whose_answer_may_be_lost_is_left_to_people(path: Path) -> None:
    lived(
        path, order(3), CardAsked(order(3).order, "k-1", rupees(470), "411111******1111"), coin(9)
    )
    damage(path, 15)
    assert opened(path).open_orders() == []
