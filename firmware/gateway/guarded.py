"""A connector with its guards: a circuit breaker, each request once at a time, its own state."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from firmware.contract.finger import Sealed
from firmware.contract.gateway import (
    Failed,
    GatewayReply,
    GatewayRequest,
    GatewayState,
    PostPayment,
    Problem,
)
from firmware.contract.request import PostRequest, PostVerification
from firmware.gateway.breaker import FIRST, Breaker
from firmware.gateway.port import Connector

ONE_A_KEY = (PostPayment, PostRequest, PostVerification)
NOT_LOOKED = GatewayState(is_online=False, detail="not looked yet")


class Guarded:
    """Itself a Connector. `clock` is monotonic, in seconds."""

    def __init__(
        self, name: str, connector: Connector, breaker: Breaker, clock: Callable[[], float]
    ) -> None:
        self.name, self.look_every = name, connector.look_every
        self.state = NOT_LOOKED
        self._connector, self._breaker, self._clock = connector, breaker, clock
        self._looked_at: float | None = None
        self._under_way: dict[bytes, asyncio.Task[GatewayReply]] = {}

    async def ask(self, request: GatewayRequest, sealed: Sealed | None = None) -> GatewayReply:
        """As the connector's, but nothing is sent to a back end that is down, and what is asked
        again while it is under way has the first one's answer: over a slow line core asks again
        before that is there, and would never hear one."""
        name = _name_of(request)
        task = self._under_way.get(name)
        if task is None:
            task = self._under_way[name] = asyncio.create_task(self._ask(request, sealed))
            task.add_done_callback(lambda _: self._under_way.pop(name, None))
        return await asyncio.shield(task)

    async def _ask(self, request: GatewayRequest, sealed: Sealed | None) -> GatewayReply:
        if self._breaker.is_open:
            wait = self._breaker.until_probe(self._clock())
            return Failed(Problem.BACK_END_DOWN, f"not asked: down, next look in {wait:.0f} s")
        reply = await self._connector.ask(request, sealed)
        self.state = state_after(self.state, reply)
        match reply:
            case Failed(problem=Problem.CARD_FORGOTTEN):
                pass  # nobody was asked
            case Failed(problem=Problem.BACK_END_DOWN):
                self._breaker.heard(False, self._clock())
            case _:
                self._breaker.heard(True, self._clock())
        return reply

    async def look(self) -> GatewayState:
        """The state as it was, where it is too early for another look."""
        if self._is_time():
            self._looked_at = self._clock()
            self.state = await self._connector.look()
            self._breaker.heard(self.state.is_online, self._clock())
        return self.state

    async def close(self) -> None:
        await self._connector.close()

    def _is_time(self) -> bool:
        now = self._clock()
        if self._breaker.is_open:
            return self._breaker.may_probe(now)
        # What a single request found down is soon looked at: a visit may be waiting.
        every = self.look_every if self.state.is_online else min(self.look_every, FIRST)
        return self._looked_at is None or now - self._looked_at >= every


def _name_of(request: GatewayRequest) -> bytes:
    """What makes another one the same request: its key, else all that is asked."""
    return request.key.encode() if isinstance(request, ONE_A_KEY) else msgspec.json.encode(request)


def state_after(state: GatewayState, reply: GatewayReply) -> GatewayState:
    """What an answer says of the back end; nothing where nobody asked it."""
    match reply:
        case Failed(problem=Problem.CARD_FORGOTTEN):
            return state
        case Failed(problem=Problem.BACK_END_DOWN, detail=detail):
            return replace(state, is_online=False, detail=detail)
        case _:
            return replace(state, is_online=True, detail="")
