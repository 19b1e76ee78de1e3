"""Documents on their way: from the office's counter, over HTTP, into a printer's spool."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pypdfium2
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from firmware.contract.gateway import (
    Bill,
    Document,
    Failed,
    FetchBill,
    FetchDocument,
    Problem,
)
from firmware.contract.money import rupees
from firmware.documents.signed import is_genuine, statement
from firmware.gateway import documents
from firmware.gateway.backend import BackEnd
from firmware.gateway.sandbox.__main__ import say_no
from firmware.gateway.sandbox.certificates import FORGED, WITHDRAWN, CertificateOffice
from firmware.gateway.sandbox.document_counter import DocumentCounter, DocumentOffice
from firmware.gateway.sandbox.id_cards import AADHAAR, JAN_AADHAAR, Granted, IdCardOffice
from firmware.gateway.sandbox.office import Office
from firmware.gateway.sandbox.signature import OFFICE_KEY
from firmware.runtime.spool import Spool

APPLICATION = "110026000417"
CARDS = (AADHAAR, JAN_AADHAAR)
KEY = bytes.fromhex(OFFICE_KEY)
Answer = Document | Failed


class Line:
    """The gateway's port, and what answers at the other end."""

    def __init__(self, folder: Path, port: BackEnd) -> None:
        self.folder, self._port = folder, port

    async def fetch(self, account: str = APPLICATION, service: str = "certificates") -> Answer:
        asked = FetchDocument("key", service, account, "TDR 0417 0001", "page")
        reply = await self._port.ask(asked)
        assert isinstance(reply, Document | Failed)
        return reply

    async def bill(self, account: str, service: str = "certificates") -> object:
        return await self._port.ask(FetchBill(service, account))

    @property
    def spooled(self) -> list[Path]:
        return list((self.folder / "spool").glob("*/*"))


async def connected(folder: Path, application: web.Application) -> AsyncIterator[Line]:
    server = TestServer(application)
    await server.start_server()
    port = BackEnd(str(server.make_url("/")), 2.0, folder / "spool")
    yield Line(folder, port)
    await port.close()
    await server.close()


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Line]:
    """The sandbox's own counters."""
    books = Office(tmp_path / "office.db")
    application = web.Application(middlewares=[say_no])
    sold: list[DocumentOffice] = [IdCardOffice(card, books) for card in CARDS]
    for sells in [CertificateOffice(books), *sold]:
        application.add_routes(DocumentCounter(sells).routes())
    async for line in connected(tmp_path, application):
        yield line


class Stranger:
    """Answers with one status, body and headers."""

    def __init__(self) -> None:
        self.status, self.body, self.headers = (
            200,
            b"%PDF-",
            {
                documents.PAGES: "1",
                documents.SIGNATURE: "00" * 64,
            },
        )

    async def answer(self, request: web.Request) -> web.Response:
        return web.Response(status=self.status, body=self.body, headers=self.headers)


@pytest.fixture
def stranger() -> Stranger:
    return Stranger()


@pytest.fixture
async def line(tmp_path: Path, stranger: Stranger) -> AsyncIterator[Line]:
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", stranger.answer)
    async for line in connected(tmp_path, application):
        yield line


async def test_a_certificate_lies_in_the_spool_as_the_office_signed_it(office: Line) -> None:
    found = await office.fetch()
    assert isinstance(found, Document)
    assert is_genuine(found, "certificates", APPLICATION, KEY)
    content = Spool(office.folder / "spool" / "page").read(found.document, found.sha256)
    with pypdfium2.PdfDocument(content) as pdf:
        assert len(pdf) == found.pages == 2
        assert "SHANTI DEVI MEENA" in pdf[1].get_textpage().get_text_bounded()


async def test_a_letter_was_changed_on_the_way(office: Line) -> None:
    found = await office.fetch(FORGED)
    assert isinstance(found, Document)
    assert not is_genuine(found, "certificates", FORGED, KEY)


async def test_a_signature_is_good_for_nothing_else(office: Line) -> None:
    found = await office.fetch()
    assert isinstance(found, Document)
    assert not is_genuine(found, "certificates", "110026000418", KEY)
    assert not is_genuine(found, "birth", APPLICATION, KEY)
    assert not is_genuine(found, "certificates", APPLICATION, bytes(32))


def test_no_text_can_be_read_as_two_fields() -> None:
    with pytest.raises(ValueError, match="printable"):
        statement("certificates\n1", APPLICATION, 1, "00" * 32)


async def test_the_fee_has_no_month_and_is_not_due(office: Line) -> None:
    bill = await office.bill(APPLICATION)
    assert isinstance(bill, Bill)
    assert (bill.amount + bill.fee, bill.period, bill.due_date) == (rupees(50), "", "")


async def test_what_the_office_withdrew_leaves_nothing_in_ram(office: Line) -> None:
    reply = await office.fetch(WITHDRAWN)
    assert isinstance(reply, Failed) and reply.problem is Problem.REFUSED
    assert office.spooled == []


@pytest.mark.parametrize("pages", ["", "0", "201", "two"])
async def test_pages_that_no_printer_prints_decide_nothing(
    line: Line, stranger: Stranger, pages: str
) -> None:
    stranger.headers[documents.PAGES] = pages
    reply = await line.fetch()
    assert isinstance(reply, Failed) and reply.problem is Problem.BACK_END_DOWN
    assert line.spooled == []


@pytest.mark.parametrize("signature", ["", "00" * 63, "xx" * 64])
async def test_without_a_signature_there_is_no_document(
    line: Line, stranger: Stranger, signature: str
) -> None:
    stranger.headers[documents.SIGNATURE] = signature
    reply = await line.fetch()
    assert isinstance(reply, Failed) and reply.problem is Problem.BACK_END_DOWN


async def test_the_page_of_a_proxy_takes_nobodys_certificate_away(
    line: Line, stranger: Stranger
) -> None:
    stranger.status, stranger.body = 404, b"<html>not found</html>"
    reply = await line.fetch()
    assert isinstance(reply, Failed) and reply.problem is Problem.BACK_END_DOWN


async def test_a_document_without_end_is_not_taken_in(
    line: Line, stranger: Stranger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "LARGEST", 1000)
    stranger.body = bytes(1001)
    reply = await line.fetch()
    assert isinstance(reply, Failed) and reply.problem is Problem.REFUSED
    assert line.spooled == []


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.service)
async def test_a_card_lies_in_the_spool_with_both_its_sides(office: Line, card: Granted) -> None:
    number = next(iter(card.names))
    bill = await office.bill(number, card.service)
    assert isinstance(bill, Bill)
    assert (bill.name, bill.amount) == (card.names[number], rupees(50))
    found = await office.fetch(number, card.service)
    assert isinstance(found, Document)
    assert is_genuine(found, card.service, number, KEY)
    assert not is_genuine(found, "certificates", number, KEY)
    content = Spool(office.folder / "spool" / "page").read(found.document, found.sha256)
    assert found.pages == len(pypdfium2.PdfDocument(content)) == 2


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.service)
async def test_a_card_that_was_forged_or_withdrawn(office: Line, card: Granted) -> None:
    forged = await office.fetch(card.forged, card.service)
    assert isinstance(forged, Document)
    assert not is_genuine(forged, card.service, card.forged, KEY)
    withdrawn = await office.fetch(card.withdrawn, card.service)
    assert isinstance(withdrawn, Failed)
    assert withdrawn.problem is Problem.REFUSED


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.service)
async def test_an_aadhaar_number_is_no_application(office: Line, card: Granted) -> None:
    found = await office.bill("999999990019", card.service)
    assert isinstance(found, Failed)
    assert found.problem is Problem.NO_SUCH_ACCOUNT
