"""Rows about papers: documents that lay in RAM on their way to a printer, and receipts that their
citizens asked for again."""

from __future__ import annotations

from firmware.journal.lookup_rows import LookupRow
from firmware.journal.occasion_rows import OccasionRow
from firmware.journal.row import Row


class SpoolWiped(Row, frozen=True):
    """`count` documents that lay in the spool of the printer `device` were overwritten and removed,
    when a job had ended or at a start. What the printer's driver wiped itself is not among them."""

    device: str
    count: int


class CopyAsked(Row, frozen=True):
    """A citizen showed that the receipt of this order is his: the kiosk owes him a duplicate."""

    order: str


class CopyRefused(Row, frozen=True):
    """A receipt number and a mobile that do not belong together, or of which there is none; neither
    is written down. `boot` counts the machine's starts, `uptime_ms` is since that one."""

    boot: int
    uptime_ms: int


class PosterAsked(Row, frozen=True):
    """A citizen asked for the poster of services and fees; in one commit with its PrintIntended."""


# Of a lookup there may be a slip; a code of conduct is of papers, too.
PaperRow = SpoolWiped | CopyAsked | CopyRefused | PosterAsked | LookupRow | OccasionRow
