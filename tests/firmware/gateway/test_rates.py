"""A rate table comes over the network: later, the same, garbage, from a proxy's page."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from firmware.contract.gateway import Failed, GatewayReply, Problem
from firmware.contract.rates import FetchRates, RateFile
from firmware.gateway.backend import BackEnd
from firmware.gateway.sandbox.signature import OFFICE_KEY, OFFICE_SEED
from firmware.services.rates.shelf import SHIPPED, Shelf
from firmware.services.rates.signed import sign
from tests.firmware.gateway.running_sandbox import RunningSandbox
from tests.firmware.services.test_rates import text

TODAY = date(2026, 11, 22)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[RunningSandbox]:
    with RunningSandbox(tmp_path) as running:
        yield running


@pytest.fixture
async def back_end(sandbox: RunningSandbox) -> AsyncIterator[BackEnd]:
    back_end = BackEnd(sandbox.url, 5.0)
    yield back_end
    await back_end.close()


async def test_the_sandbox_gives_out_the_example_once(back_end: BackEnd) -> None:
    found = await back_end.ask(FetchRates(0))
    assert isinstance(found, RateFile) and found.table.encode() == SHIPPED.read_bytes()
    assert await back_end.ask(FetchRates(1)) == RateFile()


async def test_a_table_of_ones_own_goes_all_the_way_to_the_shelf(
    back_end: BackEnd, tmp_path: Path
) -> None:
    (tmp_path / "rates.toml").write_bytes(text(5))
    (tmp_path / "rates.toml.sig").write_text(sign(OFFICE_SEED, text(5)))
    found = await back_end.ask(FetchRates(1))
    assert isinstance(found, RateFile)
    shelf = Shelf(tmp_path / "kiosk", bytes.fromhex(OFFICE_KEY))
    table = shelf.install(found.table.encode(), found.signature, TODAY)
    assert (table.version, shelf.look(TODAY).version) == (5, 5)
    assert hashlib.sha256(found.table.encode()).digest() == hashlib.sha256(text(5)).digest()


@pytest.mark.parametrize(
    "answer",
    [
        web.Response(text="<html>Log in to the Wi-Fi</html>", content_type="text/html"),
        web.json_response({"table": "version = 2", "signature": "none"}),
        web.json_response({"table": 2}),
        web.Response(status=500),
        web.Response(status=404),
    ],
    ids=["a portal", "no signature", "no text", "500", "404"],
)
async def test_what_is_no_table_is_no_answer(answer: web.Response) -> None:
    async def say(request: web.Request) -> web.Response:
        return answer

    application = web.Application()
    application.router.add_get("/rates", say)
    async with TestServer(application) as server:
        back_end = BackEnd(str(server.make_url("/")), 5.0)
        found: GatewayReply = await back_end.ask(FetchRates(1))
        await back_end.close()
    assert isinstance(found, Failed) and found.problem is Problem.BACK_END_DOWN
