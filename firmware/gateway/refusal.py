"""The no of a back end of our own protocol, and the bounds of its money: one way to read both."""

from __future__ import annotations

from typing import Annotated

import msgspec

from firmware.contract.gateway import Failed, Problem

Paise = Annotated[int, msgspec.Meta(ge=0, le=10**9)]  # a crore: above is a broken number
PROBLEMS = {
    404: Problem.NO_SUCH_ACCOUNT,
    409: Problem.ALREADY_PAID,
    422: Problem.REFUSED,
}


class RefusalDocument(msgspec.Struct, frozen=True):
    """The back end's own no. A page of some proxy on the way has another shape, and decides
    nothing: a payment that is refused and was booked would be paid twice."""

    why: str


def failure_of(status: int, body: bytes) -> Failed:
    """A refusal in the back end's own words, or else nothing is decided; raises DecodeError."""
    problem = PROBLEMS.get(status, Problem.BACK_END_DOWN)
    if problem is Problem.BACK_END_DOWN:
        return Failed(problem, f"HTTP {status}")
    refusal = msgspec.json.decode(body, type=RefusalDocument)
    return Failed(problem, f"HTTP {status}: {refusal.why[:200]}")
