"""A citizen lost his receipt and prints it again alone: each copy once, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from firmware.contract.device import DeviceState, Kind, Outcome, Status
from firmware.contract.gateway import Failed, PostPayment, Problem
from firmware.contract.money import rupees
from firmware.contract.screen import (
    Action,
    Attract,
    Services,
    Waiting,
)
from firmware.contract.screen_ends import Reprinted
from firmware.contract.ticket import Pair
from firmware.core.receipt_again import MOST_COPIES
from firmware.core.visit import Stage
from firmware.journal import rows
from firmware.journal.paper_rows import CopyAsked, SpoolWiped
from tests.firmware.core.deaths import Mortal, dies_after_each_commit, is_at_rest
from tests.firmware.core.lost_receipt import (
    MOBILE,
    NUMBER,
    TYPED,
    Registry,
    asks_again,
    marks,
    number,
    of_kind,
    to_number,
)
from tests.firmware.core.office import ACCOUNT
from tests.firmware.core.paper_world import PaperWorld
from tests.firmware.core.test_note_waits import guides_told
from tests.firmware.core.test_receipts_later import ask, pays
from tests.firmware.core.test_redeeming import KEYS
from tests.firmware.core.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = Registry(tmp_path)
    pays(world)
    return world


def test_a_lost_receipt_comes_out_once_more_as_a_duplicate_with_its_light(world: World) -> None:
    before = world.printer.printed.copy()
    asks_again(world)
    world.run(1)
    assert world.screen.data == Reprinted(NUMBER, "paper")
    assert world.printer.printed == [*before, f"{NUMBER}/receipt/2"]
    assert marks(world.printer.papers[0]) == []
    assert len(marks(world.printer.papers[1])) == 1
    assert of_kind(world, CopyAsked) == [CopyAsked(NUMBER)]
    assert "receipt_guide" not in guides_told(world), "it shines, as for the first one"
    world.press(Action.FINISH)
    assert isinstance(world.screen.data, Attract)
    assert guides_told(world)["receipt_guide"] is False
    world.check_money()


def test_the_office_refuses_the_payment_between_the_question_and_the_paper(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line that came back answers in that moment: there is a claim now, and no receipt."""
    world = Registry(tmp_path)
    world.go_to_cash()
    for note in (200, 200, 50, 20):
        world.insert(note)
    world.office.is_up = False
    world.run(12)
    world.press(Action.FINISH)
    with monkeypatch.context() as patch:
        patch.setattr(world.printer, "print", lambda command: None)  # lost on its way
        asks_again(world)
        line = world.core.book.order(NUMBER).lines[0]
        bill = line.bill
        asked = PostPayment(line.key, line.service, bill.account, bill.number, line.payable, NUMBER)
        world.core.on_answer(asked, Failed(Problem.ALREADY_PAID), world.now)
    world.run(4)
    assert (number(world).label, number(world).problem) == (
        "reprint.account",
        "reprint.ask_operator",
    )
    assert world.printer.printed == [f"{NUMBER}/receipt/1"]
    assert world.journal.claims_count == 1
    world.check_money()


def test_every_step_has_back_and_cancel_and_goes_by_itself(world: World) -> None:
    to_number(world)
    for _ in range(2):
        assert {Action.BACK, Action.CANCEL} <= set(world.screen.actions)
        assert world.screen.leaves_in is not None
        world.press(Action.ENTER, TYPED)
    assert number(world).label == "reprint.mobile"
    world.press(Action.BACK)
    assert (number(world).label, number(world).typed) == ("reprint.account", TYPED)
    world.press(Action.BACK)
    assert isinstance(world.screen.data, Services)
    world.press(Action.CHOOSE_SERVICE, "reprint")
    assert number(world).typed == "", "the number of before is not shown to the next"
    world.press(Action.ENTER, TYPED)
    world.press(Action.CANCEL)
    assert isinstance(world.screen.data, Attract)
    to_number(world)
    world.run(120)
    assert isinstance(world.screen.data, Attract)
    asks_again(world)
    world.run(120)
    assert isinstance(world.screen.data, Attract)


def test_no_money_is_taken_meanwhile(world: World) -> None:
    to_number(world)
    world.insert(100)
    world.press(Action.ENTER, TYPED)
    world.insert(100)
    world.drop(5)
    world.press(Action.ENTER, MOBILE)
    world.insert(100)
    assert world.acceptors.leases == {}
    assert world.acceptors.total_in == rupees(470).paise
    world.check_money()


def test_a_claim_slip_is_never_printed_again_this_way(tmp_path: Path) -> None:
    """It is worth money to whoever holds it."""
    world = Registry(tmp_path)
    world.go_to_cash()
    world.insert(200)
    world.press(Action.CANCEL)
    world.run(3)
    world.press(Action.FINISH)
    asks_again(world)
    assert number(world).problem == "reprint.ask_operator"
    assert len(world.printer.printed) == 1


def test_a_slip_that_was_never_printed_does_not_come_out_beside_the_receipt(
    tmp_path: Path,
) -> None:
    """The office refused one bill of two after the citizen had gone: that money is a claim."""
    world = Registry(tmp_path)
    world.office.others["210344001733"] = rupees(100)
    world.office.refuses_account = "210344001733"
    world.go_to_bill()
    world.add("210344001733", rupees(100))
    world.press(Action.PAY)
    world.run(1)
    world.office.is_up = False
    for note in (500, 50, 20):
        world.insert(note)
    world.run(12)
    world.press(Action.FINISH)
    world.office.is_up = True
    world.run(12)
    assert len(of_kind(world, rows.ClaimIssued)) == 1
    asks_again(world)
    world.run(3)
    jobs = [job.split("/")[1] for job in world.printer.printed]
    assert jobs == ["receipt", "receipt"]
    labels = [each.value for each in world.printer.papers[1].lines if isinstance(each, Pair)]
    assert "210344001733" not in "".join(labels).replace(" ", ""), "what was refused is not paid"


def test_what_the_office_refused_has_no_receipt(tmp_path: Path) -> None:
    world = Registry(tmp_path)
    world.office.refuses = Problem.ALREADY_PAID
    pays(world)
    asks_again(world)
    assert number(world).problem == "reprint.ask_operator"


def test_a_roll_is_no_toy(world: World) -> None:
    for _ in range(MOST_COPIES):
        asks_again(world)
        world.run(1)
        world.press(Action.FINISH)
    assert [len(marks(each)) for each in world.printer.papers] == [0] + [1] * MOST_COPIES
    asks_again(world)
    assert number(world).problem == "reprint.ask_operator"
    world.press(Action.CANCEL)
    reply = ask(world)
    assert reply.outcome is Outcome.DONE, "the operator still may"
    assert len({str(marks(each)) for each in world.printer.papers}) == MOST_COPIES + 2


def test_no_paper_is_said_on_the_tile_unless_a_laser_is_there(world: World) -> None:
    world.printer.has_paper = False
    world.run(1)
    assert world.tiles["reprint"] == "tile.no_paper"
    laser = DeviceState(name="page", kind=Kind.PAGE, family="ipp", status=Status.READY)
    world.core.on_device_state(laser, world.now)
    world.run(1)
    assert world.tiles["reprint"] is None


def test_the_roll_ends_in_the_middle_and_the_number_is_on_the_screen(world: World) -> None:
    world.printer.fails = "receipt.paper.end"
    asks_again(world)
    printing = world.screen
    assert printing.data == Waiting("waiting.printing")
    assert Action.CANCEL not in printing.actions
    world.run(12)
    assert world.screen.data == Reprinted(NUMBER, "screen")
    assert "receipt_guide" in guides_told(world), "there is nothing to be taken"


def test_the_power_ends_while_it_is_printed(world: World) -> None:
    world.switches = {"mains_is_off": True, "battery_is_low": True}
    world.run(1)
    assert world.tiles["reprint"] == "tile.no_power"
    world.switches = {}
    world.run(1)
    world.printer.is_there = False
    asks_again(world)
    world.switches = {"mains_is_off": True, "battery_is_low": True}
    for _ in range(6):
        world.run(1)
        assert world.core.flow.visit.stage is Stage.REPRINTING
        assert not world.core.may_halt(world.now)


def test_a_journal_begun_anew_knows_nothing_of_the_visit_in_ram(world: World) -> None:
    world.printer.is_there = False
    asks_again(world)
    kept = world.core.flow.snapshot()
    world.journal.close()
    for file in world.path.parent.glob("journal.db*"):
        file.unlink()
    world.visit = kept
    world._boot()
    assert world.core.flow.visit.stage is Stage.ATTRACT


def test_the_power_ends_before_he_says_whose_it_is(world: World) -> None:
    to_number(world)
    world.press(Action.ENTER, TYPED)
    world.switches = {"mains_is_off": True, "battery_is_low": True}
    world.run(1)
    world.press(Action.ENTER, MOBILE)
    assert number(world).problem == "tile.no_power"
    assert of_kind(world, CopyAsked) == []


class Kiosk(Mortal, PaperWorld):
    """With a page printer, and a mobile on file."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, keys=KEYS)
        self.office.mobiles[ACCOUNT] = MOBILE


def has_paid(folder: Path) -> Kiosk:
    world = Kiosk(folder)
    pays(world)
    return world


def on_the_roll(world: Kiosk) -> None:
    asks_again(world)
    world.run(3)
    world.press(Action.FINISH)


def on_a4(world: Kiosk) -> None:
    world.printer.fails = "receipt.paper.end"
    asks_again(world)
    world.run(12)
    world.press(Action.FINISH)


@pytest.mark.parametrize("story", [on_the_roll, on_a4])
def test_death_after_any_commit_prints_nothing_twice_and_loses_nothing(
    story: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(world: Kiosk) -> None:
        was_again = world.core.flow.visit.stage is Stage.REPRINTING
        world.printer.fails = ""
        is_at_rest(world, 400)
        assert len(set(world.printer.printed)) == len(world.printer.printed)
        asked = len(of_kind(world, CopyAsked))
        copies = [each for each in world.printer.papers if marks(each)]
        assert len(copies) + len(world.pages.tray) <= max(asked, 1)
        if was_again:
            assert len(copies) + len(world.pages.tray) == asked == 1, "he stands there, and has it"

    kinds = {"CopyAsked", "Printed", "OrderClosed"}
    dies_after_each_commit(has_paid, story, kinds, check, tmp_path, monkeypatch, 1)


def test_core_is_back_and_the_page_that_the_laser_still_needs_is_not_wiped(tmp_path: Path) -> None:
    world = has_paid(tmp_path)
    world.printer.fails = "receipt.paper.end"
    world.pages.is_deaf = True
    asks_again(world)
    world.until(lambda: bool(world.pages.spooled))
    seen = world.screen.data
    assert seen == Waiting("waiting.printing_page")
    world.crash()
    world.settle()
    assert of_kind(world, SpoolWiped) == []
    world.pages.is_deaf = False
    world.run(12)
    assert world.screen.data == Reprinted(NUMBER, "page")
    assert world.pages.tray == ["A4 1"]
