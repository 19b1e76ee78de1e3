"""What may befall the sandbox's answers, on demand and from this machine alone.

POST   /sandbox/faults   {"fault": "answer_lost", "times": 1, "path": "/services/"}
GET    /sandbox/faults   what is still to befall, in order
DELETE /sandbox/faults   nothing any more

A fault befalls the next requests whose path begins with `path`. So a technician sees on the whole
kiosk what it makes of a bad day of the back end, and a test asks for exactly that day.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated

import msgspec
from aiohttp import web

from firmware.gateway.sandbox.card_counter import body_of
from firmware.gateway.sandbox.office import Refusal

CONTROL = "/sandbox/faults"
LOOPBACK = frozenset({"127.0.0.1", "::1"})
MAINTENANCE_PAGE = "<html><body>Under maintenance until 06:00</body></html>"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Fault(StrEnum):
    SLOW = "slow"  # answered after `seconds`; what it did, it did at once
    REFUSED = "refused"  # the connection breaks before anything is done
    BROKEN = "broken"  # HTTP 500 before anything is done
    ANSWER_LOST = "answer_lost"  # done, and the connection breaks
    BROKEN_AFTER = "broken_after"  # done, and HTTP 500
    DUPLICATE = "duplicate"  # somebody on the way delivers the request twice
    WRONG_AMOUNT = "wrong_amount"  # an amount in the answer has a fraction of a paisa
    MAINTENANCE = "maintenance"  # HTTP 503 and a page for people


class Befalls(msgspec.Struct):
    fault: Fault
    times: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1
    path: str = "/"
    seconds: Annotated[float, msgspec.Meta(ge=0, le=60)] = 30.0


class Faults:
    """In the order in which they were asked for."""

    def __init__(self) -> None:
        self._waiting: list[Befalls] = []

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(CONTROL, self._add),
            web.get(CONTROL, self._show),
            web.delete(CONTROL, self._clear),
        ]

    async def _add(self, request: web.Request) -> web.Response:
        _only_from_here(request)
        self._waiting.append(await body_of(request, Befalls))
        return await self._show(request)

    async def _show(self, request: web.Request) -> web.Response:
        _only_from_here(request)
        text = msgspec.json.encode(self._waiting).decode()
        return web.Response(text=text, content_type="application/json")

    async def _clear(self, request: web.Request) -> web.Response:
        _only_from_here(request)
        self._waiting.clear()
        return await self._show(request)

    @web.middleware
    async def befall(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Around every other handler."""
        found = None if request.path == CONTROL else self._next(request.path)
        match found and found.fault:
            case None:
                return await handler(request)
            case Fault.REFUSED:
                return _cut(request)
            case Fault.BROKEN:
                return web.Response(status=500)
            case Fault.MAINTENANCE:
                return web.Response(status=503, text=MAINTENANCE_PAGE, content_type="text/html")
            case Fault.DUPLICATE:
                await handler(request)
        assert found is not None
        return await _after(found, request, await handler(request))

    def _next(self, path: str) -> Befalls | None:
        found = next((each for each in self._waiting if path.startswith(each.path)), None)
        if found is not None:
            found.times -= 1
            self._waiting = [each for each in self._waiting if each.times > 0]
        return found


async def _after(
    found: Befalls, request: web.Request, answer: web.StreamResponse
) -> web.StreamResponse:
    match found.fault:
        case Fault.SLOW:
            await asyncio.sleep(found.seconds)
        case Fault.ANSWER_LOST:
            return _cut(request)
        case Fault.BROKEN_AFTER:
            return web.Response(status=500)
        case Fault.WRONG_AMOUNT if isinstance(answer, web.Response):
            return _wrong(answer)
    return answer


def _wrong(answer: web.Response) -> web.Response:
    """The same answer, and each of its amounts a half paisa larger."""
    document = msgspec.json.decode(answer.text or "{}")
    for each in (document, *document.get("options", ())) if isinstance(document, dict) else ():
        if isinstance(each.get("amount"), int):
            each["amount"] += 0.5
    return web.json_response(document, status=answer.status)


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _only_from_here(request: web.Request) -> None:
    if request.remote not in LOOPBACK:
        raise Refusal(403, "only from this machine")
