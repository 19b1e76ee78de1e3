"""The chain of proof (M6): the receipt roll, once more as a duplicate, then the same on A4 by the
page printer, then the number on the screen.

A job is on disk before it goes to a printer (M2). The printer's own word ends it; a job of which
nothing is known after a restart is asked again under the same name, and prints nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from firmware.contract.device import DeviceState, Kind, Print, Status
from firmware.contract.ticket import Ticket
from firmware.core.book import Book
from firmware.core.floor import Floor
from firmware.core.page_desk import PageDesk
from firmware.core.papers import Papers
from firmware.core.visit import Visit
from firmware.journal import rows
from firmware.journal.orders import Order
from firmware.till.effects import LayOut, Outbox, Tell

ATTEMPTS = 2  # on the roll; the second is a duplicate, because the first may be on paper in part
CHAIN = {Kind.RECEIPT: ATTEMPTS, Kind.PAGE: 1}  # attempts, in their order
ASK_AGAIN_AFTER = 2.0  # seconds between repeats of a job that was not answered
GIVE_UP_AFTER = 40.0  # seconds: the longest receipt takes four; a citizen waits no longer
PAGE_GIVE_UP_AFTER = 60.0  # seconds: a laser that slept takes up to thirty to its first page
SILENT = "receipt.silent"  # the fault of a job of which the printer never said a word
WAIT_FOR_PRINTER = 8.0  # seconds for a driver or a cable to come back before the next must do


class Proof:
    """Brings the documents of one order at a time to the citizen."""

    def __init__(self, book: Book, outbox: Outbox, papers: Papers, pages: PageDesk) -> None:
        self._book, self._outbox, self._papers, self._pages = book, outbox, papers, pages
        self._work_on: tuple[str, str, int] | None = None  # order, document, which version of it
        self._since = 0.0  # it is being worked on
        self._job, self._job_since = "", 0.0
        self._asked_at = 0.0

    def step(self, order: Order, floor: Floor, visit: Visit, now: float) -> bool:
        """Do what is due; True when every document of the order has its proof.

        Not while coins go out: what does not come back goes on the slip.
        """
        if order.changing is not None:
            return False
        return all(self.bring(order, each, floor, visit, now) for each in documents_of(order))

    def bring(self, order: Order, document: str, floor: Floor, visit: Visit, now: float) -> bool:
        """The same for one document."""
        if not order.has_proof(document):
            version = len(order.claims) + order.copies_asked
            self._begin((order.number, document, version), now)
            self._work(order, document, floor, visit, now)
        return order.has_proof(document)

    def _begin(self, work: tuple[str, str, int], now: float) -> None:
        """Every paper has its own time; that of another order, claim or copy is another paper."""
        if work != self._work_on:
            self._work_on, self._since = work, now

    def _work(self, order: Order, document: str, floor: Floor, visit: Visit, now: float) -> None:
        jobs = order.jobs_of(document)
        waiting = next((job for job in jobs if order.jobs[job] == ""), None)
        if waiting is not None:
            self._watch(waiting, now)
        if waiting is not None and not self._is_too_late(order, waiting, now):
            self._print(order, document, waiting, floor, visit, now)
            return
        given_up = []
        if waiting is not None:
            self._cancel(order, waiting, floor, now)
            given_up = [rows.PrintFailed(order.number, waiting, SILENT)]
        kind = self._next_kind(order, document, waiting, floor, now)
        if kind is not None:
            job = order.next_job(document)
            self._book.write(*given_up, rows.PrintIntended(order.number, job, document, kind))
            self._print(order, document, job, floor, visit, now)
        elif given_up or not self._may_wait(jobs, floor, now):
            self._book.write(*given_up, rows.ProofShown(order.number, document))

    def _watch(self, job: str, now: float) -> None:
        """Every job has its own time, too."""
        if job != self._job:
            self._job, self._job_since, self._asked_at = job, now, -ASK_AGAIN_AFTER

    def _is_too_late(self, order: Order, job: str, now: float) -> bool:
        is_page = order.printers[job] == Kind.PAGE
        return now - self._job_since >= (PAGE_GIVE_UP_AFTER if is_page else GIVE_UP_AFTER)

    def _cancel(self, order: Order, job: str, floor: Floor, now: float) -> None:
        """The screen does instead: this paper must not come out before somebody else."""
        for printer in floor.of_kind(Kind.PAGE):
            if order.printers[job] == Kind.PAGE:
                self._pages.cancel(job, printer, now)

    def _next_kind(
        self, order: Order, document: str, silent: str | None, floor: Floor, now: float
    ) -> Kind | None:
        """The next printer of the chain that works; a driver that restarts is waited for."""
        jobs = order.jobs_of(document)
        for kind, attempts in CHAIN.items():
            tried = [job for job in jobs if order.printers[job] == kind]
            is_silent = silent in tried or any(order.jobs[job] == SILENT for job in tried)
            if len(tried) >= attempts or is_silent:
                continue
            if floor.usable(kind) is not None:
                return kind
            if kind is Kind.RECEIPT and self._may_wait(jobs, floor, now):
                return None
        return None

    def _may_wait(self, jobs: list[str], floor: Floor, now: float) -> bool:
        has_attempts = len(jobs) < ATTEMPTS
        return has_attempts and floor.printer_may_return and now - self._since < WAIT_FOR_PRINTER

    def _print(
        self, order: Order, document: str, job: str, floor: Floor, visit: Visit, now: float
    ) -> None:
        """Tell the printer, as often as it takes."""
        self._watch(job, now)
        kind = Kind(order.printers[job])
        make = partial(self._ticket, order, document, job, visit)
        for printer in floor.of_kind(kind):
            if kind is Kind.PAGE:
                self._print_page(job, printer, make, now)
            elif now - self._asked_at >= ASK_AGAIN_AFTER:
                self._asked_at = now
                self._outbox.add(Tell(printer.name, Print(job, make())))
            return

    def _ticket(self, order: Order, document: str, job: str, visit: Visit) -> Ticket:
        """Signed and laid out anew: only when a printer is told."""
        duplicate = order.duplicate(document, job)
        has_code = not visit.is_resumed  # else whoever stands there would have the money
        return self._papers.ticket(order, document, duplicate, visit.language, has_code)

    def _print_page(
        self, job: str, printer: DeviceState, make: Callable[[], Ticket], now: float
    ) -> None:
        if printer.status not in (Status.GONE, Status.STARTING):
            self._pages.step(job, printer, lambda: LayOut(job, printer.name, make()), now)


def documents_of(order: Order) -> list[str]:
    """What the citizen must leave with."""
    documents = []
    if order.is_paid and order.refusal is None:
        documents.append("receipt")
    if order.cashless.going_back:
        documents.append("refund")
    if order.claims:
        documents.append("claim")
    return documents


def place_of(order: Order, document: str) -> str:
    """Where the citizen finds it: `paper` of the roll, `page` of the laser, or the `screen`."""
    kind = order.printed_on(document)
    return "screen" if not kind else "page" if kind == Kind.PAGE else "paper"


def is_on_page(order: Order) -> bool:
    """Whether what is being printed comes out of the page printer."""
    waiting = (job for job in order.documents if not order.jobs[job])
    return any(order.printers[job] == Kind.PAGE for job in waiting)


def lacks_proof(order: Order) -> bool:
    """Whether the citizen may not go yet: money nobody speaks for, or a document without proof."""
    is_open = bool(order.owed) or order.changing is not None
    return is_open or not all(map(order.has_proof, documents_of(order)))
