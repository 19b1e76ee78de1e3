"""A claim whose citizen had gone has its slip later; coins of unknown value are at least told."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.command import PrintClaim
from firmware.contract.device import CreditsLost, Outcome, Reply
from firmware.contract.gateway import Problem
from firmware.contract.money import rupees
from firmware.contract.screen import Action, Attract, Done, InsertCash, Trouble
from firmware.contract.ticket import Text
from firmware.journal import rows
from tests.firmware.core.test_nobody_leaves_without_proof import papers
from tests.firmware.core.test_redeeming import KEYS, redeem
from tests.firmware.core.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, keys=KEYS)


def refused_after_the_citizen_left(world: World) -> str:
    """Paid with the line down; the office says no an hour later. Returns the claim."""
    world.go_to_cash()
    for note in (200, 200):
        world.insert(note)
    world.office.is_up = False
    for note in (50, 20):
        world.insert(note)
    world.run(12)
    assert isinstance(world.screen.data, Done)
    world.press(Action.FINISH)
    world.office.is_up, world.office.refuses = True, Problem.ALREADY_PAID
    world.run(15)
    claim = world.journal.of_kind(rows.ClaimIssued)[-1].row
    assert isinstance(claim, rows.ClaimIssued)
    return claim.claim


def ask(world: World, claim: str) -> Reply:
    reply = world.core.on_command(PrintClaim(claim))
    world.settle()
    world.run(1)
    return reply


def test_an_order_refused_after_its_citizen_had_gone_gets_its_slip(world: World) -> None:
    claim = refused_after_the_citizen_left(world)
    assert papers(world) == ["receipt/1"]
    reply = ask(world, claim.lower())
    assert reply.outcome is Outcome.DONE
    assert reply.detail.startswith(f"the slip of {claim}, ₹470.00, is being printed")
    assert papers(world) == ["receipt/1", "claim/1"]
    assert world.core.book.order(claim[:13]).is_printed("claim")
    assert ask(world, claim).outcome is Outcome.DONE  # lost it: once more, as a duplicate
    assert papers(world) == ["receipt/1", "claim/1", "claim/2"]
    world.check_money()


def test_what_is_not_printed(world: World) -> None:
    claim = refused_after_the_citizen_left(world)
    assert "not a claim" in ask(world, "TDR 0417 0099 C1").detail
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    assert "somebody is at the kiosk" in ask(world, claim).detail
    world.press(Action.CANCEL)
    world.printer.has_paper = False
    world.run(1)
    assert "printer does not work" in ask(world, claim).detail
    world.printer.has_paper = True
    world.run(1)
    redeem(world, claim)
    assert "was redeemed: ₹470.00" in ask(world, claim).detail
    assert papers(world) == ["receipt/1"]


def lose_coins(world: World, count: int) -> None:
    visit = world.core.flow.visit
    session = (visit.order.session if visit.order else None) or ""
    event = CreditsLost(world.acceptors.new_id(), count, session)
    world.core.on_device_event("coins", event, world.now)


def test_coins_of_unknown_value_are_said_at_once_and_on_the_receipt(world: World) -> None:
    world.go_to_cash()
    lose_coins(world, 2)
    cash = world.screen.data
    assert isinstance(cash, InsertCash)
    assert cash.hint is not None
    assert cash.hint.key == "cash.coins_unknown"
    for note in (200, 200, 50, 20):
        world.insert(note)
    world.run(3)
    order = world.core.flow.visit.order
    assert order is not None
    ticket = world.core.papers.ticket(order, "receipt", 0, "en")
    told = [line.text for line in ticket.lines if isinstance(line, Text)]
    assert any("could not count: 2." in text for text in told)


def test_coins_of_unknown_value_and_nothing_else_do_not_end_in_silence(world: World) -> None:
    world.go_to_cash()
    lose_coins(world, 3)
    world.press(Action.CANCEL)
    world.run(2)
    assert isinstance(world.screen.data, Trouble)
    assert (world.screen.data.cause, world.screen.data.safe) == (
        "trouble.coins_unknown",
        rupees(0),
    )
    world.press(Action.FINISH)
    assert isinstance(world.screen.data, Attract)


def test_coins_that_an_earlier_visit_lost_are_not_told_to_this_one(world: World) -> None:
    world.go_to_cash()
    event = CreditsLost(world.acceptors.new_id(), 3, "another")
    world.core.on_device_event("coins", event, world.now)
    cash = world.screen.data
    assert isinstance(cash, InsertCash)
    assert cash.hint is not None
    assert cash.hint.key == "cash.insert"
