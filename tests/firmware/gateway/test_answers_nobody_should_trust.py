"""What a back end, or something on the way to it, may answer, and what the kiosk makes of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from firmware.contract.facts import FetchFacts
from firmware.contract.gateway import (
    Bill,
    Failed,
    FetchBill,
    Posted,
    PostPayment,
    Problem,
    RegisteredBill,
)
from firmware.contract.money import ZERO, rupees
from firmware.gateway.backend import BackEnd

FETCH = FetchBill("electricity", "210344001725")
POST = PostPayment("key", "electricity", "210344001725", "B1", rupees(470), "TDR 0417 0001")
GOOD = {
    "number": "B1",
    "account": "210344001725",
    "name": "श्री कृष्ण चन्द्र शर्मा",
    "period": "2026-10",
    "due_date": "2026-11-28",
    "amount": 47000,
    "fee": 0,
}


class Stranger:
    """Answers every request with one status and body."""

    def __init__(self) -> None:
        self.status, self.body = 200, "{}"

    def says(self, status: int, document: object) -> None:
        self.status, self.body = status, web.json_response(document).text or ""

    async def answer(self, request: web.Request) -> web.Response:
        return web.Response(status=self.status, text=self.body)


@pytest.fixture
def stranger() -> Stranger:
    return Stranger()


@pytest.fixture
async def back_end(stranger: Stranger) -> AsyncIterator[BackEnd]:
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", stranger.answer)
    server = TestServer(application)
    await server.start_server()
    port = BackEnd(str(server.make_url("/")), patience=2.0)
    yield port
    await port.close()
    await server.close()


async def test_a_good_bill_comes_through(stranger: Stranger, back_end: BackEnd) -> None:
    stranger.says(200, GOOD)
    bill = await back_end.ask(FETCH)
    assert isinstance(bill, Bill)
    assert (bill.amount, bill.fee, bill.due_date) == (rupees(470), ZERO, "2026-11-28")


async def test_the_mobile_on_file_comes_beside_the_bill_and_is_in_no_line_of_a_log(
    stranger: Stranger, back_end: BackEnd
) -> None:
    stranger.says(200, GOOD | {"mobile": "9000000417"})
    reply = await back_end.ask(FETCH)
    assert isinstance(reply, RegisteredBill)
    assert (reply.bill.number, reply.mobile) == ("B1", "9000000417")
    assert "9000000417" not in repr(reply)
    assert "0417" not in repr(reply)  # the last four would give the check away


@pytest.mark.parametrize(
    "mobile", [None, "", "+91 90000 00417", "1234567890", "90000004171", 9000000417, ["9"]], ids=str
)
async def test_a_mobile_that_cannot_be_read_refuses_no_bill(
    stranger: Stranger, back_end: BackEnd, mobile: object
) -> None:
    stranger.says(200, GOOD | {"mobile": mobile})
    assert isinstance(await back_end.ask(FETCH), Bill)


@pytest.mark.parametrize(
    "wrong",
    [
        {"period": "OCT-2026"},
        {"period": "2026-13"},
        {"due_date": ""},
        {"due_date": "28/11/2026"},
        {"amount": -100},
        {"fee": -1},
        {"amount": 470.5},
        {"amount": 10**15},
        {"name": None},
    ],
    ids=str,
)
async def test_a_bill_that_no_receipt_could_print_is_not_shown(
    stranger: Stranger, back_end: BackEnd, wrong: dict[str, object]
) -> None:
    stranger.says(200, GOOD | wrong)
    reply = await back_end.ask(FETCH)
    assert isinstance(reply, Failed)
    assert reply.problem is Problem.BACK_END_DOWN


async def test_the_page_of_a_proxy_refuses_no_payment(
    stranger: Stranger, back_end: BackEnd
) -> None:
    stranger.status, stranger.body = 404, "<html>404 page not found</html>"
    reply = await back_end.ask(POST)
    assert isinstance(reply, Failed)
    assert reply.problem is Problem.BACK_END_DOWN


async def test_the_office_itself_may_refuse(stranger: Stranger, back_end: BackEnd) -> None:
    stranger.says(409, {"why": "B1 is paid"})
    assert await back_end.ask(POST) == Failed(Problem.ALREADY_PAID, "HTTP 409: B1 is paid")


async def test_a_login_page_acknowledges_no_payment(stranger: Stranger, back_end: BackEnd) -> None:
    stranger.status, stranger.body = 200, "<html>please log in</html>"
    reply = await back_end.ask(POST)
    assert isinstance(reply, Failed)
    assert reply.problem is Problem.BACK_END_DOWN


async def test_the_offices_own_word_ends_the_posting(stranger: Stranger, back_end: BackEnd) -> None:
    stranger.says(201, {"reference": "R1"})
    assert await back_end.ask(POST) == Posted("key", "R1")


async def test_an_answer_that_is_no_http_tells_nobody_whose_bill_was_asked_for() -> None:
    """What is wrong with a back end is retained on the bus, told to the fleet and to the log."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nno header at all\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    back_end = BackEnd(f"http://127.0.0.1:{port}", patience=2.0)
    try:
        for request in (FETCH, POST, FetchFacts("life_certificate", FETCH.account)):
            reply = await back_end.ask(request)
            assert isinstance(reply, Failed) and reply.problem is Problem.BACK_END_DOWN
            assert FETCH.account not in reply.detail and "400" in reply.detail
    finally:
        await back_end.close()
        server.close()
        await server.wait_closed()
