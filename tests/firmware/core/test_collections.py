"""M8: what was in the box, by three counts; and no way to take it out without a row."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.device import CoinAccepted
from firmware.contract.gateway import Problem
from firmware.contract.money import ZERO, Money, rupees
from firmware.contract.screen import Action, Attract, Waiting
from firmware.contract.ticket import Pair, Text
from firmware.contract.till import CollectionDiffered
from firmware.journal import desk_rows, rows
from firmware.journal.desk_rows import Doubt, How
from firmware.till.effects import Tell
from tests.firmware.core.desk_world import DeskWorld


@pytest.fixture
def world(tmp_path: Path) -> DeskWorld:
    world = DeskWorld(tmp_path)
    world.run(7)  # the acceptors are read
    return world


def sides(world: DeskWorld) -> list[str]:
    found = world.rows(desk_rows.CollectionDiffers)
    return [s for row in found if isinstance(row, desk_rows.CollectionDiffers) for s in row.sides]


def finish(world: DeskWorld) -> None:
    world.press(Action.FINISH)
    world.run(1)
    assert isinstance(world.screen.data, Attract)


def test_a_box_is_emptied_and_every_count_agrees(world: DeskWorld) -> None:
    world.pay()
    world.enter()
    world.collect(450, 20)
    closed = world.last_closed
    assert (closed.number, closed.by, closed.how) == (1, "R. Meena", How.COLLECTED)
    assert closed.expected.amount == closed.total == rupees(470)
    assert [(p.value, p.count) for p in closed.expected.notes] == [
        (rupees(200), 2),
        (rupees(50), 1),
    ]
    assert (closed.device_notes, closed.device_coins) == (3, 1)
    assert closed.office == desk_rows.Booked(1, 1, rupees(470), ZERO, rupees(470))
    assert sides(world) == []
    assert world.told == []
    assert world.desk.title == "desk.collected"
    assert world.desk.says == "desk.on_paper"
    assert [job.rsplit("/", 1)[0] for job in world.printer.printed[1:]] == [
        "collection 1 box",
        "collection 1 operator",
    ]
    finish(world)
    assert world.journal.inside_paise == 0
    world.check_money()


def test_the_row_is_on_disk_before_the_box_is_asked_for(world: DeskWorld) -> None:
    world.pay()
    world.enter()
    world.task("collect")
    (opened,) = world.rows(desk_rows.CollectionOpened)
    assert isinstance(opened, desk_rows.CollectionOpened)
    assert opened.expected.amount == rupees(470)
    assert {r.device: r.count for r in opened.readings} == {"notes": 9003, "coins": 1}
    assert world.desk.says == "desk.take_box"
    world.pull_box()
    assert world.desk.says == "desk.box_is_out"
    assert [task.why_not for task in world.desk.tasks] == ["desk.put_box_back"] * 2
    world.push_box()
    assert world.desk.says == "desk.box_is_back"
    moved = world.rows(desk_rows.BoxMoved)
    assert {row.by for row in moved if isinstance(row, desk_rows.BoxMoved)} == {"R. Meena"}
    assert len(moved) == 4  # panel and acceptor, out and in


def test_the_second_collection_begins_where_the_first_ended(world: DeskWorld) -> None:
    world.pay()
    world.enter()
    world.collect(450, 20)
    finish(world)
    world.run(7)
    world.pay()
    world.pay()
    world.enter()
    world.collect(900, 40)
    closed = world.last_closed
    assert (closed.number, closed.expected.amount, closed.total) == (2, rupees(940), rupees(1410))
    assert (closed.device_notes, closed.device_coins) == (6, 2)
    assert closed.office is not None
    assert (closed.office.first, closed.office.last) == (2, 3)
    assert sides(world) == []
    world.check_money()


# --- each side wrong once ----------------------------------------------------------------------


def test_a_note_short_in_the_hand(world: DeskWorld) -> None:
    world.pay()
    world.enter()
    world.collect(400, 20)
    assert sides(world) == ["counted_notes"]
    assert world.desk.says == "desk.differs"
    (told,) = world.told
    assert isinstance(told, CollectionDiffered)
    assert (told.number, told.sides) == (1, ["counted_notes"])


def test_an_acceptor_that_counted_more_than_the_rows(world: DeskWorld) -> None:
    world.pay()
    world.miscount["notes"] = 1
    world.enter()
    world.collect()
    assert sides(world) == ["device_notes"]
    assert (world.last_closed.device_notes, world.last_closed.device_coins) == (4, 1)


def test_the_back_end_booked_less_than_was_posted(world: DeskWorld) -> None:
    world.pay()
    world.office.payments = dict.fromkeys(world.office.payments, rupees(100))
    world.enter()
    world.collect()
    assert sides(world) == ["booked"]
    assert "till.bookings_differ" not in world.core.flow.desk.vault.alarms  # said on the slip


def test_rows_that_lack_a_note_name_what_is_in_doubt(world: DeskWorld) -> None:
    """A coin of nobody, a claim, a payment the back end never acknowledged: each by its name."""
    world.pay_without_the_back_end()
    coin = CoinAccepted(world.acceptors.new_id("SN2"), rupees(5), "")
    world.acceptors.coins[rupees(5)] += 1
    world.core.on_device_event("coins", coin, world.now)
    world.enter()
    world.collect(400, 25)
    (differs,) = world.rows(desk_rows.CollectionDiffers)
    assert isinstance(differs, desk_rows.CollectionDiffers)
    assert differs.sides == ["counted_notes"]
    assert differs.doubts == [
        Doubt("orphan", str(coin.id), rupees(5)),
        Doubt("unposted", "TDR 0417 0001", rupees(470)),
        Doubt("claim_open", f"C {coin.id}", rupees(5)),
    ]


# --- the back end away ---------------------------------------------------------------------------


def test_a_back_end_that_was_away_is_asked_later_by_itself(world: DeskWorld) -> None:
    world.pay()
    world.office.is_up = False
    world.run(1)
    world.enter()
    world.collect(450, 20)
    assert world.last_closed.office == desk_rows.Booked(1, 1, rupees(470), ZERO, None)
    finish(world)
    world.run(70)
    assert world.rows(desk_rows.BookingsCompared) == []
    world.office.is_up = True
    world.run(130)
    asked = desk_rows.Booked(1, 1, rupees(470), ZERO, rupees(470))
    assert world.rows(desk_rows.BookingsCompared) == [desk_rows.BookingsCompared(1, asked)]
    world.run(130)
    assert len(world.rows(desk_rows.BookingsCompared)) == 1
    assert world.told == []


def test_what_was_booked_wrongly_is_found_after_the_collection_too(world: DeskWorld) -> None:
    world.pay()
    world.office.is_up = False
    world.run(1)
    world.enter()
    world.collect()
    finish(world)
    world.office.receipts.clear()
    world.office.is_up = True
    world.run(130)
    assert sides(world) == ["booked"]
    assert "till.bookings_differ" in world.core.flow.desk.vault.alarms
    assert [type(event) for event in world.told] == [CollectionDiffered]


def test_an_unposted_payment_is_posted_before_anything_is_compared(world: DeskWorld) -> None:
    world.pay_without_the_back_end()
    world.enter()
    world.collect(450, 20)
    finish(world)
    assert world.last_closed.office == desk_rows.Booked(1, 1, ZERO, rupees(470), None)
    world.office.is_up = True
    world.run(130)
    assert sides(world) == []
    (compared,) = world.rows(desk_rows.BookingsCompared)
    assert isinstance(compared, desk_rows.BookingsCompared)
    assert compared.office.posted == compared.office.booked == rupees(470)


def test_a_payment_that_does_not_get_through_keeps_the_comparison_waiting(
    world: DeskWorld,
) -> None:
    world.office.refuses = Problem.BACK_END_DOWN
    world.pay()
    world.run(12)
    world.press(Action.FINISH)
    world.run(1)
    world.enter()
    world.collect()
    finish(world)
    assert world.last_closed.office == desk_rows.Booked(1, 1, ZERO, rupees(470), ZERO)
    assert sides(world) == []


def test_a_back_end_that_comes_back_by_halves_is_not_compared_yet(world: DeskWorld) -> None:
    """It sums again, and does not book yet: what it lacks is what it was not given."""
    world.pay_without_the_back_end()
    world.enter()
    world.collect()
    finish(world)
    world.office.is_up, world.office.refuses = True, Problem.BACK_END_DOWN
    world.run(200)
    assert world.rows(desk_rows.BookingsCompared) == []
    world.office.refuses = None
    world.run(400)
    assert len(world.rows(desk_rows.BookingsCompared)) == 1
    assert sides(world) == []


def test_what_the_back_end_refused_is_not_missed_in_its_books(world: DeskWorld) -> None:
    world.office.refuses = Problem.REFUSED
    world.pay()
    world.press(Action.FINISH)
    world.run(1)
    world.enter()
    world.collect(450, 20)
    assert world.last_closed.office == desk_rows.Booked(1, 1, ZERO, ZERO, ZERO)
    assert sides(world) == []
    assert world.last_closed.collected == Money(47000)


# --- paper ---------------------------------------------------------------------------------------


def test_no_paper_the_number_is_on_the_screen_and_the_slip_comes_later(world: DeskWorld) -> None:
    world.pay()
    world.printer.has_paper = False
    world.enter()
    world.collect(450, 20)
    assert world.desk.says == "desk.not_on_paper"
    shown = [row for row in world.rows(rows.ProofShown) if isinstance(row, rows.ProofShown)]
    assert [row.document for row in shown] == ["collection 1 box", "collection 1 operator"]
    world.printer.has_paper = True
    world.run(1)
    world.task("again")
    world.run(3)
    assert world.desk.says == "desk.on_paper"


def test_a_printer_that_says_nothing_keeps_no_operator_for_ever(world: DeskWorld) -> None:
    world.pay()
    world.enter()
    world.printer.is_there = False
    world.task("collect")
    world.empty_box()
    world.task("emptied")
    world.count(None)
    world.count(None)
    assert isinstance(world.screen.data, Waiting)
    world.run(30)
    assert world.desk.says == "desk.not_on_paper"


def test_the_last_slip_is_printed_again_as_a_duplicate(world: DeskWorld) -> None:
    world.pay()
    world.enter()
    world.collect(450, 20)
    world.crash()
    world.run(1)
    world.enter()
    world.task("last_slip")
    papers = [e.command for e in world.core.take_effects() if isinstance(e, Tell)]
    world.run(3)
    assert world.printer.printed[-1].startswith("collection 1 operator/")
    assert papers == []  # the world took them
    (paper,) = [p for p in world.core.flow.desk.papers.last if "box" in p.document]
    texts = [line.text for line in paper.make(1).lines if isinstance(line, Text)]
    assert "प्रतिलिपि 1 · DUPLICATE 1" in texts
    values = [line.value for line in paper.make(0).lines if isinstance(line, Pair)]
    assert "₹470.00" in values
