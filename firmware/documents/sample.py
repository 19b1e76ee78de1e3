"""The sample that a technician has printed: each kind of line once, and nothing that is a proof."""

from __future__ import annotations

from firmware.contract.ticket import Code, Pair, Rule, Style, Text, Ticket
from firmware.documents.both import line, title
from firmware.documents.catalogue import words_of

ALL_DIGITS = "₹1,234,567.89-0"  # of a value in a column: all glyphs that money has


def sample(kiosk: str, by: str) -> Ticket:
    """Both languages on one paper; it says that it is no receipt."""
    hindi, english = words_of("hi"), words_of("en")
    return Ticket(
        [
            *title("sample.title"),
            Rule(),
            Text(hindi("sample.no_receipt"), Style.STRONG, is_centred=True),
            Text(english("sample.no_receipt"), Style.STRONG, is_centred=True),
            Rule(),
            line("report.by", by),
            Pair(kiosk, ALL_DIGITS, Style.SMALL),
            Code(f"TEST {kiosk}"),
        ]
    )
