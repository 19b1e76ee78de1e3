"""Hands out what an order paid for: a certificate or a card of the back end, printed as it is.

The document is fetched when the money is there, and printed only if the office's own signature over
it is right. The payment is posted when the last page, or the card, is out by the printer's own
word. Until then nothing is booked, so what cannot be handed out goes back whole, or to a claim
(M7).
"""

from __future__ import annotations

import logging

from firmware.contract.device import DeviceState, Kind, Status
from firmware.contract.document import PagePrinted, PrintDocument
from firmware.contract.gateway import Document, Failed, FetchDocument, GatewayReply, Problem
from firmware.contract.screen import Printing
from firmware.core.book import Book
from firmware.core.endings import give_back
from firmware.core.floor import Floor
from firmware.core.page_desk import PageDesk
from firmware.core.visit import Signal
from firmware.documents.signed import is_genuine
from firmware.journal import rows
from firmware.journal.orders import Order
from firmware.till.effects import Ask

log = logging.getLogger("core")

DOCUMENT = "document"
HELP_WITHIN = 120.0  # seconds for a hand, or the back end, before a page has begun to move
ENDS_WITHIN = 900.0  # seconds: the driver gives a job up after ten minutes of trouble
ANSWERS_WITHIN = 60.0  # seconds for the driver's word after a cancel; it is restarted in one
NOT_DELIVERED = "not_delivered"  # the problem of a payment that was never posted

# Faults of a job that ended before the printer had it
UNSIGNED, REFUSED = "document.unsigned", "document.refused"
NOT_FETCHED, UNUSABLE, SILENT = "document.not_fetched", "page.unusable", "page.silent"
CAUSES = {
    UNSIGNED: "trouble.document_unsigned",
    REFUSED: "trouble.document_refused",
    NOT_FETCHED: "trouble.document_not_fetched",
}
OTHERWISE = {Kind.PAGE: "trouble.not_printed", Kind.PVC: "trouble.card_not_printed"}


class Delivering:
    """Works on one order at a time. `now` is monotonic seconds."""

    def __init__(self, book: Book, pages: PageDesk, office_key: bytes) -> None:
        self._book, self._pages = book, pages
        self._office_key = office_key
        self._job = ""
        self._since = 0.0
        self._cancelled_at: float | None = None
        self._why = UNUSABLE  # what there is to say where the printer never had the document
        self.is_genuine = False  # the signature was checked, in this life of core
        self.page = self.of = 0  # pages that are out

    # --- the citizen's time ----------------------------------------------------------------

    def step(self, order: Order, floor: Floor, now: float) -> Signal | None:
        """Do what is due; where it ends, say how."""
        if order.refusal is not None:
            return Signal.UNDELIVERED
        if not order.awaits_paper:
            return Signal.DELIVERED
        jobs = order.jobs_of(DOCUMENT) or [self._intend(order)]
        if order.jobs[jobs[-1]]:
            self.withdraw(order, order.jobs[jobs[-1]])
            return Signal.UNDELIVERED
        self._work(order, jobs[-1], floor, now)
        return None

    def cancel(self, now: float) -> None:
        """The citizen will not wait for the printer any longer: whatever else was, that is why."""
        if self._cancelled_at is None:
            self._why = UNUSABLE
        self._stop(now)

    def _stop(self, now: float) -> None:
        self._cancelled_at = now if self._cancelled_at is None else self._cancelled_at

    def may_cancel(self, order: Order, floor: Floor) -> bool:
        """Only while the printer stands: a page that moves is paid for."""
        works = floor.usable(Kind(order.created.gives)) is not None
        return not works and self._cancelled_at is None

    def seen(self, order: Order, floor: Floor) -> Printing:
        """What the citizen sees meanwhile."""
        gives = order.created.gives
        is_standing = floor.usable(Kind(gives)) is None
        trouble = floor.document_trouble(gives) if is_standing else None
        service = order.created.service
        if self._job not in order.jobs:  # what is known is of an order before
            return Printing(service, 0, 0, False, trouble, gives)
        return Printing(service, self.page, self.of, self.is_genuine, trouble, gives)

    def _intend(self, order: Order) -> str:
        """The job is on disk before anything of it is fetched or told (M2)."""
        job, kind = order.next_job(DOCUMENT), order.created.gives
        self._book.write(rows.PrintIntended(order.number, job, DOCUMENT, kind))
        return job

    def _work(self, order: Order, job: str, floor: Floor, now: float) -> None:
        self._begin(job, now)
        waited = now - self._since
        is_late = waited >= HELP_WITHIN and not self._pages.is_taken
        if is_late or waited >= ENDS_WITHIN:
            self._stop(now)
        printer = printer_of(order, floor)
        if self._cancelled_at is not None:
            self._cancel(order, job, printer, now)
        elif self._may_go(printer):
            self._pages.step(job, printer, lambda: Ask(self._request(order, printer)), now)

    def _begin(self, job: str, now: float) -> None:
        if job != self._job:
            self._job, self._since, self._cancelled_at = job, now, None
            self._why, self.is_genuine = UNUSABLE, False
            self.page = self.of = 0
        self._pages.begin(job)

    def _may_go(self, printer: DeviceState) -> bool:
        """A printer that stands ends a new job at once: the paper may be filled in first."""
        if printer.status in (Status.GONE, Status.STARTING):
            return False
        return self._pages.is_taken or printer.status is not Status.OUT_OF_SERVICE

    def _cancel(self, order: Order, job: str, printer: DeviceState, now: float) -> None:
        """The driver's own word decides whether pages are out; without a driver the time does."""
        assert self._cancelled_at is not None
        if self._pages.is_unknown:
            self._end(order, job, self._why)
            self._pages.end(job, printer.name)
        elif now - self._cancelled_at >= ANSWERS_WITHIN:
            self._end(order, job, SILENT)  # and the driver is told until it hears it
        else:
            self._pages.cancel(job, printer, now)

    # --- the back end ----------------------------------------------------------------------

    def on_answer(
        self, order: Order | None, request: FetchDocument, reply: GatewayReply | None, now: float
    ) -> None:
        """The document lies in the spool, or does not. What nobody waits for is wiped."""
        job = "" if order is None else self._waiting(order, request)
        if order is None or not job or job != self._job:
            self._pages.end("", request.device)
            return
        match reply:
            case Document(key=key) if key == request.key:
                is_card = order.created.gives == Kind.PVC
                self._take(job, request, reply, is_card, now)
            case Failed(problem=problem) if problem is not Problem.BACK_END_DOWN:
                self._give_up(REFUSED, now)
            case _:
                self._why = NOT_FETCHED
                self._pages.make_again(now)

    def _take(
        self, job: str, request: FetchDocument, found: Document, is_card: bool, now: float
    ) -> None:
        """A card has its second page on its back; a certificate has each on a sheet of its own."""
        service, account = request.service, request.account
        if not self._office_key or not is_genuine(found, service, account, self._office_key):
            log.error("%s: the signature of the document is wrong: nothing is printed", job)
            self._give_up(UNSIGNED, now)
            return
        self.is_genuine, self.of, self._why = True, found.pages, UNUSABLE
        self._pages.on_made(PrintDocument(job, found.document, found.sha256, found.pages, is_card))

    def _give_up(self, why: str, now: float) -> None:
        """By the driver's word only: a core before this one may have told it to print."""
        self._why = why
        self._stop(now)

    def _waiting(self, order: Order, request: FetchDocument) -> str:
        """The job that this was asked for, if it still waits."""
        is_its_own = order.lines[0].key == request.key and order.awaits_paper
        jobs = order.jobs_of(DOCUMENT) if is_its_own else []
        return jobs[-1] if jobs and not order.jobs[jobs[-1]] else ""

    def _request(self, order: Order, printer: DeviceState) -> FetchDocument:
        line = order.lines[0]
        return FetchDocument(line.key, line.service, line.bill.account, order.number, printer.name)

    # --- the printer -----------------------------------------------------------------------

    def on_page(self, event: PagePrinted) -> None:
        if event.job == self._job:
            self.page, self.of = event.page, event.of
            self._pages.is_taken = True

    def _end(self, order: Order, job: str, fault: str) -> None:
        """Nothing of it will be printed: one commit with where the money goes."""
        failed = rows.PrintFailed(order.number, job, fault)
        self._book.write(failed, *_withdrawn(order, fault))

    def withdraw(self, order: Order, fault: str) -> None:
        """The printer's own word that it is not out."""
        self._book.write(*_withdrawn(order, fault))


def printer_of(order: Order, floor: Floor) -> DeviceState:
    """The one that makes this paper; one that was never heard of is not there."""
    kind = Kind(order.created.gives)
    unheard = DeviceState(name=kind, kind=kind, family="", status=Status.GONE)
    return next(floor.of_kind(kind), unheard)


def _withdrawn(order: Order, fault: str) -> list[rows.AnyRow]:
    """The payment is never posted: its money goes back to the card, or to a claim."""
    log.warning("%s: not handed out: %s", order.number, fault)
    cause = CAUSES.get(fault, OTHERWISE[Kind(order.created.gives)])
    return [
        rows.PostRefused(order.number, NOT_DELIVERED, fault),
        *give_back(order, order.beyond(order.used - order.parts[0]), cause),
    ]
