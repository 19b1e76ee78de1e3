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
    Posted,
    PostPayment,
    Problem,
)
from firmware.contract.money import Money, rupees
from firmware.documents.signed import is_genuine, statement
from firmware.gateway import documents
from firmware.gateway.backend import BackEnd
from firmware.gateway.sandbox.__main__ import say_no
from firmware.gateway.sandbox.counter import Counter
from firmware.gateway.sandbox.office import Office
from firmware.gateway.sandbox.papers import PAPERS
from firmware.gateway.sandbox.signature import OFFICE_KEY
from firmware.runtime.spool import Spool

APPLICATION = "110026000417"
FORGED, WITHDRAWN = "110026000425", "110026000433"
KEY = bytes.fromhex(OFFICE_KEY)
Answer = Document | Failed


class Line:
    """The gateway's port, and what answers at the other end."""

    def __init__(self, folder: Path, port: BackEnd) -> None:
        self.folder, self._port = folder, port

    async def fetch(self, account: str = APPLICATION, service: str = "caste") -> Answer:
        asked = FetchDocument("key", service, account, "TDR 0417 0001", "page")
        reply = await self._port.ask(asked)
        assert isinstance(reply, Document | Failed)
        return reply

    async def bill(self, account: str, service: str = "caste") -> object:
        return await self._port.ask(FetchBill(service, account))

    async def pay(self, account: str, service: str) -> object:
        paid = PostPayment(service, service, account, "B1", rupees(50), "TDR 0417 0001")
        return await self._port.ask(paid)

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
    application = web.Application(middlewares=[say_no])
    application.add_routes(Counter(Office(tmp_path / "office.db")).routes())
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
    assert is_genuine(found, "caste", APPLICATION, KEY)
    content = Spool(office.folder / "spool" / "page").read(found.document, found.sha256)
    with pypdfium2.PdfDocument(content) as pdf:
        assert len(pdf) == found.pages == 2
        assert "SHANTI DEVI MEENA" in pdf[1].get_textpage().get_text_bounded()


async def test_a_letter_was_changed_on_the_way(office: Line) -> None:
    found = await office.fetch(FORGED)
    assert isinstance(found, Document)
    assert not is_genuine(found, "caste", FORGED, KEY)


async def test_a_signature_is_good_for_nothing_else(office: Line) -> None:
    found = await office.fetch()
    assert isinstance(found, Document)
    assert not is_genuine(found, "caste", "110026000418", KEY)
    assert not is_genuine(found, "birth", APPLICATION, KEY)
    assert not is_genuine(found, "caste", APPLICATION, bytes(32))


def test_no_text_can_be_read_as_two_fields() -> None:
    with pytest.raises(ValueError, match="printable"):
        statement("caste\n1", APPLICATION, 1, "00" * 32)


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


# --- every paper and card -----------------------------------------------------------------------

GOOD = {
    "caste": "110026000417",
    "domicile": "110126000417",
    "marriage": "110226000417",
    "birth": "110326000417",
    "death": "110426000417",
    "police_character": "110526000417",
    "minority": "110626000417",
    "disability": "110726000417",
    "admit_card": "26104417-20080214",
    "jamabandi": "tonk-todaraisingh-085417-417",
    "girdawari": "085417-417/2",
    "naksha": "085417-417/2",
    "aadhaar_card": "10250001700417",
    "aadhaar_paper": "10250001700417",
    "jan_aadhaar_card": "4822600170417",
    "jan_aadhaar_paper": "4812345678-10012345672",
}
FORGED_FAMILY, WITHDRAWN_FAMILY = "4812345425-10012345671", "4812345433-10012345671"


def ending(service: str, end: str) -> str:
    """The account of `service` that is forged, or withdrawn."""
    if service == "jan_aadhaar_paper":
        return FORGED_FAMILY if end == "425" else WITHDRAWN_FAMILY
    return (
        GOOD[service].replace("417-2008", f"{end}-2008")
        if service == "admit_card"
        else (GOOD[service].removesuffix("417").removesuffix("417/2") + end)
    )


def test_every_paper_of_the_office_is_tried() -> None:
    assert GOOD.keys() == PAPERS.keys()


@pytest.mark.parametrize("service", GOOD)
async def test_a_paper_lies_in_the_spool_and_was_paid_for(office: Line, service: str) -> None:
    number, paper = GOOD[service], PAPERS[service]
    bill = await office.bill(number, service)
    assert isinstance(bill, Bill)
    assert (bill.amount, bill.fee) == (Money(paper.amount), Money(paper.fee))
    found = await office.fetch(number, service)
    assert isinstance(found, Document)
    assert is_genuine(found, service, number, KEY)
    content = Spool(office.folder / "spool" / "page").read(found.document, found.sha256)
    assert found.pages == len(pypdfium2.PdfDocument(content))


@pytest.mark.parametrize("service", GOOD)
async def test_a_paper_that_was_forged_or_withdrawn(office: Line, service: str) -> None:
    forged = await office.fetch(ending(service, "425"), service)
    assert isinstance(forged, Document)
    assert not is_genuine(forged, service, ending(service, "425"), KEY)
    withdrawn = await office.fetch(ending(service, "433"), service)
    assert isinstance(withdrawn, Failed)
    assert withdrawn.problem is Problem.REFUSED


@pytest.mark.parametrize(
    ("service", "number"),
    [
        ("caste", "110126000417"),
        ("caste", "1100260004170"),
        ("aadhaar_card", "999999990019"),
        ("jan_aadhaar_card", "999999990019"),
        ("admit_card", "26104417-20080215"),
        ("naksha", "085417-9000"),
        ("naksha", "417"),
        ("jan_aadhaar_paper", "4812345678-10012345673"),
        ("income", "110026000417"),
    ],
)
async def test_what_nobody_applied_for(office: Line, service: str, number: str) -> None:
    found = await office.bill(number, service)
    assert isinstance(found, Failed)
    assert found.problem is Problem.NO_SUCH_ACCOUNT


async def test_a_copy_of_a_record_may_be_bought_again_and_a_certificate_once(office: Line) -> None:
    for service, may_again in (("jamabandi", True), ("birth", False)):
        assert isinstance(await office.pay(GOOD[service], service), Posted)
        assert isinstance(await office.bill(GOOD[service], service), Bill) is may_again
