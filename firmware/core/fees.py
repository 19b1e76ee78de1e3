"""Fees are law: what the back end asks is held against the signed rate table, before any money.

A service whose bill differs is off: nobody is shown its bill, the fleet is told, and its tile says
why. It is on again when a new table is in force, or when the office asks for the same bill what
the table says: the kiosk goes on asking, for it alone, and keeps the account number in RAM.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from firmware.contract.fees import Fees
from firmware.contract.gateway import (
    Bill,
    Failed,
    FetchBill,
    GatewayReply,
    Problem,
    RegisteredBill,
)
from firmware.contract.money import ZERO
from firmware.contract.rates import FetchRates
from firmware.contract.till import FeesDiffered
from firmware.core.bill import take_bill
from firmware.core.floor import Floor
from firmware.core.renewing import Renewing
from firmware.core.visit import Signal, Visit
from firmware.services.catalogue import Catalogue
from firmware.services.rates.shelf import Rates
from firmware.services.rates.table import free
from firmware.till.effects import Ask, Outbox, Say

log = logging.getLogger("core")

ASK_AGAIN_AFTER = 600.0  # seconds between two looks at a bill that differed
OTHER_FEE = "trouble.other_fee"
FEE_QUESTIONS = FetchBill | FetchRates  # what on_answer hears, when no citizen waits for it


@dataclass
class _Off:
    """A service that is off: by which bill, and when its office was asked last."""

    request: FetchBill
    asked_at: float


class FeeDesk:
    """`now` is monotonic seconds."""

    def __init__(self, floor: Floor, outbox: Outbox, catalogue: Catalogue) -> None:
        self._floor, self._outbox, self._catalogue = floor, outbox, catalogue
        self._off: dict[str, _Off] = {}
        self._renewing = Renewing(floor, outbox)

    def take_bill(
        self, visit: Visit, request: FetchBill, reply: GatewayReply | None, now: float
    ) -> Signal:
        """Put the bill with its fee lines into the visit; the way out where it differs from them,
        or is none."""
        return self._compare(visit, request, reply, now) or take_bill(visit, reply)

    def _compare(
        self, visit: Visit, request: FetchBill, reply: GatewayReply | None, now: float
    ) -> Signal | None:
        bill, visit.fees = _due(request, reply), None
        if bill is None:
            return None
        visit.fees = self._fees(request.service, bill)
        if visit.fees is not None:
            return None
        self._turn_off(request, bill, now)
        visit.cause = OTHER_FEE
        return Signal.FAILED

    def on_rates(self, rates: Rates) -> None:
        """Another table, or none: each service is held against it at its next bill."""
        if rates.table != self._floor.rates.table:
            log.info("rate table: %s", rates.why or f"version {rates.version} is in force")
            self._off.clear()
            self._floor.other_fees = {}
        self._floor.rates = rates

    def tick(self, now: float) -> None:
        """Ask for a newer table, and the offices of services that are off."""
        self._renewing.tick(now)
        for off in self._off.values():
            if self._floor.gateway.is_online and now - off.asked_at >= ASK_AGAIN_AFTER:
                off.asked_at = now
                self._outbox.add(Ask(off.request))

    def on_answer(self, request: FEE_QUESTIONS, reply: GatewayReply | None) -> None:
        """The answer to that."""
        if isinstance(request, FetchRates):
            self._renewing.on_answer(reply)
        else:
            self._take_again(request, reply)

    def _take_again(self, request: FetchBill, reply: GatewayReply | None) -> None:
        """What is paid, or gone, says nothing more against the service."""
        off = self._off.get(request.service)
        if off is None or off.request != request or _is_silence(reply):
            return
        bill = _due(request, reply.bill if isinstance(reply, RegisteredBill) else reply)
        if bill is None or self._fees(request.service, bill) is not None:
            log.info("%s: on again, the office asks what the rate table says", request.service)
            del self._off[request.service]
            self._tell_floor()

    def _fees(self, service: str, bill: Bill) -> Fees | None:
        table = self._floor.rates.table
        if table is None:
            return free(bill)
        takes_parts = self._catalogue.services[service].part_payment
        return table.fees(service, bill, takes_parts)

    def _turn_off(self, request: FetchBill, bill: Bill, now: float) -> None:
        service, version = request.service, self._floor.rates.version
        log.error("%s: off: %s and %s asked, other than rate table %d has it",
                  service, bill.amount, bill.fee, version)  # fmt: skip
        self._outbox.add(Say(FeesDiffered(service, version, bill.amount, bill.fee)))
        self._off[service] = _Off(request, now)
        self._floor.other_fees = self._floor.other_fees | {
            service: f"{service}: {bill.fee} asked on top of {bill.amount}, not as rates {version}"
        }

    def _tell_floor(self) -> None:
        known = self._floor.other_fees.items()
        self._floor.other_fees = {name: why for name, why in known if name in self._off}


def _due(request: FetchBill, reply: GatewayReply | None) -> Bill | None:
    """The bill of that account, if something is to be paid on it."""
    if not isinstance(reply, Bill) or reply.account != request.account:
        return None
    return reply if reply.amount + reply.fee > ZERO else None


def _is_silence(reply: GatewayReply | None) -> bool:
    return reply is None or (isinstance(reply, Failed) and reply.problem is Problem.BACK_END_DOWN)
