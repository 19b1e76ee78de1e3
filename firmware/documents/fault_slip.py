"""The slip of a fault ticket: what the operator reads out, and what the technician brings."""

from __future__ import annotations

from firmware.contract.fault_ticket import FaultTicket
from firmware.contract.ticket import Code, Rule, Style, Text, Ticket
from firmware.documents.both import both, line, title
from firmware.documents.catalogue import words_of
from firmware.documents.dates import moment
from firmware.documents.lines import Line, duplicate_mark
from firmware.runtime.config import KioskSection
from firmware.runtime.fault_words import meaning


def ticket_slip(fault: FaultTicket, place: str, kiosk: KioskSection, duplicate: int = 0) -> Ticket:
    """Both languages on one paper; the first step in both, where the code is known."""
    hindi = words_of("hi")
    steps = [text for text in (meaning(fault.code, "hi"), meaning(fault.code, "en")) if text]
    lines: list[Line] = [
        Text(both("document.owner"), Style.STRONG, is_centred=True),
        Text(hindi("document.kiosk", place=place, kiosk=kiosk.id), Style.SMALL, True),
        *title("ticket.title"),
        *duplicate_mark(duplicate, hindi),
        Rule(),
        Text(fault.number, Style.TITLE, is_centred=True),
        line("ticket.since", moment(fault.opened, hindi)),
        line("ticket.part", fault.part),
        line("ticket.level", both(f"ticket.level.{fault.level}")),
        Text(f"{fault.code} {fault.detail}".strip(), Style.SMALL),
        Rule(),
        *(Text(step) for step in steps),
        line("ticket.helpline", kiosk.helpline, Style.STRONG),
        Code(fault.number),
    ]
    return Ticket(lines, "hi")
