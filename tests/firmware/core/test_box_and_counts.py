"""M8 between collections: a box pulled by nobody, a kill at any step, counts at every start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from firmware.contract.device import NoteStacked
from firmware.contract.money import ZERO, rupees
from firmware.contract.screen import Attract, Count, Trouble
from firmware.contract.till import BoxPulled, CountersDiffered
from firmware.journal import desk_rows
from firmware.journal.desk_rows import Doubt, How
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


def test_no_cash_is_taken_while_the_box_is_out(world: DeskWorld) -> None:
    world.go_to_cash()
    assert world.acceptors.leases
    world.box_is_out = True
    world.run(10)
    assert world.acceptors.leases == {}
    shown = world.screen.data
    assert isinstance(shown, Trouble)
    assert shown.cause == "trouble.cash_box_out"


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


def test_a_kiosk_without_a_switch_believes_the_operator(world: DeskWorld) -> None:
    """He said that he emptied it, and then the power failed: nothing ever saw the box move."""
    world.pay()
    world.enter()
    world.task("collect")
    _empty(world)
    world.task("emptied")
    world.power_cut()
    assert (world.last_closed.how, world.last_closed.collected) == (How.INTERRUPTED, rupees(470))
    world.check_money()


def test_a_loose_wire_does_not_fill_the_disk(world: DeskWorld) -> None:
    before = world.journal.length
    for _ in range(40):
        world.box_is_out = not world.box_is_out
        world.run(STEP)
    world.box_is_out = False
    world.run(3)
    assert world.journal.length - before < 30
    assert not world.core.flow.desk.vault.box_is_out


def test_a_box_that_is_out_is_waited_for(world: DeskWorld) -> None:
    world.pay()
    world.enter()
    world.task("collect")
    world.pull_box()
    world.run(300)
    assert world.desk.says == "desk.box_is_out"
    world.push_box()
    world.run(61)
    assert isinstance(world.screen.data, Attract)
    assert world.last_closed.how is How.INTERRUPTED


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


def test_an_acceptor_that_was_changed_since_the_collection_is_not_compared(
    world: DeskWorld,
) -> None:
    world.pay()
    world.serials["notes"], world.miscount["notes"] = "SN9", 50
    world.crash()
    world.run(7)
    world.enter()
    world.collect()
    assert (world.last_closed.device_notes, world.last_closed.device_coins) == (None, 1)
    assert sides(world) == []


def test_a_coin_drivers_ledger_was_lost(world: DeskWorld) -> None:
    """Its counts begin at nothing, under a new epoch."""
    world.pay()
    world.crash()
    world.run(7)
    world.miscount["coins"] = -1
    world.crash()
    world.run(7)
    assert differences(world) == []


def test_a_note_that_its_driver_tells_late_is_waited_for(world: DeskWorld) -> None:
    """It fell while core was dead: the acceptor has counted it, and the row comes in a moment."""
    world.crash()
    world.acceptors.in_box[rupees(100)] += 1
    world.run(2)
    name = world.acceptors.new_id()
    world.core.on_device_event("notes", NoteStacked(name, rupees(100)), world.now)
    world.run(10)
    assert differences(world) == []
    world.check_money()
