"""A fault that somebody has to mend, under a number: what the operator reads out to the helpdesk.

The field calls it a CRN ticket, by its complaint registration number.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Level(StrEnum):
    """Whose it is now; a ticket goes up, never down."""

    OPERATOR = "operator"
    BLOCK = "block"  # the technician of the block
    DISTRICT = "district"
    VENDOR = "vendor"


UPWARDS = {Level.OPERATOR: Level.BLOCK, Level.BLOCK: Level.DISTRICT}


class FaultTicket(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`number` is `TDR 0417/7C 0012`: the kiosk's prefix, the book, the ticket. Times are ISO 8601
    with offset. `closed` is empty while it is open; `times` counts how often it was opened."""

    number: str
    part: str
    code: str
    level: Level
    opened: str
    level_since: str  # of this level
    detail: str = ""
    closed: str = ""
    times: int = 1

    @property
    def is_open(self) -> bool:
        return not self.closed


class FaultTickets(msgspec.Struct, frozen=True, omit_defaults=True):
    """Retained by health: what is open, oldest first, and what was closed lately, newest first."""

    open: list[FaultTicket] = []
    closed: list[FaultTicket] = []
