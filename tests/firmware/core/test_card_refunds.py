"""What was charged and pays no bill: back to the card, however long it takes; else a claim."""

from __future__ import annotations

from firmware.contract.card import RefundCard
from firmware.contract.gateway import Failed, Problem
from firmware.contract.money import rupees
from firmware.contract.screen import Action, Done, Trouble
from firmware.journal import rows
from firmware.journal.tender_rows import CardRefunded
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


def test_the_department_refuses_and_the_money_goes_back_to_the_card(world: World) -> None:
    world.office.refuses = Problem.ALREADY_PAID
    to_reader(world)
    swipe(world)
    world.run(15)
    shown = world.screen.data
    assert isinstance(shown, Trouble)
    assert (shown.cause, shown.safe) == ("trouble.already_paid", rupees(470))
    assert (shown.claim, shown.card, shown.order) == (None, MASKED, "TDR 0417 0001")
    assert world.office.cards.charged == {charged(world)[0].key: rupees(0)}
    assert any("refund" in job for job in world.printer.printed)
    assert "ClaimIssued" not in kinds(world)
    goes(world)


def test_a_refund_that_is_not_answered_is_asked_for_again_after_every_start(world: World) -> None:
    world.office.refuses = Problem.ALREADY_PAID
    to_reader(world)
    inner = world.office.cards._refund
    world.office.cards._refund = lambda request: Failed(Problem.BACK_END_DOWN)  # type: ignore[method-assign]
    swipe(world)
    world.run(15)
    world.press(Action.FINISH)
    world.power_cut()
    world.run(12)
    assert "CardRefunded" not in kinds(world)
    world.office.cards._refund = inner  # type: ignore[method-assign]
    world.run(12)
    (back,) = [e.row for e in world.journal.entries() if isinstance(e.row, CardRefunded)]
    assert back.amount == rupees(470)
    world.check_money()


def test_a_refund_that_the_acquirer_refuses_becomes_a_claim(world: World) -> None:
    world.office.refuses, world.office.cards.refuses_refunds = Problem.ALREADY_PAID, True
    to_reader(world)
    swipe(world)
    world.run(20)
    shown = world.screen.data
    assert isinstance(shown, Trouble)
    assert (shown.claim, shown.safe) == ("TDR 0417 0001 C1", rupees(470))
    assert not world.acceptors.changer.paid_out
    goes(world)


def test_refused_weeks_later_and_the_card_gets_it_back_with_nobody_there(world: World) -> None:
    line_dead_after(world, 2)
    world.run(20)
    shown = world.screen.data
    assert isinstance(shown, Done) and not shown.is_posted
    world.press(Action.FINISH)
    world.clock.advance(21 * 86_400)
    world.office.answers, world.office.refuses = None, Problem.REFUSED
    world.run(30)
    assert list(world.office.cards.charged.values()) == [rupees(0)]
    last = [e.row for e in world.journal.entries() if isinstance(e.row, rows.OrderClosed)][-1]
    assert last.end is rows.End.CANCELLED
    world.check_money()


def test_one_of_three_bills_is_refused_and_that_part_goes_back(world: World) -> None:
    world.go_to_bill()
    world.add("210344001733", rupees(100))
    world.add("210344001741", rupees(30))
    world.office.refuses_account = "210344001733"
    world.press(Action.PAY_CARD)
    world.run(1)
    swipe(world)
    world.run(20)
    shown = world.screen.data
    assert isinstance(shown, Trouble) and (shown.safe, shown.card) == (rupees(100), MASKED)
    assert list(world.office.cards.charged.values()) == [rupees(500)]
    papers = {job.split("/")[1] for job in world.printer.printed}
    assert papers == {"receipt", "refund"}
    goes(world)


def test_the_money_went_back_and_weeks_later_the_acquirer_knows_no_such_key(world: World) -> None:
    """The answer was lost with the line. A claim beside it would be money for nothing (M7)."""
    world.office.refuses = Problem.ALREADY_PAID
    to_reader(world)
    inner = world.office.cards._refund

    def answer_is_lost(request: RefundCard) -> Failed:
        inner(request)
        return Failed(Problem.BACK_END_DOWN)

    world.office.cards._refund = answer_is_lost  # type: ignore[method-assign]
    swipe(world)
    world.run(15)
    world.press(Action.FINISH)
    world.power_cut()
    world.clock.advance(21 * 86_400)
    world.office.cards.refuses_refunds = True  # "nothing is left of it"
    world.office.cards._refund = inner  # type: ignore[method-assign]
    world.run(12)
    assert (kinds(world).count("CardRefunded"), kinds(world).count("ClaimIssued")) == (1, 0)
    world.check_money()
