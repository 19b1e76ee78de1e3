"""Paying without cash: what may be offered, and a visit's way from the bill to the answer.

One tender an order: nothing is split. The back end is asked about an open payment until it says
what became of it: before the citizen's eyes for a while, then behind the visits that follow, for
ever. An order whose fate is not known stays open in the journal.
"""

from __future__ import annotations

import logging

from firmware.contract.card import (
    AuthoriseCard,
    CardRejected,
    CardRequest,
    CardSwiped,
    FindCard,
    RefundCard,
)
from firmware.contract.gateway import GatewayReply, Tender
from firmware.contract.screen import Action, Hint
from firmware.contract.upi import CancelUpi, CheckUpi, StartUpi, UpiPayment, UpiRequest, UpiStatus
from firmware.core import upi_desk
from firmware.core.basket import born, chosen, sum_of
from firmware.core.book import Book
from firmware.core.card_desk import CardDesk
from firmware.core.floor import Floor
from firmware.core.resuming import POWER
from firmware.core.snapshot import Snapshot
from firmware.core.visit import Signal, Stage, Visit
from firmware.journal.orders import Order
from firmware.journal.rows import AnyRow, ProofShown
from firmware.journal.tender_rows import CardRefundAsked
from firmware.services.catalogue import Catalogue
from firmware.till.effects import Ask, Outbox
from firmware.till.upi import pay_link

log = logging.getLogger("core")

PAY_ACTIONS = {Action.PAY_UPI: Tender.UPI, Action.PAY_CARD: Tender.CARD}
STAGES = {Tender.UPI: Signal.UPI, Tender.CARD: Signal.CARD}
WITH_FATE = frozenset({Stage.UPI, Stage.CARD, Stage.CHECKING, Stage.TROUBLE})

ASK_EVERY = 3.0  # seconds between two questions while the citizen waits
ASK_AGAIN_AFTER = 10.0  # seconds, when nobody waits
MOST_QUESTIONS = 1000  # that an answer may still come to: the last hours' even on the busiest day
CHARGE_WITHIN = 30.0  # seconds that a citizen waits for a charge; then it is undone
TOLD_AFTER = {Tender.UPI: 20.0, Tender.CARD: 50.0}  # seconds; then the screen says: not known yet
OBSTACLE_PATIENCE = 6.0  # seconds: a reader's driver that restarts is back in two
FATE = "fate"  # what was shown to a citizen who had to go without an answer
BY_CITIZEN = "trouble.cancelled_with_money"
NOT_TAKEN = "trouble.not_taken"


class Paying:
    """Moves a visit, and says which signal is due. `now` is monotonic seconds."""

    def __init__(self, book: Book, floor: Floor, outbox: Outbox, catalogue: Catalogue) -> None:
        self._book, self._floor, self._outbox = book, floor, outbox
        self._catalogue = catalogue
        self.cards = CardDesk(book, floor, outbox)
        self._asked_at = self._asked_behind_at = 0.0
        self._charging = False  # the question that charges a card is on its way
        self._orders: dict[str, str] = {}  # reference or key of a question -> its order
        self._refunding: set[str] = set()  # orders with a refund that is not answered

    # --- the bill --------------------------------------------------------------------------

    def offers(self, visit: Visit) -> list[Action]:
        """The ways to pay what is on the screen, beside cash, that work now (M5)."""
        is_bill = visit.stage is Stage.BASKET or (visit.stage is Stage.BILL and visit.bill)
        if not is_bill or not sum_of(chosen(visit)):
            return []
        services = [self._catalogue.services[listed.service] for listed in chosen(visit)]
        works = [
            tender
            for tender in self._floor.tenders()
            if all(tender in service.tenders for service in services)
        ]
        return [action for action, tender in PAY_ACTIONS.items() if tender in works]

    def begin(self, visit: Visit, action: Action, number: str) -> Signal | None:
        """The order, and with UPI the intent in the same commit; nothing when it works no more."""
        if action not in self.offers(visit):
            return None
        order = born(number, visit)
        found: list[AnyRow] = [order]
        if action is Action.PAY_UPI:
            found.append(upi_desk.intent(number, order.payable, self._book.at))
        self._book.write(*found)
        visit.order, visit.hint, visit.cause = self._book.order(number), None, ""
        visit.link, visit.obstacle_from, self._asked_at = "", None, 0.0
        self._charging = False
        return STAGES[PAY_ACTIONS[action]]

    # --- a start ---------------------------------------------------------------------------

    def resume(self, visit: Visit, order: Order, kept: Snapshot | None) -> Stage:
        """Where an unpaid order goes on: before its citizen, if core alone was away."""
        visit.cause = ""
        if kept is None or not kept.is_of(order):
            visit.is_resumed, visit.cause = True, POWER
            return Stage.CHECKING
        if order.cashless.is_open and FATE in order.shown:
            visit.cause = _unknown(order)
            return Stage.TROUBLE
        if order.cashless.open_upi is not None:
            is_shown = kept.stage is not Stage.CHECKING
            visit.cause = "" if is_shown else BY_CITIZEN
            return Stage.UPI if is_shown else Stage.CHECKING
        listens = kept.stage is Stage.CARD and order.cashless.open_card is None
        return Stage.CARD if listens else Stage.CHECKING

    def interrupted(self, kept: Snapshot | None) -> list[str]:
        """The open orders that a start takes up, oldest first: not those whose citizen has gone
        without an answer."""
        stays, opened = "" if kept is None else kept.order, self._book.journal.open_orders()
        return [number for number in opened if number == stays or not self.is_told(number)]

    def load(self) -> None:
        """What goes back to cards, and was not answered before this start."""
        for entry in self._book.journal.of_kind(CardRefundAsked):
            order = self._book.order(entry.order or "")
            if order.cashless.open_refunds:
                self._refunding.add(order.number)
            self._book.forget(order.number)

    # --- events ----------------------------------------------------------------------------

    def on_card(self, visit: Visit, event: CardSwiped | CardRejected, now: float) -> Signal | None:
        """A card, for the order that waits for one; any other is told in vain."""
        order = visit.order
        if visit.stage is not Stage.CARD or order is None or event.session != order.number:
            return None
        if isinstance(event, CardRejected):
            visit.hint, visit.patience_from = Hint(f"card.{event.reason}"), now
            return None
        if self._floor.document_trouble(visit.gives) is not None:
            visit.hint = Hint("card.not_asked")  # it was read as the printer went
            return None
        self._ask(self.cards.charge(order, event), order)
        self._charging, visit.cause = True, ""
        return Signal.SWIPED

    def on_answer(
        self, visit: Visit, request: UpiRequest | CardRequest, reply: GatewayReply | None,
        now: float,
    ) -> Signal | None:  # fmt: skip
        """The back end's word on a payment of this visit, or of one that is over."""
        number = self._orders.get(_name_of(request))
        if number is None:
            return None
        order = self._book.order(number)
        if order is not visit.order:
            self._take(order, request, reply, is_here=False)
            self._book.forget(number)
            return None
        if isinstance(request, AuthoriseCard):
            self._charging, self._asked_at = False, 0.0
        was_open, has_approval = order.cashless.is_open, order.cashless.approval
        self._take(order, request, reply, is_here=visit.stage in WITH_FATE)
        self._show_link(visit, order, request, reply)
        if order.cashless.approval != has_approval:
            self._asked_at = 0.0  # confirm it at once
        if visit.stage is Stage.TROUBLE:
            if was_open and not order.cashless.is_open:
                visit.cause = NOT_TAKEN  # what came is on a paper; the screen says which
            return None
        return self.tick(visit, now)

    def _take(
        self, order: Order, request: UpiRequest | CardRequest, reply: GatewayReply | None,
        is_here: bool,
    ) -> None:  # fmt: skip
        match request:
            case RefundCard() | FindCard() if order.cashless.open_refunds:
                self.cards.take_refund(order, request, reply)
            case StartUpi() | CheckUpi() | CancelUpi():
                upi_desk.take(self._book, order, request, reply, is_here)
            case _:
                self.cards.take(order, request, reply, is_here)
        if order.cashless.open_refunds:
            self._refunding.add(order.number)

    def _show_link(
        self, visit: Visit, order: Order, request: UpiRequest | CardRequest,
        reply: GatewayReply | None,
    ) -> None:  # fmt: skip
        asked = order.cashless.open_upi
        match reply:
            case UpiPayment(status=UpiStatus.WAITING, payee=payee, payee_name=name) if (
                asked is not None and isinstance(request, StartUpi) and payee
            ):
                visit.link = pay_link(payee, name, asked.amount, asked.reference, order.number)
                visit.payee = name
            case _:
                pass

    # --- time ------------------------------------------------------------------------------

    def tick(self, visit: Visit, now: float) -> Signal | None:
        """What is due in the stages of paying without cash."""
        match visit.stage:
            case Stage.UPI:
                return self._tick_upi(visit, now)
            case Stage.CARD:
                return self._tick_card(visit, now)
            case Stage.CHECKING:
                return self._tick_checking(visit, now)
            case _:
                return None

    def _tick_upi(self, visit: Visit, now: float) -> Signal | None:
        order = _order_of(visit)
        if not order.cashless.is_open:
            return Signal.STOPPED
        self._ask_now(order, is_wanted=True, is_registered=bool(visit.link), now=now)
        if (obstacle := self._floor.document_trouble(visit.gives)) is not None:
            return _wait_out(visit, obstacle, now)
        visit.obstacle_from = None
        return None

    def _tick_card(self, visit: Visit, now: float) -> Signal | None:
        """The reader listens while everything is there that a charge needs (M5)."""
        obstacle = self._floor.cashless_obstacle() or self._floor.document_trouble(visit.gives)
        if obstacle is None and Tender.CARD in self._floor.tenders():
            visit.obstacle_from = None
            self.cards.arm(_order_of(visit), now)
            return None
        self.cards.disarm()
        return _wait_out(visit, obstacle or "trouble.card_reader", now)

    def _tick_checking(self, visit: Visit, now: float) -> Signal | None:
        order = _order_of(visit)
        if not order.cashless.is_open:
            return self._outcome(visit, order)
        tender = _open_tender(order)
        waited = now - visit.entered_at
        if waited >= TOLD_AFTER[tender]:
            visit.cause = _unknown(order)
            if FATE not in order.shown:
                self._book.write(ProofShown(order.number, FATE))
            return Signal.FAILED
        is_wanted = tender is Tender.CARD and not visit.is_resumed and waited < CHARGE_WITHIN
        self._ask_now(order, is_wanted, is_registered=True, now=now)
        return None

    def _outcome(self, visit: Visit, order: Order) -> Signal:
        """Where the citizen goes when the fate is known."""
        if order.is_paid:
            return Signal.PAID
        if order.claims or order.cashless.going_back:
            return Signal.SHORT
        if visit.is_resumed and order.cashless.upi is None and not order.cashless.cards:
            return Signal.EMPTY
        if not visit.cause and order.cashless.declined:
            visit.hint = Hint("card.declined")
            return Signal.DECLINED
        if visit.cause == BY_CITIZEN and (visit.basket or len(order.lines) == 1):
            return Signal.LISTED if visit.basket else Signal.UNPAID
        if visit.cause in ("", POWER, BY_CITIZEN, "trouble.timed_out_with_money"):
            visit.cause = NOT_TAKEN
        return Signal.FAILED

    # --- behind the visits -----------------------------------------------------------------

    def tick_behind(self, visit: Visit, interrupted: list[str], now: float) -> None:
        """Orders that nobody waits for: asked again until they are settled, as posting is."""
        if not self._floor.gateway.is_online or now - self._asked_behind_at < ASK_AGAIN_AFTER:
            return
        self._asked_behind_at = now
        visiting = None if visit.order is None else visit.order.number
        for number in self._book.journal.open_orders():
            if number not in interrupted and (number != visiting or visit.stage is Stage.TROUBLE):
                self._ask_behind(number, number == visiting)
        for number in sorted(self._refunding):
            self.ask_refunds(self._book.order(number), number == visiting)

    def _ask_behind(self, number: str, is_visiting: bool) -> None:
        order = self._book.order(number)
        if (request := self._question(order, False, True)) is not None:
            self._ask(request, order)
        if not is_visiting:
            self._book.forget(number)

    def ask_refunds(self, order: Order, is_visiting: bool) -> None:
        """Ask for what goes back to the card, and go on until it is answered."""
        number, is_open = order.number, bool(order.cashless.open_refunds)
        (self._refunding.add if is_open else self._refunding.discard)(number)
        for key in order.cashless.open_refunds:
            self._orders[key] = self._orders[order.cashless.refunds[key].of] = number
        self.cards.ask_refunds(order)
        if not is_visiting:
            self._book.forget(number)

    def is_told(self, number: str) -> bool:
        """Whether the citizen of this open order was told that nobody knows yet, and went."""
        order = self._book.order(number)
        is_so = order.cashless.is_open and FATE in order.shown
        self._book.forget(number)
        return is_so

    # --- asking ----------------------------------------------------------------------------

    def _ask_now(self, order: Order, is_wanted: bool, is_registered: bool, now: float) -> None:
        if now - self._asked_at < ASK_EVERY:
            return
        self._asked_at = now
        if (request := self._question(order, is_wanted, is_registered)) is not None:
            self._ask(request, order)

    def _question(
        self, order: Order, is_wanted: bool, is_registered: bool
    ) -> UpiRequest | CardRequest | None:
        if is_wanted and self._charging:
            return None  # a bank may take its time; to look for it now would end it
        upi = upi_desk.question(order, is_wanted, is_registered)
        return self.cards.question(order, is_wanted) if upi is None else upi

    def _ask(self, request: UpiRequest | CardRequest, order: Order) -> None:
        name = _name_of(request)
        self._orders.pop(name, None)
        self._orders[name] = order.number
        if len(self._orders) > MOST_QUESTIONS:
            del self._orders[next(iter(self._orders))]
        self._outbox.add(Ask(request))


def _wait_out(visit: Visit, obstacle: str, now: float) -> Signal | None:
    """What is in the way may pass; not for ever."""
    visit.obstacle_from = now if visit.obstacle_from is None else visit.obstacle_from
    if now - visit.obstacle_from < OBSTACLE_PATIENCE:
        return None
    visit.cause = obstacle
    return Signal.STOPPED


def _name_of(request: UpiRequest | CardRequest) -> str:
    match request:
        case StartUpi() | CheckUpi() | CancelUpi():
            return request.reference
        case _:
            return request.key


def _open_tender(order: Order) -> Tender:
    return Tender.CARD if order.cashless.open_upi is None else Tender.UPI


def _unknown(order: Order) -> str:
    return f"trouble.{_open_tender(order)}_unknown"


def _order_of(visit: Visit) -> Order:
    assert visit.order is not None, f"{visit.stage} without an order"
    return visit.order
