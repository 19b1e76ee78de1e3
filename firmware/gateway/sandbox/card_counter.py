"""The sandbox acquirer's counter over HTTP; firmware/gateway/cards.py lists the requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

import msgspec
from aiohttp import web

from firmware.gateway.cards import CardDocument
from firmware.gateway.sandbox.cards import CardOffice
from firmware.gateway.sandbox.office import Refusal

Amount = Annotated[int, msgspec.Meta(gt=0, le=10**9)]
Body = TypeVar("Body")


class Authorisation(msgspec.Struct, frozen=True):
    amount: Amount
    receipt: str
    card: CardDocument


class Refund(msgspec.Struct, frozen=True):
    amount: Amount


class CardCounter:
    """`now` gives seconds since 1970."""

    def __init__(self, office: CardOffice, now: Callable[[], float]) -> None:
        self._office, self._now = office, now

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/cards/payments", self.authorise),
            web.get("/cards/payments", self.payments),
            web.get("/cards/payments/{key}", self.find),
            web.post("/cards/payments/{key}/confirm", self.confirm),
            web.post("/cards/payments/{key}/void", self.void),
            web.post("/cards/payments/{key}/refunds", self.refund),
        ]

    async def authorise(self, request: web.Request) -> web.Response:
        asked = await body_of(request, Authorisation)
        return web.json_response(
            self._office.authorise(
                key_of(request), asked.amount, asked.receipt, asked.card, self._now()
            ),
            status=201,
        )

    async def confirm(self, request: web.Request) -> web.Response:
        return web.json_response(self._office.confirm(request.match_info["key"], self._now()))

    async def void(self, request: web.Request) -> web.Response:
        return web.json_response(self._office.void(request.match_info["key"], self._now()))

    async def refund(self, request: web.Request) -> web.Response:
        asked, of = await body_of(request, Refund), request.match_info["key"]
        return web.json_response(
            self._office.refund(key_of(request), of, asked.amount, self._now()), status=201
        )

    async def find(self, request: web.Request) -> web.Response:
        return web.json_response(self._office.find(request.match_info["key"], self._now()))

    async def payments(self, request: web.Request) -> web.Response:
        return web.json_response(self._office.payments())


def key_of(request: web.Request) -> str:
    """Raises Refusal 422 where there is none."""
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        raise Refusal(422, "expected an Idempotency-Key")
    return key


async def body_of(request: web.Request, kind: type[Body]) -> Body:
    """The error names the field, never what stood in it."""
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except msgspec.DecodeError as error:
        raise Refusal(422, str(error)) from None
