"""The connector for our own protocol, HTTP+JSON: docs/backend-openapi.yaml. The sandbox speaks it.

Money travels as integer paise in the body, as the bill payment systems of India do it.
Idempotency: a repeated POST with the same `Idempotency-Key` is answered as the first was.
"""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import aiohttp
import msgspec

from firmware.contract.card import SealedCard
from firmware.contract.facts import FetchFacts
from firmware.contract.finger import Sealed, SealedFinger
from firmware.contract.gateway import (
    Bill,
    BookedSum,
    Failed,
    FetchBill,
    FetchDocument,
    GatewayReply,
    GatewayRequest,
    GatewayState,
    Mobile,
    Posted,
    PostPayment,
    Problem,
    RegisteredBill,
    SumBooked,
    Tender,
)
from firmware.contract.money import Money
from firmware.contract.options import FetchOptions
from firmware.contract.rates import FetchRates
from firmware.contract.request import PostRequest, PostVerification
from firmware.contract.upi import CancelUpi, CheckUpi, StartUpi
from firmware.gateway.acceptances import AcceptanceLine, ReceiptDocument
from firmware.gateway.cards import CardLine
from firmware.gateway.documents import DocumentLine
from firmware.gateway.link import body_of, open_session, why_silent
from firmware.gateway.questions import QuestionLine
from firmware.gateway.rates import fetch_rates
from firmware.gateway.refusal import Paise, failure_of
from firmware.gateway.upi import UpiLine
from firmware.runtime.gateway_section import patience_of

SPOOL = Path("/run/kiosk/spool")  # as the drivers' own default


class BillDocument(msgspec.Struct, frozen=True):
    """What the back end says of a bill; amounts in paise.

    What does not fit is refused here, because a receipt must be able to print it once it is paid.
    `mobile` is printed nowhere: one that cannot be read refuses no bill.
    """

    number: str
    account: str
    name: str
    amount: Paise
    fee: Paise
    period: Annotated[str, msgspec.Meta(pattern="^[0-9]{4}-(0[1-9]|1[0-2])$")] | None = None
    due_date: date | None = None  # of an application neither is said
    mobile: msgspec.Raw = msgspec.Raw(b"null")


class SumDocument(msgspec.Struct, frozen=True):
    """What the back end has booked for a range of receipts; the amount in paise."""

    count: Annotated[int, msgspec.Meta(ge=0)]
    amount: Annotated[int, msgspec.Meta(ge=0)]


class HealthDocument(msgspec.Struct, frozen=True):
    """What the back end says of itself."""

    tenders: list[str] = []


class BackEnd:
    """A Connector (firmware/gateway/port.py). One HTTP connection pool."""

    look_every = 2.0  # seconds

    def __init__(self, url: str, patience: float, spool_folder: Path = SPOOL, ca: str = "") -> None:
        """Raises ConfigError for a `ca` or a `url` that nothing can be trusted by."""
        self._url, self._patience = url.rstrip("/"), patience
        self._session = open_session(url, patience, ca)
        self._cards = CardLine(self._session, self._url)
        self._upi = UpiLine(self._session, self._url)
        self._questions = QuestionLine(self._session, self._url)
        self._acceptances = AcceptanceLine(self._session, self._url)
        self._documents = DocumentLine(self._session, self._url, spool_folder)

    async def ask(self, request: GatewayRequest, sealed: Sealed | None = None) -> GatewayReply:
        """Carry one request out. Silence, a refused connection and 5xx are `back_end_down`."""
        try:
            async with asyncio.timeout(patience_of(request, self._patience)):
                return await self._ask(request, sealed)
        except (aiohttp.ClientError, TimeoutError) as error:
            return Failed(Problem.BACK_END_DOWN, why_silent(error))
        except msgspec.DecodeError as error:
            return Failed(Problem.BACK_END_DOWN, f"not understood: {error}")

    async def _ask(self, request: GatewayRequest, sealed: Sealed | None) -> GatewayReply:
        match request:
            case FetchBill():
                return await self._fetch(request)
            case PostPayment():
                return await self._post(request)
            case FetchDocument():
                return await self._documents.fetch(request)
            case FetchRates():
                return await fetch_rates(self._session, self._url, request)
            case SumBooked():
                return await self._sum(request)
            case FetchOptions() | FetchFacts():
                return await self._questions.ask(request)
            case PostRequest():
                return await self._acceptances.post(request)
            case PostVerification():
                finger = sealed if isinstance(sealed, SealedFinger) else None
                return await self._acceptances.verify(request, finger)
            case StartUpi() | CheckUpi() | CancelUpi():
                return await self._upi.ask(request)
            case _:
                card = sealed if isinstance(sealed, SealedCard) else None
                return await self._cards.ask(request, card)

    async def look(self) -> GatewayState:
        try:
            async with (
                asyncio.timeout(self._patience),
                self._session.get(f"{self._url}/health") as response,
            ):
                if response.status != 200:
                    return GatewayState(False, f"HTTP {response.status}")
                return GatewayState(True, tenders=_tenders(await body_of(response)))
        except (aiohttp.ClientError, TimeoutError) as error:
            return GatewayState(False, why_silent(error))

    async def close(self) -> None:
        await self._session.close()

    async def _fetch(self, request: FetchBill) -> GatewayReply:
        account = quote(request.account, safe="")
        url = f"{self._url}/services/{request.service}/bills/{account}"
        async with self._session.get(url) as response:
            if response.status != 200:
                return failure_of(response.status, await body_of(response))
            document = msgspec.json.decode(await body_of(response), type=BillDocument)
        mobile, bill = _mobile(document.mobile), _bill(document)
        return bill if mobile is None else RegisteredBill(bill, mobile)

    async def _post(self, request: PostPayment) -> GatewayReply:
        url = f"{self._url}/services/{request.service}/payments"
        body: dict[str, Any] = {
            "account": request.account,
            "bill": request.bill_number,
            "amount": request.amount.paise,
            "receipt": request.receipt,
            "tender": request.tender,
        }
        headers = {"Idempotency-Key": request.key}
        async with self._session.post(url, json=body, headers=headers) as response:
            if response.status not in (200, 201):
                return failure_of(response.status, await body_of(response))
            document = msgspec.json.decode(await body_of(response), type=ReceiptDocument)
        return Posted(request.key, document.reference)

    async def _sum(self, request: SumBooked) -> GatewayReply:
        query: dict[str, str | int] = {
            "prefix": request.prefix,
            "first": request.first,
            "last": request.last,
        }
        async with self._session.get(f"{self._url}/payments/sum", params=query) as response:
            if response.status != 200:
                return failure_of(response.status, await body_of(response))
            document = msgspec.json.decode(await body_of(response), type=SumDocument)
        return BookedSum(document.count, Money(document.amount))


def _bill(document: BillDocument) -> Bill:
    return Bill(
        document.number,
        document.account,
        document.name,
        document.period or "",
        "" if document.due_date is None else document.due_date.isoformat(),
        Money(document.amount),
        Money(document.fee),
    )


def _mobile(said: msgspec.Raw) -> str | None:
    """The mobile on file; None where the office has none, or writes it in another way."""
    try:
        mobile: str | None = msgspec.json.decode(said, type=Mobile | None)
    except msgspec.DecodeError:
        return None
    return mobile


def _tenders(body: bytes) -> list[Tender]:
    """A back end that says nothing of it, or that we do not understand, settles cash alone."""
    try:
        said = msgspec.json.decode(body, type=HealthDocument).tenders
    except msgspec.DecodeError:
        return []
    return [tender for tender in Tender if tender in said]
