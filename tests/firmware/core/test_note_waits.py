"""The printer is away for a moment while a note is in escrow: good money is not sent back."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from firmware.contract.device import Lease, Light, NoteEscrowed, NoteReturned
from firmware.contract.money import ZERO, rupees
from firmware.contract.screen import Action, Hint, InsertCash, Trouble
from firmware.journal import rows
from firmware.till.decision import HOLD_AT_MOST
from firmware.till.effects import Tell
from tests.firmware.core.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.go_to_cash()
    return world


def insert_as_it_happens(world: World) -> None:
    """Core hears of the mishap, and in the same moment of the note in escrow."""
    mishap = world._states()[1:]  # all but the note acceptor's own
    event = world.acceptors.insert_note(rupees(200))
    assert isinstance(event, NoteEscrowed)
    for state in mishap:
        world.core.on_device_state(state, world.now)
    world.core.on_device_event("notes", event, world.now)
    world.settle()


def insert_while_the_printer_is_away(world: World) -> None:
    world.printer.is_there = False
    insert_as_it_happens(world)


def intents(world: World) -> list[object]:
    about = (rows.StackIntended, rows.ReturnIntended, rows.NoteGivenBack, rows.NoteCredited)
    return [entry.row for entry in world.journal.entries() if isinstance(entry.row, about)]


def shown(world: World) -> InsertCash:
    screen = world.screen.data
    assert isinstance(screen, InsertCash)
    return screen


def test_the_printer_is_back_in_three_seconds_and_the_note_is_taken(world: World) -> None:
    insert_while_the_printer_is_away(world)
    world.run(3)
    assert world.acceptors.escrow is not None
    assert intents(world) == []
    assert shown(world).hint == Hint("cash.note_waits", rupees(200))
    assert (shown(world).notes, shown(world).coins) == ([], [])
    world.printer.is_there = True
    world.run(1)
    assert world.acceptors.in_box == {rupees(200): 1}
    assert shown(world).inserted == rupees(200)
    assert [button.is_taken for button in shown(world).notes] == [True] * 5 + [False]
    world.check_money()


def test_only_the_note_that_waits_keeps_a_lease(world: World) -> None:
    """Without it the driver would give the note back (M4); a coin would be kept at once."""
    insert_while_the_printer_is_away(world)
    for _ in range(8):
        world.run(0.5)
        leases = dict(world.acceptors.leases)
        assert leases.keys() == {"notes"}
        session = leases["notes"].session
        assert leases["notes"] == Lease(session, leases["notes"].seconds, [rupees(200)])
        assert leases["notes"].seconds > 0


def test_the_printer_stays_away_and_the_note_comes_back(world: World) -> None:
    insert_while_the_printer_is_away(world)
    world.run(HOLD_AT_MOST - 0.5)
    assert world.acceptors.escrow is not None
    world.run(0.75)
    assert world.acceptors.given_back == {rupees(200): 1}
    whys = [row.why for row in intents(world) if isinstance(row, rows.ReturnIntended)]
    assert whys == ["trouble.printer"]
    world.run(2)
    trouble = world.screen.data
    assert isinstance(trouble, Trouble)
    assert (trouble.cause, trouble.safe) == ("trouble.printer", ZERO)
    assert world.acceptors.leases == {}
    world.check_money()


def test_a_door_does_not_pass_in_a_moment(world: World) -> None:
    world.door_is_open = True
    insert_as_it_happens(world)
    assert world.acceptors.given_back == {rupees(200): 1}


def test_no_paper_is_not_waited_for(world: World) -> None:
    world.printer.has_paper = False
    insert_as_it_happens(world)
    assert world.acceptors.given_back == {rupees(200): 1}


def test_who_cancels_while_his_note_waits_has_it_back(world: World) -> None:
    insert_while_the_printer_is_away(world)
    world.run(1)
    world.press(Action.CANCEL)
    world.run(2)
    assert world.acceptors.given_back == {rupees(200): 1}
    assert world.journal.open_orders() == []
    world.check_money()


def test_an_acceptor_that_loses_patience_first_is_believed(world: World) -> None:
    """Its own limit, or its lease: the note is of this order, though no row had named it."""
    insert_while_the_printer_is_away(world)
    held = world.acceptors.escrow
    assert held is not None
    world.acceptors.give_back()
    world.run(0.5)
    (row,) = intents(world)
    assert isinstance(row, rows.NoteGivenBack)
    assert row.order is not None
    assert shown(world).hint == Hint("cash.one_moment")
    world.core.on_device_event("notes", NoteReturned(held.id, held.value), world.now)
    assert len(intents(world)) == 1


def test_a_note_stacked_at_power_up_while_it_waited_is_this_orders(world: World) -> None:
    insert_while_the_printer_is_away(world)
    held = world.acceptors.escrow
    assert held is not None
    world.acceptors.stack(held.id)
    world.run(1)
    assert shown(world).inserted == rupees(200)
    world.check_money()


def test_core_starts_again_and_the_printer_has_not_spoken_yet(world: World) -> None:
    """The state of the note acceptor is heard first: the note had been sent back at every start."""
    event = world.acceptors.insert_note(rupees(200))
    assert isinstance(event, NoteEscrowed)  # core dies before it hears of it
    world.serial, world.visit = world.core.serial, world.core.flow.snapshot()
    world.journal.close()
    states, world._tell_states = world._tell_states, lambda: None  # type: ignore[method-assign]
    world._boot()
    world._tell_states = states  # type: ignore[method-assign]
    world.core.on_device_state(world._states()[0], world.now)
    world.core.tick(world.now)
    assert intents(world) == []
    world.run(1)
    assert world.acceptors.in_box == {rupees(200): 1}
    world.check_money()


def test_core_dies_while_a_note_waits_and_nothing_is_owed(world: World) -> None:
    insert_while_the_printer_is_away(world)
    world.run(1)
    world.crash()  # no lease: the acceptor gives it back
    world.printer.is_there = True
    world.run(2)
    assert world.acceptors.given_back == {rupees(200): 1}
    world.insert(200)
    assert shown(world).inserted == rupees(200)
    world.check_money()


def test_a_note_that_was_moving_when_the_printer_went_reaches_escrow_and_waits(
    world: World,
) -> None:
    """Its travel takes longer than a tick: it had found the lease ended, and gone back."""
    world.acceptors.is_moving = True
    world._tell_states()
    world.printer.is_there = False
    world.run(0.5)
    assert world.acceptors.leases.keys() == {"notes"}
    world.acceptors.is_moving = False
    insert_as_it_happens(world)
    world.run(1)
    world.printer.is_there = True
    world.run(1)
    assert world.acceptors.in_box == {rupees(200): 1}
    world.check_money()


@pytest.mark.parametrize("is_moving", [True, False])
def test_no_lease_outlives_what_does_not_pass(world: World, is_moving: bool) -> None:
    world.acceptors.is_moving = is_moving
    world._tell_states()
    world.door_is_open = True
    world.run(0.5)
    assert world.acceptors.leases == {}


def test_an_empty_path_keeps_no_lease(world: World) -> None:
    world.printer.is_there = False
    world.run(0.5)
    assert world.acceptors.leases == {}


def guides_told(world: World, outputs: dict[str, bool] | None = None) -> dict[str, bool]:
    """What the panel, which shows all its lights on, is told to switch."""
    outputs = outputs or {"notes_guide": True, "coins_guide": True, "receipt_guide": True}
    (panel,) = (state for state in world._states() if state.name == "panel")
    world.core.on_device_state(replace(panel, outputs=outputs), world.now)
    world.core.tick(world.now)
    commands = (effect.command for effect in world.core.take_effects() if isinstance(effect, Tell))
    return {each.output: each.is_on for each in commands if isinstance(each, Light)}


def test_no_light_shows_the_slot_while_a_note_waits(world: World) -> None:
    assert "notes_guide" not in guides_told(world)
    insert_while_the_printer_is_away(world)
    world.run(2)
    assert guides_told(world) == {
        "notes_guide": False, "coins_guide": False, "receipt_guide": False,
    }  # fmt: skip
