"""What the back end is asked of the answers, and what it says as the next step."""

from __future__ import annotations

from firmware.contract.facts import FetchFacts
from firmware.contract.gateway import FetchBill, GatewayReply, GatewayRequest, RegisteredBill
from firmware.contract.options import FetchOptions
from firmware.core.asking import Asking
from firmware.core.fees import FEE_QUESTIONS, FeeDesk
from firmware.core.lookups import Lookups
from firmware.core.visit import Signal, Stage, Visit
from firmware.till.effects import Ask, Outbox
from firmware.till.owners import Owners

FETCH_PATIENCE = 12.0  # seconds; the gateway gives up on the back end before this
QUESTIONS = FetchFacts | FetchOptions | FEE_QUESTIONS


class Enquiry:
    """About a bill, in a lookup about facts, or about what can be chosen. `now` is monotonic
    seconds."""

    def __init__(
        self,
        outbox: Outbox,
        owners: Owners | None,
        asking: Asking,
        lookups: Lookups,
        fees: FeeDesk,
    ) -> None:
        self._outbox, self._owners = outbox, owners
        self._asking, self._lookups, self._fees = asking, lookups, fees

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
        if is_waiting and request == self._question(visit):
            return self._take(visit, reply, now)
        if isinstance(request, FEE_QUESTIONS):
            self._fees.on_answer(request, reply)
        return None

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
        bill = without_mobile(visit, reply, self._owners)
        return self._fees.take_bill(visit, FetchBill(visit.service, visit.account), bill, now)


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
