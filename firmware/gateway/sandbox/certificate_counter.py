"""The sandbox's counter for certificates, over HTTP; firmware/gateway/documents.py says how."""

from __future__ import annotations

from aiohttp import web

from firmware.gateway.documents import PAGES, SIGNATURE
from firmware.gateway.sandbox.certificates import SERVICE, CertificateOffice


class CertificateCounter:
    def __init__(self, office: CertificateOffice) -> None:
        self._office = office

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(f"/services/{SERVICE}/bills/{{number}}", self.bill),
            web.get(f"/services/{SERVICE}/documents/{{number}}", self.document),
        ]

    async def bill(self, request: web.Request) -> web.Response:
        return web.json_response(self._office.bill(request.match_info["number"]))

    async def document(self, request: web.Request) -> web.Response:
        content, pages, signature = self._office.document(request.match_info["number"])
        headers = {PAGES: str(pages), SIGNATURE: signature}
        return web.Response(body=content, content_type="application/pdf", headers=headers)
