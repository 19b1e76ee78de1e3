"""X looks, Z closes: numbers without a gap, every paid bill in exactly one day."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.device import Outcome
from firmware.contract.money import ZERO, rupees
from firmware.contract.screen import Action
from firmware.contract.ticket import Pair
from firmware.core.desk_printer import Paper
from firmware.journal import desk_rows
from firmware.journal.desk_rows import DayClosed, Redemption, ServiceSum
from tests.firmware.core.desk_world import DeskWorld
from tests.firmware.core.test_redeeming import KEYS, cancel_with, redeem
from tests.firmware.core.test_slips_pay_bills import slip_of


@pytest.fixture
def world(tmp_path: Path) -> DeskWorld:
    return DeskWorld(tmp_path, keys=KEYS)


def days(world: DeskWorld) -> list[DayClosed]:
    return [row for row in world.rows(DayClosed) if isinstance(row, DayClosed)]


def close_day(world: DeskWorld) -> None:
    world.enter()
    world.task("report")
    world.task("close_day")
    world.run(2)
    world.press(Action.FINISH)
    world.run(1)


def values(paper: Paper) -> dict[str, str]:
    lines = paper.make(0).lines
    return {line.label: line.value for line in lines if isinstance(line, Pair)}


def test_an_x_report_changes_nothing(world: DeskWorld) -> None:
    world.pay()
    world.enter()
    world.task("report")
    facts = {fact.label: fact for fact in world.desk.facts}
    assert facts["desk.payments"].count == 1
    assert facts["desk.payments"].money == facts["desk.cash"].money == rupees(470)
    world.task("print_x")
    world.run(2)
    assert world.printer.printed[-1].startswith("report x/")
    assert (world.desk.title, world.desk.facts) == ("desk.reported", [])
    assert days(world) == []


def test_two_days_each_have_their_own_bills_and_their_own_number(world: DeskWorld) -> None:
    world.pay()
    close_day(world)
    world.pay()
    world.pay()
    world.crash()
    close_day(world)
    close_day(world)
    assert [day.number for day in days(world)] == [1, 2, 3]
    sums = [[each.count for each in day.figures.services] for day in days(world)]
    assert sums == [[1], [2], []]
    first, second, third = days(world)
    assert first.figures.services == [ServiceSum("electricity", 1, rupees(470), ZERO, ZERO)]
    assert (second.figures.notes, second.figures.coins) == (rupees(900), rupees(40))
    assert (second.figures.first_receipt, second.figures.last_receipt) == (
        "TDR 0417 0002",
        "TDR 0417 0003",
    )
    assert (third.figures.first_receipt, third.figures.notes) == ("", ZERO)
    assert [day.figures.unposted for day in days(world)] == [0, 0, 0]
    assert second.since == world.journal.of_kind(DayClosed)[0].seq


def test_a_claim_a_note_given_back_and_a_collection_are_in_the_day(world: DeskWorld) -> None:
    world.go_to_cash()
    world.insert(200)
    world.press(Action.CANCEL)
    world.run(4)
    world.press(Action.FINISH)
    world.run(8)
    world.enter()
    world.collect(200, 0)
    world.press(Action.FINISH)
    world.run(1)
    close_day(world)
    figures = days(world)[0].figures
    assert (figures.claims_issued, figures.claims_amount) == (1, rupees(200))
    assert (figures.notes, figures.collected, figures.services) == (rupees(200), rupees(200), [])


def test_a_slip_that_paid_a_bill_is_not_cash_that_the_operator_paid(world: DeskWorld) -> None:
    """He has ₹200 less of his own; of the ₹100 that paid a bill he has seen nothing."""
    paid_out = cancel_with(world, 200).claim
    world.press(Action.FINISH)
    assert redeem(world, paid_out).outcome is Outcome.DONE
    code = slip_of(world, 100)
    world.go_to_cash()
    world.press(Action.USE_SLIP)
    world.press(Action.ENTER, code)
    world.run(1)
    for note in (200, 100, 50, 20):
        world.insert(note)
    world.run(15)
    world.press(Action.FINISH)
    world.run(1)
    close_day(world)
    figures = days(world)[0].figures
    by_slip = Redemption("bill", 1, rupees(100))
    assert figures.redemptions == [by_slip, Redemption("cash_by_operator", 1, rupees(200))]
    assert (figures.redeemed, figures.redeemed_amount) == (2, rupees(300))


def test_a_day_closed_without_the_back_end_says_what_is_outstanding(world: DeskWorld) -> None:
    world.pay_without_the_back_end()
    close_day(world)
    world.office.is_up = True
    world.run(12)
    close_day(world)
    assert [day.figures.unposted for day in days(world)] == [1, 0]


def test_the_paper_of_a_day_carries_its_number_and_can_be_printed_again(world: DeskWorld) -> None:
    world.pay()
    world.enter()
    world.task("report")
    world.task("close_day")
    world.run(2)
    (paper,) = world.core.flow.desk.papers.last
    assert paper.document == "report z1"
    assert values(paper)["नोट · Notes"] == "₹450.00"
    printed = len(world.printer.printed)
    world.task("again")
    world.run(2)
    assert len(world.printer.printed) == printed + 1
    assert len(days(world)) == 1, "to print again closes nothing"


def test_power_fails_between_the_row_and_the_paper(world: DeskWorld) -> None:
    world.pay()
    world.printer.is_there = False
    world.enter()
    world.task("report")
    world.task("close_day")
    world.power_cut()
    world.printer.is_there = True
    world.run(1)
    close_day(world)
    assert [day.number for day in days(world)] == [1, 2]
    assert [len(day.figures.services) for day in days(world)] == [1, 0]


def test_a_technician_can_print_and_not_close(world: DeskWorld) -> None:
    world.enter("480264")
    world.task("report")
    assert [task.why_not for task in world.desk.tasks] == [None, "desk.not_your_role"]
    assert world.rows(desk_rows.DayClosed) == []
