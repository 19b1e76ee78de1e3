"""The small world with an operator in it: a cash box that comes out, acceptors that count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

from firmware.contract.device import DeviceState, Fault, Identity, Kind, Status
from firmware.contract.money import Money, rupees
from firmware.contract.screen import Action, Attract, Closed, Count, Desk, Pin
from firmware.contract.till import TillEvent
from firmware.core.desk_tasks import GROUPS, TASKS
from firmware.journal import desk_rows
from firmware.journal.row import Row
from firmware.runtime.config import PathsSection
from firmware.runtime.sealing import seal
from firmware.till.access import Operator, hash_pin, to_toml
from firmware.till.effects import Effect, Say
from firmware.till.signing import Keys
from tests.firmware.core.world import CONFIG, ELECTRICITY, World

PIN, TECHNICIAN_PIN, WRONG = "73915", "480264", "1357"
QUICK = (1, 8192)  # passes and bytes: the least that Argon2id takes


class DeskWorld(World):
    """`R. Meena` is an operator, `S. Gurjar` a technician."""

    def __init__(
        self,
        folder: Path,
        amount: Money = ELECTRICITY,
        keys: Keys | None = None,
        takes_parts: bool = False,
    ) -> None:
        self.operators = folder / "operators.toml"
        self.enrol()
        self.base = msgspec.structs.replace(
            CONFIG, paths=PathsSection(operators=str(self.operators))
        )
        self.box_is_out = False
        self.taken: Counter[Money] = Counter()
        self.miscount: Counter[str] = Counter()  # what a device counts too much, by its name
        self.serials = {"notes": "SN1", "coins": "SN2"}
        self.told: list[TillEvent] = []
        super().__init__(folder, amount, keys, takes_parts=takes_parts)

    def enrol(self) -> None:
        people = [
            Operator("R. Meena", "operator", hash_pin(PIN.encode(), *QUICK)),
            Operator("S. Gurjar", "technician", hash_pin(TECHNICIAN_PIN.encode(), *QUICK)),
        ]
        self.operators.write_text(to_toml(people))

    # --- the operator ----------------------------------------------------------------------

    @property
    def desk(self) -> Desk:
        data = self.screen.data
        assert isinstance(data, Desk), data
        return data

    @property
    def pin(self) -> Pin:
        data = self.screen.data
        assert isinstance(data, Pin), data
        return data

    def hold_padlock(self) -> None:
        self.press(Action.OPERATOR)

    def type_pin(self, digits: str = PIN) -> None:
        self.press(Action.ENTER, seal(digits, self.pin.key))

    def enter(self, digits: str = PIN) -> None:
        self.hold_padlock()
        self.type_pin(digits)

    def open(self, page: str) -> None:
        """A page of the menu, from the menu."""
        self.press(Action.CHOOSE_TASK, page)
        assert self.desk.title in (f"desk.group.{page}", f"desk.{page}"), self.desk

    def task(self, name: str) -> None:
        """On this page; from the menu on the page of the menu that has it."""
        if self.desk.title == "desk.menu" and name not in GROUPS:
            self.open(TASKS[name].page)
        assert name in [task.id for task in self.desk.tasks if task.why_not is None], self.desk
        self.press(Action.CHOOSE_TASK, name)

    def press_back_to_menu(self) -> None:
        while self.desk.title != "desk.menu":
            self.press(Action.BACK)

    def leave_desk(self) -> None:
        if Action.FINISH not in self.screen.actions:
            self.press_back_to_menu()
        self.press(Action.FINISH)
        self.run(1)
        assert isinstance(self.screen.data, Attract | Closed)

    def pull_box(self) -> None:
        self.box_is_out = True
        self.run(1)

    def push_box(self) -> None:
        self.box_is_out = False
        self.run(1)

    def empty_box(self) -> None:
        self.pull_box()
        for box in (self.acceptors.in_box, self.acceptors.coins):
            self.taken += box
            box.clear()
        self.push_box()

    def count(self, amount: int | None) -> None:
        assert isinstance(self.screen.data, Count), self.screen.data
        if amount is None:
            self.press(Action.SKIP)
        else:
            self.press(Action.ENTER, str(amount))

    def collect(self, notes: int | None = None, coins: int | None = None) -> None:
        """From the menu to the result."""
        self.task("collect")
        self.empty_box()
        self.task("emptied")
        self.count(notes)
        self.count(coins)
        self.run(12)

    def begin_to_collect(self, stops: int) -> None:
        """From the first screen; `stops` more steps after the padlock."""
        self.hold_padlock()
        steps: list[Callable[[], None]] = [
            self.type_pin,
            lambda: self.task("collect"),
            self.empty_box,
            lambda: self.task("emptied"),
            lambda: self.count(None),
            lambda: self.count(None),
        ]
        for step in steps[:stops]:
            step()

    def pay(self) -> None:
        """₹470 in two notes of 200, one of 50 and a coin of 20."""
        self.go_to_cash()
        for note in (200, 200, 50):
            self.insert(note)
        self.drop(20)
        self.run(4)
        self.press(Action.FINISH)

    def pay_without_the_back_end(self) -> None:
        """It goes away while the money comes in, and stays away."""
        self.go_to_cash()
        self.office.is_up = False
        for note in (200, 200, 50):
            self.insert(note)
        self.drop(20)
        self.run(12)
        self.press(Action.FINISH)
        self.run(1)

    # --- the record ------------------------------------------------------------------------

    def rows(self, kind: type[Row]) -> list[Row]:
        return [e.row for e in self.journal.entries() if isinstance(e.row, kind)]

    @property
    def last_closed(self) -> desk_rows.CollectionClosed:
        row = self.rows(desk_rows.CollectionClosed)[-1]
        assert isinstance(row, desk_rows.CollectionClosed)
        return row

    @property
    def taken_out(self) -> int:
        return sum(value.paise * count for value, count in self.taken.items())

    def check_money(self) -> None:
        """What was ever in is inside or in a collection; the rows say the same (M8)."""
        super().check_money()
        closed = self.rows(desk_rows.CollectionClosed)
        collected = sum(
            row.collected.paise for row in closed if isinstance(row, desk_rows.CollectionClosed)
        )
        assert collected + self.journal.inside_paise == self.journal.credited_paise

    # --- the devices -----------------------------------------------------------------------

    def carry_out(self, effect: Effect) -> None:
        if isinstance(effect, Say):
            self.told.append(effect.event)
        super().carry_out(effect)

    def _states(self) -> list[DeviceState]:
        return [self._with_box(state) for state in super()._states()]

    def _with_box(self, state: DeviceState) -> DeviceState:
        replace = msgspec.structs.replace
        match state.kind:
            case Kind.PANEL:
                return replace(state, inputs={**state.inputs, "cash_box_is_out": self.box_is_out})
            case Kind.NOTES | Kind.COINS:
                identity = Identity("T", "T", self.serials[state.name], "1")
                state = replace(state, identity=identity, counters=self._counters(state.name))
                if self.box_is_out and state.kind is Kind.NOTES:
                    fault = Fault("notes.cashbox.removed")
                    return replace(state, status=Status.OUT_OF_SERVICE, faults=[fault])
                return state
            case _:
                return state

    def _counters(self, name: str) -> dict[str, int]:
        """The life-long count of a driver's ledger, and of notes the hardware's own."""
        metal = self.acceptors.coins.values()
        inside = self.acceptors.in_box.values() if name == "notes" else metal
        out = [n for value, n in self.taken.items() if (value >= rupees(50)) is (name == "notes")]
        count = sum(inside) + sum(out) + self.miscount[name]
        if name == "notes":
            return {"device_stacked": 9000 + count, "credited": count}
        return {"accepted": count, "unacknowledged": 0}
