"""The sandbox's certificates: applications that were granted, and the signed PDFs of them.

The people, the office and its key are made up. The PDF is as plain as one can be, so that nothing
here looks like a document of somebody else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from nacl.signing import SigningKey

from firmware.documents.signed import statement
from firmware.gateway.sandbox.office import BillRow, Office, Refusal

SERVICE = "certificates"
OFFICE_SEED = hashlib.sha256(b"kiosk sandbox office, known to everyone").digest()
OFFICE_KEY = bytes(SigningKey(OFFICE_SEED).verify_key).hex()
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
        content = pdf(_text(number, granted, page) for page in range(1, granted.pages + 1))
        sha256 = hashlib.sha256(content).hexdigest()
        signed = statement(SERVICE, number, granted.pages, sha256)
        signature = SigningKey(OFFICE_SEED).sign(signed).signature.hex()
        if number == FORGED:
            content = content.replace(b"Income", b"lncome")
        return content, granted.pages, signature

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


def pdf(pages: Iterable[list[str]]) -> bytes:
    """A page of A4 for each list of lines, in Helvetica (ISO 32000-1, 7.5: file structure)."""
    drawings = ["\n".join(_drawn(lines)) for lines in pages]
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(drawings)))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(drawings)}>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for at, drawing in enumerate(drawings):
        objects += [
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>"
            f"/Contents {5 + 2 * at} 0 R>>",
            f"<</Length {len(drawing)}>>\nstream\n{drawing}\nendstream",
        ]
    return _file(objects)


def _drawn(lines: list[str]) -> list[str]:
    return [
        f"BT /F {22 if at == 1 else 13} Tf 72 {760 - 40 * at} Td ({line}) Tj ET"
        for at, line in enumerate(lines)
    ]


def _file(objects: list[str]) -> bytes:
    out, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    out += f"xref\n0 {size}\n0000000000 65535 f \n{table}"
    return f"{out}trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF\n".encode()
