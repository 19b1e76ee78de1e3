"""Requests and verifications over HTTP+JSON: no money, and none may be lost or counted twice.

    POST /services/{service}/requests             Idempotency-Key, {account, receipt, texts}
    POST /services/{service}/verifications        Idempotency-Key, {account, receipt, pid}
    GET  /services/{service}/verifications/{key}  404: none of this key

`pid` is the PidData document of the RD service, character for character; UIDAI alone can open it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import aiohttp
import msgspec

from firmware.contract.finger import SealedFinger
from firmware.contract.gateway import Failed, Posted, Problem
from firmware.contract.request import PostRequest, PostVerification
from firmware.gateway.link import body_of
from firmware.gateway.refusal import failure_of


class ReceiptDocument(msgspec.Struct, frozen=True):
    """The back end's acknowledgement."""

    reference: str


class AcceptanceLine:
    """Raises what aiohttp and msgspec raise: backend.py answers it."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self._url = session, url

    async def post(self, request: PostRequest) -> Posted | Failed:
        body: dict[str, Any] = {"account": request.account, "receipt": request.receipt}
        if request.texts:
            body["texts"] = request.texts
        return await self._post(request, "requests", body)

    async def verify(
        self, request: PostVerification, finger: SealedFinger | None
    ) -> Posted | Failed:
        """`finger` is None where the gateway holds it no more: then the office is asked what it
        has of this key, because an answer may have been lost."""
        if finger is None:
            return await self._find(request)
        try:
            pid = finger.pid.decode()
        except UnicodeDecodeError as error:
            return Failed(Problem.REFUSED, f"the PID is no UTF-8: byte {error.start}")
        body = {"account": request.account, "receipt": request.receipt, "pid": pid}
        return await self._post(request, "verifications", body)

    async def _post(
        self, request: PostRequest | PostVerification, what: str, body: dict[str, Any]
    ) -> Posted | Failed:
        url = f"{self._url}/services/{request.service}/{what}"
        headers = {"Idempotency-Key": request.key}
        async with self._session.post(url, json=body, headers=headers) as response:
            said = await body_of(response)
            if response.status not in (200, 201):
                return failure_of(response.status, said)
        return _posted(request.key, said)

    async def _find(self, request: PostVerification) -> Posted | Failed:
        key = quote(request.key, safe="")
        url = f"{self._url}/services/{request.service}/verifications/{key}"
        async with self._session.get(url) as response:
            said = await body_of(response)
            if response.status == 200:
                return _posted(request.key, said)
            failed = failure_of(response.status, said)
        if failed.problem is Problem.NO_SUCH_ACCOUNT:
            return Failed(Problem.FINGER_FORGOTTEN, "no such capture here, and none at the office")
        return failed


def _posted(key: str, body: bytes) -> Posted:
    return Posted(key, msgspec.json.decode(body, type=ReceiptDocument).reference)
