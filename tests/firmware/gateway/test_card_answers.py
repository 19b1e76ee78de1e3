"""What an acquirer, or something on the way to it, may answer to a card payment."""

from __future__ import annotations

import pytest

from firmware.contract.card import (
    AuthoriseCard,
    CardPayment,
    CardStatus,
    ConfirmCard,
    FindCard,
    RefundCard,
    SealedCard,
    Sealing,
)
from firmware.contract.gateway import Failed, GatewayState, Problem
from firmware.contract.money import ZERO, rupees
from firmware.gateway.backend import BackEnd
from firmware.gateway.guarded import state_after
from tests.firmware.gateway.test_answers_nobody_should_trust import Stranger, back_end, stranger

__all__ = ["back_end", "stranger"]  # fixtures

CARD = SealedCard("ab" * 16, Sealing.BOX, "00" * 32, {"2": b"cipher"})
ASK = AuthoriseCard("k/1", CARD.reference, rupees(470), "R1")
APPROVED = {"key": "k/1", "status": "approved", "amount": 47000, "refunded": 0, "approval": "S1"}


async def test_an_approval_comes_through(stranger: Stranger, back_end: BackEnd) -> None:
    stranger.says(201, APPROVED)
    expected = CardPayment("k/1", CardStatus.APPROVED, rupees(470), ZERO, "S1")
    assert await back_end.ask(ASK, CARD) == expected
    stranger.says(200, APPROVED)
    assert await back_end.ask(FindCard("k/1")) == expected


async def test_a_swipe_that_the_gateway_forgot_is_not_asked_about(
    stranger: Stranger, back_end: BackEnd
) -> None:
    stranger.says(201, APPROVED)
    answer = await back_end.ask(ASK)
    assert isinstance(answer, Failed) and answer.problem is Problem.CARD_FORGOTTEN
    unknown = GatewayState(is_online=False, detail="not looked yet")
    assert state_after(unknown, answer) == unknown, "nobody has heard the back end"
    assert state_after(unknown, await back_end.ask(ASK, CARD)).is_online


@pytest.mark.parametrize(
    ("status", "document"),
    [
        (500, {"why": "broken"}),
        (404, {"why": "no such page"}),
        (302, {}),
        (201, "<html>"),
        (201, {**APPROVED, "key": "k/2"}),
        (201, {**APPROVED, "status": "perhaps"}),
        (201, {**APPROVED, "amount": 470.5}),
        (201, {**APPROVED, "amount": -1}),
        (201, {**APPROVED, "masked_pan": "4" * 65}),
        (422, {"reason": "a proxy's own page"}),
    ],
    ids=str,
)
@pytest.mark.parametrize("request_", [ASK, ConfirmCard("k/1")], ids=["authorise", "confirm"])
async def test_what_is_no_answer_decides_nothing(
    stranger: Stranger, back_end: BackEnd, status: int, document: object,
    request_: AuthoriseCard | ConfirmCard,
) -> None:  # fmt: skip
    stranger.says(status, document)
    answer = await back_end.ask(request_, CARD)
    assert isinstance(answer, Failed) and answer.problem is Problem.BACK_END_DOWN


async def test_a_refund_is_answered_with_the_payment_it_is_of(
    stranger: Stranger, back_end: BackEnd
) -> None:
    stranger.says(201, {**APPROVED, "status": "confirmed", "refunded": 7000})
    answer = await back_end.ask(RefundCard("r1", "k/1", rupees(70)))
    assert isinstance(answer, CardPayment) and answer.refunded == rupees(70)
    stranger.says(422, {"why": "more than is left"})
    refused = await back_end.ask(RefundCard("r1", "k/1", rupees(70)))
    assert isinstance(refused, Failed) and refused.problem is Problem.REFUSED
