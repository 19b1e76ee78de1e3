"""A receipt that was lost comes out once more, as a duplicate, and no money moves."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.command import PrintReceipt
from firmware.contract.device import Acknowledge, Outcome, Reply, TicketPrinted
from firmware.contract.gateway import Problem
from firmware.contract.screen import Action
from firmware.contract.ticket import Text
from firmware.journal import rows
from firmware.till.effects import Tell
from tests.firmware.core.world import World

NUMBER = "TDR 0417 0001"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def pays(world: World) -> None:
    world.go_to_cash()
    for note in (200, 200, 50, 20):
        world.insert(note)
    world.run(4)
    world.press(Action.FINISH)
    world.run(1)


def ask(world: World, number: str = NUMBER) -> Reply:
    reply = world.core.on_command(PrintReceipt(number))
    world.settle()
    world.run(1)
    return reply


def test_a_receipt_that_was_lost_is_printed_as_a_duplicate(world: World) -> None:
    pays(world)
    world.power_cut()
    reply = ask(world, " tdr 0417 0001 ")
    assert reply == Reply(
        Outcome.DONE, f"the receipt {NUMBER} of ₹470.00 is being printed: {NUMBER}/receipt/2"
    )
    assert world.printer.printed == [f"{NUMBER}/receipt/1", f"{NUMBER}/receipt/2"]
    marks = [line.text for line in world.printer.papers[1].lines if isinstance(line, Text)]
    assert any("प्रतिलिपि" in mark for mark in marks)
    assert world.core.book.order(NUMBER).is_printed("receipt")
    world.check_money()


def test_a_number_that_is_none(world: World) -> None:
    assert ask(world, "TDR 0417 0099").outcome is Outcome.REFUSED


def test_a_payment_whose_beginning_was_lost_with_a_damaged_file(world: World) -> None:
    """Of an order of the file before, this journal has what came later, and not what it was for."""
    world.core.book.write(rows.OrderPosted("TDR 0417 0009", "BBPS 9"))
    assert ask(world, "TDR 0417 0009").outcome is Outcome.REFUSED


def test_a_printer_tells_of_a_paper_whose_order_was_lost_with_a_damaged_file(world: World) -> None:
    """The driver tells it until it is acknowledged: core must not die of it again and again."""
    job = "TDR 0417 0009/receipt/2"
    world.core.book.write(rows.PrintIntended("TDR 0417 0009", job, "receipt"))
    world.core.on_device_event("receipt", TicketPrinted(job), world.now)
    told = [each.command for each in world.core.take_effects() if isinstance(each, Tell)]
    assert Acknowledge(job) in told


def test_what_was_not_paid_has_no_receipt(world: World) -> None:
    world.go_to_cash()
    world.press(Action.CANCEL)
    world.run(2)
    assert "no receipt" in ask(world).detail


def test_what_the_office_refused_has_no_receipt(world: World) -> None:
    world.office.refuses = Problem.ALREADY_PAID
    pays(world)
    assert "no receipt" in ask(world).detail


def test_nothing_comes_between_a_citizen_and_his_own_paper(world: World) -> None:
    pays(world)
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    assert "somebody is at the kiosk" in ask(world).detail
    assert len(world.printer.printed) == 1


def test_no_paper_is_said(world: World) -> None:
    pays(world)
    world.printer.has_paper = False
    world.run(1)
    assert "printer does not work" in ask(world).detail
