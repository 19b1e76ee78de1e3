"""Messages of Bharat BillPay: written in the order of their schema, and read back.

Amounts are whole paise as text, currency 356 (ISO 4217). docs/protocols/bbps.md has the sources.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lxml import etree

from firmware.contract.gateway import PaidBy
from firmware.contract.money import ZERO, Money
from firmware.runtime.gateway_section import BbpsSection, BillerSection

NAMESPACE = "http://bbps.org/schema"
VERSION = "1.0"
RUPEES = "356"
STATUS_CHECK = "401"  # Txn@xchangeId of a question for a transaction
# A unit may want more beside these than the receipt's number: docs/protocols/bbps.md.
MODES = {
    PaidBy.CASH: "Cash",
    PaidBy.SLIP: "Cash",
    PaidBy.CARD: "Debit Card",
    PaidBy.UPI: "UPI",
}
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
REFERENCE_LENGTH, TXN_LENGTH = 35, 20  # characters of refId and msgId; of txnReferenceId
PAISE = re.compile(r"[0-9]{1,9}")  # to a crore of rupees: above is a broken number
PERIOD = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")

Element = Any  # lxml has no types


class NotUnderstood(Exception):
    """An answer in another form than the schema's."""


@dataclass(frozen=True)
class Reason:
    """`Reason` of an answer: code 000 is yes, 200 is no, and the compliance code says why."""

    code: str
    text: str
    approval: str
    compliance: str

    def __str__(self) -> str:
        return f"{self.code} {self.compliance} {self.text}".replace("  ", " ")[:200]


@dataclass(frozen=True)
class Fetched:
    """What the biller says is due. `response` goes back with the payment as it came."""

    name: str
    number: str
    period: str  # YYYY-MM, or empty
    due_date: str  # YYYY-MM-DD, or empty
    amount: Money
    fee: Money
    response: Element
    additional: Element | None


@dataclass(frozen=True)
class Transaction:
    """One row of an answer to a question for a transaction."""

    reference: str
    approval: str
    status: str
    amount: Money


@dataclass(frozen=True)
class References:
    """Names of one payment, the same at every repeat: made of its key, which is one order's."""

    ref_id: str
    txn_id: str

    @classmethod
    def of(cls, key: str, institution: str) -> References:
        rest = TXN_LENGTH - len(institution)
        return cls(_letters(f"ref {key}", REFERENCE_LENGTH),
                   institution + _letters(f"txn {key}", rest))  # fmt: skip


def msg_id(key: str, what: str) -> str:
    """Of one message about one payment."""
    return _letters(f"msg {what} {key}", REFERENCE_LENGTH)


def _letters(seed: str, length: int) -> str:
    number, found = int.from_bytes(hashlib.sha256(seed.encode()).digest()), ""
    for _ in range(length):
        number, digit = divmod(number, len(LETTERS))
        found += LETTERS[digit]
    return found


# --- what we send ----------------------------------------------------------------------------


class Writer:
    """Messages of this agent. `now` is the time in India."""

    def __init__(self, section: BbpsSection) -> None:
        self._section = section

    def diagnostic(self, ref_id: str, now: datetime) -> Element:
        root = _root("ReqDiagnostic")
        self._head(root, ref_id, now)
        return root

    def fetch(self, service: str, account: str, ref_id: str, msg: str, now: datetime) -> Element:
        root = self._begin("BillFetchRequest", ref_id, now)
        _add(root, "Txn", ts=_time(now), msgId=msg)
        self._who(root, self._section.biller[service], account)
        return root

    def pay(
        self,
        service: str,
        account: str,
        names: References,
        msg: str,
        bill: Fetched,
        amount: Money,
        receipt: str,
        tender: PaidBy,
        now: datetime,
    ) -> Element:
        """The whole message of a payment; `receipt` is the number on the citizen's paper."""
        biller = self._section.biller[service]
        root = self._begin("BillPaymentRequest", names.ref_id, now)
        _add(root, "Txn", ts=_time(now), msgId=msg, txnReferenceId=names.txn_id,
             type="FORWARD TYPE REQUEST")  # fmt: skip
        self._who(root, biller, account)
        _add(root, "BillerCategory", category=biller.category)
        root.append(bill.response)
        if bill.additional is not None:
            root.append(bill.additional)
        _add(root, "PaymentMethod", quickPay="No", splitPay="No", OFFUSPay="No",
             paymentMode=MODES[tender])  # fmt: skip
        _add(_add(root, "Amount"), "Amt", amount=str(amount.paise), custConvFee="0",
             currency=RUPEES)  # fmt: skip
        _tags(_add(root, "PaymentInformation"), [("Remarks", receipt)])
        return root

    def status(self, names: References, msg: str, now: datetime) -> Element:
        root = _root("TxnStatusComplainRequest")
        self._head(root, names.ref_id, now)
        _add(root, "Txn", ts=_time(now), xchangeId=STATUS_CHECK)
        _add(root, "TxnStatusComplainReq", msgId=msg, txnReferenceId=names.txn_id,
             complaintType="Transaction")  # fmt: skip
        return root

    def _begin(self, name: str, ref_id: str, now: datetime) -> Element:
        root = _root(name)
        self._head(root, ref_id, now)
        return root

    def _head(self, root: Element, ref_id: str, now: datetime) -> None:
        institution = self._section.institution
        _add(root, "Head", ver=VERSION, ts=_time(now), origInst=institution, refId=ref_id)

    def _who(self, root: Element, biller: BillerSection, account: str) -> None:
        section = self._section
        _add(root, "Customer", mobile=section.mobile)
        device = _add(_add(root, "Agent", id=section.agent), "Device")
        always = [("INITIATING_CHANNEL", "KIOSK"), ("TERMINAL_ID", section.terminal)]
        _tags(device, [*always, *section.device.items()])
        details = _add(root, "BillDetails")
        _add(details, "Biller", id=biller.id)
        _tags(_add(details, "CustomerParams"), [(biller.parameter, account)])


def _root(name: str) -> Element:
    return etree.Element(f"{{{NAMESPACE}}}{name}", nsmap={"bbps": NAMESPACE})


def _add(parent: Element, tag: str, /, **attributes: str) -> Element:
    return etree.SubElement(parent, tag, attributes)


def _tags(parent: Element, tags: Iterable[tuple[str, str]]) -> None:
    for name, value in tags:
        _add(parent, "Tag", name=name, value=value)


def _time(now: datetime) -> str:
    """2026-11-22T10:18:27+05:30"""
    return now.isoformat(timespec="seconds")


# --- what we read -----------------------------------------------------------------------------


def reason_of(root: Element, name: str, ref_id: str) -> Reason:
    """Of an answer to our message; raises NotUnderstood for an answer to another."""
    _expect(root, name, ref_id)
    found = _child(root, "Reason").attrib
    return Reason(
        found.get("responseCode", ""),
        found.get("responseReason", ""),
        found.get("approvalRefNum", ""),
        found.get("complianceRespCd", ""),
    )


def fetched_of(root: Element) -> Fetched:
    """Raises NotUnderstood."""
    response = _child(root, "BillerResponse")
    found = response.attrib
    return Fetched(
        found.get("customerName", ""),
        found.get("billNumber", ""),
        found.get("billPeriod", "") if PERIOD.fullmatch(found.get("billPeriod", "")) else "",
        _date(found.get("dueDate", "")),
        money_of(found.get("amount", "")),
        money_of(found.get("custConvFee", "0")),
        response,
        root.find("AdditionalInfo"),
    )


def transactions_of(root: Element, ref_id: str) -> tuple[str, list[Transaction]]:
    """The response code, and the rows; raises NotUnderstood."""
    _expect(root, "TxnStatusComplainResponse", ref_id)
    answer = _child(root, "TxnStatusComplainResp")
    rows = [
        Transaction(
            row.get("txnReferenceId", ""),
            row.get("approvalRefNum", ""),
            row.get("txnStatus", "").upper(),
            money_of(row.get("amount", "")),
        )
        for row in _child(answer, "TxnList").findall("TxnDetail")
    ]
    return answer.get("responseCode", ""), rows


def is_diagnostic(root: Element, ref_id: str) -> None:
    """Raises NotUnderstood for what does not answer our own."""
    _expect(root, "ResDiagnostic", ref_id)


def money_of(text: str) -> Money:
    """Whole paise; raises NotUnderstood."""
    if not PAISE.fullmatch(text):
        raise NotUnderstood(f"expected paise, got {text[:20]!r}")
    return Money(int(text)) if int(text) else ZERO


def _date(text: str) -> str:
    """As a receipt takes it; a date in another form is none."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _expect(root: Element, name: str, ref_id: str) -> None:
    if root.tag != f"{{{NAMESPACE}}}{name}":
        raise NotUnderstood(f"expected {name}, got {root.tag}")
    if (got := _child(root, "Head").get("refId")) != ref_id:
        raise NotUnderstood(f"{name}: answered about {got!r}, asked about {ref_id}")


def _child(parent: Element, name: str) -> Element:
    found = parent.find(name)
    if found is None:
        raise NotUnderstood(f"expected {name} in {parent.tag}")
    return found
