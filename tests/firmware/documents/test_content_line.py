"""The district's line at the foot of the poster: on the same one page, in both languages."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pypdfium2

from firmware.contract.content import Bilingual
from firmware.documents.a4 import typeset
from firmware.documents.poster import poster
from firmware.runtime.clock import INDIA
from firmware.runtime.config import load
from firmware.services.catalogue import load_catalogue
from firmware.services.rates.shelf import SHIPPED
from firmware.services.rates.table import read_table

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=INDIA)
LINE = Bilingual("ज़िला प्रशासन, टोंक", "District administration, Tonk")


def text_of(line: Bilingual | None) -> str:
    config = load(ROOT / "docs" / "kiosk.example.toml")
    table = read_table(SHIPPED.read_bytes(), SHIPPED.name)
    pages = typeset(poster(config, load_catalogue(), table, line), NOW)
    assert pages.pages == 1, "a poster is one page, whatever stands on it"
    with pypdfium2.PdfDocument(pages.pdf) as document:
        return str(document[0].get_textpage().get_text_range())


def test_the_line_is_there_and_under_the_code_of_conduct_it_is_not() -> None:
    assert LINE.en in text_of(LINE)
    assert LINE.en not in text_of(None)
