"""UPI payments over HTTP+JSON: started, looked at, cancelled; each safe to repeat.

    POST /upi/payments                      {reference, amount, receipt}
    GET  /upi/payments/{reference}
    POST /upi/payments/{reference}/cancel

Every answer is the whole payment.
"""

from __future__ import annotations

from typing import Annotated, Any

import aiohttp
import msgspec

from firmware.contract.gateway import Failed, Problem
from firmware.contract.money import Money
from firmware.contract.upi import CancelUpi, CheckUpi, StartUpi, UpiPayment, UpiRequest, UpiStatus
from firmware.gateway.link import body_of
from firmware.gateway.refusal import RefusalDocument

Paise = Annotated[int, msgspec.Meta(ge=0, le=10**9)]
ShortText = Annotated[str, msgspec.Meta(max_length=99)]
# A virtual payment address: what is in a QR must be nothing else.
Payee = Annotated[str, msgspec.Meta(pattern=r"^([0-9A-Za-z.\-_]{1,256}@[0-9A-Za-z.\-]{1,64})?$")]


class UpiDocument(msgspec.Struct, frozen=True):
    """What the back end says of a UPI payment; the amount in paise."""

    reference: str
    status: UpiStatus
    amount: Paise
    payee: Payee = ""
    payee_name: ShortText = ""
    bank_reference: ShortText = ""


class UpiLine:
    """Carries UPI requests out. Raises what aiohttp and msgspec raise: backend.py answers it."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self._url = session, url

    async def ask(self, request: UpiRequest) -> UpiPayment | Failed:
        path = f"/upi/payments/{request.reference}"
        match request:
            case StartUpi(reference=reference, amount=amount, receipt=receipt):
                body = {"reference": reference, "amount": amount.paise, "receipt": receipt}
                return await self._post("/upi/payments", body, reference)
            case CancelUpi(reference=reference):
                return await self._post(f"{path}/cancel", {}, reference)
            case CheckUpi(reference=reference):
                async with self._session.get(self._url + path) as response:
                    return await _read(response, reference)

    async def _post(self, path: str, body: dict[str, Any], about: str) -> UpiPayment | Failed:
        async with self._session.post(self._url + path, json=body) as response:
            return await _read(response, about)


async def _read(response: aiohttp.ClientResponse, reference: str) -> UpiPayment | Failed:
    """A payment of another reference is no answer to ours, and 5xx decides nothing."""
    body = await body_of(response)
    if response.status == 422:
        why = msgspec.json.decode(body, type=RefusalDocument).why
        return Failed(Problem.REFUSED, f"HTTP 422: {why[:200]}")
    if response.status not in (200, 201):
        return Failed(Problem.BACK_END_DOWN, f"HTTP {response.status}")
    return payment_of(body, reference)


def payment_of(body: bytes, reference: str) -> UpiPayment | Failed:
    """Raises msgspec.DecodeError for what is no payment."""
    found = msgspec.json.decode(body, type=UpiDocument)
    if found.reference != reference:
        return Failed(Problem.BACK_END_DOWN, "answered about another payment")
    return UpiPayment(
        found.reference,
        found.status,
        Money(found.amount),
        found.payee,
        found.payee_name,
        found.bank_reference,
    )
