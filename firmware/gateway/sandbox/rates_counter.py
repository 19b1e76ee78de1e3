"""Where the sandbox's office gives out its rate table: the example, signed with its test key."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from firmware.gateway.sandbox.office import Refusal
from firmware.services.rates.shelf import SHIPPED, SIGNED_BY
from firmware.services.rates.table import read_table


class RatesCounter:
    """The office's counter over HTTP. What lies in `folder` of the sandbox goes over the example,
    so that a table of one's own can be tried: `rates.toml`, signed as firmware/till/office.py does.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / SHIPPED.name

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/rates", self.rates)]

    async def rates(self, request: web.Request) -> web.Response:
        path = self._path if self._path.exists() else SHIPPED
        content = path.read_bytes()
        signature = path.with_name(path.name + SIGNED_BY).read_text(encoding="ascii").strip()
        if read_table(content, path.name).version <= _after(request):
            return web.Response(status=204)
        return web.json_response({"table": content.decode(), "signature": signature})


def _after(request: web.Request) -> int:
    """The version that the kiosk has; raises Refusal 422 for what is no number."""
    after = request.query.get("after", "0")
    if not after.isascii() or not after.isdecimal() or len(after) > LONGEST:
        raise Refusal(422, f"after: expected a whole number, got {after[:LONGEST]!r}")
    return int(after)


LONGEST = 9  # digits
