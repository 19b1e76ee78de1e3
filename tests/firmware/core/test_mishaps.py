"""Crashes, power cuts, late words and races: what the journal says after each."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from firmware.contract.device import (
    CoinAccepted,
    HeldNote,
    NoteEscrowed,
    NoteStacked,
    NoteUnaccounted,
)
from firmware.contract.money import ZERO, Money, rupees
from firmware.contract.screen import (
    Action,
    Attract,
    Done,
    Hint,
    InsertCash,
    Trouble,
)
from firmware.journal import rows
from firmware.services.catalogue import Catalogue
from tests.firmware.core.office import ACCOUNT
from tests.firmware.core.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def kinds(world: World) -> list[str]:
    return [type(entry.row).__name__ for entry in world.journal.entries()]


def test_crash_while_a_note_is_ordered_to_stack_loses_nothing(world: World) -> None:
    world.go_to_cash()
    event = world.acceptors.insert_note(rupees(200))
    world.core.on_device_event("notes", event, world.now)  # the row is on disk, Stack is not sent
    world.crash()
    world.run(3)
    assert world.acceptors.given_back == {rupees(200): 1}
    assert world.core.flow.visit.order is not None
    assert world.core.flow.visit.order.inserted == ZERO
    assert isinstance(world.screen.data, InsertCash)
    world.check_money()


def test_power_cut_with_money_inside_resumes_and_then_claims(world: World) -> None:
    world.go_to_cash()
    world.insert(200)
    world.power_cut()
    world.run(2)
    world.says_it_is_his()
    screen = world.screen.data
    assert isinstance(screen, InsertCash)
    assert screen.inserted == rupees(200)
    world.run(130)
    assert isinstance(world.screen.data, Trouble)
    world.check_money()


def test_a_coin_after_the_end_is_claimed_never_lost(world: World) -> None:
    world.go_to_cash()
    for note in (200, 200, 50, 20):
        world.insert(note)
    world.run(3)
    world.press(Action.FINISH)
    world.acceptors.coins[rupees(5)] += 1
    world.core.on_device_event(
        "coins", CoinAccepted(world.acceptors.new_id(), rupees(5)), world.now
    )
    assert kinds(world)[-2:] == ["CoinCredited", "ClaimIssued"]
    world.check_money()


@pytest.mark.parametrize("seed", range(60))
def test_crashes_at_any_moment_lose_and_create_nothing(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    world = World(tmp_path, amount=Money(chance.choice([47000, 8600, 123450, 1500])))
    mishaps = (world.crash, world.power_cut, lambda: world.core.take_effects())
    world.go_to_cash()
    for _ in range(chance.randrange(3, 14)):
        if chance.random() < 0.4:
            world.acceptors.drop_coin(rupees(chance.choice([1, 2, 5, 10, 20])))
        else:
            event = world.acceptors.insert_note(rupees(chance.choice([10, 20, 50, 100, 200, 500])))
            world.core.on_device_event("notes", event, world.now)
        if chance.random() < 0.5:
            chance.choice(mishaps)()
        world.run(chance.choice([0.25, 1, 3]))
        if chance.random() < 0.05:
            world.printer.has_paper = not world.printer.has_paper
        if chance.random() < 0.05:
            world.office.is_up = not world.office.is_up
        if chance.random() < 0.03 and Action.CANCEL in world.screen.actions:
            world.press(Action.CANCEL)
    world.office.is_up = world.printer.has_paper = True
    world.run(400)
    assert isinstance(world.screen.data, Attract)
    assert world.journal.open_orders() == []
    assert world.journal.unposted_orders() == []
    world.check_money()


def test_coins_that_fall_while_the_last_note_is_stacked_are_claimed(world: World) -> None:
    """The lease was given before the note was decided: both are in, and both are owed."""
    world.go_to_cash()
    for note in (200, 200):
        world.insert(note)
    for _ in range(3):
        world.acceptors.drop_coin(rupees(20))  # all three in one poll, with ₹70 due
    event = world.acceptors.insert_note(rupees(100))
    world.core.on_device_event("notes", event, world.now)
    world.run(5)
    slip = world.screen.data
    assert isinstance(slip, Trouble)
    assert (slip.cause, slip.safe) == ("trouble.over_paid", rupees(60))
    assert [job.split("/")[1] for job in world.printer.printed] == ["receipt", "claim"]
    assert list(world.office.payments.values()) == [rupees(500)]
    world.press(Action.FINISH)
    world.check_money()


def test_a_note_too_large_that_got_past_the_inhibits_is_handed_back(world: World) -> None:
    world.go_to_cash()
    for note in (200, 200):
        world.insert(note)
    name = world.acceptors.new_id()
    world.acceptors.escrow = HeldNote(name, rupees(500))
    world.core.on_device_event("notes", NoteEscrowed(name, rupees(500)), world.now)
    world.run(1)
    assert world.acceptors.given_back == {rupees(500): 1}
    intents = [e.row for e in world.journal.entries() if isinstance(e.row, rows.ReturnIntended)]
    assert [intent.why for intent in intents] == ["note.no_change"]


def test_a_late_stacked_of_the_last_visit_is_not_this_citizens_money(world: World) -> None:
    """The note went into doubt and onto a claim; the device speaks up in the next visit."""
    world.go_to_cash()
    event = world.acceptors.insert_note(rupees(100))
    assert isinstance(event, NoteEscrowed)
    held, world.acceptors.escrow = world.acceptors.escrow, None  # swallowed without a word
    world.core.on_device_event("notes", event, world.now)
    world.run(22)
    world.press(Action.CANCEL)
    world.run(3)
    first = world.screen.data
    assert isinstance(first, Trouble)
    assert first.safe == rupees(100)
    world.press(Action.FINISH)
    world.go_to_cash()
    assert held is not None
    world.acceptors.in_box[held.value] += 1
    world.core.on_device_event("notes", NoteStacked(held.id, held.value, True), world.now)
    world.run(1)
    screen = world.screen.data
    assert isinstance(screen, InsertCash)
    assert screen.inserted == ZERO
    world.check_money()


def test_a_silent_printer_is_asked_again_for_the_same_job_and_prints_once(world: World) -> None:
    world.go_to_cash()
    for note in (200, 200, 50):
        world.insert(note)
    print_it = world.printer.print
    world.printer.print = lambda command: None  # type: ignore[method-assign]
    world.drop(20)
    world.run(5)
    world.printer.print = print_it  # type: ignore[method-assign]
    world.run(5)
    done = world.screen.data
    assert isinstance(done, Done)
    assert world.printer.printed == [f"{done.receipt}/receipt/1"]


def test_crash_between_print_intent_and_print_prints_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.go_to_cash()
    for note in (200, 200, 50):
        world.insert(note)
    world.acceptors.drop_coin(rupees(20))
    with monkeypatch.context() as patch:
        patch.setattr(world.printer, "print", lambda command: None)  # it dies with core
        world.run(2)
        assert kinds(world)[-1] == "PrintIntended"
        world.crash()
    world.run(5)
    assert len(world.printer.printed) == 1
    assert isinstance(world.screen.data, Done)


def test_a_printer_that_stays_away_gives_way_to_the_screen(world: World) -> None:
    world.go_to_cash()
    for note in (200, 200, 50):
        world.insert(note)
    world.acceptors.drop_coin(rupees(20))
    world.printer.is_there = False
    world.run(25)
    done = world.screen.data
    assert isinstance(done, Done)
    assert done.proof == "screen"


def test_a_note_in_escrow_whose_event_died_with_core_is_still_decided(world: World) -> None:
    """The lease outlives a quick restart, so the device goes on holding: the state must speak."""
    world.go_to_cash()
    world.acceptors.insert_note(rupees(200))  # the event is never delivered
    world.run(1)
    assert world.acceptors.in_box == {rupees(200): 1}
    assert world.core.flow.visit.order is not None
    assert world.core.flow.visit.order.inserted == rupees(200)
    world.check_money()


def test_a_short_obstacle_in_the_second_try_is_waited_out_like_the_first(tmp_path: Path) -> None:
    """The patience of the first try had run out, and ended the second at once."""
    world = World(tmp_path)
    world.go_to_cash()
    world.door_is_open = True
    world.run(10)
    world.door_is_open = False
    world.run(0.25)
    world.press(Action.AGAIN)
    world.press(Action.ENTER, ACCOUNT)
    world.press(Action.PAY)
    world.door_is_open = True
    world.run(1)
    assert isinstance(world.screen.data, InsertCash)


@pytest.mark.parametrize("note", [0, 200])
def test_an_open_order_of_a_service_that_this_release_lacks_is_settled(
    world: World, note: int
) -> None:
    """An older release took over after an update: money first, and no crash at every start."""
    world.go_to_cash()
    if note:
        world.insert(note)
    world.catalogue = Catalogue({}, [])
    world.power_cut()
    world.run(4)
    if note:
        slip = world.screen.data
        assert isinstance(slip, Trouble)
        assert slip.safe == rupees(200)
        world.press(Action.FINISH)
    world.run(30)
    assert world.journal.open_orders() == []
    world.check_money()


def test_a_note_in_doubt_is_not_announced_as_returned(world: World) -> None:
    world.go_to_cash()
    event = world.acceptors.insert_note(rupees(200))
    assert isinstance(event, NoteEscrowed)
    world.core.on_device_event("notes", event, world.now)
    world.core.on_device_event("notes", NoteUnaccounted(event.id, event.value), world.now)
    screen = world.screen.data
    assert isinstance(screen, InsertCash)
    assert screen.hint == Hint("cash.in_doubt", rupees(200))


def test_a_proof_that_is_only_on_the_screen_stays_long_enough_to_be_written_down(
    world: World,
) -> None:
    world.go_to_cash()
    world.insert(200)
    world.printer.has_paper = False
    world.press(Action.CANCEL)
    world.run(60)
    assert isinstance(world.screen.data, Trouble)
