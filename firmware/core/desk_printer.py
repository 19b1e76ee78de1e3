"""Papers that belong to no order, an operator's and the slip of a lookup, by the same chain as a
citizen's proof: paper, a duplicate, the screen.

A job is on disk before it goes to the printer (M2). Its rows belong to no order. A job that was
under way when core died is an intent without an outcome: the paper can be printed again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from firmware.contract.device import Kind, Print
from firmware.contract.ticket import Ticket
from firmware.core.book import Book
from firmware.core.floor import Floor
from firmware.core.proof import (
    ASK_AGAIN_AFTER,
    ATTEMPTS,
    GIVE_UP_AFTER,
    SILENT,
    WAIT_FOR_PRINTER,
)
from firmware.journal import rows
from firmware.till.effects import Outbox, Tell


@dataclass(frozen=True)
class Paper:
    """`make` draws it; its argument is 0 for the original, else which duplicate."""

    document: str
    make: Callable[[int], Ticket]


class DeskPrinter:
    """Prints papers one after the other. `now` is monotonic seconds."""

    def __init__(self, book: Book, floor: Floor, outbox: Outbox) -> None:
        self._book, self._floor, self._outbox = book, floor, outbox
        self._waiting: list[Paper] = []
        self._job = ""  # under way; empty when none is
        self._attempt = self._duplicates = 0
        self._since = self._asked_at = 0.0
        self.is_on_paper = True  # every paper of the last time

    def begin(self, papers: Sequence[Paper], now: float, is_again: bool = False) -> None:
        """`is_again`: these were printed before, so they are duplicates."""
        self._waiting, self.is_on_paper = list(papers), True
        self._duplicates = int(is_again)
        self._next(now)

    def step(self, now: float) -> bool:
        """Do what is due; True when all are on paper, or never will be."""
        if not self._waiting:
            return True
        if self._job:
            self._wait(now)
        elif self._attempt < ATTEMPTS and self._floor.can_print:
            self._intend(now)
        elif self._attempt >= ATTEMPTS or not self._may_wait(now):
            self._give_up(now)
        return not self._waiting

    def on_ended(self, job: str, fault: str | None, now: float) -> bool:
        """The printer's word on a job; False for a job that is not this one."""
        if job != self._job:
            return False
        self._job = ""
        if fault is None:
            self._book.write(rows.Printed(None, job))
            self._waiting.pop(0)
            self._next(now)
        else:
            self._book.write(rows.PrintFailed(None, job, fault))
        return True

    def _next(self, now: float) -> None:
        self._job, self._attempt, self._since = "", 0, now

    def _intend(self, now: float) -> None:
        """A name that no job ever had: the journal only grows."""
        paper = self._waiting[0]
        self._attempt += 1
        self._job = f"{paper.document}/{self._book.journal.length + 1}"
        self._book.write(rows.PrintIntended(None, self._job, paper.document))
        self._tell(now)

    def _tell(self, now: float) -> None:
        self._asked_at = now
        ticket = self._waiting[0].make(self._duplicates + self._attempt - 1)
        for printer in self._floor.of_kind(Kind.RECEIPT):
            self._outbox.add(Tell(printer.name, Print(self._job, ticket)))
            return

    def _wait(self, now: float) -> None:
        if now - self._since >= GIVE_UP_AFTER:
            self._book.write(rows.PrintFailed(None, self._job, SILENT))
            self._give_up(now)
        elif now - self._asked_at >= ASK_AGAIN_AFTER:
            self._tell(now)

    def _may_wait(self, now: float) -> bool:
        return self._floor.printer_may_return and now - self._since < WAIT_FOR_PRINTER

    def _give_up(self, now: float) -> None:
        """Its number is on the screen; the paper can be printed from the journal later."""
        paper = self._waiting.pop(0)
        self._book.write(rows.ProofShown(None, paper.document))
        self.is_on_paper = False
        self._next(now)
