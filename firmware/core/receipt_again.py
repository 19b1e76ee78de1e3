"""A citizen prints his receipt again alone: by its number, and the mobile of the account it paid.

A right pair is a row, and only then a duplicate is owed: it goes the way of every proof (proof.py),
paper, page or screen. A claim slip goes no such way: whoever holds one has its money.
"""

from __future__ import annotations

import logging
import re

from firmware.contract.device import Kind
from firmware.contract.screen import Number, ScreenData, Waiting
from firmware.contract.screen_ends import Reprinted
from firmware.core.book import Book
from firmware.core.floor import Floor
from firmware.core.guesses import Guesses
from firmware.core.papers import Papers
from firmware.core.proof import Proof, documents_of, is_on_page, place_of
from firmware.core.visit import REPRINT, Signal, Stage, Visit
from firmware.journal.orders import Order, fold
from firmware.journal.paper_rows import CopyAsked, CopyRefused
from firmware.till.access import COPIES
from firmware.till.owners import is_known

log = logging.getLogger("core")

RECEIPT = "receipt"
KIOSK_DIGITS = 4  # of `TDR 0417 0001`: what the prefix ends with
LEAST_DIGITS = 4  # of the order's own number
MOBILE_DIGITS = 10
MOBILE = re.compile("[6-9][0-9]{9}", re.ASCII)  # contract.gateway.Mobile
MOST_COPIES = 5  # of one receipt: after that somebody plays with the roll
ASK = "reprint.ask_operator"


class ReceiptAgain:
    """Checks what is typed, and brings the duplicate. `now` is monotonic seconds."""

    def __init__(
        self, book: Book, floor: Floor, papers: Papers, proof: Proof, receipt_prefix: str
    ) -> None:
        self._book, self._floor, self._proof = book, floor, proof
        self._owners, self._prefix = papers.owners, receipt_prefix
        self._guesses = Guesses(book, COPIES, CopyRefused, CopyAsked)

    def start(self, now: float) -> None:
        self._guesses.start(now)

    # --- whether ---------------------------------------------------------------------------

    def tick(self, now: float) -> None:
        """Say on the tile what is so now."""
        self._floor.why_no_reprint = self._why_shut(now) or self._why_no_paper()

    def _why_shut(self, now: float) -> str | None:
        """The message key of why nobody may ask now; None if he may."""
        if self._owners is None:
            return "tile.ask_operator"
        if self._guesses.locked_for(now) > 0:
            return "tile.too_many_tries"
        if self._floor.records_trouble:
            return "tile.no_records"
        return "tile.no_power" if self._floor.power_is_ending else None

    def _why_no_paper(self) -> str | None:
        """A visit is not begun for a number on the screen, which its citizen knows."""
        trouble = self._floor.printer_trouble()
        if trouble is None or self._floor.usable(Kind.PAGE) is not None:
            return None
        return "tile.no_paper" if trouble == "trouble.paper_out" else "tile.no_printer"

    # --- what is typed ---------------------------------------------------------------------

    def number(self, visit: Visit, typed: str, now: float) -> Signal | None:
        """The receipt's number; the mobile is asked for whether or not there is such a receipt."""
        visit.typed, visit.problem = typed, self._why_shut(now) or self._problem_of(typed)
        return Signal.ENTERED if visit.problem is None else None

    def _problem_of(self, typed: str) -> str | None:
        if not (typed.isascii() and typed.isdecimal() and len(typed) >= _SHORTEST):
            return "number.too_short"
        if typed[:KIOSK_DIGITS] != self._prefix[-KIOSK_DIGITS:]:
            return "reprint.other_kiosk"
        order = self._find(self._number_of(typed))
        return ASK if order is not None and not is_known(order) else None

    def mobile(self, visit: Visit, typed: str, now: float) -> Signal | None:
        """Whose receipt it is. Nothing says which of the two was wrong, and neither is kept."""
        if MOBILE.fullmatch(typed) is None:
            visit.problem = "reprint.not_a_mobile"
            return None
        visit.problem = self._why_shut(now) or self._try(visit, typed, now)
        return Signal.CONFIRMED if visit.problem is None else Signal.WRONG_NUMBER

    def _try(self, visit: Visit, mobile: str, now: float) -> str | None:
        assert self._owners is not None
        order = self._find(self._number_of(visit.typed))
        if order is None or not self._owners.owns(mobile, order):
            log.warning("a receipt and a mobile that do not belong together")
            self._guesses.add(now)
            return "tile.too_many_tries" if self._guesses.locked_for(now) > 0 else "reprint.wrong"
        if not _may_be_copied(order):
            return ASK
        self._book.write(CopyAsked(order.number))
        visit.receipt, visit.proof = order.number, ""
        log.info("%s: its citizen asks for the receipt again", order.number)
        return None

    def _number_of(self, typed: str) -> str:
        return f"{self._prefix} {int(typed[KIOSK_DIGITS:]):04d}"

    def _find(self, number: str) -> Order | None:
        """Read anew, and not kept: nothing happens to it yet."""
        return fold(self._book.journal.of_order(number)) if self._book.knows(number) else None

    # --- the paper -------------------------------------------------------------------------

    def may_go_on(self, visit: Visit) -> bool:
        """Whether a start can take up this visit: another journal may know nothing of it."""
        needs_order = visit.stage in (Stage.REPRINTING, Stage.REPRINTED)
        return not needs_order or self._find(visit.receipt) is not None

    def step(self, visit: Visit, now: float) -> Signal | None:
        """Do what is due until the duplicate is there, or its number on the screen."""
        order = self._book.order(visit.receipt)
        if RECEIPT not in documents_of(order):  # refused by the office since it was asked for
            self._book.forget(order.number)
            visit.problem = ASK
            return Signal.WRONG_NUMBER
        if not self._proof.bring(order, RECEIPT, self._floor, visit, now):
            visit.proof = "page" if is_on_page(order) else ""
            return None
        visit.proof = place_of(order, RECEIPT)
        self._book.forget(order.number)
        return Signal.PROVEN

    # --- what is seen ----------------------------------------------------------------------

    def draw(self, visit: Visit) -> ScreenData:
        match visit.stage:
            case Stage.RECEIPT_NUMBER:
                label, most = "reprint.account", self._longest
                return Number(REPRINT, label, most, visit.typed, visit.problem, least=_SHORTEST)
            case Stage.MOBILE:
                return Number(REPRINT, "reprint.mobile", MOBILE_DIGITS, problem=visit.problem)
            case Stage.REPRINTING:
                is_page = visit.proof == "page"
                return Waiting("waiting.printing_page" if is_page else "waiting.printing")
            case _:
                return Reprinted(visit.receipt, visit.proof)

    @property
    def _longest(self) -> int:
        """Digits of a number, once this kiosk has given out more than four digits of them."""
        last = str(self._book.journal.next_order - 1)
        return KIOSK_DIGITS + max(LEAST_DIGITS, len(last))


_SHORTEST = KIOSK_DIGITS + LEAST_DIGITS


def _may_be_copied(order: Order) -> bool:
    """Whether it is over, has a receipt, and was not asked for too often."""
    has_receipt = RECEIPT in documents_of(order) and not order.awaits_paper
    return order.end is not None and has_receipt and order.copies_asked < MOST_COPIES
