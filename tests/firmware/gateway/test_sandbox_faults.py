"""A bad day of the back end, on the wire: with core's posting, nothing is posted twice or lost."""

from __future__ import annotations

import itertools
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from firmware.contract.gateway import (
    Failed,
    FetchBill,
    FetchDocument,
    GatewayReply,
    GatewayRequest,
    PaidBy,
    Posted,
    PostPayment,
    SumBooked,
)
from firmware.contract.money import rupees
from firmware.contract.screen import Action
from firmware.core.posting import LONGEST
from firmware.gateway.sandbox.faults import LOOPBACK, Fault
from firmware.till.effects import Ask
from tests.firmware.core.world import World
from tests.firmware.gateway.bad_day import AFTER, BEFORE, Day, is_undecided

ACCOUNT = "210344001725"
FETCH = FetchBill("electricity", ACCOUNT)
POST = PostPayment("5f0c9e", "electricity", ACCOUNT, "B1", rupees(470), "TDR 0417 0001")
PAYMENTS = "/services/electricity/payments"


@pytest.mark.parametrize("fault", [*BEFORE, *AFTER])
def test_a_repeat_of_what_was_not_answered_is_the_same_payment(day: Day, fault: Fault) -> None:
    day.order(fault, path=PAYMENTS)
    assert is_undecided(day.ask(POST))
    assert len(day.books()) == (fault in AFTER)
    assert [day.ask(POST) for _ in range(2)] == [Posted("5f0c9e", "BBPS0000000001")] * 2
    assert [each["amount"] for each in day.books()] == [47000]


@pytest.mark.parametrize("tender", PaidBy)
def test_the_office_books_how_the_money_came_in(day: Day, tender: PaidBy) -> None:
    assert isinstance(day.ask(replace(POST, tender=tender)), Posted)
    assert [each["tender"] for each in day.books()] == [tender]


def test_a_kiosk_that_does_not_say_how_has_taken_cash(day: Day) -> None:
    """One of a release before; and core's own request of before reads, too."""
    body = {"account": ACCOUNT, "amount": 47000, "receipt": "TDR 0417 0001"}
    day.post(PAYMENTS, body, key="5f0c9e")
    assert [each["tender"] for each in day.books()] == ["cash"]
    before = b'{"type":"PostPayment","key":"5f0c9e","service":"electricity","account":"1",'
    before += b'"bill_number":"B1","amount":{"paise":47000},"receipt":"TDR 0417 0001"}'
    assert msgspec.json.decode(before, type=PostPayment).tender is PaidBy.CASH


def test_a_request_that_is_delivered_twice_is_booked_once(day: Day) -> None:
    day.order(Fault.DUPLICATE, path=PAYMENTS)
    assert isinstance(day.ask(POST), Posted)
    assert len(day.books()) == 1


@pytest.mark.parametrize(
    "request_", [FETCH, SumBooked("TDR 0417", 1, 9)], ids=lambda each: type(each).__name__
)
def test_an_amount_with_a_fraction_of_a_paisa_is_not_understood(
    day: Day, request_: GatewayRequest
) -> None:
    day.order(Fault.WRONG_AMOUNT, path="/")
    assert is_undecided(day.ask(request_))
    assert not is_undecided(day.ask(request_))


def test_a_document_is_fetched_again_after_maintenance(day: Day) -> None:
    request = FetchDocument("k", "caste", "110099000417", "TDR 0417 0001", "page")
    day.order(Fault.MAINTENANCE, path="/services/caste/documents")
    assert is_undecided(day.ask(request))


def test_what_is_still_to_befall_is_shown_and_taken_back(day: Day) -> None:
    day.order(Fault.SLOW, Fault.DUPLICATE, path=PAYMENTS)
    assert [each["fault"] for each in day.control("GET")] == ["slow", "duplicate"]
    assert day.control("DELETE") == []
    assert not isinstance(day.ask(FETCH), Failed)


def test_only_this_machine_orders_faults(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "127.0.0.1" in LOOPBACK
    monkeypatch.setattr("firmware.gateway.sandbox.faults.LOOPBACK", frozenset({"10.0.0.1"}))
    assert day.control("POST", {"fault": "slow"}) == {"why": "only from this machine"}


def test_an_unknown_fault_is_said(day: Day) -> None:
    assert "Invalid enum value" in day.control("POST", {"fault": "sloww"})["why"]


# --- with core's posting --------------------------------------------------------------------------


class Kiosk:
    """Core with its journal; its back end is the sandbox, over the wire."""

    def __init__(self, folder: Path, day: Day) -> None:
        self.world, self._day = World(folder), day
        self.replies: list[GatewayReply | None] = []
        office = self.world.office
        instead = office.answer

        def answer(ask: Ask) -> GatewayReply | None:
            if not isinstance(ask.request, PostPayment):
                return instead(ask)
            reply = day.ask(ask.request)
            self.replies.append(reply)
            if isinstance(reply, Posted):
                office.book(ask.request)
            return reply

        office.answer = answer  # type: ignore[method-assign]

    def pay(self) -> None:
        self.world.go_to_cash()
        for note in (200, 200, 50, 20):
            self.world.insert(note)
        self.world.run(4)
        self.world.press(Action.FINISH)


PAIRS = list(itertools.product((*BEFORE, *AFTER, Fault.DUPLICATE), repeat=2))


@pytest.mark.parametrize("faults", PAIRS[::4], ids=lambda pair: "+".join(pair))
def test_after_any_two_mishaps_the_payment_is_booked_once(
    day: Day, tmp_path: Path, faults: tuple[Fault, Fault]
) -> None:
    kiosk = Kiosk(tmp_path / "kiosk", day)
    day.order(*faults, path=PAYMENTS)
    kiosk.pay()
    kiosk.world.run(60)
    assert kiosk.world.journal.unposted_orders() == []
    assert isinstance(kiosk.replies[-1], Posted)
    assert len([each for each in kiosk.replies if isinstance(each, Posted)]) == 1
    assert [each["amount"] for each in day.books()] == [47000]
    kiosk.world.check_money()


def test_a_whole_day_without_answers_loses_nothing(day: Day, tmp_path: Path) -> None:
    kiosk = Kiosk(tmp_path / "kiosk", day)
    day.order(*[Fault.ANSWER_LOST] * 12, path=PAYMENTS)
    kiosk.pay()
    kiosk.world.run(100)
    assert len(day.books()) == 1, "it is booked, and nobody here knows"
    assert len(kiosk.world.journal.unposted_orders()) == 1
    day.control("DELETE")
    kiosk.world.run(LONGEST)
    assert kiosk.world.journal.unposted_orders() == []
    assert len(day.books()) == 1
    kiosk.world.check_money()
