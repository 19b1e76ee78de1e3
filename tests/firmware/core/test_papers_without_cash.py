"""A certificate paid by card or UPI whose paper never comes: the money goes back (M5, M7)."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.gateway import Failed, Problem, Tender
from firmware.contract.money import ZERO
from firmware.contract.screen import Action, Attract, Done, Hint, SwipeCard, Trouble
from firmware.core.visit import Stage
from firmware.journal.tender_rows import CardRefunded
from tests.firmware.core.accounts import check_proofs
from tests.firmware.core.paper_world import FEE, PAGES, PaperWorld
from tests.firmware.core.payers import Refused
from tests.firmware.core.test_paying_by_card import kinds, swipe, tell
from tests.firmware.core.test_paying_by_upi import reference_on


@pytest.fixture
def world(tmp_path: Path) -> PaperWorld:
    world = PaperWorld(tmp_path)
    world.office.tenders, world.reader.is_there = [Tender.UPI, Tender.CARD], True
    world.run(1)
    return world


def to_reader(world: PaperWorld) -> None:
    world.go_to_application()
    world.press(Action.PAY_CARD)
    world.run(1)
    assert isinstance(world.screen.data, SwipeCard)


def to_qr(world: PaperWorld) -> str:
    world.go_to_application()
    world.press(Action.PAY_UPI)
    world.run(1)
    return reference_on(world)


def leaves(world: PaperWorld) -> None:
    world.press(Action.FINISH)
    world.run(30)
    assert isinstance(world.screen.data, Attract)
    assert world.pages.spooled == {}
    assert world.journal.open_orders() == world.journal.unposted_orders() == []
    world.check_money()
    check_proofs(world.journal)


def test_a_certificate_is_paid_with_a_card(world: PaperWorld) -> None:
    to_reader(world)
    swipe(world)
    world.run(15)
    shown = world.screen.data
    assert isinstance(shown, Done) and (shown.by, shown.paid) == (Tender.CARD, FEE)
    leaves(world)


def test_a_forged_certificate_and_the_money_is_back_on_the_card(world: PaperWorld) -> None:
    world.forges = True
    to_reader(world)
    swipe(world)
    world.run(20)
    shown = world.screen.data
    assert isinstance(shown, Trouble), shown
    assert (shown.cause, shown.safe, shown.claim) == ("trouble.document_unsigned", FEE, None)
    assert list(world.office.cards.charged.values()) == [ZERO], "back, with no start between"
    assert "ClaimIssued" not in kinds(world)
    leaves(world)


def test_the_refund_is_asked_for_until_it_is_answered(world: PaperWorld) -> None:
    world.withholds = True
    inner = world.office.cards._refund
    world.office.cards._refund = lambda request: Failed(Problem.BACK_END_DOWN)  # type: ignore[method-assign]
    to_reader(world)
    swipe(world)
    world.run(20)
    leaves(world)
    assert "CardRefunded" not in kinds(world)
    world.office.cards._refund = inner  # type: ignore[method-assign]
    world.run(15)
    (back,) = world.journal.of_kind(CardRefunded)
    assert isinstance(back.row, CardRefunded) and back.row.amount == FEE
    world.check_money()


def test_a_jam_after_upi_is_a_claim(world: PaperWorld) -> None:
    reference = to_qr(world)
    world.office.upi.pay(reference)
    world.until(lambda: world.pages.open is not None)
    world.pages.fail("page.jam")
    world.run(10)
    shown = world.screen.data
    assert isinstance(shown, Trouble) and shown.claim is not None
    assert (shown.cause, shown.safe) == ("trouble.not_printed", FEE)
    leaves(world)


def test_no_card_is_charged_while_the_page_printer_stands(world: PaperWorld) -> None:
    to_reader(world)
    world.pages.is_jammed = True
    world.run(10)
    shown = world.screen.data
    assert isinstance(shown, Trouble), shown
    assert shown.cause == "trouble.page_printer"
    assert "CardAsked" not in kinds(world)
    leaves(world)


def test_a_card_swiped_as_the_page_printer_jams_is_not_charged(world: PaperWorld) -> None:
    to_reader(world)
    event = world.reader.swipe()
    world.pages.is_jammed = True
    world.core.on_device_state(world.pages.state, world.now)
    tell(world, event)
    shown = world.screen.data
    assert isinstance(shown, SwipeCard) and shown.hint == Hint("card.not_asked")
    assert world.office.cards.payments == {}
    world.pages.is_jammed = False
    world.run(4)
    swipe(world)
    world.run(15)
    assert isinstance(world.screen.data, Done)
    leaves(world)


def test_the_qr_goes_when_the_page_printer_stands(world: PaperWorld) -> None:
    reference = to_qr(world)
    world.pages.is_jammed = True
    world.run(10)
    shown = world.screen.data
    assert isinstance(shown, Trouble), shown
    assert (shown.cause, shown.safe) == ("trouble.page_printer", ZERO)
    with pytest.raises(Refused):
        world.office.upi.pay(reference)
    leaves(world)


def test_a_cable_that_is_back_in_time_leaves_the_qr_where_it_is(world: PaperWorld) -> None:
    reference = to_qr(world)
    world.pages.is_there = False
    world.run(4)
    world.pages.is_there = True
    world.run(4)
    world.office.upi.pay(reference)
    world.run(15)
    assert isinstance(world.screen.data, Done)
    leaves(world)


def test_paid_by_upi_while_the_page_printer_stands(world: PaperWorld) -> None:
    """The money is there before the QR goes: then the paper has its 120 seconds."""
    reference = to_qr(world)
    world.pages.is_jammed = True
    world.run(1)
    world.office.upi.pay(reference)
    world.run(4)
    assert world.core.flow.visit.stage is Stage.DELIVERING
    world.pages.is_jammed = False
    world.run(15)
    assert isinstance(world.screen.data, Done)
    leaves(world)


def test_the_fate_of_the_fee_is_known_late_and_the_certificate_comes(world: PaperWorld) -> None:
    """The screen says that nobody knows yet; its citizen still reads it at the answer."""
    reference = to_qr(world)
    world.office.upi.pay(reference)
    world.office.is_up = False
    world.press(Action.CANCEL)
    world.run(25)
    shown = world.screen.data
    assert isinstance(shown, Trouble) and shown.cause == "trouble.upi_unknown", shown
    world.office.is_up = True
    world.run(25)
    shown = world.screen.data
    assert isinstance(shown, Done), shown
    assert len(world.pages.tray) == PAGES
    assert list(world.office.payments.values()) == [FEE]
    leaves(world)
