"""Who is at the kiosk: an operator says that he came, and that he goes; both are on disk."""

from __future__ import annotations

import logging
from itertools import islice

from firmware.contract.device import Outcome, Reply
from firmware.core.book import Book
from firmware.core.redeeming import refused
from firmware.journal.shift_rows import Shift, ShiftBegan, ShiftEnded
from firmware.till.attendance import newest

log = logging.getLogger("core")

RECENT = 24  # shifts looked at: five people in less than a week
SHOWN = 6  # on one page


class Attending:
    """The shifts of this kiosk."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def recent(self) -> list[Shift]:
        """The latest first; one that lasts has no end."""
        journal = self._book.journal
        ended = islice(journal.newest_of(ShiftEnded), RECENT)
        return newest(journal.newest_of(ShiftBegan), ended, RECENT)

    def here(self) -> dict[str, str]:
        """Who is here, and since when (ISO 8601). Only the last shift of each counts."""
        last: dict[str, Shift] = {}
        for shift in self.recent():
            last.setdefault(shift.by, shift)
        return {name: shift.began for name, shift in last.items() if not shift.ended}

    def say(self, by: str, is_here: bool) -> Reply:
        """Refused when it is so already."""
        since = self.here().get(by)
        if is_here is (since is not None):
            return refused(f"{by} is {'here' if is_here else 'not here'} already")
        self._book.write(ShiftBegan(by) if since is None else ShiftEnded(by, since))
        log.info("%s %s", by, "came" if is_here else "left")
        return Reply(Outcome.DONE)
