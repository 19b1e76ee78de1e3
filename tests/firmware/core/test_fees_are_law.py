"""An office asks more than the law allows: the kiosk sells nothing, and tells the fleet."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.fees import CHARGE, STATUTORY, TAX, FeeLine, Fees
from firmware.contract.gateway import Bill, Failed, FetchBill, Problem
from firmware.contract.money import ZERO, Money, rupees
from firmware.contract.rates import FetchRates, RateFile
from firmware.contract.screen import Action, Attract, ShowBill, Trouble
from firmware.contract.ticket import Pair, Ticket
from firmware.contract.till import FeesDiffered
from firmware.core.fees import ASK_AGAIN_AFTER
from firmware.core.renewing import ASK_EVERY, ASK_SOON
from firmware.journal.orders import fold
from firmware.journal.rows import OrderCreated
from firmware.services.rates.shelf import Rates
from firmware.services.rates.table import Rate
from firmware.till.effects import Ask, Effect, KeepRates, Say
from tests.firmware.core.office import ACCOUNT
from tests.firmware.core.paper_world import PaperWorld
from tests.firmware.core.rates import AS_BILLED, in_force
from tests.firmware.core.world import World

FIVE = rupees(5)
CHARGED = [Rate("statutory", as_billed=True), Rate("charge", 424), Rate("tax", 76)]
LINES = [FeeLine(CHARGE, Money(424)), FeeLine(TAX, Money(76))]


class FeeWorld(World):
    """Hears what core says, and what it asks."""

    def __init__(self, folder: Path) -> None:
        self.told: list[FeesDiffered] = []
        self.asked: list[object] = []
        self.kept: list[KeepRates] = []
        super().__init__(folder)

    def carry_out(self, effect: Effect) -> None:
        match effect:
            case Say(event=FeesDiffered() as event):
                self.told.append(event)
            case KeepRates():
                self.kept.append(effect)
            case Ask(request=request):
                self.asked.append(request)
        super().carry_out(effect)

    def put_in_force(self, rates: Rates) -> None:
        self.rates = rates
        self.core.on_rates(rates)

    def later(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.run(1)

    def why_electricity_is_off(self) -> str | None:
        if isinstance(self.screen.data, Trouble):
            self.press(Action.FINISH)
        self.press(Action.CHOOSE_LANGUAGE, "hi")
        self.press(Action.CHOOSE_SERVICE, "bills")
        why = self.tiles["electricity"]
        self.press(Action.CANCEL)
        return why


@pytest.fixture
def world(tmp_path: Path) -> FeeWorld:
    world = FeeWorld(tmp_path)
    world.run(1)
    return world


def bill(amount: int, fee: int) -> Bill:
    return Bill("B1", "1", "SHANTI DEVI MEENA", "", "", Money(amount), Money(fee))


def said(paper: Ticket) -> list[str]:
    return [f"{line.label} {line.value}" for line in paper.lines if isinstance(line, Pair)]


def overcharge(world: FeeWorld) -> None:
    world.office.fee = FIVE
    world.go_to_bill()


def test_five_rupees_that_no_law_allows_are_not_taken(world: FeeWorld) -> None:
    overcharge(world)
    shown = world.screen.data
    assert isinstance(shown, Trouble) and shown.cause == "trouble.other_fee"
    assert Action.AGAIN not in world.screen.actions
    assert world.journal.of_kind(OrderCreated) == []
    assert world.told == [FeesDiffered("electricity", 1, rupees(470), FIVE)]
    assert world.why_electricity_is_off() == "tile.other_fee"


def test_the_service_is_on_again_when_its_office_asks_what_the_table_says(world: FeeWorld) -> None:
    overcharge(world)
    world.press(Action.FINISH)
    world.later(ASK_AGAIN_AFTER)
    assert world.why_electricity_is_off() == "tile.other_fee", "asked again, and still the same"
    assert len(world.told) == 1, "the fleet knows it"
    world.office.fee = ZERO
    world.later(ASK_AGAIN_AFTER)
    assert world.why_electricity_is_off() is None


@pytest.mark.parametrize("reply", [None, Failed(Problem.BACK_END_DOWN)])
def test_an_office_that_does_not_answer_has_not_changed_its_mind(
    world: FeeWorld, reply: Failed | None
) -> None:
    overcharge(world)
    world.core.on_answer(FetchBill("electricity", ACCOUNT), reply, world.now)
    assert world.why_electricity_is_off() == "tile.other_fee"


def test_a_bill_that_was_paid_elsewhere_keeps_no_service_off(world: FeeWorld) -> None:
    overcharge(world)
    world.press(Action.FINISH)
    world.office.amount = world.office.fee = ZERO
    world.later(ASK_AGAIN_AFTER)
    assert world.why_electricity_is_off() is None


def test_a_new_table_allows_what_the_old_one_did_not(world: FeeWorld) -> None:
    overcharge(world)
    world.press(Action.FINISH)
    world.put_in_force(in_force(2, electricity=CHARGED))
    world.go_to_bill()
    shown = world.screen.data
    assert isinstance(shown, ShowBill) and shown.fees == Fees(2, LINES)
    world.press(Action.CANCEL)
    world.asked.clear()
    world.later(ASK_AGAIN_AFTER)
    assert world.asked == [], "that it was wrong is over"


def test_an_office_that_asks_less_than_the_law_is_wrong_too(world: FeeWorld) -> None:
    world.put_in_force(in_force(2, electricity=[*CHARGED, Rate("charge", 1)]))
    overcharge(world)
    assert isinstance(world.screen.data, Trouble)


def test_a_kiosk_without_a_table_sells_what_has_no_fee(world: FeeWorld) -> None:
    world.put_in_force(Rates(why="no rate table is there"))
    world.go_to_bill()
    assert isinstance(world.screen.data, ShowBill)
    world.press(Action.CANCEL)
    overcharge(world)
    assert isinstance(world.screen.data, Trouble)
    assert world.told == [FeesDiffered("electricity", 0, rupees(470), FIVE)]


def test_a_kiosk_without_a_table_sells_no_paper_for_it_is_all_fees(tmp_path: Path) -> None:
    world = PaperWorld(tmp_path)
    for rates, why in (
        (world.rates, None),
        (Rates(why="no rate table is there"), "tile.no_rates"),
        (in_force(2, electricity=AS_BILLED), "tile.no_rates"),
    ):
        world.core.on_rates(rates)
        world.run(1)
        world.press(Action.CHOOSE_LANGUAGE, "hi")
        category = world.catalogue.services[world.service].category
        world.press(Action.CHOOSE_SERVICE, category)
        assert world.tiles.get(world.service, world.tiles.get(category)) == why
        world.press(Action.CANCEL)


def test_the_lines_stay_as_they_were_shown_when_the_table_changes_at_midnight(
    world: FeeWorld,
) -> None:
    world.put_in_force(in_force(2, electricity=CHARGED))
    world.office.fee = FIVE
    world.go_to_bill()
    world.put_in_force(in_force(3, electricity=AS_BILLED))
    world.press(Action.PAY)
    world.run(1)
    for note in (200, 200, 50, 20):
        world.insert(note)
    world.drop(5)
    world.run(3)
    (entry,) = world.journal.of_kind(OrderCreated)
    assert isinstance(entry.row, OrderCreated) and entry.row.fees == [Fees(2, LINES)]
    assert "सेवा शुल्क ₹4.24" in said(world.printer.papers[-1])
    assert "कर (GST) ₹0.76" in said(world.printer.papers[-1])
    assert "शुल्क की दर सूची सं. 2" in said(world.printer.papers[-1])
    world.check_money()


def test_core_dies_over_the_bill_and_the_same_lines_come_back(world: FeeWorld) -> None:
    world.put_in_force(in_force(2, electricity=CHARGED))
    world.office.fee = FIVE
    world.go_to_bill()
    before = world.screen.data
    world.crash()
    assert world.screen.data == before
    assert isinstance(before, ShowBill) and before.fees is not None


def test_a_basket_keeps_the_lines_of_each_bill(world: FeeWorld) -> None:
    world.put_in_force(in_force(2, electricity=CHARGED))
    world.office.fee = FIVE
    world.go_to_bill()
    world.add("210344001733", rupees(100))
    world.press(Action.PAY)
    world.run(1)
    (entry,) = world.journal.of_kind(OrderCreated)
    assert isinstance(entry.row, OrderCreated) and entry.row.fees == [Fees(2, LINES)] * 2
    assert fold([entry]).created.fees[1].lines == LINES


def test_an_old_journal_whose_orders_have_no_lines_still_reads(world: FeeWorld) -> None:
    world.put_in_force(Rates(why="no rate table is there"))
    world.go_to_bill()
    world.press(Action.PAY)
    world.run(1)
    (entry,) = world.journal.of_kind(OrderCreated)
    assert isinstance(entry.row, OrderCreated) and entry.row.fees == []


def test_a_paper_whose_page_count_differs_costs_by_the_page() -> None:
    """The bill does not say how many pages: one count must fit both sides."""
    table = in_force(jamabandi=[Rate("statutory", 1000, "page"), Rate("charge", 200, "page")]).table
    assert table is not None
    found = table.fees("jamabandi", bill(3000, 600))
    assert found == Fees(1, [FeeLine(STATUTORY, rupees(30), 3), FeeLine(CHARGE, rupees(6), 3)])
    assert table.fees("jamabandi", bill(3000, 400)) is None, "three pages and two"
    assert table.fees("jamabandi", bill(3050, 610)) is None


# --- a table of the back end ---------------------------------------------------------------------


def test_a_newer_table_is_asked_for_a_few_times_a_day_and_laid_down(world: FeeWorld) -> None:
    world.office.rates = RateFile("version = 2", "ab" * 64)
    world.later(ASK_SOON)
    assert FetchRates(1) not in world.asked, "there is no hurry"
    world.later(ASK_EVERY)
    assert world.asked.count(FetchRates(1)) == 1
    assert world.kept == [KeepRates("version = 2", "ab" * 64)]


def test_a_kiosk_without_a_table_asks_every_minute(world: FeeWorld) -> None:
    world.put_in_force(Rates(why="no rate table is there"))
    world.later(ASK_SOON)
    world.later(ASK_SOON)
    assert world.asked.count(FetchRates(0)) == 2
    assert world.kept == [], "the office had none"


def test_nobody_is_asked_while_the_line_is_dead(world: FeeWorld) -> None:
    world.put_in_force(Rates(why="no rate table is there"))
    world.office.is_up = False
    world.later(ASK_SOON)
    assert world.asked == []
    assert isinstance(world.screen.data, Attract)
