"""A card on plastic: paid, fetched, checked, printed on both sides, then posted (M5, M7)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from firmware.contract.device import Consumable, DeviceState, Fault, Kind, Source, Status
from firmware.contract.gateway import Tender
from firmware.contract.screen import Action, Attract, Done, Printing, Services, Trouble
from firmware.core.floor import Floor
from firmware.core.visit import Stage
from firmware.journal import rows
from firmware.services.catalogue import Service, load_catalogue
from firmware.services.catalogue.asks import TypedAsk
from tests.firmware.core.accounts import check_proofs
from tests.firmware.core.card_world import ENROLMENT, CardWorld
from tests.firmware.core.paper_world import FEE

AADHAAR_NUMBER = "999999990019"


@pytest.fixture
def world(tmp_path: Path) -> CardWorld:
    return CardWorld(tmp_path)


def printing(world: CardWorld) -> Printing:
    shown = world.screen.data
    assert isinstance(shown, Printing), shown
    return shown


def leaves(world: CardWorld) -> None:
    world.press(Action.FINISH)
    world.run(30)
    assert isinstance(world.screen.data, Attract)
    assert world.pages.spooled == {}, "no citizen's card stays in RAM"
    world.check_money()
    check_proofs(world.journal)


def is_handed_out(world: CardWorld) -> None:
    shown = world.screen.data
    assert isinstance(shown, Done), shown
    assert (shown.paid, shown.paper, shown.proof, shown.is_posted) == (FEE, "pvc", "paper", True)
    assert (len(world.pages.tray), world.pages.rejected) == (1, 0)
    assert list(world.office.payments.values()) == [FEE]
    leaves(world)


def is_claimed(world: CardWorld, cause: str) -> None:
    """A slip of the whole fee, nothing booked, no card."""
    shown = world.screen.data
    assert isinstance(shown, Trouble), shown
    assert (shown.cause, shown.safe, shown.proof) == (cause, FEE, "paper")
    assert (world.office.payments, world.pages.tray) == ({}, [])
    leaves(world)


def test_a_card_is_out_before_anything_is_booked(world: CardWorld) -> None:
    world.to_first_page()
    assert world.office.payments == {}
    shown = printing(world)
    assert (shown.paper, shown.page, shown.is_genuine) == ("pvc", 0, True)
    assert world.pages.open is not None
    assert (world.pages.open.pages, world.pages.open.is_two_sided) == (2, True)
    world.run(6)
    is_handed_out(world)
    assert world.fetched[0].device == "pvc"


def test_cards_run_out_before_the_printer_is_told_and_are_filled_in(world: CardWorld) -> None:
    world.is_line_dead = True
    world.pay_fee()
    world.pages.sheets = 0
    world.is_line_dead = False
    world.run(8)
    assert printing(world).trouble == "trouble.pvc_cards"
    assert Action.CANCEL in world.screen.actions
    world.pages.sheets = 100
    world.run(6)
    is_handed_out(world)


def test_the_citizen_will_not_wait_for_cards(world: CardWorld) -> None:
    """The line had failed before, and is no reason any more."""
    world.is_line_dead = True
    world.pay_fee()
    world.run(1)
    world.pages.sheets = 0
    world.is_line_dead = False
    world.run(8)
    world.press(Action.CANCEL)
    world.run(3)
    is_claimed(world, "trouble.card_not_printed")


def test_the_ribbon_breaks_and_the_fee_goes_back(world: CardWorld) -> None:
    world.to_first_page()
    world.run(0.5)
    world.pages.fail("pvc.ribbon.broken")
    world.run(4)
    assert world.pages.rejected == 1
    is_claimed(world, "trouble.card_not_printed")
    refused = world.journal.of_kind(rows.PostRefused)[-1].row
    assert isinstance(refused, rows.PostRefused)
    assert (refused.problem, refused.detail) == ("not_delivered", "pvc.ribbon.broken")


def test_while_the_card_is_printed_nothing_can_be_cancelled(world: CardWorld) -> None:
    world.to_first_page()
    assert Action.CANCEL not in world.screen.actions


def test_a_wrong_signature_prints_nothing(world: CardWorld) -> None:
    world.forges = True
    world.pay_fee()
    world.run(4)
    assert (world.pages.sheets, world.pages.ribbon) == (100, 200)
    is_claimed(world, "trouble.document_unsigned")


@pytest.mark.parametrize("moment", [0, 1, 2, 3])
def test_the_office_takes_it_back_while_core_was_away(world: CardWorld, moment: int) -> None:
    """Cancelled at any moment: no card and a slip, or it was on its way out and is paid for."""
    world.to_first_page()
    for _ in range(moment):
        world.pages.tick()
    world.power_cut()
    world.withholds = True
    world.until(lambda: not isinstance(world.screen.data, Printing))
    world.run(4)
    is_out = bool(world.pages.tray)
    assert isinstance(world.screen.data, Done if is_out else Trouble)
    assert bool(world.office.payments) == is_out
    assert world.pages.open is None
    leaves(world)


@pytest.mark.parametrize("how", ["crash", "power_cut"])
@pytest.mark.parametrize("after", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_core_dies_while_the_card_is_printed(world: CardWorld, how: str, after: float) -> None:
    world.pay_fee()
    world.run(after)
    getattr(world, how)()
    world.run(8)
    is_handed_out(world)


def test_a_card_of_a_life_before_is_wiped_at_the_start(world: CardWorld) -> None:
    world.pages.put(b"left behind")
    world.crash()
    world.run(0.5)
    assert world.pages.spooled == {}


def test_the_fee_goes_back_to_the_bank_card(world: CardWorld) -> None:
    """Paid by card, and the printer jams: at once, and no claim."""
    world.office.tenders = [Tender.CARD]
    world.reader.is_there = True
    world.run(0.5)
    world.go_to_application()
    world.press(Action.PAY_CARD)
    world.run(1)
    world.core.on_device_event("card", world.reader.swipe(), world.now)
    world.settle()
    world.until(lambda: world.core.flow.visit.stage is Stage.DELIVERING)
    world.until(lambda: world.pages.open is not None)
    world.pages.fail("pvc.jam")
    world.run(6)
    shown = world.screen.data
    assert isinstance(shown, Trouble)
    assert (shown.cause, shown.safe, shown.card is None) == (
        "trouble.card_not_printed",
        FEE,
        False,
    )
    leaves(world)


NO_CARD = [
    ({"sheets": 0}, "tile.no_cards"),
    ({"ribbon": 1}, "tile.no_ribbon"),
    ({"is_jammed": True}, "tile.no_printer"),
    ({"is_there": False}, "tile.no_printer"),
]


@pytest.mark.parametrize(("mishap", "tile"), NO_CARD)
def test_no_money_for_a_card_that_cannot_be_made(
    world: CardWorld, mishap: dict[str, int], tile: str
) -> None:
    for name, value in mishap.items():
        setattr(world.pages, name, value)
    world.run(0.5)
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    assert (world.tiles["cards"], world.tiles["bills"]) == (tile, None)
    world.press(Action.CHOOSE_SERVICE, "aadhaar_card")
    assert isinstance(world.screen.data, Services)


def test_the_last_card_is_sold_and_no_second(world: CardWorld) -> None:
    world.pages.sheets, world.pages.ribbon = 1, 2
    world.to_first_page()
    world.run(6)
    is_handed_out(world)
    world.run(0.5)
    assert isinstance(world.screen.data, Attract)
    assert world.tiles["cards"] == "tile.no_cards"


def test_cards_end_with_money_inside(world: CardWorld) -> None:
    world.go_to_application()
    world.press(Action.PAY)
    world.run(1)
    world.insert(20)
    world.pages.sheets = 0
    world.run(1)
    assert world.acceptors.leases == {}
    world.run(10)
    shown = world.screen.data
    assert isinstance(shown, Trouble)
    assert shown.cause == "trouble.pvc_cards"
    world.check_money()


def test_an_aadhaar_number_fits_no_service_that_gives_a_card() -> None:
    """It has twelve digits: who types it in clear, before others, is never asked for it."""
    for service in load_catalogue().services.values():
        if service.gives == "pvc":
            assert all(problem is not None for problem in problems_of(service, AADHAAR_NUMBER))
    assert problems_of(load_catalogue().services["aadhaar_card"], ENROLMENT) == [None]


def problems_of(service: Service, typed: str) -> list[str | None]:
    """What each question that is typed says of it."""
    typings = (ask for ask in service.asks if isinstance(ask, TypedAsk))
    return [ask.problem_of(typed, date(2026, 11, 22)) for ask in typings]


def test_the_driver_wipes_its_spool_and_the_card_is_fetched_once_more(world: CardWorld) -> None:
    world.pages.is_deaf = True
    world.pay_fee()
    world.run(1)
    world.restart_printer_driver()
    world.pages.is_deaf = False
    world.run(12)
    assert len(world.fetched) == 2
    is_handed_out(world)


@pytest.mark.parametrize(
    ("cards", "sides", "trouble"),
    [
        (1, 2, None),
        (None, None, None),
        (0, 2, "trouble.pvc_cards"),
        (1, 1, "trouble.pvc_ribbon"),
    ],
)
def test_a_printer_that_only_counts_has_too_little_for_a_card(
    cards: int | None, sides: int | None, trouble: str | None
) -> None:
    """It says no fault, and its numbers do."""
    left = [
        Consumable("cards", cards, "cards", Source.COUNTED),
        Consumable("ribbon", sides, "sides", Source.MEASURED),
    ]
    state = DeviceState(
        name="pvc", kind=Kind.PVC, family="any", status=Status.READY, consumables=left
    )
    assert Floor({"pvc": state}).document_trouble("pvc") == trouble


def test_cleaning_that_is_due_is_no_empty_feeder() -> None:
    """Both are counted in cards. The printer prints on, and nobody is sent for cards that are
    there."""
    left = [
        Consumable("cards", 40, "cards", Source.COUNTED, 100),
        Consumable("ribbon", 50, "sides", Source.MEASURED),
        Consumable("cleaning", 0, "cards", Source.MEASURED),
    ]
    faults = [Fault("pvc.cleaning.due")]
    state = DeviceState(
        name="pvc",
        kind=Kind.PVC,
        family="evolis",
        status=Status.DEGRADED,
        faults=faults,
        consumables=left,
    )
    assert Floor({"pvc": state}).document_trouble("pvc") is None


def test_of_the_card_before_nothing_is_said_to_the_next_citizen(world: CardWorld) -> None:
    world.to_first_page()
    world.run(6)
    is_handed_out(world)
    world.office.payments.clear()
    world.is_line_dead = True
    world.pay_fee()
    shown = printing(world)
    assert (shown.pages, shown.is_genuine) == (0, False), "his own is not even fetched"


def test_a_card_printer_by_ipp_out_of_cards() -> None:
    state = DeviceState(
        name="pvc",
        kind=Kind.PVC,
        family="ipp",
        status=Status.OUT_OF_SERVICE,
        faults=[Fault("page.paper.end")],
    )
    assert Floor({"pvc": state}).document_trouble("pvc") == "trouble.pvc_cards"
