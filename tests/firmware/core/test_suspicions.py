"""Somebody tries forged notes, or a coin on a string: nothing is kept, and three are enough."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.device import CheatAttempt, CoinRejected, DeviceEvent, NoteRejected
from firmware.contract.money import ZERO, rupees
from firmware.contract.screen import Action, InsertCash, Trouble
from firmware.journal import rows
from tests.firmware.core.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def told(world: World, *events: DeviceEvent, device: str = "notes") -> None:
    for event in events:
        world.core.on_device_event(device, event, world.now)
    world.run(3)


def suspected(world: World) -> list[rows.CheatSuspected]:
    rows_of = (entry.row for entry in world.journal.entries())
    return [row for row in rows_of if isinstance(row, rows.CheatSuspected)]


def test_a_suspected_note_is_a_row_without_money(world: World) -> None:
    world.go_to_cash()
    told(world, NoteRejected("counterfeit"))
    (row,) = suspected(world)
    assert (row.device, row.what) == ("notes", "counterfeit")
    assert row.order == world.core.flow.visit.order.number  # type: ignore[union-attr]
    assert world.journal.credited_paise == 0
    assert isinstance(world.screen.data, InsertCash)  # one bad note may be anybody's
    world.check_money()


def test_a_worn_note_is_no_suspicion(world: World) -> None:
    world.go_to_cash()
    told(world, *[NoteRejected(why) for why in ("not_recognised", "too_short", "inhibited")])
    assert suspected(world) == []


def test_an_attempt_that_a_device_tells_twice_is_one(world: World) -> None:
    world.go_to_cash()
    told(world, CheatAttempt("channel 1"), NoteRejected("fraud"))
    told(world, CoinRejected("coin_on_string"), CheatAttempt("coin_on_string"), device="coins")
    assert [row.device for row in suspected(world)] == ["notes", "coins"]


def test_attempts_without_a_pause_are_still_several(world: World) -> None:
    """One a second, each within two of the one before: they had counted as one for ever."""
    world.go_to_cash()
    for _ in range(5):
        world.core.on_device_event("notes", CheatAttempt("channel 1"), world.now)
        world.run(1)
    assert len(suspected(world)) == 3


def test_the_third_attempt_ends_the_taking_and_the_money_before_it_is_claimed(
    world: World,
) -> None:
    world.go_to_cash()
    world.insert(200)
    for _ in range(3):
        told(world, CheatAttempt("channel 1"))
    world.run(2)
    trouble = world.screen.data
    assert isinstance(trouble, Trouble)
    assert (trouble.cause, trouble.safe) == ("trouble.suspected", rupees(200))
    assert world.acceptors.leases == {}
    assert len(world.printer.printed) == 1  # the slip (M7)
    world.check_money()


def test_without_money_the_third_attempt_offers_no_other_try(world: World) -> None:
    world.go_to_cash()
    for _ in range(3):
        told(world, NoteRejected("fraud"))
    trouble = world.screen.data
    assert isinstance(trouble, Trouble)
    assert (trouble.cause, trouble.safe) == ("trouble.suspected", ZERO)
    assert Action.AGAIN not in world.screen.actions
    world.press(Action.FINISH)
    world.go_to_cash()
    assert isinstance(world.screen.data, InsertCash)  # the next citizen is somebody else


def test_a_restart_of_core_is_no_pardon(world: World) -> None:
    world.go_to_cash()
    told(world, CheatAttempt("channel 1"))
    told(world, CheatAttempt("channel 1"))
    world.power_cut()
    world.run(1)
    told(world, CheatAttempt("channel 1"))
    trouble = world.screen.data
    assert isinstance(trouble, Trouble)
    assert trouble.cause == "trouble.suspected"


def test_a_slot_that_is_tried_all_night_does_not_fill_the_journal(world: World) -> None:
    for _ in range(20):
        told(world, CheatAttempt("channel 1"))
    assert world.journal.length == 0
