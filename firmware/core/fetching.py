"""What the back end is asked of the answers: a list to choose from, the bill to be paid, or the
facts to be shown."""

from __future__ import annotations

from firmware.contract.facts import FetchFacts
from firmware.contract.gateway import FetchBill, GatewayReply
from firmware.contract.options import FetchOptions
from firmware.core.asking import Asking
from firmware.core.enquiry import take_bill, without_mobile
from firmware.core.lookups import Lookups
from firmware.core.visit import Signal, Stage, Visit
from firmware.till.effects import Ask, Outbox
from firmware.till.owners import Owners

FETCH_PATIENCE = 12.0  # seconds; the gateway gives up on the back end before this

Fetched = FetchBill | FetchFacts | FetchOptions


class Fetching:
    """The stages LISTING and FETCHING. `now` is monotonic seconds."""

    def __init__(
        self, owners: Owners | None, asking: Asking, lookups: Lookups, outbox: Outbox
    ) -> None:
        self._owners, self._asking = owners, asking
        self._lookups, self._outbox = lookups, outbox

    def begin(self, visit: Visit, now: float) -> Signal | None:
        """Ask, or say at once why not."""
        refused = None if visit.stage is Stage.LISTING else self._lookups.refuses(visit, now)
        if refused is None:
            self._outbox.add(Ask(self._request(visit)))
        return refused

    def tick(self, visit: Visit, now: float) -> Signal | None:
        return self._take(visit, None, now) if now - visit.entered_at >= FETCH_PATIENCE else None

    def on_answer(
        self, visit: Visit, request: Fetched, reply: GatewayReply | None, now: float
    ) -> Signal | None:
        """The step that follows; None for an answer that nobody waits for any more."""
        is_here = visit.stage in (Stage.LISTING, Stage.FETCHING)
        is_waited_for = is_here and request == self._request(visit)
        return self._take(visit, reply, now) if is_waited_for else None

    def _request(self, visit: Visit) -> Fetched:
        if visit.stage is Stage.LISTING:
            return self._asking.request(visit)
        kind = FetchFacts if self._lookups.is_at(visit) else FetchBill
        return kind(visit.service, visit.account)

    def _take(self, visit: Visit, reply: GatewayReply | None, now: float) -> Signal:
        """What was asked for; None is silence."""
        if visit.stage is Stage.LISTING:
            return self._asking.take_options(visit, reply)
        if self._lookups.is_at(visit):
            return self._lookups.take(visit, reply, now)
        return take_bill(visit, without_mobile(visit, reply, self._owners))
