"""What stands on an A4 page and on no roll: tables, and the poster beside the kiosk.

The lines of a ticket mean the same on both papers; a page has room for columns besides.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from firmware.contract.ticket import Code, Pair, Rule, Text


class Mark(StrEnum):
    """How a row of a table stands out; its words say the same, for prints without colour."""

    PLAIN = "plain"
    GOOD = "good"
    POOR = "poor"
    BAD = "bad"


class Row(msgspec.Struct, frozen=True):
    cells: list[str]
    mark: Mark = Mark.PLAIN


class Table(msgspec.Struct, frozen=True, tag=True):
    """Rows under a head that is said again on each page. `shares` are widths, for each column.

    Raises ValueError for a row that has not a cell for each column.
    """

    columns: list[str]
    rows: list[Row]
    shares: list[Annotated[int, msgspec.Meta(ge=1, le=20)]]

    def __post_init__(self) -> None:
        for count in (len(self.shares), *(len(row.cells) for row in self.rows)):
            if count != len(self.columns):
                raise ValueError(f"table: expected {len(self.columns)} cells, got {count}")


class Sheet(msgspec.Struct, frozen=True):
    """A paper for the office, top to bottom, on as many pages as it needs."""

    lines: list[Text | Pair | Rule | Code | Table]
    language: str = "hi"


class Both(msgspec.Struct, frozen=True):
    """The same in both languages: who reads a wall is not known."""

    hi: str
    en: str


class Offered(msgspec.Struct, frozen=True):
    """One service on the poster: what a citizen must have in the hand, and what it costs."""

    name: Both
    bring: Both
    fee: Both


class Poster(msgspec.Struct, frozen=True, kw_only=True):
    """One page, read from two metres away."""

    owner: Both
    place: Both
    services_title: Both
    services: list[Offered]
    paying_title: Both
    paying: list[Both]
    help_title: Both
    helpline: str
    kiosk: str
    rates: Both | None = None  # which table the fees are from
    line: Both | None = None  # of the district's content, at the foot
