"""Where two ways of paying meet: slip and power cut, basket and day report, limit and basket."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from firmware.contract.command import PrintClaim
from firmware.contract.device import NoteEscrowed, NoteReturned, NoteStacked
from firmware.contract.gateway import Problem
from firmware.contract.money import ZERO, rupees
from firmware.contract.screen import Action, Basket, Done, InsertCash, Number, Trouble
from firmware.core.book import Book
from firmware.core.visit import Stage
from firmware.journal import rows
from firmware.journal.journal import Journal
from firmware.runtime.config import LimitsSection
from firmware.till.report import figures_of
from tests.firmware.core.office import ACCOUNT
from tests.firmware.core.test_nobody_leaves_without_proof import late_coin
from tests.firmware.core.test_redeeming import KEYS, cancel_with
from tests.firmware.core.test_slips_pay_bills import code_of, last, slip_of, tender
from tests.firmware.core.world import World

TUBES = {100: 20, 200: 20, 500: 10, 1000: 10}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, keys=KEYS)


class Killed(BaseException):
    """The process is gone right after a commit."""


def dies_after(monkeypatch: pytest.MonkeyPatch, commits: int) -> None:
    inner = Journal.append
    left = [commits]

    def append(journal: Journal, at: object, *written: rows.AnyRow) -> str:
        when = inner(journal, at, *written)  # type: ignore[arg-type]
        left[0] -= 1
        if left[0] == 0:
            raise Killed
        return when

    monkeypatch.setattr(Journal, "append", append)


def test_core_dies_between_a_late_coin_and_its_claim(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its citizen has gone: the device tells it again, and by then the journal knows it."""
    cancel_with(world, 200)
    world.press(Action.FINISH)
    with monkeypatch.context() as patch:
        dies_after(patch, 1)
        with pytest.raises(Killed):
            late_coin(world, 5)
    world.crash()
    world.run(2)
    order = Book(world.journal, world.clock).order("TDR 0417 0001")
    assert (order.inserted, order.claimable) == (rupees(205), rupees(205))
    world.check_money()


def test_core_dies_between_a_late_note_and_its_claim(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same of a note that was never in doubt: the power went, and the visit with it."""
    world.go_to_cash()
    world.insert(200)
    event = world.acceptors.insert_note(rupees(100))
    held, world.acceptors.escrow = world.acceptors.escrow, None
    assert held is not None
    world.core.on_device_event("notes", event, world.now)
    world.acceptors.in_box[held.value] += 1
    world.core.on_device_event("notes", NoteReturned(held.id, held.value), world.now)
    world.press(Action.CANCEL)
    world.run(3)
    world.press(Action.FINISH)
    with monkeypatch.context() as patch:
        dies_after(patch, 1)
        with pytest.raises(Killed):
            told = NoteStacked(held.id, held.value, at_power_up=True)
            world.core.on_device_event("notes", told, world.now)
    world.crash()
    world.check_money()


def power_cut_with_the_last_note_in_flight(world: World, note: int) -> None:
    """It is stacked when the power is back; who stands there then, nobody knows."""
    event = world.acceptors.insert_note(rupees(note))
    held, world.acceptors.escrow = world.acceptors.escrow, None
    assert held is not None
    world.core.on_device_event("notes", event, world.now)
    world.power_cut()
    world.acceptors.in_box[held.value] += 1
    world.core.on_device_event("notes", NoteStacked(held.id, held.value, True), world.now)
    world.run(8)


def is_refused_at_the_slot(world: World, claim: str | None) -> bool:
    world.press(Action.FINISH)
    world.office.amount, world.office.refuses = rupees(470), None
    world.go_to_cash()
    tender(world, code_of(world, claim))
    data = world.screen.data
    return isinstance(data, Number) and data.problem == "slip.unknown"


def test_what_is_over_after_a_power_cut_has_no_code_for_whoever_stands_there(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, rupees(440), keys=KEYS)
    world.acceptors.changer.payable = dict(TUBES)
    world.go_to_cash()
    power_cut_with_the_last_note_in_flight(world, 500)
    slip = world.screen.data
    assert isinstance(slip, Trouble)
    assert slip.safe == rupees(30)  # 30 more are the advance
    assert world.core.papers._code(last(world)) == ""
    assert is_refused_at_the_slot(world, slip.claim)


def test_a_no_of_the_office_after_a_power_cut_gives_no_code_to_whoever_stands_there(
    world: World,
) -> None:
    world.go_to_cash()
    for note in (200, 200, 50):
        world.insert(note)
    world.office.refuses = Problem.ALREADY_PAID
    power_cut_with_the_last_note_in_flight(world, 20)
    slip = world.screen.data
    assert isinstance(slip, Trouble)
    assert slip.safe == rupees(470)
    assert is_refused_at_the_slot(world, slip.claim)


def test_a_late_slip_does_not_unlock_the_money_of_one_without_a_code(world: World) -> None:
    """After a power cut nobody claimed ₹200; then a note that was in doubt is told of."""
    world.go_to_cash()
    world.insert(200)
    event = world.acceptors.insert_note(rupees(100))
    held, world.acceptors.escrow = world.acceptors.escrow, None
    assert held is not None
    world.core.on_device_event("notes", event, world.now)
    world.run(21)
    world.power_cut()
    world.run(130)
    late_coin(world, 5)
    world.run(3)
    claims = last(world).claims
    assert len(claims) == 2
    world.acceptors.in_box[held.value] += 1
    world.core.on_device_event("notes", NoteStacked(held.id, held.value), world.now)
    assert is_refused_at_the_slot(world, claims[-1].claim)


def test_change_is_given_to_a_citizen_who_was_asking_for_a_slip_when_his_note_landed(
    tmp_path: Path,
) -> None:
    """He had shown after a power cut that the money is his: he stands there."""
    world = World(tmp_path, rupees(440), keys=KEYS)
    code_of(world, cancel_with(world, 50).claim)
    world.press(Action.FINISH)
    world.acceptors.changer.payable = dict(TUBES)
    world.go_to_cash()
    world.drop(1)
    world.power_cut()
    world.run(1)
    world.says_it_is_his()
    world.run(1)
    assert isinstance(world.screen.data, InsertCash)
    event = world.acceptors.insert_note(rupees(500))
    world.core.on_device_event("notes", event, world.now)
    world.press(Action.USE_SLIP)
    world.run(4)
    assert isinstance(world.screen.data, Done), world.screen.data
    assert last(world).changed == rupees(61)
    assert last(world).why_closed == "paid_in_full"


def test_the_rest_of_a_slip_is_not_in_doubt_because_a_note_is(tmp_path: Path) -> None:
    world = World(tmp_path, rupees(470), keys=KEYS)
    code = slip_of(world, 200)
    world.office.amount = rupees(150)
    world.go_to_cash()
    world.acceptors.insert_note(rupees(100))
    held, world.acceptors.escrow = world.acceptors.escrow, None
    assert held is not None
    world.core.on_device_state(world._states()[0], world.now)
    world.core.on_device_event("notes", NoteEscrowed(held.id, held.value), world.now)
    world.run(21)
    tender(world, code)
    rest = last(world).claims[0]
    assert (rest.amount, rest.in_doubt) == (rupees(50), ZERO)


def test_a_code_of_this_very_visit_is_refused_and_the_visit_goes_on(tmp_path: Path) -> None:
    """The claim of the rest stands before its slip is printed; nobody can read its code yet."""
    world = World(tmp_path, rupees(470), keys=KEYS)
    code = slip_of(world, 200)
    world.office.amount = rupees(150)
    world.go_to_cash()
    world.press(Action.USE_SLIP)
    world.press(Action.ENTER, code)
    world.press(Action.USE_SLIP)
    world.press(Action.ENTER, code_of(world, last(world).claims[0].claim))
    world.run(8)
    world.press(Action.FINISH)
    world.run(30)
    world.check_money()
    assert last(world).end is rows.End.FULFILLED


def test_one_bill_of_a_basket_is_refused_and_the_day_says_so(world: World) -> None:
    world.go_to_bill()
    world.add("210344001733", rupees(86))
    world.office.refuses_account = "210344001733"
    world.press(Action.PAY)
    world.run(1)
    for note in (500, 50, 5, 1):
        (world.insert if note > 5 else world.drop)(note)
    world.run(4)
    order = last(world)
    assert (len(order.references), len(order.refusals)) == (1, 1)
    recall = Book(world.journal, world.clock).order
    assert figures_of(world.journal.entries(), recall).refused == 1


def test_two_bills_of_a_basket_are_refused_and_the_day_counts_two(world: World) -> None:
    world.go_to_bill()
    world.add("210344001733", rupees(86))
    world.office.refuses = Problem.REFUSED
    world.press(Action.PAY)
    world.run(1)
    for note in (500, 50, 5, 1):
        (world.insert if note > 5 else world.drop)(note)
    world.run(4)
    assert len(last(world).refusals) == 2
    recall = Book(world.journal, world.clock).order
    assert figures_of(world.journal.entries(), recall).refused == 2


def test_core_dies_and_the_limit_of_the_visit_does_not_begin_anew(tmp_path: Path) -> None:
    world = World(tmp_path, rupees(300), limits=LimitsSection(per_visit=500))
    world.go_to_cash()
    for note in (200, 100):
        world.insert(note)
    world.run(4)
    world.office.amount = rupees(200)
    world.press(Action.ANOTHER)
    world.press(Action.CHOOSE_SERVICE, "electricity")
    world.press(Action.ENTER, ACCOUNT)
    world.press(Action.PAY)
    world.run(1)
    world.crash()
    world.run(1)
    visit, order = world.core.flow.visit, world.core.flow.visit.order
    assert order is not None
    assert world.core.flow.cash.allowance.within(visit, order).room == rupees(200)


def test_change_that_went_back_is_not_money_that_the_visit_brought(tmp_path: Path) -> None:
    world = World(tmp_path, rupees(440), limits=LimitsSection(per_visit=1000))
    world.acceptors.changer.payable = dict(TUBES)
    world.go_to_cash()
    world.insert(500)
    world.run(4)
    world.press(Action.ANOTHER)
    assert world.core.flow.visit.taken == rupees(440)


def test_a_service_that_was_only_looked_at_says_nothing_of_the_basket(world: World) -> None:
    """Its bounds are of its own bills; and its advance is not that of the last bill."""
    services = world.catalogue.services
    services["water"] = replace(
        services["electricity"],
        id="water",
        cash=replace(services["electricity"].cash, least=100_000),
    )
    world.go_to_bill()
    world.add("210344001733", rupees(86))
    world.press(Action.ADD_BILL)
    world.press(Action.BACK)
    world.press(Action.ADD_BILL)
    assert world.core.flow.visit.stage is Stage.NUMBER
    world.core.flow.visit.service = "water"
    world.press(Action.BACK)
    data = world.screen.data
    assert isinstance(data, Basket)
    assert data.why_not is None


def test_most_of_a_service_holds_for_its_bills_in_a_basket(world: World) -> None:
    """Before the money and at every note, as for one bill."""
    services = world.catalogue.services
    bounds = replace(services["electricity"].cash, most=60_000)
    services["electricity"] = replace(services["electricity"], cash=bounds)
    world.go_to_bill()
    world.add("210344001733", rupees(86))
    world.press(Action.PAY)
    visit, order = world.core.flow.visit, world.core.flow.visit.order
    assert order is not None
    assert world.core.flow.cash.allowance.within(visit, order).room == rupees(600)


def test_core_dies_while_the_money_of_nobody_is_settled_and_whoever_stands_there_is_asked(
    world: World,
) -> None:
    """After a power cut nobody answered: no start may take a stranger for the citizen."""
    world.go_to_cash()
    world.insert(200)
    world.power_cut()
    world.run(120)
    stages = [world.core.flow.visit.stage]
    world.crash()
    assert [*stages, world.core.flow.visit.stage] == [Stage.SETTLING, Stage.RESUMED]


@pytest.mark.parametrize("again", [False, True])
def test_power_fails_before_the_slip_is_out_and_it_comes_out_without_its_code(
    world: World, again: bool
) -> None:
    """The claim stands, and was the citizen's; but who is there when the paper comes, nobody
    knows. The operator prints it for him, with the code. `again`: core alone dies after that."""
    world.go_to_cash()
    world.insert(200)
    world.press(Action.CANCEL)
    world.printer.is_there = False
    world.run(2)
    claim = last(world).claims[0].claim
    world.power_cut()
    if again:
        world.crash()
    world.printer.is_there = True
    code = " ".join(code_of(world, claim)[at : at + 4] for at in (0, 4, 8))
    world.run(4)
    assert world.printer.papers
    assert code not in str(world.printer.papers)
    world.press(Action.FINISH)
    world.core.on_command(PrintClaim(claim))
    world.run(1)
    assert code in str(world.printer.papers)


def test_the_next_bill_of_a_visit_that_a_power_cut_began_is_its_citizens_own(world: World) -> None:
    world.go_to_cash()
    for note in (200, 200, 50):
        world.insert(note)
    power_cut_with_the_last_note_in_flight(world, 20)
    assert isinstance(world.screen.data, Done)
    world.press(Action.ANOTHER)
    world.press(Action.CHOOSE_SERVICE, "electricity")
    world.press(Action.ENTER, ACCOUNT)
    world.press(Action.PAY)
    world.run(1)
    world.insert(200)
    world.press(Action.CANCEL)
    world.run(3)
    assert isinstance(world.screen.data, Trouble)
    assert world.screen.data.cause == "trouble.cancelled_with_money"
