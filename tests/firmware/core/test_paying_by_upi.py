"""UPI at the till: the QR, the telephone, and everything that may go wrong between them."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from firmware.contract.command import How, PrintClaim, RedeemClaim
from firmware.contract.device import EventId, Outcome
from firmware.contract.gateway import Problem, Tender
from firmware.contract.money import Money, rupees
from firmware.contract.screen import (
    Action,
    Attract,
    Done,
    InsertCash,
    Press,
    ShowBill,
    ShowUpi,
    Trouble,
    Waiting,
)
from firmware.contract.upi import CancelUpi, CheckUpi, UpiPayment, UpiStatus
from firmware.core.visit import Stage
from firmware.journal import rows
from firmware.journal.tender_rows import UpiAsked, UpiConfirmed, UpiEnded
from firmware.till.effects import Ask
from firmware.till.report import figures_of
from firmware.till.upi import pay_link
from tests.firmware.core.payers import Refused
from tests.firmware.core.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.office.tenders = [Tender.UPI]
    world.run(1)
    return world


def to_qr(world: World) -> str:
    """The citizen sees the QR; its reference."""
    world.go_to_bill()
    world.press(Action.PAY_UPI)
    world.run(1)
    return reference_on(world)


def reference_on(world: World) -> str:
    shown = world.screen.data
    assert isinstance(shown, ShowUpi), shown
    return parse_qs(urlsplit(shown.link).query)["tr"][0]


def kinds(world: World) -> list[str]:
    return [type(entry.row).__name__ for entry in world.journal.entries()]


def test_the_link_is_as_the_specification_has_it() -> None:
    link = pay_link("office@upi", "Vidyut Vibhag", Money(47050), "ab12", "TDR 0417 0001")
    assert link == (
        "upi://pay?pa=office@upi&pn=Vidyut%20Vibhag&am=470.50&tr=ab12&cu=INR&tn=TDR%200417%200001"
    )
    assert "am=0.05&" in pay_link("a@b", "ग & घ", Money(5), "r", "n")
    assert "%26" in pay_link("a@b", "ग & घ", Money(5), "r", "n")


def test_a_bill_is_paid_from_a_telephone(world: World) -> None:
    reference = to_qr(world)
    assert world.screen.leaves_in == pytest.approx(179, abs=2)
    world.office.upi.pay(reference)
    world.run(10)
    shown = world.screen.data
    assert isinstance(shown, Done)
    assert (shown.by, shown.paid, shown.proof) == (Tender.UPI, rupees(470), "paper")
    assert world.journal.credited_paise == 0, "it is not in the box"
    world.press(Action.FINISH)
    world.check_money()


def test_the_row_is_on_disk_before_the_back_end_hears_of_the_reference(world: World) -> None:
    world.go_to_bill()
    world.core.on_press(Press(world.screen.serial, Action.PAY_UPI), world.now)
    assert kinds(world)[-1] == "UpiAsked"
    assert not world.office.upi.payments


def test_without_a_back_end_nothing_but_cash_is_offered(world: World) -> None:
    world.go_to_bill()
    assert {Action.PAY, Action.PAY_UPI} <= set(world.screen.actions)
    world.office.is_up = False
    world.run(1)
    assert Action.PAY_UPI not in world.screen.actions


def test_no_acceptor_and_no_paper_and_the_telephone_still_pays(world: World) -> None:
    world.acceptors.jam, world.printer.has_paper = True, False
    world.run(1)
    attract = world.screen.data
    assert isinstance(attract, Attract)
    assert (attract.cash_is_possible, attract.tenders) == (False, [Tender.UPI])
    world.go_to_bill()
    assert Action.PAY not in world.screen.actions
    shown = world.screen.data
    assert isinstance(shown, ShowBill) and shown.why_not is not None
    world.press(Action.PAY_UPI)
    world.run(1)
    world.office.upi.pay(reference_on(world))
    world.run(15)
    done = world.screen.data
    assert isinstance(done, Done) and done.proof == "screen"
    world.press(Action.FINISH)
    world.check_money()


def test_cancelled_before_paying_leads_back_to_the_bill_and_to_cash(world: World) -> None:
    reference = to_qr(world)
    world.press(Action.CANCEL)
    world.run(4)
    assert isinstance(world.screen.data, ShowBill)
    with pytest.raises(Refused):
        world.office.upi.pay(reference)
    world.press(Action.PAY)
    world.run(1)
    assert isinstance(world.screen.data, InsertCash)
    assert kinds(world).count("UpiEnded") == 1
    world.press(Action.CANCEL)
    world.run(3)
    world.check_money()


def test_paid_at_the_moment_of_the_cancel_pays_the_bill(world: World) -> None:
    reference = to_qr(world)
    world.office.upi.pay(reference)
    world.press(Action.CANCEL)
    world.run(15)
    assert isinstance(world.screen.data, Done)
    world.press(Action.FINISH)
    world.check_money()


def test_paid_twice_counts_once(world: World) -> None:
    reference = to_qr(world)
    world.office.upi.pay(reference)
    with pytest.raises(Refused):
        world.office.upi.pay(reference)
    world.run(10)
    assert kinds(world).count("UpiConfirmed") == 1
    world.press(Action.FINISH)
    world.check_money()


def test_the_qr_that_nobody_pays_ends_and_cannot_be_paid_after(world: World) -> None:
    reference = to_qr(world)
    world.run(190)
    shown = world.screen.data
    assert isinstance(shown, Trouble) and shown.cause == "trouble.not_taken"
    with pytest.raises(Refused):
        world.office.upi.pay(reference)
    world.run(60)
    assert world.core.flow.visit.stage is Stage.ATTRACT
    world.check_money()


def goes_without_an_answer(world: World) -> str:
    """The line dies while the citizen pays; the screen says that it is not known."""
    reference = to_qr(world)
    world.office.is_up = False
    world.office.upi.pay(reference)
    world.press(Action.CANCEL)
    world.run(10)
    assert isinstance(world.screen.data, Waiting)
    world.run(20)
    shown = world.screen.data
    assert isinstance(shown, Trouble)
    assert (shown.cause, shown.order, shown.claim) == (
        "trouble.upi_unknown", "TDR 0417 0001", None
    )  # fmt: skip
    world.press(Action.FINISH)
    assert world.core.flow.visit.stage is Stage.ATTRACT
    return reference


def test_paid_late_after_weeks_offline_becomes_a_claim_that_can_be_printed(world: World) -> None:
    goes_without_an_answer(world)
    assert world.journal.open_orders() == ["TDR 0417 0001"]
    world.power_cut()
    world.clock.advance(21 * 86_400)
    world.run(30)
    assert world.core.flow.visit.stage is Stage.ATTRACT, "nobody else has to wait for it"
    world.office.is_up = True
    world.run(15)
    (claim,) = [e.row for e in world.journal.entries() if isinstance(e.row, rows.ClaimIssued)]
    assert (claim.claim, claim.amount) == ("TDR 0417 0001 C1", rupees(470))
    assert world.journal.open_orders() == []
    world.check_money()
    assert world.core.on_command(PrintClaim(claim.claim)).outcome is Outcome.DONE


def test_money_of_a_telephone_is_not_paid_out_in_cash(world: World) -> None:
    goes_without_an_answer(world)
    world.office.is_up = True
    world.run(15)
    number = "TDR 0417 0001 C1"
    in_cash = RedeemClaim(number, How.CASH_BY_OPERATOR, "meena", "voucher 17")
    assert world.core.on_command(in_cash).outcome is Outcome.REFUSED
    back = RedeemClaim(number, How.OTHER, "meena", "refund of 632600000001")
    assert world.core.on_command(back).outcome is Outcome.DONE
    world.check_money()


def test_the_answer_comes_while_the_citizen_still_reads_that_it_is_not_known(world: World) -> None:
    reference = to_qr(world)
    world.office.is_up = False
    world.office.upi.pay(reference)
    world.press(Action.CANCEL)
    world.run(25)
    assert isinstance(world.screen.data, Trouble)
    world.office.is_up = True
    world.run(15)
    assert isinstance(world.screen.data, Done)
    world.press(Action.FINISH)
    world.run(15)
    world.check_money()
    assert "ClaimIssued" not in kinds(world)


def test_never_paid_and_never_known_ends_quietly_when_the_line_is_back(world: World) -> None:
    to_qr(world)
    world.office.is_up = False
    world.press(Action.CANCEL)
    world.run(25)
    world.press(Action.FINISH)
    world.office.is_up = True
    world.run(15)
    last = [entry.row for entry in world.journal.entries()][-2:]
    assert isinstance(last[0], UpiEnded) and isinstance(last[1], rows.OrderClosed)
    assert last[1].end is rows.End.CANCELLED
    world.check_money()


def test_core_dies_under_the_qr_and_shows_the_same_one_again(world: World) -> None:
    reference = to_qr(world)
    world.crash()
    world.run(5)
    assert reference_on(world) == reference
    world.office.upi.pay(reference)
    world.run(10)
    assert isinstance(world.screen.data, Done)
    world.press(Action.FINISH)
    world.check_money()


def test_the_mains_fail_under_the_qr_and_the_payment_is_asked_about(world: World) -> None:
    reference = to_qr(world)
    world.office.upi.pay(reference)
    world.power_cut()
    world.run(20)
    assert isinstance(world.screen.data, Done), "the bill is paid, whoever stands there"
    world.press(Action.FINISH)
    world.check_money()


def test_the_mains_fail_under_a_qr_that_nobody_had_paid(world: World) -> None:
    reference = to_qr(world)
    world.power_cut()
    world.run(10)
    shown = world.screen.data
    assert isinstance(shown, Trouble) and shown.cause == "trouble.not_taken"
    with pytest.raises(Refused):
        world.office.upi.pay(reference)
    world.press(Action.FINISH)
    world.check_money()


def test_the_department_refuses_a_bill_that_was_paid_by_upi(world: World) -> None:
    world.office.refuses = Problem.ALREADY_PAID
    reference = to_qr(world)
    world.office.upi.pay(reference)
    world.run(20)
    shown = world.screen.data
    assert isinstance(shown, Trouble) and shown.claim == "TDR 0417 0001 C1"
    assert not world.acceptors.changer.paid_out
    world.press(Action.FINISH)
    world.check_money()


def test_a_network_that_took_another_amount_is_claimed_as_it_came(world: World) -> None:
    reference = to_qr(world)
    world.office.upi.pay(reference, rupees(400))
    world.run(20)
    shown = world.screen.data
    assert isinstance(shown, Trouble) and shown.safe == rupees(400)
    world.press(Action.FINISH)
    world.check_money()


def test_an_answer_about_another_reference_is_no_answer(world: World) -> None:
    to_qr(world)
    asked = next(e.row for e in world.journal.entries() if isinstance(e.row, UpiAsked))
    world.office.upi.payments[asked.reference] = UpiPayment("f" * 32, UpiStatus.PAID, asked.amount)
    world.run(10)
    assert not any(isinstance(e.row, UpiConfirmed) for e in world.journal.entries())
    assert isinstance(world.screen.data, ShowUpi)


def test_three_bills_of_a_basket_with_one_scan(world: World) -> None:
    world.go_to_bill()
    world.add("210344001733", rupees(100))
    world.add("210344001741", rupees(30))
    world.press(Action.PAY_UPI)
    world.run(1)
    world.office.upi.pay(reference_on(world))
    world.run(15)
    shown = world.screen.data
    assert isinstance(shown, Done) and (shown.bills, shown.paid) == (3, rupees(600))
    assert len(world.office.payments) == 3
    world.press(Action.FINISH)
    world.check_money()


def test_asks_nothing_of_the_back_end_once_everything_is_known(world: World) -> None:
    reference = to_qr(world)
    world.office.upi.pay(reference)
    world.run(10)
    world.press(Action.FINISH)
    world.run(1)
    world.office.answers = 0  # whatever is asked now goes unanswered, and is asked again
    world.run(30)
    assert not world.journal.open_orders()
    assert not any(isinstance(effect, Ask) for effect in world.core.take_effects())


def test_the_day_report_tells_tenders_apart_and_the_box_stays_empty(world: World) -> None:
    reference = to_qr(world)
    world.office.upi.pay(reference)
    world.run(10)
    world.press(Action.FINISH)
    found = figures_of(world.journal.entries(), world.core.book.order)
    assert (found.upi, found.upi_count, found.card, found.notes) == (
        rupees(470), 1, rupees(0), rupees(0)
    )  # fmt: skip


def test_an_answer_that_comes_twice_counts_once(world: World) -> None:
    reference = to_qr(world)
    world.office.upi.pay(reference)
    world.run(4)
    paid = world.office.upi.payments[reference]
    world.core.on_answer(CheckUpi(reference), paid, world.now)
    world.core.on_answer(CancelUpi(reference), paid, world.now)
    assert kinds(world).count("UpiConfirmed") == 1


def test_the_changer_never_pays_out_what_came_from_a_telephone(world: World) -> None:
    """Were an order ever to owe it, coins are not the way back."""
    to_qr(world)
    world.acceptors.changer.payable = {1000: 20}
    world.run(1)
    desk, order = world.core.flow.cash.change, world.core.book.order("TDR 0417 0001")
    order.apply(rows.CoinCredited(order.number, EventId("SN2", 1, 1), rupees(20)), "")
    assert desk.for_refund(order), "twenty rupees in coins do go back"
    order.apply(UpiConfirmed(order.number, "ab12", rupees(20), "6326"), "")
    assert desk.for_refund(order) == []
