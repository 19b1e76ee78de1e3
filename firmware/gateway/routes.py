"""Which connector is asked: that of the service, and the default for all the rest.

Cards, UPI and the sums of a collection belong to no service: they are the default's. What a state
of the whole gateway means where there are several back ends stands in docs/gateway.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from firmware.contract.facts import FetchFacts
from firmware.contract.finger import Sealed
from firmware.contract.gateway import (
    Failed,
    FetchBill,
    FetchDocument,
    GatewayReply,
    GatewayRequest,
    GatewayState,
    PostPayment,
    Problem,
    SumBooked,
)
from firmware.contract.options import FetchOptions
from firmware.contract.request import PostRequest, PostVerification
from firmware.gateway.guarded import Guarded

VISIT = 600.0  # seconds: so long after a bill was fetched its money may be on its way in
OF_A_SERVICE = (
    FetchBill,
    PostPayment,
    FetchDocument,
    FetchOptions,
    FetchFacts,
    PostRequest,
    PostVerification,
)


class Routes:
    """`route` is by service. Times are seconds of a monotonic clock."""

    def __init__(
        self, default: Guarded, route: Mapping[str, Guarded], clock: Callable[[], float]
    ) -> None:
        self._default, self._route, self._clock = default, dict(route), clock
        unique = {id(each): each for each in (default, *route.values())}
        self._all = list(unique.values())
        self._billed_at: dict[str, float] = {}  # by connector: when it last showed a bill

    async def ask(self, request: GatewayRequest, sealed: Sealed | None = None) -> GatewayReply:
        if isinstance(request, SumBooked) and len(self._all) > 1:
            # The default's books are not all: a difference would be found that is none.
            return Failed(Problem.REFUSED, "no one back end has booked all receipts")
        connector = self._for(request)
        reply = await connector.ask(request, sealed)
        if isinstance(request, FetchBill) and not isinstance(reply, Failed):
            self._billed_at[connector.name] = self._clock()
        return reply

    def _for(self, request: GatewayRequest) -> Guarded:
        if isinstance(request, OF_A_SERVICE):
            return self._route.get(request.service, self._default)
        return self._default

    async def look(self) -> GatewayState:
        await asyncio.gather(*(each.look() for each in self._all))
        return self.state

    @property
    def state(self) -> GatewayState:
        """Online is each back end that has shown a bill during a visit; else, any of them."""
        since = self._clock() - VISIT
        asked = [each for each in self._all if self._billed_at.get(each.name, since) > since]
        is_online = (
            all(each.state.is_online for each in asked)
            if asked
            else any(each.state.is_online for each in self._all)
        )
        return replace(self._default.state, is_online=is_online, detail=self._detail())

    def _detail(self) -> str:
        """Who does not answer, by name where there are several."""
        if len(self._all) == 1:
            return self._default.state.detail
        down = [each for each in self._all if not each.state.is_online]
        return "; ".join(f"{each.name}: {each.state.detail}" for each in down)

    async def close(self) -> None:
        for each in self._all:
            await each.close()
