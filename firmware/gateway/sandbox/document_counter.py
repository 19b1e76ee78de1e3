"""The sandbox's counters for certificates and cards; firmware/gateway/documents.py says how."""

from __future__ import annotations

from typing import Protocol

from aiohttp import web

from firmware.gateway.documents import PAGES, SIGNATURE


class DocumentOffice(Protocol):
    """What sells one kind of document. Both methods raise Refusal."""

    @property
    def service(self) -> str:
        """As the catalogue has it."""

    def bill(self, number: str) -> dict[str, object]:
        """What the document of this application costs."""

    def document(self, number: str) -> tuple[bytes, int, str]:
        """The PDF, its pages and the signature in hex."""


class DocumentCounter:
    def __init__(self, office: DocumentOffice) -> None:
        self._office = office

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(f"/services/{self._office.service}/bills/{{number}}", self.bill),
            web.get(f"/services/{self._office.service}/documents/{{number}}", self.document),
        ]

    async def bill(self, request: web.Request) -> web.Response:
        return web.json_response(self._office.bill(request.match_info["number"]))

    async def document(self, request: web.Request) -> web.Response:
        content, pages, signature = self._office.document(request.match_info["number"])
        headers = {PAGES: str(pages), SIGNATURE: signature}
        return web.Response(body=content, content_type="application/pdf", headers=headers)
