"""M6 and M7 at the end of a visit: whoever still stands there gets the paper for all of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.device import CoinAccepted, Print
from firmware.contract.gateway import Problem
from firmware.contract.money import rupees
from firmware.contract.screen import Action, Attract, Done, Press, Trouble
from firmware.journal import rows
from tests.firmware.core.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def pay(world: World) -> None:
    world.go_to_cash()
    for note in (200, 200, 50, 20):
        world.insert(note)


def late_coin(world: World, value: int) -> None:
    """A coin that fell in time and is told late: its driver was away for a moment."""
    world.acceptors.coins[rupees(value)] += 1
    opened = world.core.book.journal.of_kind(rows.CashOpened)[-1].row
    assert isinstance(opened, rows.CashOpened)
    event = CoinAccepted(world.acceptors.new_id(), rupees(value), opened.session)
    world.core.on_device_event("coins", event, world.now)


def papers(world: World) -> list[str]:
    return [job.split("/", 1)[1] for job in world.printer.printed]


def trouble(world: World) -> Trouble:
    screen = world.screen.data
    assert isinstance(screen, Trouble)
    return screen


def test_a_coin_told_when_the_receipt_is_out_is_on_a_slip_before_the_citizen_goes(
    world: World,
) -> None:
    pay(world)
    world.run(3)
    assert isinstance(world.screen.data, Done)
    late_coin(world, 5)
    world.press(Action.FINISH)
    world.run(3)
    assert (trouble(world).safe, trouble(world).proof) == (rupees(5), "paper")
    assert papers(world) == ["receipt/1", "claim/1"]
    world.press(Action.FINISH)
    world.check_money()


def test_a_second_claim_gets_a_second_slip_for_all_of_it(world: World) -> None:
    world.go_to_cash()
    world.insert(200)
    world.press(Action.CANCEL)
    world.run(3)
    assert trouble(world).safe == rupees(200)
    late_coin(world, 10)
    world.run(3)
    assert (trouble(world).safe, trouble(world).proof) == (rupees(210), "paper")
    assert papers(world) == ["claim/1", "claim/2"]
    world.press(Action.FINISH)
    assert isinstance(world.screen.data, Attract)
    world.check_money()


def test_a_press_on_the_slip_before_does_not_send_the_next_one_away(world: World) -> None:
    """Without paper each slip is on the screen alone, and two follow one another in an instant."""
    world.go_to_cash()
    world.insert(200)
    world.printer.has_paper = False
    world.press(Action.CANCEL)
    world.run(12)
    before = world.screen
    assert (trouble(world).safe, trouble(world).proof) == (rupees(200), "screen")
    late_coin(world, 10)
    world.run(0.25)
    assert (trouble(world).safe, trouble(world).proof) == (rupees(210), "screen")
    world.core.on_press(Press(before.serial, Action.FINISH, ""), world.now)
    world.settle()
    assert trouble(world).safe == rupees(210), "he has not seen it"
    world.press(Action.FINISH)
    assert isinstance(world.screen.data, Attract)
    world.check_money()


def test_a_coin_told_after_a_stop_without_money_is_on_a_slip(world: World) -> None:
    world.go_to_cash()
    world.acceptors.jam = True
    world.run(10)
    assert trouble(world).claim is None
    late_coin(world, 10)
    world.run(3)
    assert (trouble(world).safe, trouble(world).proof) == (rupees(10), "paper")
    world.press(Action.FINISH)
    world.check_money()


def test_a_no_of_the_back_end_after_the_receipt_is_on_a_slip_while_the_citizen_waits(
    world: World,
) -> None:
    world.go_to_cash()
    world.office.is_up = False
    for note in (200, 200, 50, 20):
        world.insert(note)
    world.run(4)
    assert isinstance(world.screen.data, Done)
    world.office.is_up, world.office.refuses = True, Problem.ALREADY_PAID
    world.run(12)
    assert (trouble(world).safe, trouble(world).proof) == (rupees(470), "paper")
    assert papers(world) == ["receipt/1", "claim/1"]
    world.press(Action.FINISH)
    world.check_money()


def test_power_cut_between_the_second_claim_and_its_slip(world: World) -> None:
    world.go_to_cash()
    world.insert(200)
    world.press(Action.CANCEL)
    world.run(3)
    late_coin(world, 10)
    world.core.tick(world.now)
    world.core.tick(world.now)
    world.core.take_effects()
    world.power_cut()
    world.run(4)
    assert (trouble(world).safe, trouble(world).proof) == (rupees(210), "paper")
    assert papers(world)[-1] == "claim/2"


def test_a_printer_without_a_word_is_given_up_once_and_its_paper_is_no_duplicate(
    world: World,
) -> None:
    world.go_to_cash()
    for note in (200, 200, 50):
        world.insert(note)
    asked: list[Print] = []
    print_it, world.printer.print = world.printer.print, asked.append  # type: ignore[method-assign,assignment]
    world.drop(20)
    world.run(44)
    done = world.screen.data
    assert isinstance(done, Done)
    assert done.proof == "screen"
    assert {command.job.split("/", 1)[1] for command in asked} == {"receipt/1"}
    print_it(asked[0])  # the paper comes after all
    world.run(1)
    done = world.screen.data
    assert isinstance(done, Done)
    assert done.proof == "paper"
    written = [type(entry.row) for entry in world.journal.entries()]
    assert written.count(rows.PrintFailed) == written.count(rows.Printed) == 1
