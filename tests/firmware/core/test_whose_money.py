"""Whose money it is: what the device says late, or to a restarted till, goes to nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.device import (
    HeldNote,
    NoteEscrowed,
    NoteReturned,
    NoteStacked,
    NoteUnaccounted,
)
from firmware.contract.money import ZERO, rupees
from firmware.contract.screen import Action, InsertCash, Trouble
from firmware.journal import rows
from tests.firmware.core.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def inserted(world: World) -> object:
    screen = world.screen.data
    assert isinstance(screen, InsertCash)
    return screen.inserted


def swallow_a_refused_note(world: World) -> HeldNote:
    """The door opens: a ₹100 is refused, and the machine neither returns nor stacks it."""
    world.door_is_open = True
    world.run(0.25)
    held = HeldNote(world.acceptors.new_id(), rupees(100))
    world.core.on_device_event("notes", NoteEscrowed(held.id, held.value), world.now)
    world.door_is_open = False
    return held


def test_a_note_refused_to_the_last_citizen_and_stacked_late_is_not_this_ones(
    world: World,
) -> None:
    world.go_to_cash()
    world.insert(200)
    held = swallow_a_refused_note(world)
    world.run(22)
    world.press(Action.CANCEL)
    world.run(3)
    slip = world.screen.data
    assert isinstance(slip, Trouble)
    assert slip.safe == rupees(300)
    world.press(Action.FINISH)
    world.go_to_cash()
    world.acceptors.in_box[held.value] += 1
    world.core.on_device_event("notes", NoteStacked(held.id, held.value, True), world.now)
    world.run(1)
    assert inserted(world) == ZERO
    world.check_money()


def test_a_credit_that_nobody_ordered_is_claimed_and_not_this_citizens(world: World) -> None:
    """A note of the day before, cleared to the cash box when the unit woke up."""
    world.go_to_cash()
    world.acceptors.in_box[rupees(100)] += 1
    name = world.acceptors.new_id()
    world.core.on_device_event("notes", NoteStacked(name, rupees(100), True), world.now)
    world.run(1)
    assert inserted(world) == ZERO
    claims = [e.row for e in world.journal.entries() if isinstance(e.row, rows.ClaimIssued)]
    assert [(claim.order, claim.amount) for claim in claims] == [(None, rupees(100))]
    world.check_money()


def test_a_note_that_waits_for_its_way_back_is_not_taken_for_the_next_citizen(
    world: World,
) -> None:
    world.go_to_cash()
    held = swallow_a_refused_note(world)
    world.press(Action.CANCEL)
    world.run(25)  # in doubt after 20 s, and claimed
    assert isinstance(world.screen.data, Trouble)
    world.press(Action.FINISH)
    world.go_to_cash()
    world.acceptors.escrow = held
    world.run(2)
    intents = [e.row for e in world.journal.entries() if isinstance(e.row, rows.StackIntended)]
    assert intents == []
    assert inserted(world) == ZERO


def test_a_note_in_doubt_that_is_told_in_escrow_again_does_not_stop_core(world: World) -> None:
    world.go_to_cash()
    held = swallow_a_refused_note(world)
    world.run(22)
    world.core.on_device_event("notes", NoteEscrowed(held.id, held.value), world.now)
    world.run(22)
    doubts = [e.row for e in world.journal.entries() if isinstance(e.row, rows.NoteInDoubt)]
    assert len(doubts) == 1


def test_crash_while_a_note_goes_back_orders_it_back_again(world: World) -> None:
    """The restarted till holds the lease on, so the driver has no reason to return it itself."""
    world.go_to_cash()
    world.acceptors.escrow = swallow_a_refused_note(world)
    held = world.acceptors.escrow
    end_leases, world.acceptors.end_leases = world.acceptors.end_leases, lambda: None  # type: ignore[method-assign]
    world.crash()
    world.acceptors.end_leases = end_leases  # type: ignore[method-assign]
    world.run(3)
    assert world.acceptors.given_back == {held.value: 1}
    assert world.core.flow.visit.session is not None
    assert world.core.flow.visit.session.is_quiet
    world.check_money()


def test_power_cut_while_a_note_goes_back_and_no_word_of_it_ends_in_a_claim(world: World) -> None:
    world.go_to_cash()
    swallow_a_refused_note(world)
    world.power_cut()
    world.run(2)
    world.says_it_is_his()
    world.press(Action.CANCEL)
    world.run(25)
    slip = world.screen.data
    assert isinstance(slip, Trouble)
    assert slip.safe == rupees(100)


def test_a_note_of_nobody_in_doubt_and_then_stacked_is_claimed_once(world: World) -> None:
    name = world.acceptors.new_id()
    world.core.on_device_event("notes", NoteUnaccounted(name, rupees(50)), world.now)
    world.acceptors.in_box[rupees(50)] += 1
    world.core.on_device_event("notes", NoteStacked(name, rupees(50)), world.now)
    world.core.on_device_event("notes", NoteReturned(name, rupees(50)), world.now)
    claims = [e.row for e in world.journal.entries() if isinstance(e.row, rows.ClaimIssued)]
    assert [(claim.amount, claim.in_doubt) for claim in claims] == [(rupees(50), rupees(50))]
    world.check_money()
