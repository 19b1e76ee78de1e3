"""The slip of a claim on paper again, or for the first time: an order that the back end refused
after its citizen had gone has a claim in the journal and no slip (M7)."""

from __future__ import annotations

from firmware.contract.command import PrintClaim
from firmware.contract.device import Kind, Outcome, Print, Reply
from firmware.core.book import Book
from firmware.core.floor import Floor
from firmware.core.papers import Papers
from firmware.core.redeeming import find_issued, find_redeemed, refused, told
from firmware.core.visit import Stage, Visit
from firmware.journal import rows
from firmware.journal.orders import Order
from firmware.till.effects import Outbox, Tell


class Reprinting:
    """Answers PrintClaim: refuses what is wrong, or puts the job on disk and sends it once."""

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
        if visit.stage is not Stage.ATTRACT:
            return refused("somebody is at the kiosk: ask again when nobody is")
        printer = self._floor.usable(Kind.RECEIPT)
        if printer is None:
            return refused("the receipt printer does not work")
        return self._print(self._book.order(claim.order), printer.name)

    def _print(self, order: Order, printer: str) -> Reply:
        duplicate, job = len(order.jobs_of("claim")), order.next_job("claim")
        ticket = self._papers.ticket(order, "claim", duplicate, order.created.language)
        self._book.write(rows.PrintIntended(order.number, job, "claim"))
        self._outbox.add(Tell(printer, Print(job, ticket)))
        last, worth = order.claims[-1].claim, order.claimable
        self._book.forget(order.number)
        return Reply(Outcome.DONE, f"the slip of {last}, {worth}, is being printed: {job}")
