"""What costs nothing is counted, and is no sum of zero rupees on any paper or in any file."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.command import PrintReceipt
from firmware.contract.gateway import Problem
from firmware.contract.money import ZERO
from firmware.contract.screen import Action
from firmware.contract.screen_ends import Reprinted
from firmware.core.book import Book
from firmware.demo.account import Account
from firmware.journal import rows
from firmware.journal.desk_rows import DayFigures, RequestCount
from firmware.journal.export import csv_line
from firmware.journal.plain import line_of
from firmware.till.collection import doubts_of, posted_of
from firmware.till.report import figures_of
from tests.firmware.core.request_world import MOBILE, RequestWorld
from tests.firmware.core.test_posting import pay_while_the_back_end_is_down
from tests.firmware.core.test_redeeming import KEYS
from tests.firmware.core.test_requests import said


@pytest.fixture
def world(tmp_path: Path) -> RequestWorld:
    return RequestWorld(tmp_path, keys=KEYS)


def figures(world: RequestWorld) -> DayFigures:
    return figures_of(world.journal.entries(), Book(world.journal, world.clock).order)


def test_a_day_of_bills_and_complaints(world: RequestWorld) -> None:
    pay_while_the_back_end_is_down(world)
    world.complains()
    world.complains()
    world.agree()
    world.puts("Shanti Bai")
    world.run(1)
    world.puts()
    world.goes()
    world.run(30)
    found = figures(world)
    assert [each.service for each in found.services] == ["electricity"]
    assert found.requests == [RequestCount("grievance", 2), RequestCount("life_certificate", 1)]
    assert (found.refused, found.refused_requests, found.unposted) == (0, [], 0)
    assert (found.claims_issued, found.claims_amount) == (0, ZERO)


def test_a_complaint_refused_days_later_stands_on_the_report_by_its_number(
    world: RequestWorld,
) -> None:
    world.office.is_up = False
    world.complains()
    assert figures(world).unposted == 1
    world.office.is_up, world.refuses_requests = True, Problem.REFUSED
    world.run(30)
    found = figures(world)
    assert (found.refused_requests, found.refused, found.unposted) == (["TDR 0417 0001"], 0, 0)


def test_a_complaint_that_waits_is_no_reason_why_the_box_does_not_agree(
    world: RequestWorld,
) -> None:
    world.office.is_up = False
    world.complains()
    recall = Book(world.journal, world.clock).order
    entries = list(world.journal.entries())
    assert doubts_of(entries, recall, world.journal.unposted_orders()) == []
    booked = posted_of(["TDR 0417 0001"], recall)
    assert booked is not None and (booked.posted, booked.unposted) == (ZERO, ZERO)


def test_no_file_of_the_journal_has_a_sum_of_nothing(world: RequestWorld) -> None:
    world.complains()
    for entry in world.journal.entries():
        if entry.order is not None:
            cells = csv_line(entry).split(",")
            assert cells[4:6] == ["", ""], entry.row
            assert "₹" not in line_of(entry)
            assert MOBILE not in line_of(entry)


def test_its_citizen_prints_the_acknowledgement_again_with_his_mobile(world: RequestWorld) -> None:
    world.complains()
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    world.press(Action.CHOOSE_SERVICE, "reprint")
    world.press(Action.ENTER, "04170001")
    world.press(Action.ENTER, MOBILE)
    world.run(3)
    assert isinstance(world.screen.data, Reprinted)
    assert world.printer.printed[-1] == "TDR 0417 0001/receipt/2"
    assert "भासू" in said(world)


def test_the_operator_prints_it_again_and_is_told_no_sum(world: RequestWorld) -> None:
    world.complains()
    reply = world.core.on_command(PrintReceipt("TDR 0417 0001"))
    assert "₹" not in reply.detail and "is being printed" in reply.detail


def accounts(world: RequestWorld, registered: dict[str, int]) -> list[str]:
    orders, printed = world.orders, len(world.printer.printed)
    found = Account(ZERO, ZERO, ZERO, ZERO, orders, ZERO, {}, printed, registered=registered)
    return found.faults()


def test_the_account_of_the_demo_finds_a_complaint_that_was_lost_or_came_twice(
    world: RequestWorld,
) -> None:
    world.complains()
    key = world.orders[0].created.key
    assert accounts(world, {key: 1}) == []
    assert "registered 0 times" in accounts(world, {})[0]
    assert "registered 2 times" in accounts(world, {key: 2})[0]
    assert "of no order" in accounts(world, {key: 1, "stranger": 1})[0]


def test_the_account_finds_a_complaint_that_was_refused_and_is_registered(
    world: RequestWorld,
) -> None:
    world.refuses_requests = Problem.REFUSED
    world.complains()
    assert world.orders[0].end is rows.End.CANCELLED
    assert accounts(world, {}) == []
    assert accounts(world, {world.orders[0].created.key: 1}) != []
