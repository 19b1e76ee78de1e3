"""What the back end is asked of the answers: the bill to be paid, or the facts to be shown."""

from __future__ import annotations

from firmware.contract.facts import FetchFacts
from firmware.contract.gateway import FetchBill, GatewayReply
from firmware.core.enquiry import take_bill, without_mobile
from firmware.core.lookups import Lookups
from firmware.core.visit import Signal, Stage, Visit
from firmware.till.effects import Ask, Outbox
from firmware.till.owners import Owners

FETCH_PATIENCE = 12.0  # seconds; the gateway gives up on the back end before this

Fetched = FetchBill | FetchFacts


class Fetching:
    """The stage FETCHING. `now` is monotonic seconds."""

    def __init__(self, owners: Owners | None, lookups: Lookups, outbox: Outbox) -> None:
        self._owners, self._lookups, self._outbox = owners, lookups, outbox

    def begin(self, visit: Visit, now: float) -> Signal | None:
        """Ask, or say at once why not."""
        if (refused := self._lookups.refuses(visit, now)) is None:
            self._outbox.add(Ask(self._request(visit)))
        return refused

    def tick(self, visit: Visit, now: float) -> Signal | None:
        return self._take(visit, None, now) if now - visit.entered_at >= FETCH_PATIENCE else None

    def on_answer(
        self, visit: Visit, request: Fetched, reply: GatewayReply | None, now: float
    ) -> Signal | None:
        """The step that follows; None for an answer that nobody waits for any more."""
        is_waited_for = visit.stage is Stage.FETCHING and request == self._request(visit)
        return self._take(visit, reply, now) if is_waited_for else None

    def _request(self, visit: Visit) -> Fetched:
        kind = FetchFacts if self._lookups.is_at(visit) else FetchBill
        return kind(visit.service, visit.account)

    def _take(self, visit: Visit, reply: GatewayReply | None, now: float) -> Signal:
        """The bill or the facts of what was typed; None is silence."""
        if self._lookups.is_at(visit):
            return self._lookups.take(visit, reply, now)
        return take_bill(visit, without_mobile(visit, reply, self._owners))
