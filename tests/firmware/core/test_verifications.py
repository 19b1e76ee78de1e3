"""A pensioner's finger once a year: what the office says counts, and a print is used once."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.asked import Accepted, Confirm, PutFinger
from firmware.contract.device import Fault, Kind
from firmware.contract.finger import FingerCaptured
from firmware.contract.gateway import Failed, Problem
from firmware.contract.money import ZERO
from firmware.contract.request import PostVerification
from firmware.contract.screen import Action, Attract, Number, ScreenData, Trouble
from firmware.contract.till import RequestRefused
from firmware.core.posting import NO_FINGER
from firmware.core.requesting import LIFT_TIME, TRIES
from firmware.core.tiles import why_not
from firmware.core.visit import Stage
from firmware.journal import rows
from firmware.till.report import figures_of
from tests.firmware.core.request_world import FACTS, PPO, RequestWorld
from tests.firmware.core.test_requests import said

NEIGHBOUR = "Shanti Bai"


@pytest.fixture
def world(tmp_path: Path) -> RequestWorld:
    return RequestWorld(tmp_path)


def shows(world: RequestWorld) -> ScreenData:
    return world.screen.data


def hint(world: RequestWorld) -> str | None:
    shown = world.screen.data
    assert isinstance(shown, PutFinger), shown
    return shown.hint


def test_a_pensioner_is_verified(world: RequestWorld) -> None:
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    world.press(Action.CHOOSE_SERVICE, "life_certificate")
    world.press(Action.ENTER, PPO)
    shown = world.screen.data
    assert isinstance(shown, Confirm) and shown.consents, (
        "UIDAI asks for consent, before the finger"
    )
    assert [line.text for line in shown.lines[1:]] == [line.text for line in FACTS.lines]
    assert not world.glass.lit, "no reader is lit before that"
    world.press(Action.SUBMIT)
    world.run(1)
    assert shows(world) == PutFinger("life_certificate", TRIES, True)
    assert world.orders == [], "nothing is accepted before a finger"
    world.puts()
    world.run(3)
    assert shows(world) == Accepted("life_certificate", "TDR 0417 0001", "paper", "REF 1", True)
    assert "REF 1" in said(world) and "₹" not in said(world)
    world.goes()
    world.check_requests()
    world.check_money()


def test_the_reference_of_a_print_is_on_no_disk(world: RequestWorld) -> None:
    world.agree()
    world.puts()
    (asked,) = world.asked
    assert isinstance(asked, PostVerification)
    assert asked.finger.encode() not in b"".join(
        path.read_bytes() for path in world.path.parent.iterdir()
    )
    assert asked.finger.encode() not in world.core.flow.snapshot()


@pytest.mark.parametrize("why", ["gone", "expired", "offline"])
def test_the_tile_says_why_nobody_can_be_verified_now(world: RequestWorld, why: str) -> None:
    service = world.catalogue.services["life_certificate"]
    assert why_not(service, world.core.floor) is None
    world.glass.is_there = why != "gone"
    world.glass.faults = [Fault("finger.rd.expired")] if why == "expired" else []
    world.office.is_up = why != "offline"
    world.core.floor.devices.clear()
    world.run(1)
    expected = "tile.no_back_end" if why == "offline" else "tile.no_finger_reader"
    assert why_not(service, world.core.floor) == expected


def test_a_number_that_the_office_does_not_know_is_typed_again(world: RequestWorld) -> None:
    world.agree("200411000726")
    shown = world.screen.data
    assert isinstance(shown, Number) and shown.problem == "number.no_such_account"
    assert not world.glass.lit


def test_another_persons_finger_is_refused_and_may_be_put_on_again(world: RequestWorld) -> None:
    world.agree()
    world.puts(NEIGHBOUR)
    world.run(1)
    assert hint(world) == "finger.wrong"
    world.puts()
    world.run(3)
    assert isinstance(world.screen.data, Accepted)
    world.goes()
    world.check_requests()
    assert [order.end for order in world.orders] == [rows.End.CANCELLED, rows.End.FULFILLED]
    assert world.said == [], "he was told at once, and has no paper"


def test_a_finger_that_still_lies_there_costs_one_try(world: RequestWorld) -> None:
    world.agree()
    world.puts(NEIGHBOUR)
    world.run(LIFT_TIME / 2)
    assert len(world.glass.lit) == 1, "a reader that is lit reads whatever lies on it"
    assert shows(world) == PutFinger("life_certificate", TRIES - 1, False, "finger.wrong")
    world.run(LIFT_TIME)
    assert len(world.glass.lit) == 2
    assert shows(world) == PutFinger("life_certificate", TRIES - 1, True, "finger.wrong")


def test_after_three_fingers_a_person_must_look(world: RequestWorld) -> None:
    world.agree()
    for _ in range(TRIES):
        world.puts(NEIGHBOUR)
        world.run(1)
    shown = world.screen.data
    assert isinstance(shown, Trouble) and shown.cause == "trouble.not_verified"
    assert world.taken == {} and world.printer.printed == []
    world.goes()
    assert {order.end for order in world.orders} == {rows.End.CANCELLED}


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("finger.timeout", "finger.timeout"),
        ("finger.none", "finger.timeout"),
        ("finger.capture_failed", "finger.again"),
        ("finger.answer", "finger.again"),
    ],
)
def test_a_finger_that_was_not_read_says_why(world: RequestWorld, fault: str, says: str) -> None:
    world.agree()
    world.lifts(fault)
    assert hint(world) == says
    for _ in range(TRIES - 1):
        world.lifts(fault)
    shown = world.screen.data
    assert isinstance(shown, Trouble) and shown.cause == "trouble.not_verified"
    assert world.orders == [] and world.asked == []


def test_a_poor_print_is_not_sent(world: RequestWorld) -> None:
    world.agree()
    world.puts(quality=18)
    world.run(1)
    assert (hint(world), world.asked) == ("finger.poor", [])
    world.puts(quality=None)
    world.run(3)
    assert isinstance(world.screen.data, Accepted), "a reader without a score is believed"


def test_an_answer_lost_after_the_commit_is_one_verification(world: RequestWorld) -> None:
    world.agree()
    world.swallows = 2
    world.puts()
    world.run(12)
    assert isinstance(world.screen.data, Accepted)
    assert len(world.asked) == 3 and len({each.key for each in world.asked}) == 1
    world.goes()
    world.check_requests()


def test_an_office_that_is_silent_for_long_leaves_a_paper_that_promises_nothing(
    world: RequestWorld,
) -> None:
    world.agree()
    world.swallows = 100
    world.puts()
    world.run(30)
    assert world.screen.data == Accepted("life_certificate", "TDR 0417 0001", "paper", "", True)
    assert "प्रमाण नहीं" in said(world)
    world.goes()
    world.run(60)
    world.swallows = 0
    world.run(30)
    world.check_requests()
    assert world.orders[0].reference == "REF 1", "the office had it all the time, and says so"


def test_a_print_that_is_gone_and_that_nobody_got_is_no_verification(world: RequestWorld) -> None:
    world.agree()
    world.office.is_up = False
    world.puts()
    world.run(30)
    world.goes()
    world.run(60)
    world.office.is_up = True
    world.run(30)
    (order,) = world.orders
    assert (order.refusal, order.end) == ("finger_forgotten", rows.End.CANCELLED)
    assert world.said == [RequestRefused("TDR 0417 0001", "life_certificate", "finger_forgotten")]
    assert world.taken == {}


def test_a_gateway_that_dies_with_the_print_asks_for_another(world: RequestWorld) -> None:
    world.agree()
    event = world.glass.put("Kamla Devi", world.now)
    world.glass.forget_all()
    world.core.on_device_event("finger", event, world.now)
    world.settle()
    world.run(1)
    assert hint(world) == "finger.lost"
    world.puts()
    world.run(3)
    assert isinstance(world.screen.data, Accepted)
    world.check_requests()


def test_who_cancels_leaves_a_dark_reader(world: RequestWorld) -> None:
    world.agree()
    assert world.glass.session
    world.press(Action.CANCEL)
    world.run(1)
    assert world.glass.session == "" and isinstance(world.screen.data, Attract)


def test_a_print_of_another_visit_is_nobodys(world: RequestWorld) -> None:
    world.agree()
    late = FingerCaptured(world.glass.lit[-1], "f" * 32, 90, "BENCH")
    world.press(Action.CANCEL)
    world.run(1)
    world.agree()
    world.core.on_device_event("finger", late, world.now)
    world.settle()
    assert world.core.flow.visit.stage is Stage.FINGER and world.orders == []


def test_a_reader_that_goes_away_ends_the_wait_with_a_sentence(world: RequestWorld) -> None:
    world.agree()
    world.core.floor.devices.pop("finger")
    world.glass.is_there = False
    world.run(8)
    shown = world.screen.data
    assert isinstance(shown, Trouble) and shown.cause == "trouble.finger_reader"
    assert Action.AGAIN in world.screen.actions
    assert world.core.floor.usable(Kind.FINGER) is None


def test_core_alone_dies_while_the_finger_is_read(world: RequestWorld) -> None:
    """The reader still has the order of the core before; the same session goes on."""
    world.agree()
    world.crash()
    world.run(3)
    assert isinstance(world.screen.data, PutFinger) and len(world.glass.lit) == 1
    world.puts()
    world.run(3)
    assert isinstance(world.screen.data, Accepted)


def test_power_goes_as_the_print_is_sent(world: RequestWorld) -> None:
    """The office has it, or nobody has: what the citizen is told is the office's word."""
    world.agree()
    world.swallows = 1
    world.puts()
    world.glass.forget_all()
    world.power_cut()
    world.run(5)
    assert isinstance(world.screen.data, Accepted)
    world.goes()
    world.check_requests()


def test_power_goes_before_the_print_is_sent(world: RequestWorld) -> None:
    world.agree()
    world.office.is_up = False
    world.puts()
    world.glass.forget_all()
    world.office.is_up = True
    world.power_cut()
    world.run(5)
    shown = world.screen.data
    assert isinstance(shown, Trouble) and shown.cause == "trouble.not_verified"
    world.goes()
    assert world.taken == {} and world.orders[0].end is rows.End.CANCELLED


def test_a_no_while_the_paper_comes_is_looked_at_by_somebody(world: RequestWorld) -> None:
    """The paper that is on its way says that the answer is still to come."""
    world.agree()
    world.office.is_up = False
    world.puts(NEIGHBOUR)
    while world.core.flow.visit.stage is not Stage.PROVING:
        world.run(0.25)
    (order,) = world.orders
    asked = PostVerification(order.created.key, "life_certificate", PPO, order.number, NO_FINGER)
    world.core.on_answer(asked, Failed(Problem.REFUSED, "another person"), world.now)
    world.run(5)
    assert world.printer.printed == [f"{order.number}/receipt/1"]
    assert shows(world) == Trouble("trouble.not_verified", ZERO)
    assert RequestRefused(order.number, "life_certificate", Problem.REFUSED) in world.said
    figures = figures_of(world.journal.entries(), world.core.book.order)
    assert figures.refused_requests == [order.number]
