"""The sandbox's certificates: applications that were granted, and the signed PDFs of them.

The people and the office are made up. The PDF is as plain as one can be, so that nothing
here looks like a document of somebody else.
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware.gateway.sandbox.office import BillRow, Office, Refusal
from firmware.gateway.sandbox.pdf import pdf_of_text
from firmware.gateway.sandbox.signature import signature

SERVICE = "certificates"
FEE, CHARGE = 1000, 4000  # paise
PREFIX = "1100"  # of every application number
TEST_RANGE = "11009900"  # for tests that need many: each is granted, on three pages
FORGED = "110026000425"  # somebody on the way changed a letter
WITHDRAWN = "110026000433"  # the office says no, after all


@dataclass(frozen=True)
class Granted:
    """One application: whose, for what, on how many pages."""

    name: str
    title: str
    pages: int = 1


APPLICATIONS = {
    "110026000417": Granted("SHANTI DEVI MEENA", "Caste certificate", 2),
    FORGED: Granted("RAMSWAROOP TRIPATHI", "Income certificate"),
    WITHDRAWN: Granted("PRAGYA RATHORE", "Certificate of residence"),
}


def application(number: str) -> Granted | None:
    if number.startswith(TEST_RANGE) and len(number) == 12:
        return Granted("SHANTI DEVI MEENA", "Caste certificate", 3)
    return APPLICATIONS.get(number)


class CertificateOffice:
    """Fees stand in the books of the one office; documents are made when they are asked for."""

    def __init__(self, office: Office) -> None:
        self._office = office

    @property
    def service(self) -> str:
        return SERVICE

    def bill(self, number: str) -> dict[str, object]:
        """What the certificate costs; raises Refusal 404 for no such application, 409 when paid."""
        granted = self._granted(number)
        row: BillRow = (number, f"RC-{number[-6:]}", granted.name, "", "", FEE, CHARGE)
        self._office.add(row)
        found = self._office.bill(number)
        return {key: value for key, value in found.items() if value != ""}

    def document(self, number: str) -> tuple[bytes, int, str]:
        """The PDF, its pages and the signature in hex; raises Refusal 404, and 422 for what was
        withdrawn."""
        granted = self._granted(number)
        if number == WITHDRAWN:
            raise Refusal(422, f"application {number} was withdrawn")
        pages = range(1, granted.pages + 1)
        content = pdf_of_text(_text(number, granted, page) for page in pages)
        signed = signature(SERVICE, number, granted.pages, content)
        if number == FORGED:
            content = content.replace(b"Income", b"lncome")
        return content, granted.pages, signed

    @staticmethod
    def _granted(number: str) -> Granted:
        found = application(number)
        if found is None:
            raise Refusal(404, f"no application {number}")
        return found


def _text(number: str, granted: Granted, page: int) -> list[str]:
    return [
        "Sandbox Office - not a document",
        granted.title,
        f"Application {number}",
        f"This is to certify that {granted.name} is known to this office.",
        f"Page {page} of {granted.pages}",
    ]
