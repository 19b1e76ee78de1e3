"""An operating unit of Bharat BillPay as its agents meet it, with named faults.

It checks and makes signatures with libxmlsec1, which is not what the kiosk does it with, and holds
each message against tests/vectors/bbps/messages.xsd; what does not fit is a finding.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any

import xmlsec
from aiohttp import web
from aiohttp.test_utils import TestServer
from lxml import etree

from tests.firmware.gateway.certificates import Identity

SCHEMA = Path(__file__).parents[2] / "vectors/bbps/messages.xsd"
NAMESPACE = "http://bbps.org/schema"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
BILL = {
    "customerName": "Shanti Devi",
    "amount": "47000",
    "dueDate": "2026-11-28",
    "billDate": "2026-11-01",
    "billNumber": "JV1026-88121",
    "billPeriod": "MONTHLY",
}
ROOT_OF = {
    "BillFetchRequest": "BillFetchRequest",
    "BillPaymentRequest": "BillPaymentRequest",
    "TxnStatusComplainRequest": "TxnStatusComplainRequest",
    "ReqHbt": "ReqDiagnostic",
}

Element = Any  # lxml has no types


class Mishap(StrEnum):
    """What befalls the next message of a kind."""

    LOST = "lost"  # done, and the answer does not arrive
    LATE = "late"  # done at `let_go`, when the caller has long gone
    DOUBLED = "doubled"  # somebody on the way delivers it twice; the second answer arrives
    DROPPED = "dropped"  # the connection breaks before anything is done
    BROKEN = "broken"  # 500
    PROXY = "proxy"  # the page of somebody on the way
    FORGED = "forged"  # signed by somebody else
    UNSIGNED = "unsigned"
    CHANGED = "changed"  # somebody on the way changed an amount
    WRAPPED = "wrapped"  # the signed answer stands inside another
    TRANSPLANTED = "transplanted"  # a genuine signature over something else stands in a forgery
    ENTITY = "entity"  # with a document type declaration
    ANOTHER = "another"  # about another refId
    PENDING = "pending"  # done as far as we know, says the network


class OperatingUnit:
    def __init__(self, ours: Identity, agent: Identity, stranger: Identity) -> None:
        self._ours, self._agent, self._stranger = ours, agent, stranger
        self.bill: dict[str, str] | None = dict(BILL)
        self.no = "BFR004"  # why there is no bill
        self.refuses = ""  # compliance code for every payment
        self.transactions: dict[str, dict[str, str]] = {}
        self.findings: list[str] = []
        self.asked: list[str] = []
        self.modes: list[str] = []  # how each payment says that it was paid
        self.mishaps: dict[str, list[Mishap]] = {}
        self._late: list[Callable[[], object]] = []
        self._schema = etree.XMLSchema(etree.parse(SCHEMA))
        application = web.Application()
        application.router.add_post("/bbps/{kind}/1.0/{urn}", self._serve)
        self.server = TestServer(application)

    @property
    def url(self) -> str:
        return str(self.server.make_url("/bbps"))

    def befall(self, kind: str, *mishaps: Mishap) -> None:
        self.mishaps.setdefault(kind, []).extend(mishaps)

    def let_go(self) -> None:
        """What was late is done now."""
        for work in self._late:
            work()
        self._late.clear()

    def booked(self) -> int:
        """Paise."""
        done = [each for each in self.transactions.values() if each["txnStatus"] == "SUCCESS"]
        return sum(int(each["amount"]) for each in done)

    # --- messages in -------------------------------------------------------------------------

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        kind = request.match_info["kind"]
        self.asked.append(kind)
        mishap = self.mishaps[kind].pop(0) if self.mishaps.get(kind) else None
        if mishap is Mishap.DROPPED:
            return _cut(request)
        if mishap is Mishap.BROKEN:
            return web.Response(status=500)
        if mishap is Mishap.PROXY:
            return web.Response(text="<html>please log in</html>", content_type="text/html")
        root = self._check(kind, request.match_info["urn"], await request.read())
        if mishap is Mishap.LATE:
            self._late.append(lambda: self._do(kind, root, is_pending=False))
            await asyncio.sleep(30)  # the caller goes first
        if mishap is Mishap.DOUBLED:
            self._do(kind, root, is_pending=False)
        answer = self._do(kind, root, is_pending=mishap is Mishap.PENDING)
        if mishap is Mishap.LOST:
            return _cut(request)
        return web.Response(body=self._sealed(answer, mishap), content_type="application/xml")

    def _check(self, kind: str, urn: str, body: bytes) -> Element:
        root = etree.fromstring(body)
        if not self._schema.validate(root):
            self.findings.append(f"{kind}: {self._schema.error_log.last_error}")
        if etree.QName(root).localname != ROOT_OF[kind]:
            self.findings.append(f"{kind}: {root.tag}")
        if urn != f"urn:referenceId:{root.find('Head').get('refId')}":
            self.findings.append(f"{kind}: {urn}")
        self._check_signature(kind, root)
        return root

    def _check_signature(self, kind: str, root: Element) -> None:
        signature = root.find(f"{DS}Signature")
        if signature is None:
            self.findings.append(f"{kind}: no signature")
            return
        context = xmlsec.SignatureContext()
        path = str(self._agent.certificate)
        context.key = xmlsec.Key.from_file(path, xmlsec.constants.KeyDataFormatCertPem)
        try:
            context.verify(signature)
        except xmlsec.VerificationError as error:
            self.findings.append(f"{kind}: {error}")
        method = signature.find(f"{DS}SignedInfo/{DS}SignatureMethod").get("Algorithm")
        if not method.endswith("#rsa-sha256"):
            self.findings.append(f"{kind}: {method}")
        if signature.find(f"{DS}SignedInfo/{DS}Reference").get("URI") != "":
            self.findings.append(f"{kind}: the signature does not cover the whole message")

    # --- what is done -------------------------------------------------------------------------

    def _do(self, kind: str, root: Element, is_pending: bool) -> Element:
        match kind:
            case "BillFetchRequest":
                return self._fetch(root)
            case "BillPaymentRequest":
                return self._pay(root, is_pending)
            case "TxnStatusComplainRequest":
                return self._status(root)
        return _answer("ResDiagnostic", root)

    def _fetch(self, root: Element) -> Element:
        answer = _answer("BillFetchResponse", root)
        if self.bill is None:
            _reason(answer, "200", "Failure", complianceRespCd=self.no)
            return answer
        _reason(answer, "000", "Successful", approvalRefNum="AB123456")
        etree.SubElement(answer, "BillerResponse", self.bill)
        info = etree.SubElement(answer, "AdditionalInfo")
        etree.SubElement(info, "Tag", {"name": "Meter", "value": "M-88121"})
        return answer

    def _pay(self, root: Element, is_pending: bool) -> Element:
        """Once a reference: a second one is refused, as duplicates are."""
        answer = _answer("BillPaymentResponse", root)
        name = root.find("Txn").get("txnReferenceId")
        if name in self.transactions or self.refuses:
            _reason(answer, "200", "Failure", complianceRespCd=self.refuses or "COU_DUPLICATE")
            return answer
        self.modes.append(root.find("PaymentMethod").get("paymentMode"))
        amount = root.find("Amount/Amt").get("amount")
        status = "PENDING" if is_pending else "SUCCESS"
        approval = f"AP{len(self.transactions) + 1:06d}"
        self.transactions[name] = {"txnReferenceId": name, "txnStatus": status, "amount": amount,
                                   "approvalRefNum": approval, "txnDate": "2026-11-22"}  # fmt: skip
        _reason(answer, "100" if is_pending else "000", status, approvalRefNum=approval)
        return answer

    def _status(self, root: Element) -> Element:
        answer = _answer("TxnStatusComplainResponse", root)
        asked = root.find("TxnStatusComplainReq")
        said = {"msgId": asked.get("msgId"), "responseCode": "000", "responseReason": "SUCCESS"}
        rows = etree.SubElement(etree.SubElement(answer, "TxnStatusComplainResp", said), "TxnList")
        known = self.transactions.get(asked.get("txnReferenceId"))
        if known is not None:
            etree.SubElement(rows, "TxnDetail", known)
        return answer

    # --- answers out --------------------------------------------------------------------------

    def _sealed(self, answer: Element, mishap: Mishap | None) -> bytes:
        if mishap is Mishap.ANOTHER:
            answer.find("Head").set("refId", "0" * 35)
        if mishap is Mishap.UNSIGNED:
            return bytes(etree.tostring(answer))
        if mishap is Mishap.TRANSPLANTED:
            _forge_around(answer, self._ours)
            return bytes(etree.tostring(answer))
        _sign(answer, self._stranger if mishap is Mishap.FORGED else self._ours)
        if mishap is Mishap.WRAPPED:
            outer = etree.fromstring(etree.tostring(answer))
            outer.remove(outer.find(f"{DS}Signature"))
            outer.find("Reason").set("responseCode", "000")
            outer.append(answer)
            answer = outer
        text = bytes(etree.tostring(answer))
        if mishap is Mishap.CHANGED:
            text = text.replace(b"47000", b"00100").replace(b'"200"', b'"000"')
        if mishap is Mishap.ENTITY:
            text = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>' + text
        return text


def _cut(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def _answer(name: str, asked: Element) -> Element:
    root = etree.Element(f"{{{NAMESPACE}}}{name}", nsmap={"ns2": NAMESPACE})
    etree.SubElement(root, "Head", dict(asked.find("Head").attrib) | {"origInst": "OU01"})
    return root


def _reason(answer: Element, code: str, text: str, **more: str) -> None:
    said = {"approvalRefNum": "", "responseCode": code, "responseReason": text}
    etree.SubElement(answer, "Reason", said | more)


def _forge_around(answer: Element, signer: Identity) -> None:
    """What the unit once signed is a child of what it never said."""
    answer.find("Reason").set("responseCode", "000")
    etree.SubElement(answer, "Old", {"Id": "old"})
    xmlsec.tree.add_ids(answer, ["Id"])
    _sign(answer, signer, "#old")


def _sign(root: Element, signer: Identity, uri: str = "") -> None:
    signature = xmlsec.template.create(
        root, xmlsec.constants.TransformInclC14N, xmlsec.constants.TransformRsaSha256
    )
    root.append(signature)
    reference = xmlsec.template.add_reference(signature, xmlsec.constants.TransformSha256, uri=uri)
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(signature))
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_file(str(signer.key), xmlsec.constants.KeyDataFormatPem)
    context.key.load_cert_from_file(str(signer.certificate), xmlsec.constants.KeyDataFormatPem)
    context.sign(signature)
