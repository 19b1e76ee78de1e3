"""Telephones, cards and a bad line, in any order: the books of the networks against the journal.

Every question may be lost, its answer may be lost, or either may come late: after the cancel, after
the visit, after the restart. When the line is good again everything has one owner.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from firmware.contract.card import CardStatus
from firmware.contract.gateway import GatewayReply, Problem, Tender
from firmware.contract.money import ZERO, Money, rupees
from firmware.contract.screen import Action, Done, Trouble
from firmware.contract.upi import UpiStatus
from firmware.core.visit import Stage
from firmware.journal.orders import Order
from firmware.till.effects import Ask, Effect
from tests.firmware.core.accounts import check_proofs
from tests.firmware.core.office import ACCOUNT
from tests.firmware.core.payers import Refused
from tests.firmware.core.test_redeeming import KEYS
from tests.firmware.core.world import World

WAYS = st.sampled_from([Action.PAY_UPI, Action.PAY_CARD])
FATES = ["well", "well", "lost", "answer lost", "answer late", "late"]


class BadLine(World):
    """A world whose back end answers as `fate` has it."""

    fate = "well"

    def __init__(self, folder: Path) -> None:
        self.waiting: list[tuple[Ask, GatewayReply | None]] = []  # late; None: not yet asked
        super().__init__(folder, keys=KEYS)
        self.office.tenders, self.reader.is_there = [Tender.UPI, Tender.CARD], True
        self.run(1)

    def carry_out(self, effect: Effect) -> None:
        if not isinstance(effect, Ask) or self.fate == "well":
            super().carry_out(effect)
            return
        was_asked = self.fate in ("answer lost", "answer late")
        reply = self.office.answer(effect) if was_asked else None
        if self.fate in ("answer late", "late"):
            self.waiting.append((effect, reply))
        else:
            self.core.on_answer(effect.request, None, self.now)

    def deliver(self, at: int) -> None:
        """One that is late arrives, whatever came after it."""
        ask, reply = self.waiting.pop(at % len(self.waiting))
        answer = self.office.answer(ask) if reply is None else reply
        self.core.on_answer(ask.request, answer, self.now)
        self.settle()

    def forget_answers(self) -> None:
        """Nobody waits for them after a restart; what was on its way to the office arrives."""
        for ask, reply in self.waiting:
            if reply is None:
                self.office.answer(ask)
        self.waiting.clear()


class CashlessInAnyOrder(RuleBasedStateMachine):
    """One kiosk, many citizens, none with a note."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.world = BadLine(Path(self.folder.name))
        self.kept = b""

    def order(self) -> Order | None:
        return self.world.core.flow.visit.order

    # --- the citizen -----------------------------------------------------------------------

    @initialize(action=WAYS)
    def first(self, action: Action) -> None:
        self.comes(action, 0, "")

    @rule(
        action=WAYS,
        more=st.sampled_from([0, 0, 1, 2]),
        refused=st.sampled_from(["", "", ACCOUNT, "210344000000", "all"]),
    )
    def comes(self, action: Action, more: int, refused: str) -> None:
        """Who stands there goes, if the screen lets him."""
        world = self.world
        for leaves in (Action.CANCEL, Action.FINISH):
            world.press(leaves)
            world.run(0.5)
        if world.core.flow.visit.stage is not Stage.ATTRACT:
            return
        world.office.refuses = Problem.ALREADY_PAID if refused == "all" else None
        world.office.refuses_account = refused
        world.fate, fate = "well", world.fate
        world.run(0.5)
        world.go_to_bill()
        for count in range(more):
            world.add(f"21034400{count:04d}", rupees(100))
        world.press(action)
        world.run(0.5)
        world.fate = fate

    @precondition(lambda self: self.order() is not None)
    @rule(amount=st.sampled_from([None, None, None, rupees(400)]))
    def telephone(self, amount: Money | None) -> None:
        order = self.order()
        asked = None if order is None else order.cashless.upi
        if asked is not None:
            try:
                self.world.office.upi.pay(asked.reference, amount)
            except Refused:
                return

    @precondition(lambda self: bool(self.world.reader.session))
    @rule(declines=st.sampled_from(["", "", "insufficient_funds"]))
    def swipes(self, declines: str) -> None:
        self.world.office.cards.declines = declines
        self.world.core.on_device_event("card", self.world.reader.swipe(), self.world.now)
        self.world.settle()

    @rule(action=st.sampled_from([Action.CANCEL, Action.AGAIN]))
    def presses(self, action: Action) -> None:
        self.world.press(action)

    # --- time and mishaps ------------------------------------------------------------------

    @rule(seconds=st.sampled_from([0.25, 1, 3, 3, 12, 31]))
    def time(self, seconds: float) -> None:
        self.world.run(seconds)

    @rule(fate=st.sampled_from(FATES))
    def line(self, fate: str) -> None:
        self.world.fate = fate

    @precondition(lambda self: bool(self.world.waiting))
    @rule(at=st.integers(0, 9))
    def late_answer(self, at: int) -> None:
        self.world.deliver(at)

    @rule()
    def keeps(self) -> None:
        """What a core that dies soon had put into RAM last."""
        self.kept = self.world.core.flow.snapshot()

    @rule(how=st.sampled_from(["dies", "dies", "mains", "dies with an older screen"]))
    def restart(self, how: str) -> None:
        self.world.forget_answers()
        match how:
            case "mains":
                self.world.power_cut()
            case "dies with an older screen" if self.kept:
                self.world.crash_with(self.kept)
            case _:
                self.world.crash()

    # --- the truth -------------------------------------------------------------------------

    @invariant()
    def nobody_is_told_what_is_not_so(self) -> None:
        order, shown = self.order(), self.world.screen.data
        if order is None:
            return
        if isinstance(shown, Trouble) and shown.cause == "trouble.not_taken":
            assert self.taken_of(order) == ZERO, order.cashless
        if isinstance(shown, Done):
            assert order.is_paid and self.taken_of(order) == order.payable

    def taken_of(self, order: Order) -> Money:
        """By the networks' books, and not given back."""
        upi, office = order.cashless.upi, self.world.office
        found = ZERO
        if upi is not None and upi.reference in office.upi.payments:
            payment = office.upi.payments[upi.reference]
            assert payment.status is not UpiStatus.WAITING, "and may still be paid"
            found = found + office.upi.paid.get(upi.reference, ZERO)
        for key, charge in office.cards.payments.items():
            if key.startswith(order.created.key) and charge.status is CardStatus.CONFIRMED:
                found = found + charge.amount - charge.refunded
        return found

    @invariant()
    def one_charge_at_a_time(self) -> None:
        """Whatever was approved is in the rows, and the last one alone may be open."""
        self.world.check_money()

    def teardown(self) -> None:
        world = self.world
        world.fate = "well"
        while world.waiting:
            world.deliver(0)
        world.run(70)
        world.press(Action.CANCEL)
        world.run(15)
        world.press(Action.FINISH)
        world.run(200)
        assert world.core.flow.visit.stage is Stage.ATTRACT
        assert world.journal.open_orders() == world.journal.unposted_orders() == []
        world.check_money()
        check_proofs(world.journal)
        approved = [p for p in world.office.cards.payments.values() if p.status == "approved"]
        assert approved == [], "held on a card for nothing"
        self.folder.cleanup()


CashlessInAnyOrder.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)
TestCashlessInAnyOrder = CashlessInAnyOrder.TestCase
