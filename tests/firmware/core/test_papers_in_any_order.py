"""Certificates and cards, three ways to pay, and mishaps in any order: each is handed out and
posted, or its money goes back whole; never both, never neither."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from firmware.contract.document import DocumentPrinted
from firmware.contract.gateway import Tender
from firmware.contract.screen import Action, Attract
from firmware.core.visit import Stage
from firmware.journal import rows
from firmware.journal.orders import Order, fold
from tests.firmware.core.accounts import check_proofs, check_spoken_for_once
from tests.firmware.core.card_world import CardWorld
from tests.firmware.core.paper_world import FEE, PaperWorld
from tests.firmware.core.payers import Refused

WAYS = st.sampled_from([Action.PAY, Action.PAY_UPI, Action.PAY_CARD])
SECONDS = st.sampled_from([0.25, 0.5, 1, 2, 10, 31, 130])
LONG_ENOUGH = 1200.0  # seconds: every patience is over


class PapersInAnyOrder(RuleBasedStateMachine):
    World = PaperWorld
    first_digits = "110099"

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.world = self.World(Path(self.folder.name))
        self.world.office.tenders = [Tender.UPI, Tender.CARD]
        self.world.reader.is_there = True
        self.count = 0

    # --- the citizens ----------------------------------------------------------------------

    @initialize(way=WAYS)
    def first(self, way: Action) -> None:
        self.comes(way, 2)

    @rule(way=WAYS, seconds=SECONDS)
    def comes(self, way: Action, seconds: float) -> None:
        """Somebody has put everything right meanwhile."""
        world = self.world
        self._mend()
        world.run(seconds)
        for leaves in (Action.CANCEL, Action.FINISH):
            world.press(leaves)
            world.run(0.5)
        if world.core.flow.visit.stage is not Stage.ATTRACT:
            return
        self.count += 1
        application = f"{self.first_digits}{self.count:06d}"
        world.office.others[application] = FEE
        world.press(Action.CHOOSE_LANGUAGE, "hi")
        world.press(Action.CHOOSE_SERVICE, world.service)
        world.press(Action.ENTER, application)
        world.run(0.5)
        world.press(way)
        world.run(1)

    @rule(note=st.sampled_from([50, 50, 20]))
    def pays(self, note: int) -> None:
        visit, world = self.world.core.flow.visit, self.world
        if visit.stage is Stage.CASH and world.acceptors.leases:
            world.insert(note)
        elif visit.order is not None and visit.order.cashless.upi is not None:
            try:
                world.office.upi.pay(visit.order.cashless.upi.reference)
            except Refused:
                return
        elif world.reader.session:
            world.core.on_device_event("card", world.reader.swipe(), world.now)
            world.settle()

    @rule(action=st.sampled_from([Action.CANCEL, Action.FINISH]))
    def presses(self, action: Action) -> None:
        self.world.press(action)

    @rule(seconds=SECONDS)
    def time(self, seconds: float) -> None:
        self.world.run(seconds)

    # --- mishaps ---------------------------------------------------------------------------

    @rule(what=st.sampled_from(["jam", "cable", "driver", "tray", "roll"]))
    def breaks(self, what: str) -> None:
        pages = self.world.pages
        match what:
            case "jam":
                pages.is_jammed = True
            case "cable":
                pages.is_there = False
            case "driver":
                pages.is_deaf = True
            case "tray":
                pages.sheets = 1
            case _:
                self.world.printer.fails = "receipt.paper.end"

    @rule(what=st.sampled_from(["line", "back end", "forged", "withheld"]))
    def goes_wrong_at_the_office(self, what: str) -> None:
        world = self.world
        world.is_line_dead |= what == "line"
        world.office.is_up &= what != "back end"
        world.forges |= what == "forged"
        world.withholds |= what == "withheld"

    @precondition(lambda self: self.world.pages.open is not None)
    @rule()
    def fails(self) -> None:
        self.world.pages.fail("page.jam")

    @rule(what=st.sampled_from(["core", "printer's driver", "mains"]))
    def restarts(self, what: str) -> None:
        match what:
            case "core":
                self.world.crash()
            case "mains":
                self.world.pages.spooled.clear()  # it was RAM
                self.world.power_cut()
            case _:
                self.world.pages.restart()

    def _mend(self) -> None:
        world, pages = self.world, self.world.pages
        pages.is_jammed = pages.is_deaf = False
        pages.is_there, pages.sheets = True, 250
        world.is_line_dead = world.forges = world.withholds = False
        world.office.is_up, world.printer.fails = True, ""

    # --- the truth -------------------------------------------------------------------------

    def teardown(self) -> None:
        world = self.world
        self._mend()
        world.run(LONG_ENOUGH)
        assert isinstance(world.screen.data, Attract), world.screen.data
        assert world.journal.open_orders() == world.journal.unposted_orders() == []
        assert world.pages.spooled == {}
        world.check_money()
        check_proofs(world.journal)
        for entry in world.journal.of_kind(rows.OrderCreated):
            order = fold(world.journal.of_order(entry.order or ""))
            check_spoken_for_once(world.journal, order)
            self._check(order)
        world.journal.close()
        self.folder.cleanup()

    def _check(self, order: Order) -> None:
        """By the printer's and the office's own books."""
        ended = [self.world.pages.ended.get(job) for job in order.jobs_of("document")]
        is_out = any(isinstance(event, DocumentPrinted) for event in ended)
        is_posted = order.created.key in self.world.office.payments
        assert is_out == is_posted, order
        assert not order.cashless.open_refunds, order
        if order.is_paid and not is_out:
            back = order.claimed + order.cashless.returned
            assert back == order.inserted, order


class CardsInAnyOrder(PapersInAnyOrder):
    World = CardWorld
    first_digits = "10259900"


FEW = settings(
    max_examples=40,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)
PapersInAnyOrder.TestCase.settings = FEW
TestPapersInAnyOrder = PapersInAnyOrder.TestCase
CardsInAnyOrder.TestCase.settings = settings(FEW, max_examples=20)
TestCardsInAnyOrder = CardsInAnyOrder.TestCase
