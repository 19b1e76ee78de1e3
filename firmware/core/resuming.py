"""What a start finds: an order with money in it, or a visit that was kept in RAM."""

from __future__ import annotations

import logging
from collections.abc import Container

import msgspec

from firmware.contract.screen import Language
from firmware.core.visit import Snapshot, Stage, Visit
from firmware.journal.orders import Order

log = logging.getLogger("core")


def readable(snapshot: bytes | None, services: Container[str]) -> Snapshot | None:
    """The visit in RAM, unless another release wrote it: there is no money in it."""
    if snapshot is None:
        return None
    try:
        kept = Snapshot.decode(snapshot)
    except msgspec.DecodeError as error:
        log.error("the visit in RAM is dropped: %s", error)
        return None
    return kept if kept.is_possible(services) else None


def visit_of(order: Order) -> Visit:
    """The visit of an interrupted order, in the language that its citizen chose."""
    spoken = [language for language in Language if language == order.created.language]
    return Visit(
        language=spoken[0] if spoken else Language.HINDI,
        service=order.created.service,
        typed=order.created.bill.account,
        bill=order.created.bill,
        order=order,
        cause=order.why_closed or "trouble.power_came_back",
    )


def stage_of(order: Order, services: Container[str]) -> Stage:
    """Where an interrupted order goes on; one of a service that is no more is only settled."""
    if order.created.service not in services:
        return Stage.ATTRACT if order.is_paid else Stage.SETTLING
    if order.is_paid:
        is_answered = order.reference is not None or order.refusal is not None
        return Stage.PROVING if is_answered or order.documents else Stage.POSTING
    if order.claims:
        return Stage.PROVING
    return Stage.CASH if order.cash_is_open else Stage.SETTLING
