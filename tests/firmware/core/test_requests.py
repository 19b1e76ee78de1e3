"""A complaint is registered with the back end away, and is never lost: an order of zero rupees."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.asked import Accepted, Confirm
from firmware.contract.gateway import Failed, Problem
from firmware.contract.screen import Action, Attract, Press, Trouble
from firmware.contract.ticket import Pair, Text
from firmware.contract.till import RequestRefused
from firmware.core.said import said as answers
from firmware.core.visit import Stage
from firmware.journal import rows
from tests.firmware.core.request_world import MOBILE, NAME, TEXT, RequestWorld
from tests.firmware.core.test_posting import pay_while_the_back_end_is_down


@pytest.fixture
def world(tmp_path: Path) -> RequestWorld:
    return RequestWorld(tmp_path)


def said(world: RequestWorld) -> str:
    """All that stands on the last paper."""
    found = []
    for line in world.printer.papers[-1].lines:
        found += [line.text] if isinstance(line, Text) else []
        found += [line.label, line.value] if isinstance(line, Pair) else []
    return "\n".join(found)


def test_a_complaint_is_with_the_office_before_its_citizen_goes(world: RequestWorld) -> None:
    world.complain()
    shown = world.screen.data
    assert isinstance(shown, Confirm) and not shown.consents
    words = ["पानी", "टोंक", "टोडारायसिंह", "भासू", MOBILE, TEXT, NAME]
    assert [line.text["hi"] for line in shown.lines] == words
    world.press(Action.SUBMIT)
    world.run(3)
    assert world.screen.data == Accepted("grievance", "TDR 0417 0001", "paper", "REF 1", False)
    assert world.printer.printed == ["TDR 0417 0001/receipt/1"]
    assert "REF 1" in said(world) and "₹" not in said(world), "no zero rupees on a paper"
    assert "भासू" in said(world) and MOBILE not in said(world) and MOBILE[-4:] in said(world)
    world.goes()
    world.check_requests()
    world.check_money()


def test_it_is_on_disk_before_the_screen_says_so(world: RequestWorld) -> None:
    """M2: what the citizen reads as accepted was fsynced; the power may go in that instant."""
    world.complain()
    seen: list[list[str]] = []
    inner = world.core.flow._enter

    def enter(stage: Stage, now: float) -> None:
        seen.append([type(entry.row).__name__ for entry in world.journal.entries()])
        inner(stage, now)

    world.core.flow._enter = enter  # type: ignore[method-assign]
    world.press(Action.SUBMIT)
    assert seen[0][-2:] == ["OrderCreated", "OrderPaid"]


def test_a_tehsil_of_the_name_of_its_district_is_itself(world: RequestWorld) -> None:
    lines = answers(world.catalogue, "grievance", "water-tonk-tonk-soran-9829012345", {})
    assert [line.text["hi"] for line in lines[1:4]] == ["टोंक", "टोंक", "soran"]


def test_with_the_back_end_away_it_waits_in_the_journal(world: RequestWorld) -> None:
    world.office.is_up = False
    world.run(1)
    tiles = world.core.screen(world.now).data
    assert isinstance(tiles, Attract)
    world.complain()
    world.press(Action.SUBMIT)
    world.run(3)
    assert world.screen.data == Accepted("grievance", "TDR 0417 0001", "paper", "", False)
    assert "भेजी जाएगी" in said(world)
    world.goes()
    assert world.journal.unposted_orders() == ["TDR 0417 0001"]
    world.power_cut()
    world.office.is_up = True
    world.run(30)
    world.check_requests()
    assert world.order_of_taking == ["TDR 0417 0001"]


def test_requests_and_payments_are_posted_in_one_order(world: RequestWorld) -> None:
    pay_while_the_back_end_is_down(world)
    world.office.is_up = False
    world.complains()
    world.complains()
    world.office.is_up = False
    assert world.journal.unposted_orders() == [f"TDR 0417 000{n}" for n in (1, 2, 3)]
    world.office.is_up = True
    world.run(60)
    assert world.journal.unposted_orders() == []
    assert world.order_of_taking == ["TDR 0417 0002", "TDR 0417 0003"]
    world.check_requests()
    world.check_money()


def test_an_answer_lost_after_the_commit_is_one_complaint(world: RequestWorld) -> None:
    world.swallows = 2
    world.complains()
    world.run(60)
    assert len(world.asked) == 3 and len({each.key for each in world.asked}) == 1
    world.check_requests()


def test_a_complaint_that_the_office_refuses_at_once_is_told(world: RequestWorld) -> None:
    world.refuses_requests = Problem.REFUSED
    world.complain()
    world.press(Action.SUBMIT)
    world.run(2)
    shown = world.screen.data
    assert isinstance(shown, Trouble) and shown.cause == "trouble.request_refused"
    assert not shown.safe and shown.claim is None and world.printer.printed == []
    world.goes()
    assert world.orders[0].end is rows.End.CANCELLED
    assert world.said == [RequestRefused("TDR 0417 0001", "grievance", "refused")]


def test_a_no_days_later_is_an_event_and_no_claim_of_zero_rupees(world: RequestWorld) -> None:
    world.office.is_up = False
    world.complains()
    world.office.is_up, world.refuses_requests = True, Problem.REFUSED
    world.run(30)
    (order,) = world.orders
    assert (order.end, order.refusal, order.claims) == (rows.End.CANCELLED, "refused", [])
    assert world.said == [RequestRefused("TDR 0417 0001", "grievance", "refused")]
    assert isinstance(world.screen.data, Attract)
    world.check_money()


def test_paper_that_dies_leaves_the_number_on_the_screen(world: RequestWorld) -> None:
    world.printer.has_paper = False
    world.run(1)
    assert world.core.floor.obstacle_before() is not None, (
        "no cash now, and a complaint none the less"
    )
    world.complain()
    world.press(Action.SUBMIT)
    world.run(12)
    shown = world.screen.data
    assert isinstance(shown, Accepted) and shown.proof == "screen"
    assert world.orders[0].has_proof("receipt")


def test_a_journal_that_may_not_be_written_accepts_nothing(world: RequestWorld) -> None:
    world.complain()
    world.core.on_records("disk full")
    world.press(Action.SUBMIT)
    shown = world.screen.data
    assert isinstance(shown, Trouble) and shown.cause == "trouble.records"
    assert world.orders == []


def test_two_presses_are_one_complaint(world: RequestWorld) -> None:
    world.complain()
    press = Press(world.screen.serial, Action.SUBMIT)
    for _ in range(2):
        world.core.on_press(press, world.now)
        assert world.screen.serial > press.screen
    world.settle()
    assert len(world.orders) == 1


def test_a_no_while_the_paper_comes_is_told_as_what_it_is(world: RequestWorld) -> None:
    """The office's word is there a moment after its time: no paper says it, so the screen does."""
    world.refuses_requests = Problem.BACK_END_DOWN
    world.complain()
    world.press(Action.SUBMIT)
    assert world.core.flow.visit.stage is Stage.PROVING
    world.core.on_answer(world.asked[-1], Failed(Problem.REFUSED, "not ours"), world.now)
    world.run(3)
    shown = world.screen.data
    assert isinstance(shown, Trouble) and shown.cause == "trouble.request_refused"
    assert any(isinstance(each, RequestRefused) for each in world.said)
