"""What the back end says of a bill, as the next step."""

from __future__ import annotations

import logging

from firmware.contract.gateway import Bill, Failed, GatewayReply, Problem
from firmware.contract.money import ZERO
from firmware.core.basket import is_listed, on_screen
from firmware.core.visit import Signal, Visit

log = logging.getLogger("core")

WRONG_NUMBERS = {
    Problem.NO_SUCH_ACCOUNT: "number.no_such_account",
    Problem.ALREADY_PAID: "number.already_paid",
}


def take_bill(visit: Visit, reply: GatewayReply | None) -> Signal:
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
