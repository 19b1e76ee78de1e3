"""The chain of proof (M6): paper, once more as a duplicate, then the number on the screen.

A job is on disk before it goes to the printer (M2). The printer's own word ends it; a job of which
nothing is known after a restart is asked again under the same name, and prints nothing twice.
"""

from __future__ import annotations

from firmware.contract.device import Kind, Print
from firmware.core.book import Book
from firmware.core.floor import Floor
from firmware.core.papers import Papers
from firmware.core.visit import Visit
from firmware.journal import rows
from firmware.journal.orders import Order
from firmware.till.effects import Outbox, Tell

ATTEMPTS = 2  # the second is marked as a duplicate, because the first may be on paper in part
ASK_AGAIN_AFTER = 2.0  # seconds between repeats of a job that was not answered
GIVE_UP_AFTER = 40.0  # seconds: the longest receipt takes four; a citizen waits no longer
SILENT = "receipt.silent"  # the fault of a job of which the printer never said a word
WAIT_FOR_PRINTER = 8.0  # seconds for a driver or a cable to come back before the screen must do


class Proof:
    """Brings the documents of one order at a time to the citizen."""

    def __init__(self, book: Book, outbox: Outbox, papers: Papers) -> None:
        self._book, self._outbox, self._papers = book, outbox, papers
        self._work_on: tuple[str, str, int] | None = None  # order, document, how many claims
        self._since = 0.0  # it is being worked on
        self._asked_at = 0.0

    def step(self, order: Order, floor: Floor, visit: Visit, now: float) -> bool:
        """Do what is due; True when every document of the order has its proof.

        Not while coins go out: what does not come back goes on the slip.
        """
        if order.changing is not None:
            return False
        for document in documents_of(order):
            if not order.has_proof(document):
                self._begin((order.number, document, len(order.claims)), now)
                self._work(order, document, floor, visit, now)
                if not order.has_proof(document):
                    return False
        return True

    def _begin(self, work: tuple[str, str, int], now: float) -> None:
        """Every paper has its own time; that of another order or claim is another paper."""
        if work != self._work_on:
            self._work_on, self._since = work, now

    def _work(self, order: Order, document: str, floor: Floor, visit: Visit, now: float) -> None:
        jobs = order.jobs_of(document)
        waiting = next((job for job in jobs if order.jobs[job] == ""), None)
        if waiting is not None:
            if now - self._since >= GIVE_UP_AFTER:
                self._book.write(
                    rows.PrintFailed(order.number, waiting, SILENT),
                    rows.ProofShown(order.number, document),
                )
            elif now - self._asked_at >= ASK_AGAIN_AFTER:
                self._print(order, document, waiting, floor, visit, now)
        elif len(jobs) < ATTEMPTS and floor.can_print:
            job = order.next_job(document)
            self._book.write(rows.PrintIntended(order.number, job, document))
            self._print(order, document, job, floor, visit, now)
        elif len(jobs) >= ATTEMPTS or not self._may_wait(floor, now):
            self._book.write(rows.ProofShown(order.number, document))

    def _may_wait(self, floor: Floor, now: float) -> bool:
        return floor.printer_may_return and now - self._since < WAIT_FOR_PRINTER

    def _print(
        self, order: Order, document: str, job: str, floor: Floor, visit: Visit, now: float
    ) -> None:
        self._asked_at = now
        duplicate = order.jobs_of(document).index(job)
        has_code = not visit.is_resumed  # else whoever stands there would have the money
        ticket = self._papers.ticket(order, document, duplicate, visit.language, has_code)
        for printer in floor.of_kind(Kind.RECEIPT):
            self._outbox.add(Tell(printer.name, Print(job, ticket)))
            return


def documents_of(order: Order) -> list[str]:
    """What the citizen must leave with."""
    documents = []
    if order.is_paid and order.refusal is None:
        documents.append("receipt")
    if order.claims:
        documents.append("claim")
    return documents


def lacks_proof(order: Order) -> bool:
    """Whether the citizen may not go yet: money nobody speaks for, or a document without proof."""
    is_open = bool(order.owed) or order.changing is not None
    return is_open or not all(map(order.has_proof, documents_of(order)))
