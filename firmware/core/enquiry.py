"""What the back end is asked of the answers, and what it says of a bill, as the next step."""

from __future__ import annotations

import logging

from firmware.contract.facts import FetchFacts
from firmware.contract.gateway import (
    Bill,
    Failed,
    FetchBill,
    GatewayReply,
    GatewayRequest,
    Problem,
    RegisteredBill,
)
from firmware.contract.money import ZERO
from firmware.contract.options import FetchOptions
from firmware.core.asking import Asking
from firmware.core.basket import is_listed, on_screen
from firmware.core.lookups import Lookups
from firmware.core.visit import Signal, Stage, Visit
from firmware.till.effects import Ask, Outbox
from firmware.till.owners import Owners

log = logging.getLogger("core")

FETCH_PATIENCE = 12.0  # seconds; the gateway gives up on the back end before this
QUESTIONS = (FetchBill, FetchFacts, FetchOptions)
WRONG_NUMBERS = {
    Problem.NO_SUCH_ACCOUNT: "number.no_such_account",
    Problem.ALREADY_PAID: "number.already_paid",
}


class Enquiry:
    """About a bill, in a lookup about facts, or about what can be chosen. `now` is monotonic
    seconds."""

    def __init__(
        self, outbox: Outbox, owners: Owners | None, asking: Asking, lookups: Lookups
    ) -> None:
        self._outbox, self._owners = outbox, owners
        self._asking, self._lookups = asking, lookups

    def ask(self, visit: Visit, now: float) -> Signal | None:
        """The question of this stage is sent; or the step that follows where it may not be."""
        if visit.stage is Stage.FETCHING and (no := self._lookups.refuses(visit, now)) is not None:
            return no
        self._outbox.add(Ask(self._question(visit)))
        return None

    def on_answer(
        self, visit: Visit, request: GatewayRequest, reply: GatewayReply | None, now: float
    ) -> Signal | None:
        """The step that follows; None where nobody waits for that any more."""
        is_waiting = visit.stage in (Stage.LISTING, Stage.FETCHING)
        if not is_waiting or request != self._question(visit):
            return None
        return self._take(visit, reply, now)

    def tick(self, visit: Visit, now: float) -> Signal | None:
        """Nobody answers."""
        is_over = now - visit.entered_at >= FETCH_PATIENCE
        return self._take(visit, None, now) if is_over else None

    def _question(self, visit: Visit) -> FetchBill | FetchFacts | FetchOptions:
        if visit.stage is Stage.LISTING:
            return self._asking.request(visit)
        kind = FetchFacts if self._lookups.is_at(visit) else FetchBill
        return kind(visit.service, visit.account)

    def _take(self, visit: Visit, reply: GatewayReply | None, now: float) -> Signal:
        if visit.stage is Stage.LISTING:
            return self._asking.take_options(visit, reply)
        if self._lookups.is_at(visit):
            return self._lookups.take(visit, reply, now)
        return _take_bill(visit, without_mobile(visit, reply, self._owners))


def without_mobile(
    visit: Visit, reply: GatewayReply | None, owners: Owners | None
) -> GatewayReply | None:
    """The mobile ends here: what the visit keeps of it is a check that only this kiosk can make."""
    if not isinstance(reply, RegisteredBill):
        return reply
    bill = reply.bill
    if owners is not None:
        check = owners.check(visit.service, bill.account, reply.mobile)
        visit.owners = visit.owners | {f"{visit.service} {bill.account}": check}
    return bill


def _take_bill(visit: Visit, reply: GatewayReply | None) -> Signal:
    """Put the bill, or what is wrong, into the visit. None is silence."""
    match reply:
        case Bill(account=account) if account != visit.account:
            log.error("the back end answered with the bill of another account")
            return _failed(visit, "trouble.refused")
        case Bill(amount=amount, fee=fee) if amount + fee <= ZERO:
            return _wrong_number(visit, WRONG_NUMBERS[Problem.ALREADY_PAID])  # nothing is due
        case Bill():
            visit.bill = reply
            return _put_down(visit)
        case Failed(problem=problem) if problem in WRONG_NUMBERS:
            return _wrong_number(visit, WRONG_NUMBERS[problem])
        case Failed(problem=Problem.REFUSED):
            return _failed(visit, "trouble.refused")
        case _:
            return _failed(visit, "trouble.back_end_down")


def _put_down(visit: Visit) -> Signal:
    """The first bill is shown; one more goes to the others, unless it is there."""
    if not visit.basket:
        return Signal.BILL_CAME
    fresh = on_screen(visit)
    if is_listed(visit, fresh):
        return _wrong_number(visit, "number.in_basket")
    visit.basket = [*visit.basket, fresh]
    return Signal.LISTED


def _wrong_number(visit: Visit, problem: str) -> Signal:
    visit.problem = problem
    return Signal.WRONG_NUMBER


def _failed(visit: Visit, cause: str) -> Signal:
    visit.cause = cause
    return Signal.FAILED
