"""UPI over HTTP: the sandbox's network behind the gateway's line, and answers not to be trusted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from firmware.contract.gateway import Failed, Problem, Tender
from firmware.contract.money import ZERO, rupees
from firmware.contract.upi import CancelUpi, CheckUpi, StartUpi, UpiPayment, UpiStatus
from firmware.gateway.backend import BackEnd
from firmware.gateway.sandbox.__main__ import say_no
from firmware.gateway.sandbox.upi import PAYEE, PAYEE_NAME, UpiOffice
from firmware.gateway.sandbox.upi_counter import UpiCounter
from tests.firmware.gateway.test_answers_nobody_should_trust import Stranger, back_end, stranger

__all__ = ["back_end", "stranger"]  # fixtures

REFERENCE = "ab" * 16
START = StartUpi(REFERENCE, rupees(470), "TDR 0417 0001")
WAITS = {"reference": REFERENCE, "status": "waiting", "amount": 47000, "payee": "a@b"}


class Network:
    """The sandbox's counter on a port, a gateway's line to it, and a telephone."""

    def __init__(self, server: TestServer) -> None:
        self.url = str(server.make_url("")).rstrip("/")
        self.line = BackEnd(self.url, 5.0)

    async def telephone_pays(self) -> int:
        path = f"{self.url}/upi/payments/{REFERENCE}/pay"
        async with ClientSession() as session, session.post(path) as response:
            return response.status

    async def status(self, request: StartUpi | CheckUpi | CancelUpi) -> UpiStatus:
        found = await self.line.ask(request)
        assert isinstance(found, UpiPayment), found
        return found.status


@pytest.fixture
async def network(tmp_path: Path) -> AsyncIterator[Network]:
    application = web.Application(middlewares=[say_no])
    application.add_routes(UpiCounter(UpiOffice(tmp_path / "upi.db")).routes())
    server = TestServer(application)
    await server.start_server()
    network = Network(server)
    yield network
    await network.line.close()
    await server.close()


async def test_a_qr_is_paid_and_a_second_telephone_is_refused(network: Network) -> None:
    expected = UpiPayment(REFERENCE, UpiStatus.WAITING, rupees(470), PAYEE, PAYEE_NAME)
    assert await network.line.ask(START) == expected
    assert await network.line.ask(START) == expected, "said twice it is one payment"
    assert (await network.telephone_pays(), await network.telephone_pays()) == (200, 409)
    assert await network.status(CheckUpi(REFERENCE)) is UpiStatus.PAID
    assert await network.status(CancelUpi(REFERENCE)) is UpiStatus.PAID, "too late"


async def test_cancelled_is_final(network: Network) -> None:
    await network.line.ask(START)
    assert await network.status(CancelUpi(REFERENCE)) is UpiStatus.CANCELLED
    assert await network.telephone_pays() == 409
    assert await network.status(CheckUpi(REFERENCE)) is UpiStatus.CANCELLED


async def test_a_registration_that_arrives_after_its_cancel_is_not_to_be_paid(
    network: Network,
) -> None:
    assert await network.status(CancelUpi(REFERENCE)) is UpiStatus.CANCELLED
    assert await network.status(START) is UpiStatus.CANCELLED
    assert await network.telephone_pays() == 409


async def test_what_was_never_registered_is_unknown_and_cannot_be_paid(network: Network) -> None:
    assert await network.status(CheckUpi(REFERENCE)) is UpiStatus.UNKNOWN
    assert await network.telephone_pays() == 404


async def test_the_same_reference_for_another_sum_is_refused(network: Network) -> None:
    await network.line.ask(START)
    other = await network.line.ask(StartUpi(REFERENCE, rupees(1), "TDR 0417 0001"))
    assert isinstance(other, Failed) and other.problem is Problem.REFUSED


@pytest.mark.parametrize(
    ("status", "document"),
    [
        (500, {"why": "broken"}),
        (302, {}),
        (200, "<html>"),
        (200, {**WAITS, "reference": "cd" * 16}),
        (200, {**WAITS, "status": "perhaps"}),
        (200, {**WAITS, "amount": -1}),
        (200, {**WAITS, "payee": "a@b&am=1.00"}),
        (200, {**WAITS, "payee": "nobody"}),
    ],
    ids=str,
)
async def test_what_is_no_answer_decides_nothing(
    stranger: Stranger, back_end: BackEnd, status: int, document: object
) -> None:
    stranger.says(status, document)
    found = await back_end.ask(CheckUpi(REFERENCE))
    assert isinstance(found, Failed) and found.problem is Problem.BACK_END_DOWN


@pytest.mark.parametrize(
    ("said", "tenders"),
    [
        ({"is_open": True, "tenders": ["card", "upi", "cheque"]}, [Tender.UPI, Tender.CARD]),
        ({"is_open": True}, []),
        ({"tenders": "all"}, []),
    ],
    ids=str,
)
async def test_a_back_end_says_what_it_settles(
    stranger: Stranger, back_end: BackEnd, said: object, tenders: list[Tender]
) -> None:
    stranger.says(200, said)
    state = await back_end.look()
    assert (state.is_online, state.tenders) == (True, tenders)


def test_the_books_count_what_the_network_refused(tmp_path: Path) -> None:
    office = UpiOffice(tmp_path / "upi.db")
    office.start(REFERENCE, 47000, "TDR 0417 0001")
    assert office.payments()[0]["refused"] == 0
    assert office.find("cd" * 16)["amount"] == ZERO.paise
