"""The sandbox's papers and cards: what was granted to whom, what it costs, and the PDFs.

One table. The people and the office are made up; the PDFs are as plain as can be, so that nothing
here looks like a document of somebody else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from firmware.documents.card_canvas import DOTS_AN_INCH
from firmware.gateway.sandbox.id_cards import aadhaar, jan_aadhaar
from firmware.gateway.sandbox.naksha import DPI, naksha
from firmware.gateway.sandbox.pdf import pdf_of_pictures, pdf_of_text
from firmware.gateway.sandbox.people import FAMILY, HEAD, PRAGYA, RAM, SHANTI, SON

# How a number ends says whose it is, and what befalls the paper; all other numbers are SHANTI's.
FORGED, WITHDRAWN = "425", "433"  # a byte is changed on the way; the office says no, after all
WHOSE = {FORGED: RAM, WITHDRAWN: PRAGYA}
Draw = Callable[[str, str], tuple[bytes, ...]]  # from name and number to a PNG a page
ENDS = r"(?P<end>417|425|433)"


@dataclass(frozen=True)
class Granted:
    """One paper of one account."""

    name: str
    account: str
    end: str | None  # None: of a range of tests
    pages: int

    @property
    def is_forged(self) -> bool:
        return self.end == FORGED

    @property
    def is_withdrawn(self) -> bool:
        return self.end == WITHDRAWN


@dataclass(frozen=True)
class Paper:
    """One kind. `accounts` match whole; amounts in paise."""

    title: str
    accounts: str
    amount: int
    fee: int = 0
    pages: int = 1
    test_pages: int = 1
    is_once: bool = True
    draw: Draw | None = field(default=None, repr=False)
    dpi: int = DPI  # of what is drawn

    def find(self, account: str) -> Granted | None:
        """What was granted under this number."""
        if (found := re.fullmatch(self.accounts, account)) is None:
            return None
        end = found["end"]
        pages = self.test_pages if end is None else self.pages
        return Granted(WHOSE.get(end or "", SHANTI), account, end, pages)

    def content(self, granted: Granted) -> bytes:
        """The PDF."""
        if self.draw is not None:
            return pdf_of_pictures(self.draw(granted.name, granted.account), self.dpi)
        return pdf_of_text(self._text(granted, page + 1) for page in range(granted.pages))

    def _text(self, granted: Granted, page: int) -> list[str]:
        return [
            "Sandbox Office - not a document",
            self.title,
            f"Number {granted.account}",
            f"This is to certify that {granted.name} is known to this office.",
            f"Page {page} of {granted.pages}",
        ]


def _certificate(title: str, prefix: str) -> Paper:
    """By the number of the application, of 12 digits."""
    accounts = rf"{prefix}(?:9900\d{{4}}|26000{ENDS})"
    return Paper(title, accounts, 1000, 4000, pages=2, test_pages=3)


def _record(title: str, number: str, amount: int, draw: Draw | None = None) -> Paper:
    """Of a piece of land, by its place and the number there; a copy may be bought again."""
    place, some = "[0-9a-z]+(?:-[0-9a-z]+)*", r"(?P<end>[1-9]\d{0,2}|[1-8]\d{3})"
    return Paper(title, f"{place}-{some}{number}", amount, 1000, is_once=False, draw=draw)


def _card(title: str, accounts: str, amount: int, draw: Draw) -> Paper:
    """On plastic, front and back."""
    return Paper(title, accounts, amount, pages=2, test_pages=2, draw=draw, dpi=DOTS_AN_INCH)


ENROLMENTS = rf"1025(?:9900\d{{6}}|0001700{ENDS})"
KHASRA = r"(?:/\d{1,4})?"  # 123, or its part 123/4
PAPERS = {
    # The stand-in of the eight below, as long as the catalogue has it.
    "caste": _certificate("Caste certificate", "1100"),
    "domicile": _certificate("Certificate of domicile", "1101"),
    "marriage": _certificate("Marriage certificate", "1102"),
    "birth": _certificate("Birth certificate", "1103"),
    "death": _certificate("Death certificate", "1104"),
    "police_character": _certificate("Police character certificate", "1105"),
    "minority": _certificate("Minority certificate", "1106"),
    "disability": _certificate("Disability certificate", "1107"),
    # The number of the application, and the date of birth: nobody prints somebody else's.
    "admit_card": Paper("Admit card", rf"26(?:99\d{{4}}-\d{{8}}|104{ENDS}-20080214)", 1000),
    "jamabandi": _record("Copy of the jamabandi", "", 1000),
    "girdawari": _record("Copy of the girdawari", KHASRA, 1000),
    "naksha": _record("Map of the land", KHASRA, 2000, naksha),
    "aadhaar_card": _card("Aadhaar card", ENROLMENTS, 5000, aadhaar),
    "aadhaar_paper": Paper("Aadhaar letter", ENROLMENTS, 3000),
    "jan_aadhaar_card": _card(
        "Jan Aadhaar card", rf"4822(?:9900\d{{5}}|600170{ENDS})", 5000, jan_aadhaar
    ),
    "jan_aadhaar_paper": Paper(
        "Jan Aadhaar letter",
        rf"(?:4899\d{{6}}|{FAMILY[:-3]}(?P<end>{FAMILY[-3:]}|425|433))-(?:{HEAD}|{SON})",
        3000,
    ),
}
