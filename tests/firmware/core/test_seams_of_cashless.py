"""Where UPI and cards meet an old paper, a restart, an answer that nobody expects."""

from __future__ import annotations

from firmware.contract.card import CardPayment, CardStatus, RefundCard, VoidCard
from firmware.contract.gateway import Failed, GatewayReply, PostPayment, Problem
from firmware.contract.money import rupees
from firmware.contract.screen import Action, Done, Trouble
from firmware.core.visit import Stage
from firmware.till.effects import Ask
from tests.firmware.core.reader import MASKED
from tests.firmware.core.test_paying_by_card import (
    charged,
    goes,
    kinds,
    line_dead_after,
    swipe,
    to_reader,
    world,
)
from tests.firmware.core.world import World

__all__ = ["world"]  # fixture


def test_an_acquirer_that_charged_another_amount_gives_it_back_with_a_slip(world: World) -> None:
    line_dead_after(world, 1)
    (known,) = charged(world)
    world.office.cards.payments[known.key] = CardPayment(
        known.key, CardStatus.APPROVED, rupees(400), known.refunded, known.approval
    )
    world.office.answers = None
    world.run(20)
    shown = world.screen.data
    assert isinstance(shown, Trouble)
    assert (shown.safe, shown.card, shown.proof) == (rupees(400), MASKED, "paper")
    assert shown.cause == "trouble.other_amount", "it was in time"
    assert list(world.office.cards.charged.values()) == [rupees(0)]
    goes(world)


def test_core_dies_between_the_swipe_and_the_next_screen_and_charges_once(world: World) -> None:
    """What was kept in RAM is still the reader's screen; the charge is asked for."""
    to_reader(world)
    kept = world.core.flow.snapshot()
    swipe_without_answer(world)
    world.crash_with(kept)
    world.run(2)
    assert world.core.flow.visit.stage is not Stage.CARD
    world.run(15)
    assert isinstance(world.screen.data, Done)
    assert [p.status for p in charged(world)] == [CardStatus.CONFIRMED]
    goes(world)


def swipe_without_answer(world: World) -> None:
    world.core.on_device_event("card", world.reader.swipe(), world.now)
    for effect in world.core.take_effects():
        if isinstance(effect, Ask):
            world.office.answer(effect)


def test_a_charge_that_the_acquirer_will_not_undo_goes_back_to_the_card(world: World) -> None:
    """A charge that was given up pays nothing: what is on its way may undo it."""
    line_dead_after(world, 1)
    world.run(32)
    (known,) = charged(world)
    settled = CardPayment(known.key, CardStatus.CONFIRMED, known.amount, known.refunded)
    world.office.cards.payments[known.key] = settled
    world.core.on_answer(VoidCard(known.key), settled, world.now)
    world.office.answers = None
    world.run(15)
    assert "OrderPaid" not in kinds(world)
    shown = world.screen.data
    assert isinstance(shown, Trouble) and (shown.safe, shown.card) == (rupees(470), MASKED)
    goes(world)


def two_bills_by_card(world: World) -> None:
    world.go_to_bill()
    world.add("210344001733", rupees(100))
    world.press(Action.PAY_CARD)
    world.run(1)


def test_the_second_no_of_a_basket_comes_after_the_first_slip_and_has_one_too(
    world: World,
) -> None:
    two_bills_by_card(world)
    inner = world.office.answer

    def slow(ask: Ask) -> GatewayReply | None:
        if isinstance(ask.request, PostPayment) and ask.request.account == "210344001733":
            return None
        return inner(ask)

    world.office.answer = slow  # type: ignore[method-assign]
    world.office.refuses = Problem.ALREADY_PAID
    swipe(world)
    world.run(4)
    shown = world.screen.data
    assert isinstance(shown, Trouble) and shown.safe == rupees(470)
    world.office.answer = inner  # type: ignore[method-assign]
    world.run(11)
    shown = world.screen.data
    assert isinstance(shown, Trouble) and shown.safe == rupees(570)
    slips = [job for job in world.printer.printed if "refund" in job]
    assert len(slips) == 2, "the first one says ₹470"
    goes(world)


def test_the_first_of_two_refunds_is_not_counted_as_the_second(world: World) -> None:
    """The acquirer has taken note of the second, says what went back so far, and is slow."""
    two_bills_by_card(world)
    world.office.refuses = Problem.ALREADY_PAID
    give_back = world.office.cards._refund

    def slow(request: RefundCard) -> CardPayment | Failed:
        is_first = request.key.endswith("-back-1")
        return give_back(request) if is_first else world.office.cards.find(request.of)

    world.office.cards._refund = slow  # type: ignore[method-assign]
    swipe(world)
    world.run(15)
    assert list(world.office.cards.charged.values()) == [rupees(100)]
    world.office.cards.refuses_refunds = True
    world.office.cards._refund = give_back  # type: ignore[method-assign]
    goes(world)
    world.run(15)
    found = world.core.book.order("TDR 0417 0001")
    assert (found.cashless.returned, found.claimed) == (rupees(470), rupees(100))
    world.check_money()


def test_core_dies_while_the_citizen_writes_the_number_down(world: World) -> None:
    """The same screen again; and when the acquirer is back, the same citizen has the answer."""
    line_dead_after(world, 1)
    world.run(55)
    shown = world.screen.data
    assert isinstance(shown, Trouble) and shown.cause == "trouble.card_unknown"
    world.crash()
    world.run(2)
    assert world.screen.data == shown
    world.office.answers = None
    world.run(15)
    shown = world.screen.data
    assert isinstance(shown, Trouble) and shown.cause == "trouble.not_taken"
    goes(world)


def hears_for(world: World) -> str:
    return world.reader.session


def test_the_line_dies_while_the_reader_listens_and_no_card_is_read(world: World) -> None:
    """A charge could not be asked for: the citizen would wait for an answer that cannot come."""
    to_reader(world)
    world.office.is_up = False
    world.run(1)
    assert not hears_for(world)
    world.office.is_up = True
    world.run(1)
    assert hears_for(world) == "TDR 0417 0001"
    world.office.is_up = False
    world.run(8)
    shown = world.screen.data
    assert isinstance(shown, Trouble) and shown.cause == "trouble.back_end_down"
    world.office.is_up = True
    goes(world)


def test_a_late_void_undid_the_charge_that_was_to_go_back_and_no_claim_is_left(
    world: World,
) -> None:
    line_dead_after(world, 1)
    world.run(32)
    (known,) = charged(world)
    settled = CardPayment(known.key, CardStatus.CONFIRMED, known.amount, known.refunded)
    world.core.on_answer(VoidCard(known.key), settled, world.now)
    undone = CardPayment(known.key, CardStatus.VOIDED, known.amount, known.refunded)
    world.office.cards.payments[known.key] = undone
    world.office.answers, world.office.cards.refuses_refunds = None, True
    world.run(15)
    assert kinds(world).count("CardRefunded") == 1, "it is back on the card"
    assert "ClaimIssued" not in kinds(world)
