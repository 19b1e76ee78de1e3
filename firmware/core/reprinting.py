"""The slip of a claim on paper again, or for the first time: an order that the back end refused
after its citizen had gone has a claim in the journal and no slip (M7). And a receipt once more."""

from __future__ import annotations

from firmware.contract.command import PrintClaim, PrintReceipt
from firmware.contract.device import Kind, Outcome, Print, Reply
from firmware.core.book import Book
from firmware.core.floor import Floor
from firmware.core.papers import Papers
from firmware.core.proof import documents_of
from firmware.core.redeeming import find_issued, find_redeemed, refused, told
from firmware.core.visit import Stage, Visit
from firmware.journal import rows
from firmware.journal.orders import Order
from firmware.till.effects import Outbox, Tell


class Reprinting:
    """Refuses what is wrong, or puts the job on disk and sends it once."""

    def __init__(self, book: Book, floor: Floor, papers: Papers, outbox: Outbox) -> None:
        self._book, self._floor = book, floor
        self._papers, self._outbox = papers, outbox

    def print(self, command: PrintClaim, visit: Visit) -> Reply:
        """DONE means that the printer was told; its own word is a row (`kioskctl journal`)."""
        claim = find_issued(self._book.journal, command.claim.strip())
        if claim is None:
            return refused(f"{command.claim} is not a claim of this kiosk")
        if claim.order is None:
            return refused(f"{claim.claim} belongs to no visit: redeem it by its number")
        if (before := find_redeemed(self._book.journal, claim.claim)) is not None:
            return refused(f"{claim.claim} was redeemed: {told(before)}")
        if (why_not := self._why_not(visit)) is not None:
            return why_not
        order = self._book.order(claim.order)
        last, worth = order.claims[-1].claim, order.claimable
        job = self._print(order, "claim")
        return Reply(Outcome.DONE, f"the slip of {last}, {worth}, is being printed: {job}")

    def print_receipt(self, command: PrintReceipt, visit: Visit) -> Reply:
        """The same of a receipt: at any time, for whoever comes with its number."""
        number = command.receipt.strip().upper()
        if not self._book.knows(number):
            return refused(f"{number} is no receipt of this kiosk")
        order = self._book.order(number)
        if "receipt" not in documents_of(order) or order.awaits_paper:
            self._forget(order, visit)
            return refused(f"{number} has no receipt: nothing was paid, or it went back")
        if (why_not := self._why_not(visit)) is not None:
            self._forget(order, visit)
            return why_not
        of, job = "" if order.is_free else f" of {order.used}", self._print(order, "receipt")
        return Reply(Outcome.DONE, f"the receipt {number}{of} is being printed: {job}")

    def _why_not(self, visit: Visit) -> Reply | None:
        if visit.stage is not Stage.ATTRACT:
            return refused("somebody is at the kiosk: ask again when nobody is")
        if self._floor.usable(Kind.RECEIPT) is None:
            return refused("the receipt printer does not work")
        return None

    def _print(self, order: Order, document: str) -> str:
        """The job, on disk and told."""
        printer = self._floor.usable(Kind.RECEIPT)
        assert printer is not None
        job = order.next_job(document)
        duplicate = order.duplicate(document, job)
        ticket = self._papers.ticket(order, document, duplicate, order.created.language)
        self._book.write(rows.PrintIntended(order.number, job, document))
        self._outbox.add(Tell(printer.name, Print(job, ticket)))
        self._book.forget(order.number)
        return job

    def _forget(self, order: Order, visit: Visit) -> None:
        if order is not visit.order:
            self._book.forget(order.number)
