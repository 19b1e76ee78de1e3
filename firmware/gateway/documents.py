"""Documents over HTTP: fetched into the spool of the printer that is to print them, and signed.

    GET /services/{service}/documents/{account}?receipt=...     Idempotency-Key
        Document-Pages: 3
        Document-Signature: 128 hex digits, Ed25519 over firmware/documents/signed.py
        the PDF

This process carries the bytes and trusts them no more than the network: core checks the signature.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import aiohttp
import msgspec

from firmware.contract.gateway import (
    Document,
    Failed,
    FetchDocument,
    Pages,
    Problem,
    Signature,
)
from firmware.gateway.link import body_of
from firmware.gateway.refusal import RefusalDocument
from firmware.runtime.spool import LARGEST, Spool

PAGES, SIGNATURE = "Document-Pages", "Document-Signature"
REFUSALS = frozenset({404, 409, 422})  # the office's own no


class DocumentHead(msgspec.Struct, frozen=True):
    """What the headers say of the body."""

    pages: Pages
    signature: Signature


class DocumentLine:
    """Raises what aiohttp and msgspec raise: backend.py answers it."""

    def __init__(self, session: aiohttp.ClientSession, url: str, spool_folder: Path) -> None:
        self._session, self._url, self._folder = session, url, spool_folder

    async def fetch(self, request: FetchDocument) -> Document | Failed:
        """A full RAM is no answer of the office: it may be tried again."""
        account = quote(request.account, safe="")
        url = f"{self._url}/services/{request.service}/documents/{account}"
        headers, query = {"Idempotency-Key": request.key}, {"receipt": request.receipt}
        async with self._session.get(url, params=query, headers=headers) as response:
            if response.status != 200:
                return _failure(response.status, await body_of(response))
            head = _head(response)
            content = await _read(response)
            if content is None:
                return Failed(Problem.REFUSED, f"the document has more than {LARGEST} bytes")
            try:
                name, sha256 = Spool(self._folder / request.device).put(content)
            except OSError as error:
                return Failed(Problem.BACK_END_DOWN, f"spool of {request.device}: {error}")
        return Document(request.key, head.pages, name, sha256, head.signature)


async def _read(response: aiohttp.ClientResponse) -> bytes | None:
    """The body, unless it is larger than any document that a printer of ours takes."""
    found = bytearray()
    async for part in response.content.iter_any():
        found += part
        if len(found) > LARGEST:
            return None
    return bytes(found)


def _head(response: aiohttp.ClientResponse) -> DocumentHead:
    """Raises DecodeError for what no printer prints and no office signed."""
    said = {"pages": response.headers.get(PAGES), "signature": response.headers.get(SIGNATURE)}
    return msgspec.convert(said, DocumentHead, strict=False)


def _failure(status: int, body: bytes) -> Failed:
    """A no counts only in the office's own words; raises DecodeError for another page."""
    if status not in REFUSALS:
        return Failed(Problem.BACK_END_DOWN, f"HTTP {status}")
    refusal = msgspec.json.decode(body, type=RefusalDocument)
    return Failed(Problem.REFUSED, f"HTTP {status}: {refusal.why[:200]}")
