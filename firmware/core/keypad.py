"""Numbers that the citizen types: what a service asks for, the code of a slip, the end of his own
account, a receipt and its mobile."""

from __future__ import annotations

import re

from firmware.contract.money import Money
from firmware.contract.screen import Hint
from firmware.core.asking import NOT_READ, Asking
from firmware.core.book import Book
from firmware.core.receipt_again import ReceiptAgain
from firmware.core.resuming import POWER, WRONG_DIGITS, knows
from firmware.core.tendering import Tendering
from firmware.core.visit import Signal, Stage, Visit

SLIP = re.compile(r"(?:.*/)?([0-9]{12})")  # behind the token, in the QR of a slip
RECEIPT = re.compile(r"[A-Z]{1,8} ([0-9]{4}) ([0-9]{4,8})")  # TDR 0417 0001


class Keypad:
    """Checks what was typed; what is wrong with it goes into the visit."""

    def __init__(
        self, book: Book, asking: Asking, tendering: Tendering, receipt_again: ReceiptAgain
    ) -> None:
        self._book, self._asking, self._tendering = book, asking, tendering
        self._receipt_again = receipt_again

    def enter(self, visit: Visit, typed: str, now: float) -> Signal | None:
        """The step that follows; None where it has to be typed again."""
        match visit.stage:
            case Stage.SLIP:
                return self._code(visit, typed, now)
            case Stage.RESUMED:
                return _last_digits(visit, typed)
            case Stage.RECEIPT_NUMBER:
                return self._receipt_again.number(visit, typed, now)
            case Stage.MOBILE:
                return self._receipt_again.mobile(visit, typed, now)
            case _:
                return self._asking.answer(visit, typed, self._book.today)

    def scan(self, visit: Visit, read: str, now: float) -> Signal | None:
        """What a bar code reader read, as if it had been typed; None where it is no such number."""
        match visit.stage:
            case Stage.NUMBER:
                return self._asking.scan(visit, read, self._book.today)
            case Stage.SLIP if (found := SLIP.fullmatch(read.strip())) is not None:
                return self.enter(visit, found[1], now)
            case Stage.RECEIPT_NUMBER if (found := RECEIPT.fullmatch(read.strip())) is not None:
                return self.enter(visit, found[1] + found[2], now)
            case _:
                visit.problem = NOT_READ
                return None

    def _code(self, visit: Visit, typed: str, now: float) -> Signal | None:
        """The money of a claim slip is in, or why not; who only guesses is sent back."""
        assert visit.order is not None
        brought = self._tendering.tender(visit.order, typed, now)
        if isinstance(brought, Money):
            visit.hint = Hint("cash.slip", brought)
            return Signal.CONFIRMED
        if self._tendering.is_offered(now):
            visit.problem = brought
            return None
        visit.hint = Hint("cash.no_slip")
        return Signal.BACK


def _last_digits(visit: Visit, typed: str) -> Signal | None:
    """Only who knows the end of the account number goes on with its money."""
    assert visit.order is not None
    if knows(visit.order, typed):
        visit.is_resumed, visit.problem = False, None
        return Signal.CONFIRMED
    visit.wrong_digits += 1
    visit.problem, visit.cause = "resumed.wrong", POWER
    return Signal.STOPPED if visit.wrong_digits >= WRONG_DIGITS else None
