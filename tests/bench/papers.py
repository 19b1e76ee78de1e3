"""Papers made, ours against what other people wrote, the same picture on both sides, in one run.

WeasyPrint lays out HTML with Pango and HarfBuzz; it gets the same lines, the same letters and the
same code as our page, its fonts and its style sheet ready before the clock starts. python-escpos
has no Hindi: it gets the picture that we drew, and both turn it into bytes.
"""

from __future__ import annotations

import html
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from itertools import count

import segno
from escpos.printer import Dummy
from msgspec.structs import replace
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from drivers.escpos.bands import bands
from drivers.escpos.raster import Rasteriser, dots_of
from firmware.contract.ticket import Code, Pair, Rule, Text, Ticket
from firmware.documents.a4 import typeset
from firmware.documents.receipt import receipt
from firmware.runtime.clock import INDIA
from firmware.runtime.fonts import FILES, font_path
from tests.bench.figures import Figure
from tests.firmware.documents.test_documents import RECEIPT

AIM = 5.0  # times a foreign implementation
PAGES, TICKETS = 20, 40
AT = datetime(2026, 11, 22, 14, 5, tzinfo=INDIA)
KB_IN_A_MB = 1024
STYLE = """
@page { size: A4; margin: 18mm 24mm 20mm }
body { font: 12pt/1.34 Mukta; font-family: Mukta; margin: 0 }
h1 { font-size: 1.7em; font-weight: 800; margin: 0 } .strong { font-size: 1.1em; font-weight: 800 }
.small { font-size: .85em } .is-centred { text-align: center } p { margin: 0 }
.pair { display: flex; border-bottom: .4pt solid #b3b3b3 } .value { margin-left: auto; font-weight: 600 }
hr { border: 0; border-top: .8pt solid black; margin: .6em 0 }
.code { text-align: center; margin: 1.2em 0 .8em } svg { width: 32mm; height: 32mm }
"""  # noqa: E501


def run(pages: int = PAGES, tickets: int = TICKETS) -> list[Figure]:
    return [*_first_page(), *_a4(pages), *_roll(tickets)]


def _first_page() -> list[Figure]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.one_page"], capture_output=True, check=True, text=True
    )
    first, second, memory = map(float, done.stdout.split())
    return [
        Figure("A4, first page of a process", f"{first * 1000:.0f} ms", 1),
        Figure("A4, the page after it", f"{second * 1000:.0f} ms", 1),
        Figure("A4, memory of the process after both", f"+{memory / KB_IN_A_MB:.0f} MB", 1),
    ]


def _a4(pages: int) -> list[Figure]:
    """Each page has another number, so that nobody prints from memory."""
    numbers = count()
    fonts = FontConfiguration()
    style = CSS(string=_faces() + STYLE, font_config=fonts)

    def ticket() -> Ticket:
        return receipt(replace(RECEIPT, number=f"RJ 2026 {next(numbers):06d}"))

    def ours() -> bytes:
        return typeset(ticket(), AT).pdf

    def theirs() -> bytes:
        page = HTML(string=as_html(ticket()))
        pdf = page.write_pdf(stylesheets=[style], font_config=fonts, pdf_variant="pdf/a-2a")
        assert isinstance(pdf, bytes)
        return pdf

    mine, other = _a_second(ours, pages), _a_second(theirs, pages)
    return [
        _ratio("A4 receipt to PDF, pages/s", mine, other, "WeasyPrint", pages),
        Figure("A4 receipt, PDF", f"{len(ours()):,} bytes, WeasyPrint {len(theirs()):,}", 1),
    ]


def _roll(tickets: int) -> list[Figure]:
    """From the picture of one bit a dot to the bytes for the printer."""
    ticket = receipt(RECEIPT)
    drawn = Rasteriser().draw(ticket)

    def ours() -> bytes:
        return b"".join(bands(dots_of(drawn), drawn.width // 8))

    def theirs() -> bytes:
        host = Dummy(profile="TM-T88V")
        host.profile.profile_data["media"]["width"]["pixels"] = drawn.width
        host.image(drawn, impl="bitImageRaster", fragment_height=200)
        sent: bytes = host.output
        return sent

    mine, other = _a_second(ours, tickets), _a_second(theirs, tickets)
    drawings = _a_second(lambda: Rasteriser().draw(ticket), max(1, tickets // 4))
    saved = 1 - len(ours()) / len(theirs())
    return [
        _ratio("Hindi receipt, picture to bytes, tickets/s", mine, other, "python-escpos", tickets),
        Figure(
            "Hindi receipt, bytes on the wire",
            f"{len(ours()):,}, python-escpos {len(theirs()):,}: {saved:.0%} fewer",
            1,
            "fewer",
            is_met=saved > 0,
        ),
        Figure("Hindi receipt, drawn", f"{1000 / drawings:.1f} ms", max(1, tickets // 4)),
    ]


def as_html(ticket: Ticket) -> str:
    """The page of firmware/documents/a4/paper.typ, for a browser's rules."""
    body = "\n".join(_as_html(line) for line in ticket.lines)
    return f"<html lang={ticket.language}><title>receipt</title><body>{body}</body></html>"


def _as_html(line: Text | Pair | Rule | Code) -> str:
    match line:
        case Text(text, style, is_centred):
            tag = "h1" if style == "title" else "p"
            where = " is-centred" if is_centred else ""
            return f'<{tag} class="{style}{where}">{html.escape(text)}</{tag}>'
        case Pair(label, value, style):
            pair = f"<span>{html.escape(label)}</span><span class=value>{html.escape(value)}</span>"
            return f'<div class="pair {style}">{pair}</div>'
        case Rule():
            return "<hr>"
        case Code(content):
            drawing = segno.make(content, micro=False, error="m").svg_inline(omitsize=True)
            return f"<div class=code>{drawing}<p class=strong>{html.escape(content)}</p></div>"


def _faces() -> str:
    return "".join(
        f"@font-face {{ font-family: Mukta; font-weight: {weight}; "
        f"src: url({font_path(weight).as_uri()}) }}\n"
        for weight in FILES
    )


def _a_second(work: Callable[[], object], rounds: int) -> float:
    """On this process's own processor time, all threads: others use the machine, too."""
    work()
    began = time.process_time()
    for _ in range(rounds):
        work()
    return rounds / (time.process_time() - began)


def _ratio(what: str, ours: float, theirs: float, whose: str, samples: int) -> Figure:
    times = ours / theirs
    seen = f"{ours:,.0f}, {whose} {theirs:,.1f}: {times:.1f} times"
    return Figure(what, seen, samples, f">= {AIM:.0f} times", is_met=times >= AIM)
