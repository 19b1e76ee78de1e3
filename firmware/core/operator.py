"""The operator at the kiosk: a table of places, and what each press does there.

Nobody's money is in play: the desk opens from the first screen only, and no acceptor holds a lease
while it is open. What is done is in collecting.py and the till; what is seen, in desk_screens.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import StrEnum, auto
from pathlib import Path

from firmware.contract.content import SetConduct
from firmware.contract.desk import WhyClosed
from firmware.contract.device import Outcome
from firmware.contract.gateway import GatewayReply, SumBooked
from firmware.contract.health import Supply
from firmware.contract.money import Money, rupees
from firmware.contract.screen import Action, Desk, Press, ScreenData
from firmware.core import desk_screens
from firmware.core.book import Book
from firmware.core.collecting import Collecting
from firmware.core.content_desk import ContentDesk
from firmware.core.desk_orders import DeskOrders
from firmware.core.desk_papers import DeskPapers
from firmware.core.desk_printer import DeskPrinter, Paper
from firmware.core.desk_tasks import MORE
from firmware.core.desk_testing import DeskTesting
from firmware.core.floor import Floor
from firmware.core.pin_check import PinCheck
from firmware.core.refilling import Refilling
from firmware.core.vault import Vault
from firmware.core.visit import Stage, Visit
from firmware.journal import desk_rows as rows
from firmware.runtime.config import Config
from firmware.till.access import Operator
from firmware.till.effects import Outbox
from firmware.till.session import UnexpectedEvent

log = logging.getLogger("core")

PATIENCE = 60.0  # seconds without a press before the menu closes itself
COUNTING_PATIENCE = 600.0  # seconds: a full box is counted beside the kiosk
AT_THE_DESK = "at the kiosk"  # why the code of conduct was switched, where nobody types a reason
MOST_COUNTED = 10_000_000  # rupees: a crore is a finger on a key, not a box


class Place(StrEnum):
    PIN = auto()
    MENU = auto()
    DAY = auto()  # attendance and reports
    MONEY = auto()
    DEVICES = auto()
    NETWORK = auto()
    MACHINE = auto()
    DAYS = auto()  # the reports of days that are closed
    ATTENDANCE = auto()
    TICKETS = auto()  # what somebody has to mend
    PROGRAMS = auto()  # what can be started anew
    REASONS = auto()  # for which the kiosk may be shut
    SETTINGS = auto()
    TEST = auto()  # of a device, with hands
    BOX = auto()  # a collection is open: take the box out, empty it, put it back
    COUNT_NOTES = auto()
    COUNT_COINS = auto()
    COMPARING = auto()  # the back end is being asked
    REPORT = auto()
    SUPPLIES = auto()  # what runs out, and what was refilled
    PRINTING = auto()
    RESULT = auto()


class Step(StrEnum):
    ENTERED = auto()
    COLLECT = auto()
    EMPTIED = auto()
    NOT_EMPTIED = auto()
    COUNTED = auto()  # or skipped
    COMPARED = auto()  # the back end answered, or not in time; the collection is closed
    DAY = auto()
    MONEY = auto()
    SUPPLIES = auto()
    DEVICES = auto()
    NETWORK = auto()
    MACHINE = auto()
    REPORT = auto()
    DAYS = auto()
    ATTENDANCE = auto()
    TICKETS = auto()
    PROGRAMS = auto()
    REASONS = auto()
    SETTINGS = auto()
    TEST = auto()
    SHUT = auto()  # a reason was chosen
    PRINT = auto()
    PRINTED = auto()  # or shown, where there is no paper
    BACK = auto()


TRANSITIONS: dict[Place, dict[Step, Place]] = {
    Place.PIN: {Step.ENTERED: Place.MENU},
    Place.MENU: {
        Step.DAY: Place.DAY,
        Step.MONEY: Place.MONEY,
        Step.SUPPLIES: Place.SUPPLIES,
        Step.DEVICES: Place.DEVICES,
        Step.NETWORK: Place.NETWORK,
        Step.MACHINE: Place.MACHINE,
    },
    Place.DAY: {
        Step.REPORT: Place.REPORT,
        Step.DAYS: Place.DAYS,
        Step.ATTENDANCE: Place.ATTENDANCE,
        Step.TICKETS: Place.TICKETS,
        Step.BACK: Place.MENU,
    },
    Place.MONEY: {Step.COLLECT: Place.BOX, Step.PRINT: Place.PRINTING, Step.BACK: Place.MENU},
    Place.SUPPLIES: {Step.BACK: Place.MENU},
    Place.DEVICES: {Step.TEST: Place.TEST, Step.BACK: Place.MENU},
    Place.NETWORK: {Step.BACK: Place.MENU},
    Place.MACHINE: {
        Step.PROGRAMS: Place.PROGRAMS,
        Step.REASONS: Place.REASONS,
        Step.SETTINGS: Place.SETTINGS,
        Step.BACK: Place.MENU,
    },
    Place.BOX: {Step.EMPTIED: Place.COUNT_NOTES, Step.NOT_EMPTIED: Place.MENU},
    Place.COUNT_NOTES: {Step.COUNTED: Place.COUNT_COINS},
    Place.COUNT_COINS: {Step.COUNTED: Place.COMPARING},
    Place.COMPARING: {Step.COMPARED: Place.PRINTING},
    Place.REPORT: {Step.PRINT: Place.PRINTING, Step.BACK: Place.DAY},
    Place.DAYS: {Step.PRINT: Place.PRINTING, Step.BACK: Place.DAY},
    Place.ATTENDANCE: {Step.BACK: Place.DAY},
    Place.TICKETS: {Step.PRINT: Place.PRINTING, Step.BACK: Place.DAY},
    Place.PROGRAMS: {Step.BACK: Place.MACHINE},
    Place.REASONS: {Step.SHUT: Place.MACHINE, Step.BACK: Place.MACHINE},
    Place.SETTINGS: {Step.BACK: Place.MACHINE},
    Place.TEST: {Step.BACK: Place.DEVICES},
    Place.PRINTING: {Step.PRINTED: Place.RESULT},
    Place.RESULT: {Step.PRINT: Place.PRINTING, Step.BACK: Place.MENU},
}
OPENS = frozenset(
    {Step.DAY, Step.MONEY, Step.SUPPLIES, Step.DEVICES, Step.NETWORK, Step.MACHINE}
    | {Step.REPORT, Step.DAYS, Step.ATTENDANCE, Step.PROGRAMS, Step.REASONS, Step.SETTINGS}
    | {Step.TICKETS}
)  # tasks that open the page of their name
NO_TIME_OUT = (Place.COMPARING, Place.PRINTING)  # a machine is at work, not a person
BUSY_HANDS = (Place.COUNT_NOTES, Place.COUNT_COINS, Place.TEST)
COLLECTS = (Place.BOX, Place.COUNT_NOTES, Place.COUNT_COINS, Place.COMPARING)


class OperatorDesk:
    """`now` is monotonic seconds."""

    def __init__(
        self, book: Book, floor: Floor, outbox: Outbox, config: Config, content: ContentDesk
    ) -> None:
        self._book, self.content = book, content
        self.vault = Vault(book, floor, outbox)
        self.collecting = Collecting(book, floor, outbox, self.vault, config.kiosk)
        self.papers = DeskPapers(book, self.vault, config.kiosk)
        self._printer = DeskPrinter(book, floor, outbox)
        self.refilling = Refilling(book, floor, outbox)
        self.orders = DeskOrders(book, floor, outbox, config, self.vault, self.papers)
        self.floor, self.kiosk_id = floor, config.kiosk.id
        self.page, self.problem = 0, ""  # of a list; what was refused or begun on this page
        self.testing = DeskTesting(floor, outbox)
        self.supplies: list[Supply] = []  # as health forecasts them
        self._pin = PinCheck(book, Path(config.paths.operators))
        self.place = Place.PIN
        self.operator: Operator | None = None
        self._patience_from = self._entered_at = 0.0
        self._wants_to_leave = self._wants_practice = False
        self.why_no_practice: Callable[[], str | None] = lambda: None  # as teaching.py says

    # --- coming and going ------------------------------------------------------------------

    def start(self, now: float) -> None:
        """What a core before this one left open is closed; nobody stands at the box any more."""
        self._pin.start(now)
        self.orders.closing.start()
        self.collecting.close_interrupted()

    def enter(self, now: float) -> None:
        """The padlock was held: ask who it is."""
        self.place, self.operator = Place.PIN, None
        self._wants_to_leave = self._wants_practice = False
        self._patience_from = self._entered_at = now
        self._pin.begin(now)

    def leave(self) -> None:
        """Whoever was in is out; an open collection ends as it stands, a test as none."""
        self.testing.stop(self._patience_from)
        self.collecting.close_interrupted()
        self.place, self.operator, self.vault.by = Place.PIN, None, ""

    @property
    def by(self) -> str:
        return "" if self.operator is None else self.operator.name

    # --- presses ---------------------------------------------------------------------------

    def on_press(self, press: Press, now: float) -> None:
        """What the present page offers; core has seen that it does."""
        self._patience_from = now
        match press.action:
            case Action.ENTER if self.place is Place.PIN:
                self._try_pin(press.value, now)
            case Action.ENTER:
                self._count(press.value, now)
            case Action.SKIP:
                self._counted(None, now)
            case Action.BACK:
                self.testing.stop(now)
                self._go(Step.BACK, now)
            case Action.CANCEL | Action.FINISH:
                self._wants_to_leave = True
            case Action.CHOOSE_TASK:
                self._task(press.value, now)
            case _:
                pass

    def _try_pin(self, sealed: str, now: float) -> None:
        self.operator = self._pin.try_pin(sealed, now)
        if self.operator is not None:
            self.vault.by = self.operator.name
            self._go(Step.ENTERED, now)

    def _task(self, task: str, now: float) -> None:
        """A task that is not possible now does nothing."""
        data = self.screen(now)
        offered = [] if not isinstance(data, Desk) else data.tasks
        if task not in [each.id for each in offered if each.why_not is None]:
            return
        self.problem = ""
        if task in OPENS:
            self._go(Step(task), now)
        elif task == MORE:
            self.page += 1
        elif not self._task_of_money(task, now):
            self._task_of_machine(task, now)

    def _task_of_money(self, task: str, now: float) -> bool:
        """Box, papers and supplies; False for another task."""
        match task.split("/"):
            case ["collect"]:
                self.collecting.open(self.by)
                self._go(Step.COLLECT, now)
            case ["emptied"]:
                self.collecting.emptied(self.by)
                self._go(Step.EMPTIED, now)
            case ["not_emptied"]:
                self.collecting.close(rows.How.CANCELLED, None)
                self._go(Step.NOT_EMPTIED, now)
            case ["refilled", device, consumable]:
                self.refilling.say(device, consumable, self.by)
            case ["print_x"]:
                self._print(self.papers.x_report(self.by), now)
            case ["close_day"]:
                self._print(self.papers.close_day(self.by), now)
            case ["day", number]:
                self._print(self.papers.day(int(number)), now, is_again=True)
            case ["ticket", *number]:
                self._print(self.papers.ticket("/".join(number)), now)
            case ["last_slip" | "again" as which]:
                papers = self.papers.last if which == "again" else self.papers.last_slip()
                self._print(papers, now, is_again=True)
            case _:
                return False
        return True

    def _task_of_machine(self, task: str, now: float) -> None:
        """What stands in no way of money. What is refused is said on the page."""
        match task.split("/"):
            case ["attend" | "leave_kiosk" as which]:
                self.orders.attending.say(self.by, which == "attend")
            case ["close", reason]:
                self.orders.closing.close(self.by, WhyClosed(reason))
                self._go(Step.SHUT, now)
            case ["open"]:
                self.orders.closing.open(self.by)
            case ["clear_alarms"]:
                self.orders.clear_alarms(self.by)
            case ["volume" | "brightness" as what, direction]:
                self.orders.adjusting.step(self.by, what, direction == "up")
            case ["practise"]:
                self._wants_practice = self._wants_to_leave = True
            case ["conduct_on" | "conduct_off"]:
                self.content.answer(SetConduct(task == "conduct_on", self.by, AT_THE_DESK))
            case ["restart", what]:
                self._restart(what)
            case ["test", device]:
                self._go(Step.TEST, now)
                self.testing.begin(device, self.by, now)
            case ["yes" | "no" as word]:
                self.testing.say(word == "yes", now)

    def _restart(self, what: str) -> None:
        reply = self.orders.restarting.ask(self.by, what, Visit(stage=Stage.OPERATOR))
        is_done = reply.outcome is Outcome.DONE
        self.problem = "desk.restarting" if is_done else "desk.not_while_at_work"

    def _count(self, typed: str, now: float) -> None:
        if typed.isascii() and typed.isdecimal() and int(typed) <= MOST_COUNTED:
            self._counted(rupees(int(typed)), now)

    def _counted(self, money: Money | None, now: float) -> None:
        if self.place is Place.COUNT_NOTES:
            self.collecting.counted_notes = money
            self._go(Step.COUNTED, now)
        elif self.place is Place.COUNT_COINS:
            self.collecting.counted_coins = money
            self._go(Step.COUNTED, now)
            if not self.collecting.ask(now):
                self._close(None, now)

    # --- the world -------------------------------------------------------------------------

    def on_answer(self, request: SumBooked, reply: GatewayReply | None, now: float) -> None:
        """The back end said what it booked, for the operator who waits or for a past collection."""
        if self.place is Place.COMPARING:
            self._close(self.collecting.answers(request, reply), now)
        else:
            self.collecting.on_late_answer(request, reply)

    def on_job_ended(self, job: str, fault: str | None, now: float) -> bool:
        """Whether that job was a paper of this desk."""
        return self._printer.on_ended(job, fault, now)

    def tick(self, now: float) -> bool:
        """What is due by the clock; True when the desk is to be left."""
        if self.vault.box_is_out and self.place in COLLECTS:
            self._patience_from = now  # somebody holds it in his hands
        if self.place is Place.COMPARING and self.collecting.is_overdue(now):
            self._close(None, now)
        if self.place is Place.PRINTING and self._printer.step(now):
            self._go(Step.PRINTED, now)
        self.testing.tick(now)
        patience = self._patience
        is_late = patience is not None and now - self._patience_from >= patience
        return self._wants_to_leave or is_late

    def tick_between_visits(self, is_idle: bool, now: float) -> None:
        """What is compared when nobody waits: the acceptors' counts, the bookings of the past."""
        self.vault.tick(is_idle, now)
        if is_idle and self.operator is None:
            self.collecting.tick(now)
            if papers := self.orders.take_to_print():
                self._printer.begin(papers, now, is_again=True)
            self._printer.step(now)

    @property
    def _patience(self) -> float | None:
        if self.place in NO_TIME_OUT:
            return None
        return COUNTING_PATIENCE if self.place in BUSY_HANDS else PATIENCE

    def leaves_in(self, now: float) -> int | None:
        """Whole seconds until the desk closes itself."""
        patience = self._patience
        return None if patience is None else round(self._patience_from + patience - now)

    @property
    def practises(self) -> str:
        """Who leaves the desk to let somebody practise; empty: nobody."""
        return self.by if self._wants_practice else ""

    # --- what is seen ----------------------------------------------------------------------

    def screen(self, now: float) -> ScreenData:
        if self.place is Place.PIN:
            return self._pin.screen(now)
        return desk_screens.draw(self, self._printer.is_on_paper)

    def actions(self) -> list[Action]:
        return [Action.CHOOSE_LANGUAGE, Action.TEXT_SIZE, *desk_screens.ACTIONS[self.place]]

    # --- moving ----------------------------------------------------------------------------

    def _close(self, booked: Money | None, now: float) -> None:
        self.collecting.close(rows.How.COLLECTED, booked)
        self._go(Step.COMPARED, now)
        self.papers.last = self.papers.last_slip()
        self._printer.begin(self.papers.last, now)

    def _print(self, papers: list[Paper], now: float, is_again: bool = False) -> None:
        self.papers.last = papers
        self._go(Step.PRINT, now)
        self._printer.begin(papers, now, is_again)

    def _go(self, step: Step, now: float) -> None:
        try:
            place = TRANSITIONS[self.place][step]
        except KeyError:
            raise UnexpectedEvent(f"{step} while {self.place}") from None
        log.info("operator: %s -> %s", self.place, place)
        self.place, self._entered_at, self._patience_from = place, now, now
        self.page, self.problem = 0, ""
