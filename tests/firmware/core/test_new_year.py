"""The first start of a year: what a citizen or a device brings from the last one is still known."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from firmware.contract.command import How, RedeemClaim
from firmware.contract.device import CoinAccepted, NoteStacked, Outcome
from firmware.contract.gateway import Problem, Tender
from firmware.contract.money import rupees
from firmware.contract.screen import Action, Attract
from firmware.journal.past import archives
from firmware.journal.rows import NoteCredited
from firmware.runtime.clock import INDIA
from tests.firmware.core.test_journal_begun_anew import Mended

NEW_YEAR = datetime(2027, 1, 1, 6, 0, tzinfo=INDIA)


@pytest.fixture
def world(tmp_path: Path) -> Mended:
    return Mended(tmp_path)


def leaves_with_a_claim(world: Mended) -> None:
    world.go_to_cash()
    world.insert(200)
    world.press(Action.CANCEL)
    world.run(30)
    assert isinstance(world.screen.data, Attract)


def turn_the_year(world: Mended) -> None:
    world.clock.set(NEW_YEAR)
    world.power_cut()
    assert [file.name for file in archives(world.path)] == ["journal-2026.db"]


def redeem(world: Mended, claim: str) -> Outcome:
    command = RedeemClaim(claim, How.OTHER, "V 1", "S. Meena")
    return world.core.on_command(command).outcome


def test_a_claim_of_the_year_before_is_paid_once(world: Mended) -> None:
    leaves_with_a_claim(world)
    turn_the_year(world)
    assert world.journal.claims_count == 1
    assert redeem(world, "TDR 0417 0001 C1") is Outcome.DONE
    assert redeem(world, "TDR 0417 0001 C1") is Outcome.REFUSED
    assert world.journal.claims_count == 0


def test_a_claim_that_was_paid_before_the_new_year_is_not_paid_after_it(world: Mended) -> None:
    leaves_with_a_claim(world)
    assert redeem(world, "TDR 0417 0001 C1") is Outcome.DONE
    turn_the_year(world)
    assert redeem(world, "TDR 0417 0001 C1") is Outcome.REFUSED


def test_a_device_that_tells_an_old_note_again_is_only_acknowledged(world: Mended) -> None:
    """The acknowledgement was lost in the night of the new year (M3)."""
    world.go_to_cash()
    world.insert(200)
    rows_of_order = [entry.row for entry in world.journal.of_order("TDR 0417 0001")]
    [name] = [row.id for row in rows_of_order if isinstance(row, NoteCredited)]
    world.drop(5)
    world.press(Action.CANCEL)
    world.run(30)
    turn_the_year(world)
    length = world.journal.length
    world.core.on_device_event("notes", NoteStacked(name, rupees(200), True), world.now)
    assert world.journal.length == length
    assert world.journal.credited_paise == world.acceptors.total_in == 20500


def test_a_note_that_is_found_in_the_new_year_goes_to_its_order(world: Mended) -> None:
    """It was in doubt when the slip was printed; what came back is not paid."""
    world.go_to_cash()
    event = world.acceptors.insert_note(rupees(100))
    held, world.acceptors.escrow = world.acceptors.escrow, None
    assert held is not None
    world.core.on_device_event("notes", event, world.now)
    world.run(22)
    world.press(Action.CANCEL)
    world.run(30)
    assert isinstance(world.screen.data, Attract)
    turn_the_year(world)
    world.acceptors.in_box[held.value] += 1
    world.core.on_device_event("notes", NoteStacked(held.id, held.value, True), world.now)
    order = world.core.book.order("TDR 0417 0001")
    assert (order.inserted, order.in_doubt, order.owed) == (rupees(100), rupees(0), rupees(0))
    assert world.journal.credited_paise == world.acceptors.total_in == 10000


def test_numbers_go_on_and_a_coin_of_last_year_goes_to_its_session(world: Mended) -> None:
    leaves_with_a_claim(world)
    order = world.core.book.order("TDR 0417 0001")
    turn_the_year(world)
    coin = CoinAccepted(world.acceptors.new_id(), rupees(5), order.session or "")
    world.core.on_device_event("coins", coin, world.now)
    assert world.core.book.order("TDR 0417 0001").coins == rupees(5)
    world.go_to_cash()
    assert world.core.flow.visit.order is not None
    assert world.core.flow.visit.order.number == "TDR 0417 0002"


def pays_by_card_in_vain(world: Mended) -> None:
    """The department refuses, and the acquirer does not answer that it gave the money back."""
    world.office.tenders, world.reader.is_there = [Tender.CARD], True
    world.run(1)
    world.go_to_bill()
    world.press(Action.PAY_CARD)
    world.run(1)
    world.office.refuses = Problem.ALREADY_PAID
    world.office.answers = 3  # approved, confirmed, refused
    world.core.on_device_event("card", world.reader.swipe(), world.now)
    world.settle()
    world.run(60)
    assert isinstance(world.screen.data, Attract)


def test_what_goes_back_to_a_card_is_asked_for_over_the_new_year(world: Mended) -> None:
    pays_by_card_in_vain(world)
    turn_the_year(world)
    assert world.core.book.order("TDR 0417 0001").cashless.returning == rupees(470)
    world.office.answers = None
    world.run(12)
    order = world.core.book.order("TDR 0417 0001")
    assert (order.cashless.returned, order.claims, order.owed) == (rupees(470), [], rupees(0))
    world.core.book.forget(order.number)
    world.power_cut()
    world.office.answers = 0  # whatever is asked now is asked once too often
    world.run(12)
    assert world.office.cards.charged == {f"{order.created.key}-1": rupees(0)}
    assert not world.core.flow.paying._refunding


def test_a_telephone_that_nobody_can_ask_about_keeps_the_year_open(world: Mended) -> None:
    """Its order stays where a start looks for it; the year turns at the first start after."""
    world.office.tenders = [Tender.UPI]
    world.run(1)
    world.go_to_bill()
    world.press(Action.PAY_UPI)
    world.office.is_up = False
    world.press(Action.CANCEL)
    world.run(60)
    assert world.journal.open_orders() == ["TDR 0417 0001"]
    world.clock.set(NEW_YEAR)
    world.power_cut()
    assert archives(world.path) == []
    world.office.is_up = True
    world.run(15)
    assert world.journal.open_orders() == []
    world.clock.set(NEW_YEAR.replace(day=2))
    world.power_cut()
    assert [file.name for file in archives(world.path)] == ["journal-2026.db"]
