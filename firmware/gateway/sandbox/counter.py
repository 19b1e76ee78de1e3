"""The office's counters over HTTP: bills, payments and papers, and what costs nothing.

Beside what a kiosk asks (docs/backend-openapi.yaml):

    GET /payments      all that was ever booked
    GET /requests      all grievances and verifications
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from aiohttp import web

from firmware.contract.finger import LARGEST_PID
from firmware.contract.gateway import PaidBy, Tender
from firmware.gateway.documents import PAGES, SIGNATURE
from firmware.gateway.sandbox.card_counter import Amount, body_of, key_of
from firmware.gateway.sandbox.office import Office, Refusal
from firmware.gateway.sandbox.register import Register

Account = Annotated[str, msgspec.Meta(max_length=64)]
Receipt = Annotated[str, msgspec.Meta(max_length=64)]
Words = Annotated[str, msgspec.Meta(max_length=3600)]
AskId = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,31}$")]
Texts = Annotated[dict[AskId, Words], msgspec.Meta(max_length=4)]
ReceiptNumber = Annotated[int, msgspec.Meta(ge=0, le=10**9)]
SERVICE = "/services/{service}"


class Payment(msgspec.Struct, frozen=True):
    account: Account
    amount: Amount
    receipt: Receipt
    tender: PaidBy = PaidBy.CASH


class Receipts(msgspec.Struct, frozen=True):
    prefix: Receipt
    first: ReceiptNumber
    last: ReceiptNumber


class Asked(msgspec.Struct, frozen=True):
    """Of the office, without money."""

    account: Account
    receipt: Receipt
    texts: Texts = {}


class Verified(msgspec.Struct, frozen=True):
    account: Account
    receipt: Receipt
    pid: Annotated[str, msgspec.Meta(max_length=LARGEST_PID)]


class Counter:
    """What is paid, and what is handed out for it."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/health", self.health),
            web.get(f"{SERVICE}/bills/{{account}}", self.bill),
            web.post(f"{SERVICE}/payments", self.pay),
            web.get(f"{SERVICE}/documents/{{account}}", self.document),
            web.get("/payments", self.payments),
            web.get("/payments/sum", self.sum),
        ]

    async def health(self, request: web.Request) -> web.Response:
        return web.json_response({"is_open": True, "tenders": [each.value for each in Tender]})

    async def bill(self, request: web.Request) -> web.Response:
        asked = request.match_info
        return web.json_response(self._office.bill(asked["service"], asked["account"]))

    async def pay(self, request: web.Request) -> web.Response:
        key, service = key_of(request), request.match_info["service"]
        paid = await body_of(request, Payment)
        reference = self._office.pay(
            key, service, paid.account, paid.amount, paid.receipt, paid.tender
        )
        return web.json_response({"reference": reference}, status=201)

    async def document(self, request: web.Request) -> web.Response:
        asked = request.match_info
        content, pages, signature = self._office.document(asked["service"], asked["account"])
        headers = {PAGES: str(pages), SIGNATURE: signature}
        return web.Response(body=content, content_type="application/pdf", headers=headers)

    async def sum(self, request: web.Request) -> web.Response:
        try:
            asked = msgspec.convert(dict(request.query), Receipts, strict=False)
        except msgspec.ValidationError as error:
            raise Refusal(422, str(error)) from None
        return web.json_response(self._office.sum_of(asked.prefix, asked.first, asked.last))

    async def payments(self, request: web.Request) -> web.Response:
        return web.json_response(self._office.payments())


class RegisterCounter:
    """What costs nothing."""

    def __init__(self, register: Register) -> None:
        self._register = register

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(f"{SERVICE}/options/{{ask}}", self.options),
            web.get(f"{SERVICE}/facts/{{account}}", self.facts),
            web.post(f"{SERVICE}/requests", self.request),
            web.post(f"{SERVICE}/verifications", self.verify),
            web.get(f"{SERVICE}/verifications/{{key}}", self.find),
            web.get("/requests", self.requests),
        ]

    async def options(self, request: web.Request) -> web.Response:
        asked, given = request.match_info, request.query.getall("given", [])
        return web.json_response(self._register.options(asked["service"], asked["ask"], given))

    async def facts(self, request: web.Request) -> web.Response:
        asked = request.match_info
        return web.json_response(self._register.facts(asked["service"], asked["account"]))

    async def request(self, request: web.Request) -> web.Response:
        key, service = key_of(request), request.match_info["service"]
        asked = await body_of(request, Asked)
        number = self._register.request(key, service, asked.account, asked.receipt, asked.texts)
        return web.json_response({"reference": number}, status=201)

    async def verify(self, request: web.Request) -> web.Response:
        key, service = key_of(request), request.match_info["service"]
        asked = await body_of(request, Verified)
        pid = asked.pid.encode()
        number = self._register.verify(key, service, asked.account, asked.receipt, pid)
        return web.json_response({"reference": number}, status=201)

    async def find(self, request: web.Request) -> web.Response:
        number = self._register.find(request.match_info["key"])
        if number is None:
            raise Refusal(404, "no verification of this key")
        return web.json_response({"reference": number})

    async def requests(self, request: web.Request) -> web.Response:
        return web.json_response(self._register.requests())
