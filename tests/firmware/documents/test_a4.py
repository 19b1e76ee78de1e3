"""An A4 page is typeset from meaning: what people wrote is data, and everybody can read it."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pypdfium2
import pytest
from msgspec.structs import replace

from firmware.contract.ticket import Code, Pair, Style, Text, Ticket
from firmware.documents import a4
from firmware.documents.a4 import FOLDER, A4Error, Pages, typeset
from firmware.documents.receipt import receipt
from firmware.documents.sheet import Mark, Row, Sheet, Table
from firmware.runtime.clock import INDIA
from tests.firmware.documents.test_documents import BILL, RECEIPT

AT = datetime(2026, 11, 22, 14, 5, tzinfo=INDIA)
A4_POINTS = (595, 842)


def said(pages: Pages) -> str:
    """The text that a reader, or a program that reads aloud, finds in the file."""
    with pypdfium2.PdfDocument(pages.pdf) as document:
        assert len(document) == pages.pages
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def of(*lines: Text | Pair | Code, language: str = "hi") -> Pages:
    return typeset(Ticket(list(lines), language), AT)


def named(name: str) -> Pages:
    bill = replace(BILL, name=name)
    return typeset(receipt(replace(RECEIPT, bills=[bill]), "en"), AT)


@pytest.mark.parametrize(
    "name",
    [
        '#panic("x")',
        '#eval("1 + 1")',
        '#read("common.typ")',
        '#import "@preview/x:1.0.0": *',
        '"), panic("x"), ("',
        "]]} *strong* _emph_ `raw` $x^2$ \\ // gone /* gone */ @nobody <label> = Head",
        '\\"]},{"lines":[]}',
        "&lt;b&gt; {{ }} %PDF",
    ],
)
def test_a_name_that_is_markup_is_printed_as_it_is(name: str) -> None:
    assert re.sub(r"\s", "", name) in re.sub(r"\s", "", said(named(name)))


def test_a_name_that_turns_the_amounts_round_does_not() -> None:
    """U+202E would print what follows from right to left: 1 lakh for 1."""
    assert said(named("\u202eसीता\u2066 \u200fDevi")) == said(named("सीता Devi"))


def test_letters_that_the_typeface_has_not_are_question_marks_and_no_hole() -> None:
    assert "?? Sita" in said(named("لی Sita"))
    assert "? Sita" in said(named("😀 Sita"))
    assert said(named("Sita\x00\x07\tDevi\r\nX")) == said(named("Sita   Devi  X"))


@pytest.mark.parametrize("word", ["x" * 400, "राष्ट्रवर्धन" * 30, "क\u200dष" * 200, "\u093f" * 50])
def test_a_name_without_a_space_is_broken_and_not_cut(word: str) -> None:
    with pypdfium2.PdfDocument(named(word).pdf) as document:
        for page in document:
            shown = [each.get_bounds() for each in page.get_objects()]
            assert max(right for _, _, right, _ in shown) < A4_POINTS[0] - 50
            assert min(left for left, _, _, _ in shown) > 50


def test_hindi_can_be_copied_out_of_the_file() -> None:
    text = said(typeset(receipt(RECEIPT), AT))
    for words in ("भुगतान रसीद", "सीता देवी", "22 नवम्बर 2026", "₹1,23,505.50", "ग्राम पंचायत"):
        assert words in text


def test_the_file_says_that_it_is_pdf_a_2a_and_what_it_is() -> None:
    pdf = typeset(receipt(RECEIPT), AT).pdf
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in pdf
    with pypdfium2.PdfDocument(pdf) as document:
        told = document.get_metadata_dict()
        assert told["Title"] == "भुगतान रसीद"
        assert told["CreationDate"] == "D:20261122083500Z"
        assert tuple(round(side) for side in document[0].get_size()) == A4_POINTS


def test_no_letter_comes_from_the_machine() -> None:
    """Every font in the file is a subset of Mukta, which travels with the product."""
    fonts = set(
        re.findall(rb"/FontName\s*/([A-Z]{6}\+)?([\w-]+)", typeset(receipt(RECEIPT), AT).pdf)
    )
    assert {name for _, name in fonts} == {b"Mukta-Regular", b"Mukta-SemiBold", b"Mukta-ExtraBold"}
    assert all(subset for subset, _ in fonts)


def test_the_same_paper_is_the_same_file_from_any_thread() -> None:
    tickets = [receipt(RECEIPT, "hi"), receipt(RECEIPT, "en")] * 4
    with ThreadPoolExecutor(4) as pool:
        files = list(pool.map(lambda ticket: typeset(ticket, AT).pdf, tickets))
    assert len(set(files)) == 2
    assert files[0] == files[2] != files[1]


def test_another_hour_is_another_file_and_a_fraction_of_a_second_is_none() -> None:
    ticket = receipt(RECEIPT)
    assert typeset(ticket, AT).pdf == typeset(ticket, AT.replace(microsecond=7)).pdf
    assert typeset(ticket, AT).pdf != typeset(ticket, AT.replace(hour=15)).pdf


def test_a_paper_of_many_lines_says_which_page_is_which() -> None:
    pages = of(*(Pair(f"line {number}", "₹1.00") for number in range(130)))
    assert pages.pages == 3
    text = said(pages)
    assert all(f"{number} / 3" in text for number in (1, 2, 3))
    assert "1 / 1" not in said(of(Text("one")))


def test_a_table_says_its_head_on_every_page() -> None:
    rows = [Row([f"part {number}", "code"], Mark.BAD) for number in range(80)]
    pages = typeset(Sheet([Table(["Part", "Code"], rows, [1, 2])], "en"), AT)
    assert pages.pages > 1
    assert said(pages).count("Part") == pages.pages


def test_a_row_that_lacks_a_cell_is_refused() -> None:
    with pytest.raises(ValueError, match="expected 2 cells, got 1"):
        Table(["Part", "Code"], [Row(["x"])], [1, 2])


def test_a_code_that_no_square_can_hold_is_refused() -> None:
    with pytest.raises(A4Error, match="QR code of 9000 characters"):
        of(Code("7" * 9000))


def test_a_paper_without_a_line_is_one_white_page() -> None:
    assert typeset(Ticket([]), AT).pages == 1


def test_what_a_template_refuses_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("common.typ", "paper.typ"):
        text = (FOLDER / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("fallback: false", "fallback: 7"), "utf-8")
    monkeypatch.setattr(a4, "FOLDER", tmp_path)
    with pytest.raises(A4Error, match=r"paper\.typ: .*boolean"):
        of(Text("नमस्ते", Style.TITLE))
