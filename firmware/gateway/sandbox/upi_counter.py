"""The sandbox's UPI counter over HTTP; firmware/gateway/upi.py lists the requests of a kiosk.

POST /upi/payments/{reference}/pay      a telephone pays now: the demo's hand, and a test's
GET  /upi/payments                      all of them
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from aiohttp import web

from firmware.contract.upi import UpiReference
from firmware.gateway.sandbox.card_counter import Amount, body_of
from firmware.gateway.sandbox.upi import UpiOffice


class Registration(msgspec.Struct, frozen=True):
    reference: UpiReference
    amount: Amount
    receipt: Annotated[str, msgspec.Meta(max_length=64)]


class UpiCounter:
    def __init__(self, office: UpiOffice) -> None:
        self._office = office

    def routes(self) -> list[web.RouteDef]:
        one = "/upi/payments/{reference}"
        return [
            web.post("/upi/payments", self.start),
            web.get("/upi/payments", self.payments),
            web.get(one, self.find),
            web.post(f"{one}/cancel", self.cancel),
            web.post(f"{one}/pay", self.pay),
        ]

    async def start(self, request: web.Request) -> web.Response:
        asked = await body_of(request, Registration)
        found = self._office.start(asked.reference, asked.amount, asked.receipt)
        return web.json_response(found, status=201)

    async def find(self, request: web.Request) -> web.Response:
        return web.json_response(self._office.find(request.match_info["reference"]))

    async def cancel(self, request: web.Request) -> web.Response:
        return web.json_response(self._office.cancel(request.match_info["reference"]))

    async def pay(self, request: web.Request) -> web.Response:
        return web.json_response(self._office.pay(request.match_info["reference"]))

    async def payments(self, request: web.Request) -> web.Response:
        return web.json_response(self._office.payments())
