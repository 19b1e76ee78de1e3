"""The weeks without the office: visits, deaths, power cuts and wrong clocks, on simulated time.

The office shows bills, now and then for as long as that takes, and books nothing. Core and its
journal are the product's; devices and citizens are those of tests/firmware/core/world.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from msgspec.structs import replace

from firmware.contract.gateway import Failed, GatewayReply, PostPayment, Problem, Tender
from firmware.contract.money import ZERO, Money, rupees
from firmware.contract.screen import Action
from firmware.core.visit import Stage
from firmware.runtime.clock import INDIA
from firmware.runtime.config import Config
from firmware.till.effects import Ask
from tests.firmware.core.office import Office
from tests.firmware.core.world import CONFIG, STEP, World

DAYS = 21
FIRST_DAY = datetime(2026, 11, 2, 9, 0, tzinfo=INDIA)
OPEN_FOR = 9 * 3600.0  # seconds a day in which people come
ACCOUNTS = "21034499{:04d}"  # of the sandbox: each owes ₹470
DUE = rupees(470)
NOTES = (500, 200, 100, 50, 20, 10)  # rupees
SETTLES = 140.0  # seconds: more than any patience of the kiosk; whatever is open ends by itself
MOST_ACCOUNTS = 10_000  # of the sandbox's test range
STARTS_IN = 20.0  # seconds from a power cut until core is there


class AwayOffice(Office):
    """Shows bills and settles UPI and cards while the line holds; books no payment."""

    asked = 0  # payments that came, and were not booked

    def answer(self, ask: Ask) -> GatewayReply | None:
        if isinstance(ask.request, PostPayment):
            self.asked += 1
            return Failed(Problem.BACK_END_DOWN, "HTTP 503")
        return super().answer(ask)


class Away(World):
    """One kiosk over the weeks, its journal where the daemons look for it."""

    def __init__(self, journal: Path, config: Config, seed: int) -> None:
        self.base = replace(CONFIG, kiosk=config.kiosk)
        self.chance = Random(seed)
        self.happened: Counter[str] = Counter()
        journal.parent.mkdir(parents=True, exist_ok=True)
        super().__init__(journal.parent, takes_parts=True)
        self.office = self.away = AwayOffice(DUE)
        self.office.is_up = False
        self.office.tenders = [Tender.UPI, Tender.CARD]
        self.reader.is_there = True
        self.clock.set(FIRST_DAY)
        self._accounts = 0

    @property
    def unposted(self) -> int:
        return self.journal.unposted_count

    def next_account(self) -> str:
        self._accounts += 1
        account = ACCOUNTS.format(self._accounts % MOST_ACCOUNTS)
        self.office.others[account] = DUE
        return account

    # --- one visit -------------------------------------------------------------------------

    def serve(self, kind: str) -> None:
        """From the first screen to the first screen; the line holds until the bill is there."""
        self.happened[kind] += 1
        self.line(is_up=True)
        self.press(Action.CHOOSE_LANGUAGE, "hi")
        self.press(Action.CHOOSE_SERVICE, "electricity")
        account = self.next_account()
        self.press(Action.ENTER, account)
        KINDS[kind](self, account)
        self._goes()
        self.office.others.clear()
        self.forget_papers()

    def line(self, is_up: bool) -> None:
        self.office.is_up = is_up
        self._tell_states()

    def feed(self, amount: Money) -> None:
        """Notes of that sum, the largest first."""
        left = amount.paise // 100
        while note := next((each for each in NOTES if each <= left), 0):
            event = self.acceptors.insert_note(rupees(note))
            self.core.on_device_event("notes", event, self.now)
            self.run(2 * STEP)
            left -= note

    def until(self, is_so: Callable[[], bool], seconds: float) -> None:
        for _ in range(round(seconds / STEP)):
            if is_so():
                return
            self.run(STEP)

    @property
    def stage(self) -> Stage:
        return self.core.flow.visit.stage

    def _goes(self) -> None:
        """The paper is taken, and whoever stood there leaves."""
        self.until(lambda: self.stage in (Stage.DONE, Stage.TROUBLE, Stage.ATTRACT), 30)
        self.line(is_up=False)
        if Action.FINISH in self.screen.actions:
            self.press(Action.FINISH)
        self.until(lambda: self.stage is Stage.ATTRACT, SETTLES)
        assert self.stage is Stage.ATTRACT, self.screen

    def forget_papers(self) -> None:
        """What the stand-ins remember is not the kiosk's memory."""
        self.printer.papers.clear()
        self.printer.printed.clear()
        self.printer.ended = dict(list(self.printer.ended.items())[-4:])

    # --- mishaps ---------------------------------------------------------------------------

    def wrong_clock(self) -> None:
        """No battery: back to 1970 or a day off, until the network sets it some visits later."""
        self.happened["clock"] += 1
        off = self.chance.choice([timedelta(days=1), timedelta(days=-1), timedelta(hours=-3)])
        self.clock.set(self.clock.now() + off)

    def restart(self) -> None:
        self.happened["restart"] += 1
        self.crash()

    def mains(self) -> None:
        self.happened["power cut"] += 1
        self.power_cut()


def pays_in_cash(world: Away, account: str) -> None:
    world.press(Action.PAY)
    world.line(is_up=False)
    world.run(STEP)
    world.feed(DUE)


def pays_a_part(world: Away, account: str) -> None:
    world.press(Action.PAY)
    world.line(is_up=False)
    world.run(STEP)
    world.feed(rupees(200))
    world.press(Action.CANCEL)
    world.until(lambda: world.stage is Stage.OFFER, 5)
    world.press(Action.PAY_PART)


def pays_a_basket(world: Away, account: str) -> None:
    count = world.chance.randint(2, 4)
    for _ in range(count - 1):
        world.press(Action.ADD_BILL)
        world.press(Action.ENTER, world.next_account())
    world.press(Action.PAY)
    world.line(is_up=False)
    world.run(STEP)
    world.feed(Money(DUE.paise * count))


def pays_by_upi(world: Away, account: str) -> None:
    world.press(Action.PAY_UPI)
    world.run(1)
    order = world.core.flow.visit.order
    assert order is not None and order.cashless.open_upi is not None
    world.office.upi.pay(order.cashless.open_upi.reference)
    world.until(lambda: order.is_paid, 10)


def pays_by_card(world: Away, account: str) -> None:
    world.press(Action.PAY_CARD)
    world.run(1)
    world.core.on_device_event("card", world.reader.swipe(), world.now)
    world.settle()
    order = world.core.flow.visit.order
    assert order is not None
    world.until(lambda: order.is_paid, 10)


def dies_in_the_middle(world: Away, account: str) -> None:
    """Core or the mains, somewhere between the first note and the paper."""
    world.press(Action.PAY)
    world.line(is_up=False)
    world.run(STEP)
    world.feed(rupees(world.chance.choice((200, 400))))
    (world.restart if world.chance.random() < 0.5 else world.mains)()
    world.run(2)
    if world.stage is Stage.RESUMED:
        world.press(Action.ENTER, account[-4:])
    order = world.core.flow.visit.order
    if world.stage is Stage.CASH and order is not None:
        world.feed(order.remaining)


def goes_with_a_slip(world: Away, account: str) -> None:
    world.press(Action.PAY)
    world.run(STEP)
    world.feed(rupees(100))
    world.press(Action.CANCEL)
    world.until(lambda: world.stage is Stage.OFFER, 5)
    world.press(Action.TAKE_SLIP)


KINDS: dict[str, Callable[[Away, str], None]] = {
    "cash": pays_in_cash,
    "part": pays_a_part,
    "basket": pays_a_basket,
    "upi": pays_by_upi,
    "card": pays_by_card,
    "death": dies_in_the_middle,
    "slip": goes_with_a_slip,
}
SHARES = {"cash": 64, "part": 8, "basket": 10, "upi": 6, "card": 5, "death": 4, "slip": 3}


@dataclass(frozen=True)
class Weeks:
    """What the office has to hear when it is back."""

    unposted: list[str]  # numbers of receipts, in their order
    payments: int  # a basket has one a bill
    paise: int
    happened: Counter[str]
    asked_in_vain: int
    rss_kib: list[int]  # a figure a day


def spend(journal: Path, config: Config, orders: int, seed: int, rss: Callable[[], int]) -> Weeks:
    """21 days in which so many orders are paid that nobody books."""
    world = Away(journal, config, seed)
    world.mains()
    a_day, figures = -(-orders // DAYS), []
    for day in range(DAYS):
        for _ in range(min(a_day, orders - world.unposted)):
            world.clock.advance(OPEN_FOR / a_day)
            befalls(world)
            world.serve(world.chance.choices([*SHARES], [*SHARES.values()])[0])
        world.clock.set(FIRST_DAY + timedelta(days=day + 1))  # the network has the time
        figures.append(rss())
    while world.unposted < orders:
        world.serve("cash")
    weeks = _account(world, figures)
    world.journal.close()
    return weeks


def befalls(world: Away) -> None:
    """Between two visits."""
    what = world.chance.random()
    if what < 0.01:
        world.restart()
    elif what < 0.02:
        world.mains()
    elif what < 0.03:
        world.wrong_clock()
    world.run(STEP)


def _account(world: Away, figures: list[int]) -> Weeks:
    unposted = world.journal.unposted_orders()
    found = [world.core.book.order(number) for number in unposted]
    for order in found:
        assert order.end is not None and order.owed == ZERO, order.number
        world.core.book.forget(order.number)
    assert world.journal.open_orders() == []
    assert world.journal.credited_paise == world.acceptors.total_in
    return Weeks(
        unposted,
        sum(len(order.unanswered) for order in found),
        sum(part.paise for order in found for part in order.parts),
        world.happened,
        world.away.asked,
        figures,
    )
