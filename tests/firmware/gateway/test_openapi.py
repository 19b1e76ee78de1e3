"""The page of our own protocol and the sandbox say the same, whatever is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import schemathesis
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import HealthCheck, settings
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from firmware.contract.card import (
    AuthoriseCard,
    ConfirmCard,
    FindCard,
    RefundCard,
    SealedCard,
    Sealing,
    VoidCard,
)
from firmware.contract.finger import SealedFinger
from firmware.contract.gateway import (
    FetchBill,
    FetchDocument,
    GatewayRequest,
    PostPayment,
    SumBooked,
)
from firmware.contract.money import rupees
from firmware.contract.rates import FetchRates
from firmware.contract.request import PostVerification
from firmware.contract.upi import CancelUpi, CheckUpi, StartUpi
from firmware.gateway.backend import BackEnd
from tests.firmware.gateway.free import LIFE, REFERENCE, WITHOUT_MONEY
from tests.firmware.gateway.running_sandbox import RunningSandbox

PAGE = Path(__file__).parents[3] / "docs/backend-openapi.yaml"
CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
schema = schemathesis.openapi.from_path(PAGE)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    with RunningSandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@schema.parametrize()
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_the_sandbox_answers_as_the_page_says(
    case: schemathesis.Case[Any], sandbox: RunningSandbox
) -> None:
    case.call_and_validate(base_url=sandbox.url, checks=CHECKS)


# --- what the gateway asks ------------------------------------------------------------------------

FINGER = SealedFinger(REFERENCE, b"<PidData/>")
CARD = SealedCard("0" * 32, Sealing.BOX, "AB" * 32, {"2": b"sealed"})
EVERY_REQUEST: list[GatewayRequest] = [
    FetchBill("electricity", "210344990417"),
    PostPayment("k", "electricity", "210344990417", "B1", rupees(470), "TDR 0417 0001"),
    FetchDocument("k", "caste", "110099000417", "TDR 0417 0001", "page"),
    *WITHOUT_MONEY,
    SumBooked("TDR 0417", 1, 9),
    FetchRates(7),
    AuthoriseCard("k", CARD.reference, rupees(470), "TDR 0417 0001"),
    ConfirmCard("k"),
    VoidCard("k"),
    RefundCard("r", "k", rupees(1)),
    FindCard("k"),
    StartUpi("ref", rupees(470), "TDR 0417 0001"),
    CheckUpi("ref"),
    CancelUpi("ref"),
]


async def test_all_that_the_gateway_asks_stands_on_the_page() -> None:
    kinds = {each.__name__ for each in get_args(GatewayRequest)}
    assert kinds == {type(each).__name__ for each in EVERY_REQUEST}
    asked: list[tuple[str, str]] = []

    async def note(request: web.Request) -> web.Response:
        asked.append((request.method, request.path))
        return web.Response(status=500)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", note)
    async with TestServer(application) as server:
        back_end = BackEnd(str(server.make_url("/")), 5.0)
        await back_end.look()
        for request in EVERY_REQUEST:
            is_finger = isinstance(request, PostVerification)
            await back_end.ask(request, FINGER if is_finger else CARD)
        await back_end.ask(LIFE)  # the finger is gone
        await back_end.close()
    operations = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    told = [
        (each.method.upper(), re.compile(re.sub(r"{\w+}", "[^/]+", each.path)))
        for each in operations
    ]
    assert len(asked) == len(EVERY_REQUEST) + 2
    for method, path in asked:
        assert any(method == way and at.fullmatch(path) for way, at in told), f"{method} {path}"
    for way, at in told:
        assert any(method == way and at.fullmatch(path) for method, path in asked), at.pattern
