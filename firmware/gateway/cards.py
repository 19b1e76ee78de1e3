"""Card payments over HTTP+JSON: authorise, confirm, void, refund, find; each safe to repeat.

    POST /cards/payments                 Idempotency-Key, {amount, receipt, card}
    GET  /cards/payments/{key}
    POST /cards/payments/{key}/confirm
    POST /cards/payments/{key}/void
    POST /cards/payments/{key}/refunds   Idempotency-Key, {amount}

Every answer is the whole payment. What is encrypted goes through as it is: this process can open
none of it.
"""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

import aiohttp
import msgspec

from firmware.contract.card import (
    AuthoriseCard,
    CardPayment,
    CardRequest,
    CardStatus,
    ConfirmCard,
    FindCard,
    RefundCard,
    SealedCard,
    VoidCard,
)
from firmware.contract.gateway import Failed, Problem
from firmware.contract.money import Money
from firmware.gateway.link import body_of
from firmware.gateway.refusal import Paise, RefusalDocument

ShortText = Annotated[str, msgspec.Meta(max_length=64)]


class PaymentDocument(msgspec.Struct, frozen=True):
    """What the back end says of a card payment; amounts in paise."""

    key: str
    status: CardStatus
    amount: Paise
    refunded: Paise
    approval: ShortText = ""
    reason: ShortText = ""
    masked_pan: ShortText = ""


class CardDocument(msgspec.Struct, frozen=True):
    """The encrypted card as the back end gets it. Tracks travel as base64."""

    sealing: str
    key: str
    tracks: dict[str, bytes]


class CardLine:
    """Carries card requests out. Raises what aiohttp and msgspec raise: backend.py answers it."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self._url = session, url

    async def ask(self, request: CardRequest, card: SealedCard | None) -> CardPayment | Failed:
        """`card` belongs to an AuthoriseCard, and is None where the gateway holds it no more."""
        path = f"/cards/payments/{quote(request.key, safe='')}"
        match request:
            case AuthoriseCard() if card is None:
                return Failed(Problem.CARD_FORGOTTEN, "no such swipe here: swipe again")
            case AuthoriseCard():
                assert card is not None
                body = {"amount": request.amount.paise, "receipt": request.receipt,
                        "card": _document(card)}  # fmt: skip
                return await self._post("/cards/payments", request.key, body)
            case ConfirmCard():
                return await self._post(f"{path}/confirm", request.key, {})
            case VoidCard():
                return await self._post(f"{path}/void", request.key, {})
            case RefundCard(of=paid, amount=amount):
                path = f"/cards/payments/{quote(paid, safe='')}/refunds"
                return await self._post(path, request.key, {"amount": amount.paise}, about=paid)
            case FindCard():
                async with self._session.get(self._url + path) as response:
                    return await _read(response, request.key)

    async def _post(
        self, path: str, key: str, body: dict[str, Any], about: str = ""
    ) -> CardPayment | Failed:
        headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
        data = msgspec.json.encode(body)
        async with self._session.post(self._url + path, data=data, headers=headers) as response:
            return await _read(response, about or key)


def _document(card: SealedCard) -> CardDocument:
    return CardDocument(card.sealing, card.key, card.tracks)


async def _read(response: aiohttp.ClientResponse, key: str) -> CardPayment | Failed:
    """A payment of another key is no answer to ours, and 5xx decides nothing."""
    body = await body_of(response)
    if response.status == 422:
        why = msgspec.json.decode(body, type=RefusalDocument).why
        return Failed(Problem.REFUSED, f"HTTP 422: {why[:200]}")
    if response.status not in (200, 201):
        return Failed(Problem.BACK_END_DOWN, f"HTTP {response.status}")
    found = msgspec.json.decode(body, type=PaymentDocument)
    if found.key != key:
        return Failed(Problem.BACK_END_DOWN, "answered about another payment")
    return CardPayment(
        found.key,
        found.status,
        Money(found.amount),
        Money(found.refunded),
        found.approval,
        found.reason,
        found.masked_pan,
    )
