"""The mind of the kiosk, without I/O: inputs in, rows on disk, effects and one screen out.

Every input ends with `take_effects` and `screen`; the daemon carries them out. Because a row is
written before an effect is added, nothing acts ahead of the disk (M2).
"""

from __future__ import annotations

import logging

import msgspec

from firmware.contract.card import CardRejected, CardSwiped
from firmware.contract.command import (
    ClearAlarms,
    ConfirmJournal,
    CoreCommand,
    PrintClaim,
    PrintReceipt,
    RedeemClaim,
    SayRefilled,
    StartPractice,
    StopPractice,
    TryDevice,
)
from firmware.contract.content import SetConduct
from firmware.contract.device import (
    CREDITS,
    LASTING,
    SUSPICIOUS,
    Acknowledge,
    CashBoxMoved,
    CheatAttempt,
    CoinAccepted,
    CoinRejected,
    CreditsLost,
    DeviceEvent,
    DeviceState,
    EventId,
    NoteEscrowed,
    NoteRejected,
    NoteReturned,
    NoteStacked,
    NoteUnaccounted,
    Outcome,
    Reply,
    SwitchMoved,
    TicketFailed,
    TicketPrinted,
    event_key,
)
from firmware.contract.document import (
    CancelDocument,
    DocumentFailed,
    DocumentPrinted,
    PagePrinted,
    PrintDocument,
)
from firmware.contract.finger import FingerCaptured, FingerFailed
from firmware.contract.gateway import GatewayReply, GatewayRequest, GatewayState
from firmware.contract.meeting import AddMeeting, EndMeeting
from firmware.contract.payout import PaidOut, PayOutFailed
from firmware.contract.screen import Action, Hint, Press, Screen, ScreenData
from firmware.core.book import Book
from firmware.core.elsewhere import try_at
from firmware.core.floor import SUPPLIES, Floor
from firmware.core.flow import Flow
from firmware.core.papers import Papers
from firmware.core.presence import follow_presence
from firmware.core.quiet import Quiet
from firmware.core.redeeming import Redeeming
from firmware.core.reprinting import Reprinting
from firmware.core.screens import STEPS, actions, draw
from firmware.core.trying import Trying
from firmware.core.visit import LOOKUPS, REPRINTS, TEACHING, Question, Stage
from firmware.journal import rows
from firmware.journal.orders import Order
from firmware.journal.paper_rows import SpoolWiped
from firmware.runtime.config import Config
from firmware.services.catalogue import Catalogue
from firmware.services.rates.shelf import Rates
from firmware.till.effects import Effect, LayOut, Outbox, Tell, Wipe
from firmware.till.signing import Keys, NoKey

log = logging.getLogger("core")

Spooled = PrintDocument | CancelDocument


class Core:
    """One kiosk. `now` is a monotonic time in seconds, given by the caller."""

    def __init__(
        self, book: Book, config: Config, catalogue: Catalogue, keys: Keys | None = None
    ) -> None:
        self._outbox = Outbox()
        self._config, self.catalogue = config, catalogue
        self.book = book
        self.floor = Floor(
            journal_is_confirmed=book.journal.is_confirmed,
            has_office_key=bool(config.gateway.office_key),
        )
        keys = keys or Keys(NoKey("no keys were loaded"), None)
        self.papers = Papers(config.kiosk, keys.signer, catalogue, self.floor.occasion)
        self.flow = Flow(book, self.floor, self._outbox, config, catalogue, self.papers)
        self._redeeming = Redeeming(book, config.kiosk.id, keys.fleet_key)
        self._quiet = Quiet(self.flow, self.floor, book.journal)
        self._reprinting = Reprinting(book, self.floor, self.papers, self._outbox)
        self._trying = Trying(config.kiosk, self.floor, self._outbox, self.flow.lights)
        self.flow.desk.testing.trying = self._trying
        self.serial = 0
        self._stage_serial = 0  # presses are good from the screen on which this stage began
        # Which stage was drawn, entered when, and the place within it
        self._drawn_stage: tuple[Stage, float, str, Question] | None = None
        self._screen: Screen | None = None

    # --- inputs ----------------------------------------------------------------------------

    def start(self, serial: int, visit: bytes | None, now: float) -> None:
        """Begin where the journal and the present visit in RAM left off."""
        self.serial = serial
        self.flow.resume(visit, now)
        self.flow.teaching.start()
        self._wipe_spools()

    def _wipe_spools(self) -> None:
        """What a life before left in RAM; a printer may still need what a job of it waits for."""
        visit = self.flow.visit
        again = [visit.receipt] if visit.stage is Stage.REPRINTING else []
        numbers = [*self.book.journal.open_orders(), *again]
        opened = [self.book.order(number) for number in numbers]
        waiting = {
            order.printers[job] for order in opened for job, fate in order.jobs.items() if not fate
        }
        for order in opened:
            if order is not visit.order:
                self.book.forget(order.number)
        for name, section in self._config.device.items():
            if section.kind in SUPPLIES and section.kind not in waiting:
                self._outbox.add(Wipe(name))

    def on_press(self, press: Press, now: float) -> None:
        """A press on an old screen, or of what that screen does not offer, is dropped."""
        screen = self._screen
        if screen is None or not self._stage_serial <= press.screen <= screen.serial:
            log.info("dropped a press on screen %d, now %d", press.screen, self.serial)
        elif press.action not in screen.actions:
            log.info("dropped %s: not on offer", press.action)
        else:
            self.flow.on_press(press, now)

    def on_device_state(self, state: DeviceState, now: float) -> None:
        self.floor.devices[state.name] = state
        self.flow.desk.vault.on_state(state, now)
        self.flow.desk.testing.on_state(state, now)
        if state.held is not None:
            self.flow.cash.on_held(self.flow.visit, state.held, state.name, now)

    def on_device_unknown(self, device: str) -> None:
        """What this device says of itself cannot be read: count it as not there."""
        self.floor.devices.pop(device, None)

    def on_gateway_state(self, state: GatewayState, now: float) -> None:
        self.floor.gateway = state

    def on_device_event(self, device: str, event: DeviceEvent, now: float) -> None:
        """Record what happened, then let the device forget it (M3)."""
        if not self._is_repeat(event):
            self._take_event(device, event, now)
        if isinstance(event, LASTING) and (key := event_key(event)) is not None:
            self._outbox.add(Tell(device, Acknowledge(key)))
        self.flow.desk.testing.on_event(device, event, now)
        self.flow.go_on(now)

    def on_records(self, trouble: str) -> None:
        """Whether the journal may be written: empty, or why it soon may not (M5)."""
        if trouble != self.floor.records_trouble:
            log.warning("records: %s", trouble or "may be written again")
        self.floor.records_trouble = trouble

    def on_rates(self, rates: Rates) -> None:
        """Which rate table is in force, or why none is."""
        if rates != self.floor.rates:
            self.flow.fees.on_rates(rates)

    def on_answer(self, request: GatewayRequest, reply: GatewayReply | None, now: float) -> None:
        """The back end answered; None means that nobody did."""
        self.flow.on_answer(request, reply, now)
        self.flow.go_on(now)

    def on_command(self, command: CoreCommand) -> Reply:
        """A person at the kiosk; what is done is on disk before the answer leaves."""
        match command:
            case ConfirmJournal():
                return self._confirm(command)
            case TryDevice():
                return self._trying.answer(command, self.flow.visit)
            case RedeemClaim():
                return self._redeeming.redeem(command)
            case PrintClaim():
                return self._reprinting.print(command, self.flow.visit)
            case PrintReceipt():
                return self._reprinting.print_receipt(command, self.flow.visit)
            case SetConduct() | AddMeeting() | EndMeeting():
                return self.flow.occasions.answer(command)
            case ClearAlarms(by=by):
                return self.flow.desk.orders.clear_alarms(by)
            case StartPractice() | StopPractice():
                return self.flow.teaching.answer(command, self.flow.visit)
            case SayRefilled(device=device, consumable=consumable, by=by):
                return self.flow.desk.refilling.say(device, consumable, by)
            case _:
                return self.flow.desk.orders.answer(command, self.flow.visit)

    def _confirm(self, command: ConfirmJournal) -> Reply:
        journal = self.book.journal
        if journal.to_confirm is None:
            return Reply(Outcome.DONE, "there is nothing to confirm")
        if command.row != journal.to_confirm:
            expected = f"expected row {journal.to_confirm}, got {command.row}"
            return Reply(Outcome.REFUSED, expected)
        self.book.write(rows.JournalConfirmed(command.by))
        self.floor.journal_is_confirmed = True
        log.warning("the journal is confirmed by %s: cash may be taken again", command.by)
        return Reply(Outcome.DONE)

    def on_reply(self, command: Spooled, reply: Reply, now: float) -> None:
        """What a printer's driver says to a document or its cancel."""
        self.flow.pages.on_reply(command, reply, now)

    def on_laid_out(self, effect: LayOut, made: PrintDocument | None, now: float) -> None:
        """A ticket lies on A4 in the spool; None: it could not be made or put there."""
        if made is None:
            self.flow.pages.make_again(now)
        elif not self.flow.pages.on_made(made):
            self.flow.pages.end("", effect.device)
        self.flow.go_on(now)

    def on_wiped(self, device: str, count: int) -> None:
        """So many documents were still there; nothing is written where there was none."""
        if count:
            self.book.write(SpoolWiped(device, count))

    def tick(self, now: float) -> None:
        follow_presence(self.flow.visit, self.floor, self.flow.patience, now)
        self.flow.tick(now)
        self.flow.desk.tick_between_visits(self.flow.visit.order is None, now)

    # --- outputs ---------------------------------------------------------------------------

    def take_effects(self) -> list[Effect]:
        return self._outbox.take()

    def screen(self, now: float) -> Screen:
        """The present screen; its serial grows when anything on it changed."""
        visit = self.flow.visit
        data, offered, leaves_in = self._seen(now)
        fresh = Screen(
            serial=self.serial,
            language=visit.language,
            text_size=visit.text_size,
            data=data,
            actions=offered,
            step=STEPS.get(visit.stage),
            place=self._config.kiosk.place,
            leaves_in=leaves_in,
            is_warning=self.flow.patience.is_warning(visit, now),
            try_at=try_at(data, self.floor.occasion.neighbours),
        )
        if self._screen is None or _differs(fresh, self._screen):
            self.serial += 1
            stage = (visit.stage, visit.entered_at, self.flow.desk.place, visit.question)
            if stage != self._drawn_stage:
                self._drawn_stage, self._stage_serial = stage, self.serial
            self._screen = msgspec.structs.replace(fresh, serial=self.serial)
        return self._screen

    def may_halt(self, now: float) -> bool:
        """Whether the power ends and nothing is under way any more."""
        return self._quiet.may_halt(now)

    def _seen(self, now: float) -> tuple[ScreenData, list[Action], int | None]:
        """What is drawn, what may be pressed, and in how many seconds it goes."""
        visit, desk = self.flow.visit, self.flow.desk
        if visit.stage is Stage.OPERATOR:
            return desk.screen(now), desk.actions(), desk.leaves_in(now)
        why_no_cash = self.flow.why_no_cash
        if visit.stage is Stage.DELIVERING:
            return self.flow.printing(), [*actions(visit, None), *self.flow.more_actions(now)], None
        if visit.stage in REPRINTS:
            data = self.flow.receipt_again.draw(visit)
        elif visit.stage in LOOKUPS:
            data = self.flow.lookups.draw(visit)
        elif visit.stage in TEACHING:
            data = self.flow.teaching.draw(visit)
        elif visit.stage is Stage.NUMBER:
            data = self.flow.asking.draw(visit, self.book.today)
        else:
            data = draw(visit, self.floor, self.catalogue, self.papers, why_no_cash)
        offered = [*actions(visit, why_no_cash), *self.flow.more_actions(now)]
        return data, offered, self.flow.patience.leaves_in(visit, now)

    # --- device events ---------------------------------------------------------------------

    def _is_repeat(self, event: DeviceEvent) -> bool:
        """Whether the journal holds this happening: then it is only acknowledged again."""
        match event:
            case NoteStacked(id=name) | CoinAccepted(id=name) | SwitchMoved(id=EventId() as name):
                return self.book.journal.knows_event(str(name))
            case NoteReturned(id=name):
                return self.book.journal.knows_event(f"returned {name}")
            case NoteUnaccounted(id=name):
                return self.book.journal.knows_event(f"in doubt {name}")
            case CreditsLost(id=name):
                return self.book.journal.knows_event(f"lost {name}")
            case PaidOut(id=order) | PayOutFailed(id=order):
                return self.book.journal.knows_event(f"change {order}")
            case _:
                return False

    def _take_event(self, device: str, event: DeviceEvent, now: float) -> None:
        visit = self.flow.visit
        if isinstance(event, CREDITS):
            self.flow.desk.vault.on_money(now)
        match event:
            case NoteEscrowed() | NoteStacked() | NoteReturned() | NoteUnaccounted():
                self.flow.cash.on_note(visit, event, device, now)
            case CoinAccepted():
                self.flow.cash.on_coin(visit, event, now)
            case CreditsLost(id=name, count=count, session=session):
                number = self.book.journal.order_of_session(session)
                self.book.write(rows.CoinsInDoubt(number, name, count))
                self.flow.cash.on_coins_lost(visit, number, now)
            case PaidOut() | PayOutFailed():
                self.flow.cash.settling.on_change(event, visit.order)
            case NoteRejected(reason=reason):
                self.flow.cash.show(visit, Hint(f"cash.refused.{reason}"), now)
                if reason in SUSPICIOUS:
                    self.flow.cash.on_suspicion(visit, device, reason, now)
            case CheatAttempt(detail=detail):
                self.flow.cash.on_suspicion(visit, device, detail, now)
            case CoinRejected():
                self.flow.cash.show(visit, Hint("cash.coin_refused"), now)
            case TicketPrinted(job=job):
                self._end_job(job, None, now)
            case TicketFailed(job=job, fault=fault):
                self._end_job(job, fault, now)
            case PagePrinted():
                self.flow.delivering.on_page(event)
            case DocumentPrinted(job=job):
                self._end_document(device, job, None, now)
            case DocumentFailed(job=job, fault=fault):
                self._end_document(device, job, fault, now)
            case CardSwiped() | CardRejected():
                self.flow.on_card(event, now)
            case FingerCaptured() | FingerFailed():
                self.flow.on_finger(event, now)
            case SwitchMoved():
                self.flow.desk.vault.on_switch(device, event, now)
            case CashBoxMoved():
                log.info("%s: cash box moved: %s", device, event)

    def _end_document(self, device: str, job: str, fault: str | None, now: float) -> None:
        """As _end_job; and nothing of it may be left in RAM."""
        self._end_job(job, fault, now)
        self.flow.pages.end(job, device)

    def _end_job(self, job: str, fault: str | None, now: float) -> None:
        """A job ended on paper or not. Only a job that still waits, or that was given up."""
        if self.flow.poster.on_job_ended(job, fault):
            return
        if self.flow.desk.on_job_ended(job, fault, now):
            return
        if self.flow.lookups.on_job_ended(job, fault, now):
            return
        order = self._order_of_job(job)
        if order is None or order.jobs.get(job) in (None, "printed"):
            return
        if fault is None:
            self.book.write(rows.Printed(order.number, job))
        elif order.jobs[job] == "":
            self.book.write(rows.PrintFailed(order.number, job, fault))
        if order is not self.flow.visit.order:
            self.book.forget(order.number)

    def _order_of_job(self, job: str) -> Order | None:
        number = job.split("/")[0]
        return self.book.order(number) if self.book.knows(number) else None


def _differs(fresh: Screen, shown: Screen) -> bool:
    """Whether a person would see a difference: a count-down that runs on is none."""
    return msgspec.structs.replace(fresh, serial=0, leaves_in=None) != msgspec.structs.replace(
        shown, serial=0, leaves_in=None
    )
