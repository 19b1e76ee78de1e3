"""Out of service by an operator's word, with its reason, and back: told to everybody who comes.

It stands in the journal, so that no restart opens a kiosk whose operator went to a holiday.
"""

from __future__ import annotations

import logging

from firmware.contract.desk import WhyClosed
from firmware.contract.device import Outcome, Reply
from firmware.core.book import Book
from firmware.core.floor import Floor
from firmware.core.redeeming import refused
from firmware.journal.shift_rows import ServiceResumed, ServiceStopped

log = logging.getLogger("core")


class Closing:
    """Keeps `floor.closed_because`."""

    def __init__(self, book: Book, floor: Floor) -> None:
        self._book, self._floor = book, floor
        self._later = ""  # why it will be closed when the visit is over

    def start(self) -> None:
        """As it stood before: with an order that is open, from its end on."""
        journal = self._book.journal
        stopped = next(journal.newest_of(ServiceStopped), None)
        resumed = next(journal.newest_of(ServiceResumed), None)
        is_closed = stopped is not None and (resumed is None or resumed.seq < stopped.seq)
        if is_closed and stopped is not None and isinstance(stopped.row, ServiceStopped):
            self._later = stopped.row.reason
            if not journal.open_orders():
                self.visit_is_over()

    def close(self, by: str, reason: WhyClosed, visit_goes_on: bool = False) -> Reply:
        """At once, or from the end of the visit on: a citizen's money may be inside. On disk at
        once in any case."""
        if standing := self._floor.closed_because or self._later:
            return refused(f"it is closed already: {standing}")
        self._book.write(ServiceStopped(by, reason.value))
        if visit_goes_on:
            self._later = reason.value
            return Reply(Outcome.DONE, "from the end of the visit that goes on now")
        self._floor.closed_because = reason.value
        log.warning("%s put the kiosk out of service: %s", by, reason)
        return Reply(Outcome.DONE)

    def visit_is_over(self) -> None:
        """What waited for that begins."""
        if self._later:
            self._floor.closed_because, self._later = self._later, ""

    def open(self, by: str) -> Reply:
        if not self._floor.closed_because and not self._later:
            return refused("it is not closed by an operator")
        self._book.write(ServiceResumed(by))
        self._floor.closed_because = self._later = ""
        log.warning("%s put the kiosk into service again", by)
        return Reply(Outcome.DONE)
