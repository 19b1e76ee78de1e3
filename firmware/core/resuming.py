"""What a start finds: an order with money in it, or a visit that was kept in RAM.

When core alone was away, its citizen still stands there. After a power cut somebody else may: the
money is shown as safe, and goes on being his only for who knows the end of his account number.
"""

from __future__ import annotations

import logging
from collections.abc import Container, Mapping

import msgspec

from firmware.contract.accounts import answers_of, last_digits
from firmware.contract.money import ZERO
from firmware.contract.reading import HINDI, TextSize
from firmware.core.snapshot import Snapshot
from firmware.core.visit import Stage, Visit
from firmware.journal.orders import Order
from firmware.journal.rows import REQUEST, VERIFICATION
from firmware.services.catalogue import Service

log = logging.getLogger("core")


WRONG_DIGITS = 3  # times; then the money goes to a claim, as when nobody answers
POWER = "trouble.power_came_back"
REFUSED = {REQUEST: "trouble.request_refused", VERIFICATION: "trouble.not_verified"}


def readable(snapshot: bytes | None, services: Mapping[str, Service]) -> Snapshot | None:
    """The visit in RAM, unless another release wrote it: there is no money in it."""
    if snapshot is None:
        return None
    try:
        kept = Snapshot.decode(snapshot)
    except msgspec.DecodeError as error:
        log.error("the visit in RAM is dropped: %s", error)
        return None
    return kept if kept.is_possible(services) else None


def visit_of(order: Order, kept: Snapshot | None) -> Visit:
    """The visit of an interrupted order, in the language that its citizen chose. If he still stands
    there (`kept`), what he brought before counts on."""
    is_here = kept is not None and kept.is_of(order)
    return Visit(
        language=order.created.language or HINDI,
        text_size=kept.text_size if is_here and kept is not None else TextSize.NORMAL,
        service=order.lines[-1].service,
        gives=order.created.gives,
        answers=answers_of(order.lines[-1].bill.account),
        bill=order.created.bill,
        fees=next(iter(order.created.fees), None),
        order=order,
        taken=kept.taken if is_here and kept is not None else ZERO,
        cause=_cause_of(order),
        capture=kept.capture if is_here and kept is not None else "",
        tries=kept.tries if is_here and kept is not None else 0,
        has_more_time=is_here and kept is not None and kept.has_more_time,
    )


def _cause_of(order: Order) -> str:
    """What is told where no paper tells it."""
    if order.is_free and order.refusal is not None:
        return REFUSED[order.created.kind]
    return order.why_closed or POWER


def knows(order: Order, digits: str) -> bool:
    """Whether these are the last digits of an account that this order pays for."""
    return digits in endings(order)


def endings(order: Order) -> list[str]:
    """Of the numbers that it pays for, as `kioskctl claim show` tells the operator."""
    return [last_digits(line.bill.account) for line in order.lines]


def has_money(order: Order) -> bool:
    return bool(order.inserted or order.in_doubt) or order.in_flight is not None


def stage_of(order: Order, services: Container[str]) -> Stage:
    """Where an interrupted order goes on; one of a service that is no more is only settled."""
    if order.awaits_paper:
        return Stage.DELIVERING
    if any(line.service not in services for line in order.lines) and order.session is not None:
        return Stage.ATTRACT if order.is_paid else Stage.SETTLING
    if order.is_paid:
        is_answered = order.reference is not None or order.refusal is not None
        return Stage.PROVING if is_answered or order.documents else Stage.POSTING
    if order.session is None:
        return Stage.PROVING if order.claims or order.cashless.going_back else Stage.CHECKING
    is_claimed = bool(order.claims) and not order.cash_is_open  # else of the rest of a slip
    if is_claimed or order.changing is not None or order.changed:
        return Stage.PROVING
    return Stage.CASH if order.cash_is_open else Stage.SETTLING
