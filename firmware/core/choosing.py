"""What a citizen presses before money: language, service, number, bills, and at last to pay."""

from __future__ import annotations

from firmware.contract.reading import TextSize
from firmware.contract.screen import Action, Hint, Press
from firmware.core.asking import Asking
from firmware.core.basket import birth, chosen, take_out
from firmware.core.book import Book
from firmware.core.cash import CashDesk
from firmware.core.floor import Floor
from firmware.core.keypad import Keypad
from firmware.core.occasion import MEETING
from firmware.core.paying import Paying
from firmware.core.poster_desk import POSTER
from firmware.core.tiles import has_poster, service_trouble, why_not
from firmware.core.visit import AT_THE_TILL, REPRINT, REPRINTS, Signal, Stage, Visit
from firmware.journal.orders import Order
from firmware.runtime.config import Config
from firmware.services.catalogue import Catalogue

CASHLESS = (Action.PAY_UPI, Action.PAY_CARD)
# How it is read, and not what is done: at the desk, too.
READS = frozenset({Action.CHOOSE_LANGUAGE, Action.TEXT_SIZE})
CHOICES = frozenset(
    {Action.CHOOSE_SERVICE, Action.ENTER, Action.ADD_BILL, Action.TAKE_OUT}
    | READS
    | {Action.CHOOSE, Action.NEXT_PAGE, Action.PREVIOUS_PAGE, Action.SEARCH, Action.SCAN}
    | {Action.HOW_TO, Action.PRACTISE, Action.MORE_TIME}
    | {Action.BACK, Action.AGAIN, Action.PAY, *CASHLESS}
)


class Choosing:
    """Puts what was chosen into the visit, and says which step follows."""

    def __init__(
        self,
        book: Book,
        floor: Floor,
        catalogue: Catalogue,
        asking: Asking,
        keypad: Keypad,
        cash: CashDesk,
        paying: Paying,
        config: Config,
    ) -> None:
        self._book, self._floor, self._catalogue = book, floor, catalogue
        self._asking, self._keypad = asking, keypad
        self._cash, self._paying = cash, paying
        self._prefix, self._languages = config.kiosk.receipt_prefix, config.ui.languages

    def on_press(self, visit: Visit, press: Press, now: float) -> Signal | None:
        """The step that follows; None where the screen only changes, or for another press."""
        match press.action:
            case Action.CHOOSE_LANGUAGE:
                return self._choose_language(visit, press.value)
            case Action.TEXT_SIZE if press.value in list(TextSize):
                visit.text_size = TextSize(press.value)
                return None
            case Action.CHOOSE_SERVICE:
                return self._choose_service(visit, press.value)
            case Action.ENTER:
                return self._keypad.enter(visit, press.value, now)
            case Action.HOW_TO:
                visit.page = 0
                return Signal.HOW_TO
            case Action.PRACTISE:
                return Signal.PRACTISE
            case Action.MORE_TIME:
                visit.has_more_time = True
                return None
            case Action.NEXT_PAGE | Action.PREVIOUS_PAGE if visit.stage is Stage.HOW_TO:
                visit.page += 1 if press.action is Action.NEXT_PAGE else -1
                return None
            case Action.SCAN:
                return self._keypad.scan(visit, press.value, now)
            case Action.CHOOSE | Action.NEXT_PAGE | Action.PREVIOUS_PAGE | Action.SEARCH:
                return self._asking.on_press(visit, press)
            case Action.ADD_BILL:
                visit.basket = chosen(visit)
                visit.ask_again()
                return Signal.ADD
            case Action.TAKE_OUT:
                take_out(visit, press.value)
                return None if visit.basket else Signal.BACK
            case Action.BACK | Action.AGAIN:
                return self._go_back(visit, press.action)
            case Action.PAY | Action.PAY_UPI | Action.PAY_CARD:
                return self._pay(visit, press.action)
            case _:
                return None

    def why_no_cash(self, visit: Visit) -> Hint | None:
        """Why what is on the screen cannot be paid in cash here and now."""
        if visit.stage not in (Stage.BILL, Stage.BASKET):
            return None
        if self._paying.offers(visit) and self._floor.obstacle_before() is not None:
            return Hint("limit.no_cash")
        return self._cash.allowance.why_no_cash(visit)

    def _choose_language(self, visit: Visit, value: str) -> Signal | None:
        is_shut = visit.stage is Stage.ATTRACT and bool(self._floor.closed_because)
        if is_shut or value not in self._languages:
            return None
        visit.language = value
        self._asking.show_all(visit)
        return Signal.LANGUAGE if visit.stage is Stage.ATTRACT else None

    def _choose_service(self, visit: Visit, value: str) -> Signal | None:
        if value == REPRINT and self._floor.why_no_reprint is None:
            visit.typed, visit.problem = "", None
            return Signal.REPRINT
        if value == POSTER and has_poster(self._floor) and self._floor.why_no_poster is None:
            visit.proof = ""
            return Signal.POSTER
        if value == MEETING and self._floor.occasion.why_no_meeting is None:
            return Signal.MEETING
        if visit.stage is Stage.SERVICES and value in self._catalogue.groups:
            visit.category = value
            return None
        service = self._catalogue.services.get(value)
        if service is None or why_not(service, self._floor) is not None:
            return None
        visit.choose(value, service.gives)
        return Signal.SERVICE

    def _go_back(self, visit: Visit, action: Action) -> Signal | None:
        """Back or again: to the question before, to the bills in the basket, and from the services
        of one kind to the kinds."""
        visit.problem = None
        if visit.stage is Stage.SERVICES and visit.category:
            visit.category = ""
            return None
        if visit.stage is Stage.NUMBER and (before := self._asking.back(visit)) is not None:
            return before
        if visit.basket and visit.stage not in AT_THE_TILL | REPRINTS:
            return Signal.LISTED
        return Signal.BACK if action is Action.BACK else Signal.AGAIN

    def _pay(self, visit: Visit, action: Action) -> Signal | None:
        """The last moment before money: everything that must be there is looked at (M5)."""
        is_cashless = action in CASHLESS
        if not is_cashless and self.why_no_cash(visit) is not None:
            return None  # the screen says it
        trouble = service_trouble(self._catalogue.services[visit.service], self._floor)
        visit.cause = trouble or ("" if is_cashless else self._floor.obstacle_before() or "")
        if visit.cause:
            return Signal.BLOCKED
        if is_cashless:
            return self._paying.begin(visit, action, self._next_number())
        visit.order, visit.hint = self._create_order(visit), None
        visit.session = self._cash.session(visit, visit.order)
        return Signal.PAY

    def _create_order(self, visit: Visit) -> Order:
        number = self._next_number()
        self._book.write(*birth(number, visit, self._catalogue))
        return self._book.order(number)

    def _next_number(self) -> str:
        return self._book.next_number(self._prefix)
