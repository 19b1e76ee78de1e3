"""A card at the till: swiped, charged, confirmed; and every place where the line may go dead."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.card import CardPayment, CardStatus, ConfirmCard, SwipeProblem
from firmware.contract.device import DeviceEvent
from firmware.contract.gateway import Tender
from firmware.contract.money import rupees
from firmware.contract.screen import (
    Action,
    Done,
    Hint,
    ShowBill,
    SwipeCard,
    Trouble,
    Waiting,
)
from firmware.core.visit import Stage
from firmware.journal.tender_rows import CardAsked
from firmware.till.effects import Ask
from tests.firmware.core.reader import MASKED
from tests.firmware.core.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.office.tenders, world.reader.is_there = [Tender.CARD], True
    world.run(1)
    return world


def to_reader(world: World) -> None:
    world.go_to_bill()
    world.press(Action.PAY_CARD)
    world.run(1)
    assert isinstance(world.screen.data, SwipeCard)


def swipe(world: World) -> None:
    tell(world, world.reader.swipe())


def tell(world: World, event: DeviceEvent) -> None:
    world.core.on_device_event("card", event, world.now)
    world.settle()


def kinds(world: World) -> list[str]:
    return [type(entry.row).__name__ for entry in world.journal.entries()]


def charged(world: World) -> list[CardPayment]:
    return list(world.office.cards.payments.values())


def goes(world: World) -> None:
    world.press(Action.FINISH)
    world.run(15)
    assert world.core.flow.visit.stage is Stage.ATTRACT
    world.check_money()


def test_a_bill_is_paid_with_a_card(world: World) -> None:
    to_reader(world)
    swipe(world)
    world.run(10)
    shown = world.screen.data
    assert isinstance(shown, Done) and (shown.by, shown.paid) == (Tender.CARD, rupees(470))
    wanted = ["OrderCreated", "CardAsked", "CardApproved", "CardConfirmed", "OrderPaid"]
    assert kinds(world)[:5] == wanted
    assert world.journal.credited_paise == 0, "it is not in the box"
    goes(world)


def test_the_row_is_on_disk_before_the_charge_is_asked_for(world: World) -> None:
    to_reader(world)
    world.core.on_device_event("card", world.reader.swipe(), world.now)
    row = list(world.journal.entries())[-1].row
    assert isinstance(row, CardAsked) and row.masked == MASKED
    assert any(isinstance(effect, Ask) for effect in world.core.take_effects())


def test_only_masked_digits_are_in_the_journal(world: World) -> None:
    to_reader(world)
    event = world.reader.swipe()
    tell(world, event)
    world.run(5)
    written = world.path.read_bytes() + world.path.with_name("journal.db-wal").read_bytes()
    assert MASKED.encode() in written
    assert event.reference.encode() not in written


def test_without_a_reader_no_card_is_offered(world: World) -> None:
    world.reader.is_there = False
    world.core.on_device_unknown("card")
    world.go_to_bill()
    assert Action.PAY_CARD not in world.screen.actions and Action.PAY in world.screen.actions


@pytest.mark.parametrize("why", list(SwipeProblem))
def test_a_card_that_is_not_taken_says_why_and_the_reader_listens_on(
    world: World, why: SwipeProblem
) -> None:
    to_reader(world)
    tell(world, world.reader.swipe_badly(why))
    shown = world.screen.data
    assert isinstance(shown, SwipeCard) and shown.hint == Hint(f"card.{why}")
    swipe(world)
    world.run(10)
    assert isinstance(world.screen.data, Done)


def test_a_swipe_of_the_visit_before_charges_nobody(world: World) -> None:
    to_reader(world)
    late = world.reader.swipe()
    world.press(Action.CANCEL)
    tell(world, late)
    world.run(5)
    assert isinstance(world.screen.data, ShowBill)
    assert charged(world) == []
    world.press(Action.PAY_CARD)
    world.run(1)
    tell(world, late)
    world.run(5)
    assert charged(world) == [], "the order has another number now"


def test_the_reader_is_armed_again_and_again_and_deaf_after_the_cancel(world: World) -> None:
    to_reader(world)
    world.reader.session = ""  # its lease ran out: a message was lost
    world.run(4)
    assert world.reader.session == "TDR 0417 0001"
    world.press(Action.CANCEL)
    assert world.reader.session == ""
    assert isinstance(world.screen.data, ShowBill)
    world.check_money()


def test_declined_and_another_card_pays_under_another_key(world: World) -> None:
    world.office.cards.declines = "insufficient_funds"
    to_reader(world)
    swipe(world)
    world.run(3)
    shown = world.screen.data
    assert isinstance(shown, SwipeCard) and shown.hint == Hint("card.declined")
    world.office.cards.declines = ""
    swipe(world)
    world.run(10)
    assert isinstance(world.screen.data, Done)
    assert [p.status for p in charged(world)] == [CardStatus.DECLINED, CardStatus.CONFIRMED]
    goes(world)


def line_dead_after(world: World, answers: int) -> None:
    """The charge is asked for, and of the answers so many come."""
    to_reader(world)
    world.office.answers = answers
    swipe(world)


def test_the_line_is_dead_before_the_charge_and_the_charge_cannot_arrive_later(
    world: World,
) -> None:
    line_dead_after(world, 0)
    world.run(10)
    assert isinstance(world.screen.data, Waiting)
    world.office.answers = None
    world.run(10)
    assert [p.status for p in charged(world)] == [CardStatus.VOIDED]
    shown = world.screen.data
    assert isinstance(shown, Trouble) and shown.cause == "trouble.not_taken"
    goes(world)


def lost_answers(world: World) -> None:
    """The acquirer does what it is asked, and no answer comes back."""
    inner = world.office.answer

    def deaf(ask: Ask) -> None:
        inner(ask)

    world.office.answer = deaf  # type: ignore[method-assign]


def test_approved_and_the_answer_lost_is_found_and_confirmed(world: World) -> None:
    to_reader(world)
    answer = world.office.answer
    lost_answers(world)
    swipe(world)
    world.run(2)
    assert [p.status for p in charged(world)] == [CardStatus.APPROVED]
    world.office.answer = answer  # type: ignore[method-assign]
    world.run(15)
    assert isinstance(world.screen.data, Done)
    assert [p.status for p in charged(world)] == [CardStatus.CONFIRMED]
    goes(world)


def test_confirmed_and_the_answer_lost_is_asked_again(world: World) -> None:
    line_dead_after(world, 1)
    world.run(2)
    assert kinds(world)[-1] == "CardApproved"
    world.office.answers = None
    world.run(10)
    assert isinstance(world.screen.data, Done)
    goes(world)


def test_silence_for_half_a_minute_undoes_the_charge_whatever_comes_after(world: World) -> None:
    line_dead_after(world, 1)
    world.run(32)
    assert kinds(world)[-1] == "CardGivenUp"
    world.office.answers = None
    world.run(5)
    assert [p.status for p in charged(world)] == [CardStatus.VOIDED]
    assert isinstance(world.screen.data, Trouble)
    goes(world)


def test_never_known_while_the_citizen_waits_is_undone_behind_the_next_visits(
    world: World,
) -> None:
    line_dead_after(world, 1)
    world.run(55)
    shown = world.screen.data
    assert isinstance(shown, Trouble)
    assert (shown.cause, shown.order) == ("trouble.card_unknown", "TDR 0417 0001")
    world.press(Action.FINISH)
    world.power_cut()
    world.clock.advance(3 * 86_400)
    world.run(20)
    assert world.core.flow.visit.stage is Stage.ATTRACT
    assert world.journal.open_orders() == ["TDR 0417 0001"]
    world.office.answers = None
    world.run(15)
    assert [p.status for p in charged(world)] == [CardStatus.VOIDED]
    assert world.journal.open_orders() == []
    world.check_money()


@pytest.mark.parametrize("answers", range(4))
def test_core_dies_with_the_charge_on_its_way_and_the_citizen_still_there(
    world: World, answers: int
) -> None:
    line_dead_after(world, answers)
    world.crash()
    world.office.answers = None
    world.run(20)
    status = [p.status for p in charged(world)]
    shown = world.screen.data
    if answers == 0:
        assert isinstance(shown, Trouble) and status == [CardStatus.VOIDED]
    else:
        assert isinstance(shown, Done) and status == [CardStatus.CONFIRMED]
    goes(world)


@pytest.mark.parametrize("answers", range(2))
def test_the_mains_fail_with_the_charge_on_its_way_and_nobody_is_charged(
    world: World, answers: int
) -> None:
    line_dead_after(world, answers)
    world.power_cut()
    world.office.answers = None
    world.run(20)
    assert [p.status for p in charged(world)] == [CardStatus.VOIDED]
    shown = world.screen.data
    assert isinstance(shown, Trouble) and shown.cause == "trouble.not_taken"
    goes(world)


def test_the_mains_fail_between_the_swipe_and_nothing(world: World) -> None:
    to_reader(world)
    world.power_cut()
    world.run(2)
    assert world.core.flow.visit.stage is Stage.ATTRACT
    assert world.journal.open_orders() == []


def test_a_gateway_that_forgot_the_swipe_charges_nobody(world: World) -> None:
    world.office.cards.forgets = True
    to_reader(world)
    swipe(world)
    world.run(15)
    assert isinstance(world.screen.data, Trouble)
    assert [p.status for p in charged(world)] == [CardStatus.VOIDED]
    goes(world)


def test_an_approval_that_grew_too_old_pays_nothing(world: World) -> None:
    line_dead_after(world, 1)
    world.run(2)
    (known,) = charged(world)
    world.office.cards.payments[known.key] = CardPayment(
        known.key, CardStatus.VOIDED, known.amount, known.refunded
    )
    world.office.answers = None
    world.run(10)
    shown = world.screen.data
    assert isinstance(shown, Trouble) and shown.cause == "trouble.not_taken"
    goes(world)


def test_the_reader_dies_while_it_waits(world: World) -> None:
    to_reader(world)
    world.reader.is_there = False
    world.core.on_device_unknown("card")
    world.run(8)
    shown = world.screen.data
    assert isinstance(shown, Trouble) and shown.cause == "trouble.card_reader"
    goes(world)


def test_a_late_confirmation_of_a_charge_that_is_being_undone_pays_nothing(world: World) -> None:
    """The void is on its way, and would undo what this answer says."""
    line_dead_after(world, 1)
    world.run(32)
    (known,) = charged(world)
    late = CardPayment(known.key, CardStatus.CONFIRMED, known.amount, known.refunded)
    world.core.on_answer(ConfirmCard(known.key), late, world.now)
    world.settle()
    assert kinds(world)[-1] == "CardGivenUp"
