"""A visit as it moves: what is done on entering each stage, and what time does.

The table of stages is visit.py. Money is decided in till/session.py and settled in settling.py;
this module walks the citizen there and back.
"""

from __future__ import annotations

import logging

from firmware.contract.card import CardRejected, CardRequest, CardSwiped
from firmware.contract.finger import FingerCaptured, FingerFailed
from firmware.contract.gateway import (
    FetchDocument,
    GatewayReply,
    GatewayRequest,
    SumBooked,
)
from firmware.contract.money import ZERO, Money
from firmware.contract.screen import Action, Hint, Press, Printing
from firmware.contract.upi import UpiRequest
from firmware.core.allowance import Allowance
from firmware.core.asking import Asking
from firmware.core.awaiting import Awaiting
from firmware.core.book import Book
from firmware.core.cash import CashDesk
from firmware.core.choosing import CHOICES, READS, Choosing
from firmware.core.delivering import Delivering
from firmware.core.enquiry import QUESTIONS, Enquiry
from firmware.core.fees import FeeDesk
from firmware.core.floor import Floor
from firmware.core.keypad import Keypad
from firmware.core.lights import Lights
from firmware.core.lookups import Lookups
from firmware.core.occasions import Occasions
from firmware.core.operator import OperatorDesk
from firmware.core.page_desk import PageDesk
from firmware.core.papers import Papers
from firmware.core.patience import Patience
from firmware.core.paying import Paying
from firmware.core.poster_desk import PosterDesk
from firmware.core.posting import Post, Posting
from firmware.core.proof import Proof, lacks_proof
from firmware.core.receipt_again import ReceiptAgain
from firmware.core.requesting import Requesting
from firmware.core.resuming import POWER, has_money, readable, stage_of, visit_of
from firmware.core.snapshot import Snapshot
from firmware.core.teaching import Teaching
from firmware.core.tendering import Tendering
from firmware.core.visit import AT_THE_TILL, WITH_FACTS, WITHOUT_MONEY, Signal, Stage, nobody
from firmware.journal.orders import Order
from firmware.runtime.config import Config
from firmware.services.catalogue import Catalogue
from firmware.till.effects import Outbox

log = logging.getLogger("core")


class Flow:
    """Moves one visit at a time. `now` is monotonic seconds, given by the caller."""

    def __init__(
        self,
        book: Book,
        floor: Floor,
        outbox: Outbox,
        config: Config,
        catalogue: Catalogue,
        papers: Papers,
    ) -> None:
        self._book, self._floor, self._outbox = book, floor, outbox
        self._catalogue = catalogue
        self._ui = config.ui
        self.visit, self.patience = nobody(config.ui), Patience(config.times)
        self.cash = CashDesk(book, floor, outbox, Allowance(book, floor, config.limits, catalogue))
        self.lights = Lights(outbox)
        self.pages = PageDesk(outbox)
        self._proof = Proof(book, outbox, papers, self.pages)
        office_key = bytes.fromhex(config.gateway.office_key)
        self.delivering = Delivering(book, self.pages, office_key)
        self._posting = Posting(book, outbox, config.kiosk.id)
        self.paying = Paying(book, floor, outbox, catalogue)
        self.fees = FeeDesk(floor, outbox, catalogue)
        self._tendering = Tendering(book, papers.codes)
        prefix = config.kiosk.receipt_prefix
        self.poster = PosterDesk(book, floor, self.pages, config, catalogue)
        self.receipt_again = ReceiptAgain(book, floor, papers, self._proof, prefix)
        self.requesting = Requesting(book, floor, outbox, catalogue, papers.owners, prefix)
        self._awaiting = Awaiting(book, self._posting, self.paying, self.requesting)
        self.occasions = Occasions(book, floor, outbox, config)
        self.desk = OperatorDesk(book, floor, outbox, config, self.occasions.content)
        self.lookups = Lookups(book, floor, outbox, papers, catalogue)
        self.asking = Asking(catalogue)
        self.teaching = Teaching(book, floor, outbox, config.practice, self.desk)
        self._enquiry = Enquiry(outbox, papers.owners, self.asking, self.lookups, self.fees)
        keypad = Keypad(book, self.asking, self._tendering, self.receipt_again)
        self._choosing = Choosing(
            book, floor, catalogue, self.asking, keypad, self.cash, self.paying, config
        )
        self._steps = {  # of stages that wait for no citizen
            Stage.UPI: self.paying.tick,
            Stage.CARD: self.paying.tick,
            Stage.REPRINTING: self.receipt_again.step,
            Stage.FACTS_SLIP: self.lookups.step,
            Stage.POSTER: self.poster.step,
        }
        self._interrupted: list[str] = []  # open orders of before the start, oldest first
        self._kept: Snapshot | None = None  # what was on the screen then, if core alone was away

    # --- start -----------------------------------------------------------------------------

    def resume(self, snapshot: bytes | None, now: float) -> None:
        """Take up open orders first: there is money in them. Else the visit that was in RAM."""
        for start in (self.desk.start, self.receipt_again.start, self.lookups.start):
            start(now)
        self.paying.load()
        self._kept = kept = readable(snapshot, self._catalogue.services)
        self._interrupted = self.paying.interrupted(kept)
        if self._interrupted:
            self._resume_order(now)
        elif kept is not None and self.receipt_again.may_go_on(visit := kept.to_visit(now)):
            self.visit = visit
            if visit.stage in (Stage.LISTING, Stage.FETCHING):
                self._begin(now)  # core had asked the back end when it died

    def _resume_order(self, now: float) -> None:
        order = self._book.order(self._interrupted.pop(0))
        log.info("%s: taken up again, %s inserted", order.number, order.inserted)
        self.visit = visit_of(order, self._kept)
        stage = stage_of(order, self._catalogue.services)
        if stage is Stage.CHECKING:
            self._enter(self.paying.resume(self.visit, order, self._kept), now)
            return
        if order.session is not None:
            self.visit.session = self.cash.session(self.visit, order)
            self.visit.session.resume(now)
        is_new_here = self._kept is None or not self._kept.is_of(order)
        if is_new_here and has_money(order):
            self.visit.is_resumed = True
            stage = Stage.RESUMED if stage is Stage.CASH else stage
        self._enter(stage, now)

    def more_actions(self, now: float) -> list[Action]:
        """What may be pressed at this moment, beside what the stage always offers."""
        visit, stage = self.visit, self.visit.stage
        found = [*self.paying.offers(visit), *self.lookups.offers(visit)]
        found += [*self.teaching.offers(visit), *self.patience.stay_actions(visit, now)]
        asked = self.asking.actions(visit) if stage is Stage.NUMBER else []
        found += [each for each in asked if each not in found]
        if stage is Stage.DELIVERING and self.delivering.may_cancel(self._order, self._floor):
            found.append(Action.CANCEL)
        takes_slips = stage is Stage.CASH and self._tendering.is_offered(now)
        return [*found, Action.USE_SLIP] if takes_slips else found

    # --- the citizen -----------------------------------------------------------------------

    def on_press(self, press: Press, now: float) -> None:
        """A press that the present screen offers; nobody goes without the proof of everything."""
        visit = self.visit
        visit.patience_from = now
        if visit.stage is Stage.OPERATOR and press.action not in READS:
            self.desk.on_press(press, now)
            return
        if self._owes_proof:
            return  # the next tick brings the paper, and a new last screen
        if press.action in CHOICES:
            self._follow(self._choosing.on_press(visit, press, now), now)
        else:
            self._on_press_with_money(press.action, now)

    def _on_press_with_money(self, action: Action, now: float) -> None:
        match action:
            case Action.CANCEL if self.visit.stage is Stage.DELIVERING:
                self.delivering.cancel(now)
            case Action.CANCEL:
                self._leave("trouble.cancelled_with_money", now)
            case Action.SUBMIT:
                self._go(self.requesting.submit(self.visit), now)
            case Action.USE_SLIP:
                self.visit.typed, self.visit.problem = "", None
                self._go(Signal.SLIP, now)
            case Action.PAY_PART:
                self._go(self.cash.settling.accept(self._order, self._least), now)
            case Action.TAKE_SLIP:
                self._leave(self.visit.cause, now)
            case Action.PRINT:
                self._follow(self.lookups.print(self.visit, now), now)
            case Action.FINISH:
                self._leave("", now)
            case Action.ANOTHER:
                self.visit.category = ""
                self._go(Signal.ANOTHER, now)
            case Action.OPERATOR:
                self._go(Signal.OPERATOR, now)
            case _:
                pass

    def _leave(self, cause: str, now: float) -> None:
        """Cancelled, finished or timed out. With money in play this ends in settling."""
        if self.visit.stage in AT_THE_TILL:
            self.visit.cause = POWER if self.visit.is_resumed else cause
            self._go(Signal.STOPPED, now)
        elif self.visit.stage is Stage.OFFER:
            self._go(self.cash.settling.decline(self._order, self.visit.cause), now)
        else:
            self._go(Signal.LEFT, now)

    # --- the back end ----------------------------------------------------------------------

    def on_answer(self, request: GatewayRequest, reply: GatewayReply | None, now: float) -> None:
        if isinstance(request, Post):
            self._follow(self._awaiting.on_answer(self.visit, request, reply, now), now)
        elif isinstance(request, QUESTIONS):
            self._follow(self._enquiry.on_answer(self.visit, request, reply, now), now)
        elif isinstance(request, FetchDocument):
            self.delivering.on_answer(self.visit.order, request, reply, now)
        elif isinstance(request, SumBooked):
            self.desk.on_answer(request, reply, now)
        elif isinstance(request, CardRequest | UpiRequest):
            self._follow(self.paying.on_answer(self.visit, request, reply, now), now)

    def on_card(self, event: CardSwiped | CardRejected, now: float) -> None:
        self._follow(self.paying.on_card(self.visit, event, now), now)

    def on_finger(self, event: FingerCaptured | FingerFailed, now: float) -> None:
        self._follow(self.requesting.on_finger(self.visit, event, now), now)

    # --- stages ----------------------------------------------------------------------------

    def on_enter_attract(self, now: float) -> None:
        self.visit = nobody(self._ui, now)
        if self._interrupted:
            self._resume_order(now)

    def on_enter_checking(self, now: float) -> None:
        self.paying.cards.disarm()
        self._follow(self.paying.tick(self.visit, now), now)

    def on_enter_services(self, now: float) -> None:
        self.visit.ask_again()  # what was typed for the service before is nobody's business

    def on_enter_number(self, now: float) -> None:
        if self.asking.begin(self.visit):
            self._go(Signal.LOOK_UP, now)

    def on_enter_fetching(self, now: float) -> None:
        self._follow(self._enquiry.ask(self.visit, now), now)

    on_enter_listing = on_enter_fetching

    def on_enter_cash(self, now: float) -> None:
        self.visit.hint, self.visit.obstacle_from = self.visit.hint or Hint("cash.insert"), None
        self._follow(self.cash.tick(self.visit, now), now)

    def on_enter_slip(self, now: float) -> None:
        assert self.visit.session is not None
        self.cash.stop(self.visit.session, now)

    on_enter_settling = on_enter_slip

    def on_enter_operator(self, now: float) -> None:
        self.desk.enter(now)

    def on_enter_posting(self, now: float) -> None:
        self._awaiting.enter(self._order, now)

    def go_on(self, now: float) -> None:
        """What is next in a stage that waits for no citizen: on entering it and after each input,
        so that none of it waits for the next tick."""
        if (step := self._steps.get(self.visit.stage)) is not None:
            self._follow(step(self.visit, now), now)
        elif self.visit.stage is Stage.CASH and self._order.remaining == ZERO:
            self._follow(self.cash.tick(self.visit, now), now)
        elif self.visit.stage is Stage.DELIVERING:
            self._tick_delivering(now)
        elif self.visit.stage is Stage.PROVING:
            self._tick_proving(now)

    on_enter_upi = on_enter_card = on_enter_poster = go_on
    on_enter_delivering = on_enter_proving = on_enter_reprinting = on_enter_facts_slip = go_on

    # --- time ------------------------------------------------------------------------------

    def tick(self, now: float) -> None:
        """What is due by the clock, in every stage."""
        visit = self.visit
        self.cash.tick_session(visit, now)
        self.pages.tick(now)
        self.receipt_again.tick(now)
        self.lookups.tick(now)
        self.poster.tick()
        self.fees.tick(now)
        self.paying.tick_behind(visit, self._interrupted, now)
        for tick in (self.requesting.tick, self.teaching.tick, self.occasions.tick):
            self._follow(tick(visit, now), now)
        match visit.stage:
            case Stage.CHECKING:
                self._follow(self.paying.tick(visit, now), now)
            case Stage.CASH:
                self._follow(self.cash.tick(visit, now), now)
            case Stage.RESUMED | Stage.SLIP if self._order.remaining == ZERO:
                if visit.stage is Stage.SLIP:  # else nobody has said that he is here
                    visit.cause = "paid_in_full"
                self._go(Signal.FULL, now)
            case Stage.SETTLING:
                self._follow(self.cash.settle(visit, self._least, now), now)
            case Stage.LISTING | Stage.FETCHING:
                self._follow(self._enquiry.tick(visit, now), now)
            case Stage.POSTING:
                self._follow(self._awaiting.tick(visit, self._order, now), now)
            case _ if visit.stage in {*self._steps, Stage.DELIVERING, Stage.PROVING}:
                self.go_on(now)
            case Stage.OPERATOR:
                self._tick_operator(now)
            case _ if self._owes_proof:
                self._go(Signal.OWED, now)
            case _:
                self._posting.tick(self._floor.gateway.is_online, now)
        if self.patience.is_over(visit, now):
            self._leave("trouble.timed_out_with_money", now)
        self.lights.follow(self.visit, self._floor, self.cash.is_open(self.visit), now)

    def _tick_operator(self, now: float) -> None:
        self._posting.tick(self._floor.gateway.is_online, now)
        if self.desk.tick(now):
            self.desk.leave()
            self._go(Signal.LEFT, now)

    @property
    def _owes_proof(self) -> bool:
        """On the last screen: whether something came in late that no paper tells of yet."""
        is_last = self.visit.stage in (Stage.DONE, Stage.TROUBLE)
        return is_last and self.visit.order is not None and lacks_proof(self.visit.order)

    def _tick_delivering(self, now: float) -> None:
        """What is not handed out goes back to a card at once, and not at the next start."""
        signal = self.delivering.step(self._order, self._floor, now)
        if signal is Signal.UNDELIVERED:
            self.paying.ask_refunds(self._order, is_visiting=True)
        self._follow(signal, now)

    def _tick_proving(self, now: float) -> None:
        order = self._order
        if self.cash.settling.claim_rest(order):
            log.warning("%s: %s more is owed: claim", order.number, order.claims[-1].amount)
        if self._proof.step(order, self._floor, self.visit, now):
            is_accepted = order.is_paid and order.refusal is None
            is_fulfilled = is_accepted and not order.claims and not order.cashless.going_back
            self._go(Signal.PROVEN if is_fulfilled else Signal.UNFULFILLED, now)

    def printing(self) -> Printing:
        """What the citizen sees while pages come out."""
        return self.delivering.seen(self._order, self._floor)

    # --- moving ----------------------------------------------------------------------------

    def snapshot(self) -> bytes:
        """The visit for RAM: what a restarted core takes up when no order is open."""
        return Snapshot.of(self.visit).encode()

    def _follow(self, signal: Signal | None, now: float) -> None:
        if signal is not None:
            self._go(signal, now)

    def _go(self, signal: Signal, now: float) -> None:
        if signal in (Signal.PAID, Signal.OWED) and self._order.awaits_paper:
            signal = Signal.DELIVER
        signal = self.requesting.instead(self.visit, signal)
        self._enter(self.visit.follow(signal), now)

    def _enter(self, stage: Stage, now: float) -> None:
        log.info("%s -> %s", self.visit.stage, stage)
        self.visit.stage = stage
        self.visit.entered_at = self.visit.patience_from = now
        if stage in WITHOUT_MONEY:
            self.cash.close(self.visit)
        if stage not in WITH_FACTS:
            self.visit.facts = None
        self._begin(now)

    def _begin(self, now: float) -> None:
        """What is done on entering the present stage."""
        entered = getattr(self, f"on_enter_{self.visit.stage}", None)
        if entered is not None:
            entered(now)

    @property
    def why_no_cash(self) -> Hint | None:
        """Why what is on the screen cannot be paid in cash here and now."""
        return self._choosing.why_no_cash(self.visit)

    @property
    def _least(self) -> Money | None:
        """The smallest part payment of the bill that is being paid."""
        return self.cash.allowance.least_part(self._order)

    @property
    def _order(self) -> Order:
        assert self.visit.order is not None, f"{self.visit.stage} without an order"
        return self.visit.order
