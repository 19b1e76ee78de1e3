"""Any visit, any mishap, in any order: an oracle counts the paper money beside the journal.

It knows for each note whose hand it came from, so it also sees money that goes to another citizen,
and it reads from the rows whether anybody left without proof of all of it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from firmware.contract.command import How
from firmware.contract.device import (
    CREDITS,
    DeviceEvent,
    EventId,
    HeldNote,
    NoteEscrowed,
    NoteReturned,
    NoteStacked,
)
from firmware.contract.gateway import Problem
from firmware.contract.money import Money, rupees, total
from firmware.contract.payout import PaidOut, PayOutFailed
from firmware.contract.screen import Action, Attract
from firmware.core.visit import Stage
from firmware.journal import rows
from tests.firmware.core.accounts import check_proofs
from tests.firmware.core.desk_world import DeskWorld
from tests.firmware.core.office import ACCOUNT
from tests.firmware.core.test_redeeming import KEYS, redeem
from tests.firmware.core.world import World

AMOUNTS = [Money(paise) for paise in (47000, 8600, 123450, 1500, 31550)]


MISHAPS = [
    "core dies",
    "core dies and is back before its leases end",
    "power cut",
    "what core wanted is lost",
    "paper",
    "printer cable",
    "jam",
    "door",
]


PAYS = ["all", "all", "some", "nothing", "unsure"]  # what the changer does with an order


def takes_money(machine: AnyOrderOfMishaps) -> bool:
    return machine.world.core.flow.visit.stage is Stage.CASH


class AnyOrderOfMishaps(RuleBasedStateMachine):
    """One kiosk, many citizens."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.owners: dict[EventId, str] = {}  # note -> the order in whose time it came
        self.swallowed: list[HeldNote] = []  # in the path, and the unit does not say where
        self.late: dict[str, tuple[str, DeviceEvent]] = {}  # coins whose driver is away

    @initialize(amount=st.sampled_from(AMOUNTS), gives_change=st.booleans())
    def open(self, amount: Money, gives_change: bool) -> None:
        self.world = DeskWorld(Path(self.folder.name), amount, keys=KEYS, takes_parts=True)
        services = self.world.catalogue.services
        services["electricity"] = msgspec.structs.replace(services["electricity"], least=2000)
        self.world.acceptors.changer.payable = {100: 60} if gives_change else {}
        self.world.go_to_cash()

    # --- citizens ---------------------------------------------------------------------------

    @rule(
        amount=st.sampled_from(AMOUNTS),
        more=st.lists(st.sampled_from(AMOUNTS), max_size=3),
        answer=st.sampled_from([Action.PAY_PART, Action.TAKE_SLIP, Action.STAY]),
    )
    def next_one_comes(self, amount: Money, more: list[Money], answer: Action) -> None:
        """Who stands there goes, whatever was broken is mended, and another one is at the slot."""
        world = self.world
        world.says_it_is_his()
        world.press(Action.CANCEL if takes_money(self) else Action.FINISH)
        self.mend()
        world.run(1)
        world.press(answer)  # where it is asked
        world.run(29)
        if world.core.flow.visit.stage is not Stage.ATTRACT:
            world.press(Action.FINISH)
        world.office.amount = amount
        if world.core.flow.visit.stage is Stage.ATTRACT:
            world.go_to_bill()
            for count, due in enumerate(more):
                world.add(f"21034400{count:04d}", due)
            world.press(Action.PAY)
            world.run(1)

    @precondition(takes_money)
    @rule(
        value=st.sampled_from([10, 20, 50, 100, 200, 500]),
        fate=st.sampled_from(["heard", "lost event", "swallowed", "refused and swallowed"]),
    )
    def note(self, value: int, fate: str) -> None:
        """After a lost event only the retained state tells of the note."""
        acceptors, world = self.world.acceptors, self.world
        event = acceptors.insert_note(rupees(value))
        order = world.core.flow.visit.order
        if not isinstance(event, NoteEscrowed) or order is None:
            return
        self.owners[event.id] = order.number
        was_open = world.door_is_open
        if fate == "refused and swallowed":
            world.door_is_open = True
            world._tell_states()
        if fate.endswith("swallowed"):
            held, acceptors.escrow = acceptors.escrow, None
            self.swallowed += [held] if held else []
        if fate != "lost event":
            world.core.on_device_event("notes", event, world.now)
        world.door_is_open = was_open

    @precondition(takes_money)
    @rule(value=st.sampled_from([20, 50, 100, 200, 500]), pays=st.sampled_from(PAYS))
    def too_large_a_note(self, value: int, pays: str) -> None:
        """It enters only where a changer gives the rest back, or the next bill takes it."""
        self.world.acceptors.changer.pays = pays
        order = self.world.core.flow.visit.order
        while takes_money(self) and order is not None and order.remaining >= rupees(value):
            before = order.inserted
            self.note(value, "heard")
            self.world.run(0.5)
            if order.inserted == before:
                return
        self.note(value, "heard")
        self.world.run(1)

    @precondition(takes_money)
    @rule(value=st.sampled_from([1, 2, 5, 10, 20]), is_late=st.booleans())
    def coin(self, value: int, is_late: bool) -> None:
        """`is_late`: its driver is away, and tells it when it is back."""
        acceptors, known = self.world.acceptors, set(self.world.acceptors.untold)
        acceptors.drop_coin(rupees(value))
        for key in set(acceptors.untold) - known if is_late else ():
            self.late[key] = acceptors.untold.pop(key)

    @precondition(lambda self: self.late)
    @rule()
    def coins_are_told(self) -> None:
        self.world.acceptors.untold.update(self.late)
        self.late.clear()

    @precondition(takes_money)
    @rule(seconds=st.sampled_from([0.25, 0.5, 1.0, 2.0]))
    def pay_the_rest(self, seconds: float) -> None:
        """Notes and coins until it is enough; then some time, not always enough for the paper."""
        for value in [500, 200, 100, 50, 20, 10]:
            order = self.world.core.flow.visit.order
            while takes_money(self) and order is not None and order.remaining >= rupees(value):
                before = order.inserted
                self.note(value, "heard")
                self.world.run(0.5)
                if order.inserted == before:
                    break
        for value in [20, 10, 5, 2, 1]:
            self.world.acceptors.drop_coin(rupees(value))
            self.world.run(0.5)
        self.world.run(seconds)

    @precondition(takes_money)
    @rule(value=st.sampled_from([1, 5]), is_paid=st.booleans())
    def coin_is_told_on_the_last_screen(self, value: int, is_paid: bool) -> None:
        """What chance alone hardly finds: the driver comes back when the paper is already out."""
        self.coin(value, True)
        if is_paid:
            self.pay_the_rest(4.0)
        self.world.press(Action.CANCEL)
        self.world.run(4)
        self.coins_are_told()
        self.world.run(0.25)

    @precondition(takes_money)
    @rule(
        value=st.sampled_from([10, 20]),
        fate=st.sampled_from(["swallowed", "refused and swallowed"]),
        is_in=st.booleans(),
        amount=st.sampled_from(AMOUNTS),
    )
    def note_is_found_in_the_next_visit(
        self, value: int, fate: str, is_in: bool, amount: Money
    ) -> None:
        self.note(value, fate)
        self.world.run(21)
        self.next_one_comes(amount, [], Action.TAKE_SLIP)
        if self.swallowed:
            self.swallowed_note_is_found(is_in, False)

    @precondition(takes_money)
    @rule(which=st.integers(0, 5), dies=st.sampled_from([None, World.crash, World.power_cut]))
    def pay_with_a_slip(self, which: int, dies: Callable[[World], None] | None) -> None:
        """Any slip that ever came out, also one that was used."""
        world, codes = self.world, self.world.core.papers.codes
        claims = [entry.row for entry in world.journal.of_kind(rows.ClaimIssued)]
        assert codes is not None
        if not claims:
            return
        claim = claims[which % len(claims)]
        assert isinstance(claim, rows.ClaimIssued)
        world.press(Action.USE_SLIP)
        world.press(Action.ENTER, codes.of(claim.claim))
        if dies is not None:
            dies(world)
        elif world.core.flow.visit.stage is Stage.SLIP:
            world.press(Action.BACK)

    @rule(answer=st.sampled_from([Action.PAY_PART, Action.TAKE_SLIP]))
    def too_little_is_in(self, answer: Action) -> None:
        self.world.press(Action.CANCEL)
        self.world.run(1)
        self.world.press(answer)

    @rule()
    def the_citizen_says_that_it_is_his(self) -> None:
        self.world.says_it_is_his()

    @rule(action=st.sampled_from([Action.CANCEL, Action.FINISH, Action.FINISH, Action.ANOTHER]))
    def press(self, action: Action) -> None:
        self.world.press(action)

    @rule(seconds=st.sampled_from([0.25, 1.0, 5.0, 25.0]))
    def wait(self, seconds: float) -> None:
        self.world.run(seconds)

    # --- the operator -----------------------------------------------------------------------

    @rule(stops=st.integers(0, 6), how=st.sampled_from(["leaves", "core", "power", "waits"]))
    def the_box_is_emptied(self, stops: int, how: str) -> None:
        """Up to that step; then the operator goes on to the menu, or something else happens."""
        world = self.world
        world.press(Action.FINISH)
        world.run(0.25)
        if world.core.flow.visit.stage is not Stage.ATTRACT:
            return
        world.begin_to_collect(stops)
        world.run(1)
        match how:
            case "core":
                world.crash()
            case "power":
                world.power_cut()
            case "waits":
                world.run(61)
            case _:
                world.press(Action.FINISH)
                world.press(Action.CANCEL)
        world.run(13)
        world.press(Action.FINISH)
        world.run(0.25)

    @rule(which=st.integers(0, 5), how=st.sampled_from([How.CASH_BY_OPERATOR, How.OTHER]))
    def the_operator_pays_a_claim(self, which: int, how: How) -> None:
        """Any that there ever was, whatever became of it."""
        claims = [entry.row for entry in self.world.journal.of_kind(rows.ClaimIssued)]
        if claims:
            claim = claims[which % len(claims)]
            assert isinstance(claim, rows.ClaimIssued)
            redeem(self.world, claim.claim, how)

    # --- mishaps ----------------------------------------------------------------------------

    @rule(name=st.sampled_from(MISHAPS))
    def mishap(self, name: str) -> None:
        world = self.world
        match name:
            case "core dies":
                world.crash()
            case "core dies and is back before its leases end":
                world.serial, world.visit = world.core.serial, world.core.flow.snapshot()
                world.journal.close()
                world._boot()
            case "power cut":
                world.power_cut()
            case "what core wanted is lost":
                world.core.take_effects()
            case "paper":
                world.printer.has_paper = not world.printer.has_paper
            case "printer cable":
                world.printer.is_there = not world.printer.is_there
            case "jam":
                world.acceptors.jam = not world.acceptors.jam
            case "door":
                world.door_is_open = not world.door_is_open

    @rule(
        payable=st.sampled_from([{}, {100: 60}, {100: 2, 500: 9, 1000: 9}]),
        pays=st.sampled_from(PAYS),
    )
    def coin_changer(self, payable: dict[int, int], pays: str) -> None:
        """Its tubes are filled, emptied, or jam."""
        self.world.acceptors.changer.payable, self.world.acceptors.changer.pays = payable, pays

    @rule(
        is_up=st.booleans(),
        refuses=st.sampled_from([None, None, Problem.ALREADY_PAID]),
        account=st.sampled_from(["", ACCOUNT, "210344000000", "210344000001"]),
        answers=st.sampled_from([None, None, 0, 1, 2]),
    )
    def back_end(
        self, is_up: bool, refuses: Problem | None, account: str, answers: int | None
    ) -> None:
        """It is away, says no to all or to one bill of a basket, or falls silent in between."""
        office = self.world.office
        office.is_up, office.refuses, office.answers = is_up, refuses, answers
        office.refuses_account = account

    @precondition(lambda self: self.swallowed)
    @rule(is_in=st.booleans(), at_power_up=st.booleans())
    def swallowed_note_is_found(self, is_in: bool, at_power_up: bool) -> None:
        held, acceptors = self.swallowed.pop(), self.world.acceptors
        if is_in:
            acceptors.in_box[held.value] += 1
            acceptors._tell("notes", NoteStacked(held.id, held.value, at_power_up))
        else:
            acceptors.given_back[held.value] += 1
            acceptors._tell("notes", NoteReturned(held.id, held.value))
        self.world._tell_again()

    def mend(self) -> None:
        world = self.world
        world.office.is_up = world.printer.has_paper = world.printer.is_there = True
        world.office.refuses = world.office.answers = None
        world.office.refuses_account = ""
        world.acceptors.jam = world.door_is_open = False

    # --- the oracle -------------------------------------------------------------------------

    @invariant()
    def all_that_is_told_adds_up(self) -> None:
        told_again = [*self.world.acceptors.untold.values(), *self.late.values()]
        untold = [event for _, event in told_again]
        told_later = [
            event.value
            for event in untold
            if isinstance(event, CREDITS) and not self.world.journal.knows_event(str(event.id))
        ]
        paid_later = [
            event.amount if isinstance(event, PaidOut) else event.paid
            for event in untold
            if isinstance(event, PaidOut | PayOutFailed)
            and not self.world.journal.knows_event(f"change {event.id}")
        ]
        net = self.world.journal.credited_paise + (total(told_later) - total(paid_later)).paise
        assert net == self.world.acceptors.total_in + self.world.taken_out

    @invariant()
    def every_note_is_its_owners(self) -> None:
        for entry in self.world.journal.entries():
            row = entry.row
            if isinstance(row, rows.NoteCredited | rows.NoteGivenBack | rows.NoteInDoubt):
                owner = self.owners.get(row.id)
                assert row.order in (None, owner), f"{row}: it came from {owner}"

    def teardown(self) -> None:
        """Everything is mended; an hour later nothing is open, and all had their proof."""
        world = self.world
        while self.swallowed:
            self.swallowed_note_is_found(True, True)
        world.acceptors.untold.update(self.late)
        self.mend()
        world.run(700)
        assert isinstance(world.screen.data, Attract)
        assert world.journal.open_orders() == world.journal.unposted_orders() == []
        world.check_money()
        check_proofs(world.journal)
        world.journal.close()
        self.folder.cleanup()


TestAnyOrderOfMishaps = AnyOrderOfMishaps.TestCase
TestAnyOrderOfMishaps.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # a failure takes minutes to shrink; ask for that by hand
    database=None,
    suppress_health_check=list(HealthCheck),
)
