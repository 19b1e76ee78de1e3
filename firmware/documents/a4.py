"""A paper as an A4 page: typeset by Typst into PDF/A-2a, with the project's own letters.

What a citizen, a device or the back end wrote goes into the page as data (`sys.inputs`), which
Typst does not read as markup; what is markup stands in the folder `a4` and nowhere else. Nothing
of the system is used: no font, no package, no network, no clock.

PDF/A-2a (ISO 19005-2, level A) because a page is kept for years and read aloud for some: every
letter is in the file and can be copied out, headings are headings and pictures have words.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import segno

from firmware.contract.ticket import Code, Ticket
from firmware.documents.sheet import Poster, Sheet
from firmware.runtime.fonts import font, font_path
from firmware.runtime.wrapping import JOINERS, syllables

if TYPE_CHECKING:
    import typst

FOLDER = Path(__file__).with_suffix("")
STANDARD: Final = "a-2a"
TEMPLATES: dict[type[Ticket | Sheet | Poster], str] = {
    Ticket: "paper.typ",
    Sheet: "paper.typ",
    Poster: "poster.typ",
}
LONGEST_WORD = 24  # letters that fit every column; a longer word may be broken between syllables
MAY_BREAK = "\u200b"
NO_GLYPH = "?"  # for what the typeface has not: Urdu, emoji
NOT_A_CHARACTER = "\U0010fffd"
PROBE = 32  # pixels an em
GLYPHS_KEPT = 2048
BLANKS = ("Zs", "Zl", "Zp", "Cc")  # general categories (Unicode 4.5): one space each

Paper = Ticket | Sheet | Poster


class A4Error(ValueError):
    """What cannot be typeset: a QR code of too much text, or a page that the template refuses."""


class Pages(msgspec.Struct, frozen=True):
    """A document for a page printer; `pages` as its PrintDocument wants it."""

    pdf: bytes
    pages: int


def typeset(paper: Paper, at: datetime) -> Pages:
    """The paper as PDF/A-2a; the same paper `at` the same time (aware) gives the same bytes.

    Takes a processor's time (docs/benchmarks.md): call it in a thread; several may. Raises A4Error.
    """
    import typst  # 7 MB of a process's memory: only where a page is made

    compiler = typst.Compiler(
        input=FOLDER / TEMPLATES[type(paper)],
        root=FOLDER,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"paper": msgspec.json.encode(_data(paper)).decode()},
    )
    try:
        pdf = compiler.compile(
            format="pdf", pdf_standards=[STANDARD], timestamp=at.replace(microsecond=0)
        )
        pages = int(compiler.query("<pages>", field="value", one=True))
    except typst.TypstError as error:
        raise A4Error(f"{TEMPLATES[type(paper)]}: {error.message}") from None
    if not isinstance(pdf, bytes):
        raise A4Error(f"expected one PDF, got {type(pdf).__name__}")
    return Pages(pdf, pages)


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    import typst

    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[font_path(400).parent],
    )


def _data(paper: Paper) -> dict[str, Any]:
    """What the template reads: the paper itself, its text made printable and its codes drawn."""
    fields: dict[str, Any] = _printable(msgspec.to_builtins(paper))
    if not isinstance(paper, Poster):
        for line, drawn in zip(paper.lines, fields["lines"], strict=True):
            if isinstance(line, Code):
                drawn["drawn"] = _drawn(line.content)
    return fields


def _drawn(content: str) -> dict[str, Any]:
    """A QR code as SVG, one unit a module, and how many modules a side has."""
    try:
        code = segno.make(content, micro=False, error="m")
    except segno.DataOverflowError as error:
        raise A4Error(f"QR code of {len(content)} characters: {error}") from None
    svg = io.BytesIO()
    code.save(svg, kind="svg", border=0, xmldecl=False)
    return {"svg": svg.getvalue().decode(), "count": code.symbol_size(border=0)[0]}


def _printable(value: Any) -> Any:
    match value:
        case str():
            return _clean(value)
        case list():
            return [_printable(each) for each in value]
        case dict():
            return {key: _printable(each) for key, each in value.items()}
        case _:
            return value


def _clean(text: str) -> str:
    """What the typeface has, on one line, in the order in which it stands."""
    return _breakable("".join(_shown(character) for character in text))


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category in BLANKS:
        return " "
    if category == "Cf" and character not in JOINERS:
        return ""  # marks of direction: they could turn an amount round
    return character if _has_glyph(character) else NO_GLYPH


@lru_cache(maxsize=GLYPHS_KEPT)
def _has_glyph(character: str) -> bool:
    """Whether Mukta draws it otherwise than what it has not. PDF/A has no page with holes."""
    picture: Callable[[str], Any] = font(400, PROBE).getmask
    return character in JOINERS or bytes(picture(character)) != bytes(picture(NOT_A_CHARACTER))


def _breakable(text: str) -> str:
    words = text.split(" ")
    return " ".join(
        MAY_BREAK.join(syllables(word)) if len(word) > LONGEST_WORD else word for word in words
    )
