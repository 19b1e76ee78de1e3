"""M8: what was in the box, by three counts; and no way to take it out without a row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from firmware.contract.device import CoinAccepted, NoteStacked
from firmware.contract.gateway import Problem
from firmware.contract.money import ZERO, Money, rupees
from firmware.contract.screen import Action, Attract, Count, Waiting
from firmware.contract.ticket import Pair, Text
from firmware.contract.till import BoxPulled, CollectionDiffered, CountersDiffered
from firmware.journal import desk_rows, rows
from firmware.journal.desk_rows import Doubt, How
from firmware.till.effects import Tell
from tests.firmware.core.desk_world import DeskWorld
from tests.firmware.core.world import STEP


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
    world.go_to_cash()
    world.office.is_up = False
    for note in (200, 200, 50):
        world.insert(note)
    world.drop(20)
    world.run(12)
    world.press(Action.FINISH)
    world.run(1)
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
    world.go_to_cash()
    world.office.is_up = False
    for note in (200, 200, 50):
        world.insert(note)
    world.drop(20)
    world.run(12)
    world.press(Action.FINISH)
    world.run(1)
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


# --- a box that nobody was asked for -----------------------------------------------------------


def test_a_box_pulled_with_no_operator_is_an_alarm_until_it_is_counted(world: DeskWorld) -> None:
    world.pay()
    world.pull_box()
    assert BoxPulled("panel") in world.told
    world.push_box()
    alarm = world.core.flow.desk.vault.alarms["till.box_pulled"]
    assert "₹470.00 inside" in alarm
    world.crash()
    assert world.core.flow.desk.vault.alarms["till.box_pulled"] == alarm
    world.run(1)
    world.pay()
    world.enter()
    assert (world.desk.says, world.desk.is_alarm) == ("desk.box_was_pulled", True)
    world.collect()
    closed = world.last_closed
    assert closed.inside_when_pulled == rupees(470)
    assert closed.expected.amount == rupees(940)
    assert len(closed.pulled) == 2  # panel and acceptor
    assert world.core.flow.desk.vault.alarms == {}
    world.check_money()


def test_a_box_taken_while_core_was_dead_is_seen_when_it_is_back(world: DeskWorld) -> None:
    world.pay()
    world.box_is_out = True
    world.crash()
    world.run(1)
    moved = [row for row in world.rows(desk_rows.BoxMoved) if isinstance(row, desk_rows.BoxMoved)]
    assert [(row.device, row.is_out, row.by) for row in moved] == [
        ("notes", True, ""),
        ("panel", True, ""),
    ]


# --- killed --------------------------------------------------------------------------------------


def test_power_fails_before_the_box_moved_and_nothing_was_collected(world: DeskWorld) -> None:
    world.pay()
    world.enter()
    world.task("collect")
    world.power_cut()
    assert (world.last_closed.how, world.last_closed.collected) == (How.CANCELLED, ZERO)
    assert world.journal.inside_paise == 47000
    world.run(1)
    world.enter()
    world.collect(450, 20)
    assert (world.last_closed.number, world.last_closed.collected) == (2, rupees(470))
    world.check_money()


@pytest.mark.parametrize("mishap", ["crash", "power_cut"])
@pytest.mark.parametrize("steps", range(6))
def test_killed_at_every_step_of_a_collection(world: DeskWorld, steps: int, mishap: str) -> None:
    """Whatever was under way is closed, and no rupee is between two collections."""
    world.pay()
    world.enter()
    world.task("collect")
    acts: list[Callable[[], None]] = [
        world.pull_box,
        lambda: _empty(world),
        world.push_box,
        lambda: world.task("emptied"),
        lambda: world.count(450),
        lambda: world.count(20),
    ]
    for act in acts[: steps + 1]:
        act()
    if mishap == "crash":
        world.crash()
    else:
        world.power_cut()
    world.run(1)
    world.push_box()
    assert world.core.flow.desk.vault.open_collection is None
    assert isinstance(world.screen.data, Attract)
    assert world.last_closed.how is (How.COLLECTED if steps == 5 else How.INTERRUPTED)
    world.pay()
    world.check_money()
    world.enter()
    world.collect()
    world.check_money()
    assert sum(v.paise * n for v, n in world.taken.items()) == 94000


def _empty(world: DeskWorld) -> None:
    for box in (world.acceptors.in_box, world.acceptors.coins):
        world.taken += box
        box.clear()


def test_an_operator_looked_and_took_nothing(world: DeskWorld) -> None:
    world.pay()
    world.enter()
    world.task("collect")
    world.pull_box()
    world.push_box()
    world.task("not_emptied")
    assert world.desk.title == "desk.menu"
    assert (world.last_closed.how, world.journal.inside_paise) == (How.CANCELLED, 47000)


def test_an_operator_walked_away_from_the_count(world: DeskWorld) -> None:
    world.pay()
    world.enter()
    world.task("collect")
    world.empty_box()
    world.task("emptied")
    world.run(500)
    assert isinstance(world.screen.data, Count), "a full box takes time to count"
    world.clock.advance(200)
    world.run(1)
    assert isinstance(world.screen.data, Attract)
    assert (world.last_closed.how, world.last_closed.counted) == (How.INTERRUPTED, None)
    world.check_money()


def test_a_note_told_late_belongs_to_the_box_it_fell_into(world: DeskWorld) -> None:
    """Its driver was away while it fell; it is told while the operator counts."""
    world.pay()
    world.enter()
    world.task("collect")
    world.empty_box()
    name = world.acceptors.new_id()
    world.taken[rupees(100)] += 1
    world.core.on_device_event("notes", NoteStacked(name, rupees(100)), world.now)
    world.run(1)
    world.task("emptied")
    world.count(550)
    world.count(20)
    world.run(12)
    assert world.last_closed.expected.amount == rupees(570)
    assert sides(world) == []
    world.check_money()


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


# --- M8 at every start ---------------------------------------------------------------------------


def differences(world: DeskWorld) -> list[desk_rows.CountersDiffer]:
    found = world.rows(desk_rows.CountersDiffer)
    return [row for row in found if isinstance(row, desk_rows.CountersDiffer)]


def test_a_note_that_no_row_knows_is_found_at_the_start(world: DeskWorld) -> None:
    world.pay()
    world.miscount["notes"] = 1
    world.crash()
    world.run(7)
    (row,) = differences(world)
    assert (row.device, row.expected, row.found) == ("notes", 3, 4)
    assert row.doubts == [Doubt("cash", "TDR 0417 0001")]
    assert "TDR 0417 0001" in world.core.flow.desk.vault.alarms["till.counters_differ"]
    assert isinstance(world.told[-1], CountersDiffered)
    world.crash()
    world.run(7)
    assert len(differences(world)) == 1, "said once"


def test_starts_with_nothing_wrong_say_nothing_and_write_nothing(world: DeskWorld) -> None:
    world.pay()
    world.crash()
    world.run(7)
    length = world.journal.length
    world.crash()
    world.run(7)
    assert differences(world) == []
    assert world.journal.length == length


def test_another_acceptor_in_its_place_is_no_alarm(world: DeskWorld) -> None:
    world.pay()
    world.serials["notes"], world.miscount["notes"] = "SN9", 4711
    world.crash()
    world.run(7)
    world.miscount["notes"] += 1
    world.crash()
    world.run(7)
    assert len(differences(world)) == 1, "from its first reading on it is held to account"


def test_a_coin_drivers_ledger_was_lost(world: DeskWorld) -> None:
    """Its counts begin at nothing, under a new epoch."""
    world.pay()
    world.crash()
    world.run(7)
    world.miscount["coins"] = -1
    world.crash()
    world.run(7)
    assert differences(world) == []


def test_money_that_comes_in_the_first_seconds_is_waited_for(world: DeskWorld) -> None:
    world.crash()
    world.go_to_cash()
    world.insert(200)
    world.run(STEP)
    world.press(Action.CANCEL)
    world.run(4)
    world.press(Action.FINISH)
    world.run(10)
    assert differences(world) == []


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
