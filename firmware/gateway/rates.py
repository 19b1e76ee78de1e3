"""The rate table of our own protocol: `GET /rates?after=7`, 204 where none is newer.

The gateway looks at neither table nor signature: core does, before it lays a table down.
"""

from __future__ import annotations

import aiohttp
import msgspec

from firmware.contract.gateway import Failed, GatewayReply, Problem
from firmware.contract.rates import FetchRates, RateFile
from firmware.gateway.link import body_of


async def fetch_rates(
    session: aiohttp.ClientSession, url: str, request: FetchRates
) -> GatewayReply:
    """Raises ClientError and DecodeError, as every question of the connector does."""
    async with session.get(f"{url}/rates", params={"after": request.after}) as response:
        if response.status == 204:
            return RateFile()
        if response.status != 200:
            return Failed(Problem.BACK_END_DOWN, f"HTTP {response.status}")
        return msgspec.json.decode(await body_of(response), type=_Body).file


class _Body(RateFile, frozen=True, tag=False):
    """The same fields in the answer of HTTP, which names no type."""

    @property
    def file(self) -> RateFile:
        return RateFile(self.table, self.signature)
