"""`kiosk-sandbox`: the sandbox back end on a loopback port."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from aiohttp import web

from firmware.contract.gateway import PaidBy, Tender
from firmware.gateway.sandbox.card_counter import Amount, CardCounter, body_of, key_of
from firmware.gateway.sandbox.cards import CardOffice
from firmware.gateway.sandbox.certificates import CertificateOffice
from firmware.gateway.sandbox.document_counter import DocumentCounter, DocumentOffice
from firmware.gateway.sandbox.faults import Faults
from firmware.gateway.sandbox.id_cards import AADHAAR, JAN_AADHAAR, IdCardOffice
from firmware.gateway.sandbox.office import Office, Refusal
from firmware.gateway.sandbox.upi import UpiOffice
from firmware.gateway.sandbox.upi_counter import UpiCounter
from firmware.runtime.config import Config
from firmware.runtime.daemon import notify, start

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


ReceiptNumber = Annotated[int, msgspec.Meta(ge=0, le=10**9)]


class Payment(msgspec.Struct, frozen=True):
    account: Annotated[str, msgspec.Meta(max_length=64)]
    amount: Amount
    receipt: Annotated[str, msgspec.Meta(max_length=64)]
    tender: PaidBy = PaidBy.CASH


class Receipts(msgspec.Struct, frozen=True):
    prefix: Annotated[str, msgspec.Meta(max_length=64)]
    first: ReceiptNumber
    last: ReceiptNumber


class Counter:
    """The office's counter over HTTP."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/health", self.health),
            web.get("/services/electricity/bills/{account}", self.bill),
            web.post("/services/{service}/payments", self.pay),
            web.get("/payments", self.payments),
            web.get("/payments/sum", self.sum),
        ]

    async def health(self, request: web.Request) -> web.Response:
        return web.json_response({"is_open": True, "tenders": [each.value for each in Tender]})

    async def bill(self, request: web.Request) -> web.Response:
        return web.json_response(self._office.bill(request.match_info["account"]))

    async def pay(self, request: web.Request) -> web.Response:
        key = key_of(request)
        paid = await body_of(request, Payment)
        reference = self._office.pay(key, paid.account, paid.amount, paid.receipt, paid.tender)
        return web.json_response({"reference": reference}, status=201)

    async def sum(self, request: web.Request) -> web.Response:
        try:
            asked = msgspec.convert(dict(request.query), Receipts, strict=False)
        except msgspec.ValidationError as error:
            raise Refusal(422, str(error)) from None
        return web.json_response(self._office.sum_of(asked.prefix, asked.first, asked.last))

    async def payments(self, request: web.Request) -> web.Response:
        return web.json_response(self._office.payments())


@web.middleware
async def say_no(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A Refusal becomes its HTTP status."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return web.json_response({"why": refusal.why}, status=refusal.status)


def _document_offices(office: Office) -> list[DocumentOffice]:
    cards = [IdCardOffice(granted, office) for granted in (AADHAAR, JAN_AADHAAR)]
    return [CertificateOffice(office), *cards]


def application_in(folder: Path) -> web.Application:
    """The whole sandbox; its books are in `folder`."""
    office, cards, faults = Office(folder / "office.db"), CardOffice(folder / "cards.db"), Faults()
    application = web.Application(middlewares=[faults.befall, say_no])
    application.add_routes(faults.routes())
    application.add_routes(Counter(office).routes())
    for sells in _document_offices(office):
        application.add_routes(DocumentCounter(sells).routes())
    application.add_routes(CardCounter(cards, time.time).routes())
    application.add_routes(UpiCounter(UpiOffice(folder / "upi.db")).routes())
    return application


async def serve(config: Config, options: argparse.Namespace) -> None:
    application = application_in(config.state_folder / "sandbox")
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    url = urlsplit(config.gateway.url)
    await web.TCPSite(runner, url.hostname, url.port).start()
    notify("READY=1")
    try:
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


def main() -> int:
    return start("kiosk-sandbox", serve)


if __name__ == "__main__":
    sys.exit(main())
