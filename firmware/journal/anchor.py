"""The anchor: where the journal stood last, kept outside of it, so that a lost end is noticed.

A chain says that nothing inside was changed, not that its end is there. This small record beside
the file says how far it went at least; it is also where receipt numbers go on when the file cannot
be read. It is written between visits, never while a note waits.
"""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from firmware.journal.faults import JournalFault
from firmware.journal.journal import Journal
from firmware.runtime.durable import CorruptFile
from firmware.runtime.slots import Slots

log = logging.getLogger("core")

WRITES_APART = 5.0  # seconds, at least: late coins between visits come in handfuls


class Anchor(msgspec.Struct, frozen=True):
    """The last row that was there when this was written."""

    seq: int
    head: str  # hash of that row, hex
    credited: int  # paise that ever went in
    next_order: int
    collected: int = 0  # paise that were taken out with the cash box

    @property
    def inside(self) -> int:
        return self.credited - self.collected


class AnchorKeeper:
    """Keeps `anchor.a` and `anchor.b` beside one journal. `now` is monotonic seconds."""

    def __init__(self, path: Path) -> None:
        self._slots = Slots(path.with_name("anchor"))
        self._written: Anchor | None = None
        self._tried_at: float | None = None

    def read(self) -> Anchor | None:
        """None when there never was one, or none can be read; JournalFault as the disk does."""
        try:
            content = self._slots.read()
            return None if content is None else msgspec.json.decode(content, type=Anchor)
        except (CorruptFile, msgspec.DecodeError) as error:
            log.error("the journal's anchor is lost: %s", error)
            return None
        except OSError as error:
            raise JournalFault(f"anchor: {error}") from error

    def write(self, journal: Journal) -> None:
        """Returns when it is on disk; raises OSError."""
        anchor = anchor_of(journal)
        self._slots.write(msgspec.json.encode(anchor))
        self._written = anchor

    def between_visits(self, journal: Journal, now: float) -> None:
        """Write if there is anything new. A disk that refuses is the journal's to complain of."""
        if self._tried_at is not None and now - self._tried_at < WRITES_APART:
            return
        if self._written is not None and self._written.seq == journal.length:
            return
        self._tried_at = now
        try:
            self.write(journal)
        except OSError as error:
            log.warning("the journal's anchor was not written: %s", error)


def anchor_of(journal: Journal) -> Anchor:
    return Anchor(
        journal.length,
        journal.head,
        journal.credited_paise,
        journal.next_order,
        journal.collected_paise,
    )
