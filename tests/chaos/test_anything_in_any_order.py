"""Citizens, technicians and nature do anything in any order to the joined kiosk (M1 to M11).

The machine below thinks up the story; the oracle counts paper and metal when everything is at rest
again. A run of the tests tries a few; `make chaos` tries many, each batch with another seed.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from firmware.contract.screen import Action
from firmware.demo.account import account
from firmware.demo.citizen import Citizen
from firmware.gateway.sandbox.office import Refusal
from firmware.journal.journal import Journal
from firmware.journal.rows import AnyRow, NoteCredited
from tests.chaos.cash_stories import OFFICE
from tests.chaos.memory import PROCESSES, kiosk_in
from tests.chaos.operator_story import comes_by
from tests.chaos.oracle import COUNTER, written, wrongs
from tests.chaos.runs import RAM, SETTLES_WITHIN, broken_chain, forked, is_settled
from tests.chaos.virtual import OPENING
from tests.chaos.visitor import Visit

EXAMPLES, STEPS = 5, 10
EXAMPLES_IN_FULL, STEPS_IN_FULL, BATCHES = 40, 25, 10
HANDS: list[tuple[str, str, dict[str, Any]]] = [
    ("notes", "jam", {"where": "unsafe"}),
    ("notes", "clear_jam", {}),
    ("notes", "stacker_full", {}),
    ("notes", "empty_stacker", {}),
    ("notes", "remove_cash_box", {}),
    ("notes", "replace_cash_box", {}),
    ("notes", "link_drop", {"seconds": 3.0}),
    ("coins", "jam", {}),
    ("coins", "clear_jam", {}),
    ("coins", "link_drop", {"seconds": 3.0}),
    ("receipt", "break_down", {}),
    ("receipt", "power_cycle", {}),
    ("receipt", "pull_paper", {}),
    ("receipt", "load_paper", {}),
    ("receipt", "open_cover", {}),
    ("receipt", "close_cover", {}),
    ("receipt", "link_drop", {"seconds": 3.0}),
]
MENDS = [
    ("notes", "clear_jam"),
    ("notes", "empty_stacker"),
    ("notes", "replace_cash_box"),
    ("coins", "clear_jam"),
    ("receipt", "load_paper"),
    ("receipt", "close_cover"),
    ("receipt", "power_cycle"),
]
ALL_ARE_BACK = 25.0  # seconds: mains, processes and plugs, and a note is in doubt after 20
CLOCKS = [
    timedelta(hours=-5),
    timedelta(days=-365 * 56),  # 1970: the network has not set it yet
    timedelta(0),
    timedelta(days=60),  # the next year: a start archives the journal
]


def at_the_slot(machine: AnythingInAnyOrder) -> bool:
    return machine.visit.takes_cash


class AnythingInAnyOrder(RuleBasedStateMachine):
    """One kiosk, many visits. The rules never ask what the kiosk ought to do."""

    def __init__(self) -> None:
        super().__init__()
        self._undo = contextlib.ExitStack()
        folder = tempfile.TemporaryDirectory(prefix="kiosk-", dir=RAM)
        self.kiosk = self._undo.enter_context(kiosk_in(Path(self._undo.enter_context(folder))))
        self.visits = 0

    @initialize()
    def opens(self) -> None:
        kiosk = self.kiosk
        self.citizen = Citizen(kiosk.as_stage)
        self._run(self.citizen.__aenter__())
        self.visit = Visit(kiosk.as_stage, self.citizen, "", kiosk.loop.time)
        self._run(self.visit.is_open())
        self.somebody_comes()

    def _run(self, doing: Coroutine[Any, Any, object]) -> None:
        self.kiosk.loop.run_until_complete(doing)

    # --- citizens ---------------------------------------------------------------------------

    @rule()
    def somebody_comes(self) -> None:
        """Goes as far as it is offered, up to the slot."""
        self.visits += 1
        self.visit.k_number = f"21034499{self.visits:04d}"
        self._run(self.visit.to_cash())

    @precondition(at_the_slot)
    @rule(
        value=st.sampled_from([10, 20, 50, 100, 200, 500]),
        waits=st.sampled_from([0.05, 0.2, 0.5, 3.0]),
    )
    def note(self, value: int, waits: float) -> None:
        self._run(self.visit.tries("notes", value * 100))
        self.time_passes(waits)

    @precondition(at_the_slot)
    @rule(value=st.sampled_from([1, 2, 5, 10, 20]), waits=st.sampled_from([0.0, 0.1, 1.0]))
    def coin(self, value: int, waits: float) -> None:
        self._run(self.visit.tries("coins", value * 100))
        self.time_passes(waits)

    @precondition(at_the_slot)
    @rule(notes=st.sampled_from([(200, 200, 50, 20), (500,), (200, 200), (100, 200, 50, 100)]))
    def pays(self, notes: tuple[int, ...]) -> None:
        self._run(self.visit.puts_in(*notes))

    @rule(more=st.integers(1, 3))
    def somebody_comes_with_many_bills(self, more: int) -> None:
        self.visits += 1
        self.visit.k_number = f"21034499{self.visits:04d}"
        self._run(self.visit.to_basket(*map(self.visit.another, range(1, more + 1))))
        self._run(self.visit.to_cash())

    @precondition(at_the_slot)
    @rule()
    def pays_with_the_last_slip(self) -> None:
        self._run(self.visit.tenders(self.visit.code_on_slip()))

    @precondition(at_the_slot)
    @rule(answer=st.sampled_from([Action.PAY_PART, Action.TAKE_SLIP]))
    def too_little_is_in(self, answer: Action) -> None:
        self._run(self.visit.cancels())
        self._run(self.visit.answers(answer))

    @precondition(lambda self: self.citizen.screen is not None and self.citizen.screen.actions)
    @rule(which=st.integers(0, 7))
    def presses(self, which: int) -> None:
        assert self.citizen.screen is not None
        action = (offered := self.citizen.screen.actions)[which % len(offered)]
        values = {Action.CHOOSE_LANGUAGE: "en", Action.CHOOSE_SERVICE: "electricity"}
        values[Action.ENTER] = self.visit.k_number
        self.citizen.touch(action, values.get(action, ""))
        self.time_passes(0.3)

    @rule(seconds=st.sampled_from([0.05, 0.5, 5.0, 30.0, 130.0]))
    def time_passes(self, seconds: float) -> None:
        self._run(asyncio.sleep(seconds))

    # --- the operator -----------------------------------------------------------------------

    @rule(looks=st.integers(1, 12))
    def operator_comes_by(self, looks: int) -> None:
        """To empty the box; if nobody is at the kiosk, and as far as he gets."""
        self._run(comes_by(self.visit, looks))

    # --- the office -------------------------------------------------------------------------

    @rule(is_up=st.booleans())
    def office(self, is_up: bool) -> None:
        (self.kiosk.release if is_up else self.kiosk.hold)(OFFICE)

    @precondition(lambda self: not any(p["key"] == COUNTER for p in self.kiosk.office.payments()))
    @rule()
    def bill_is_paid_at_the_counter(self) -> None:
        """Once: then the office refuses the kiosk's payment of it, if that comes later."""
        with contextlib.suppress(Refusal):
            self.kiosk.office.pay(COUNTER, "electricity", self.visit.k_number, 47000, "by hand")

    # --- hands and nature -------------------------------------------------------------------

    @rule(what=st.sampled_from(HANDS), waits=st.sampled_from([0.05, 1.0, 4.0]))
    def hand(self, what: tuple[str, str, dict[str, Any]], waits: float) -> None:
        device, action, how = what
        if not self.kiosk.is_dark:
            self.visit.hand(device, action, **how)
        self.time_passes(waits)

    @rule(name=st.sampled_from(PROCESSES), away=st.sampled_from([0.3, 0.3, 20.0]))
    def process_dies(self, name: str, away: float) -> None:
        self.kiosk.kill(name, away)

    @rule()
    def broker_dies(self) -> None:
        self.kiosk.kill_broker()

    @precondition(lambda self: not self.kiosk.is_dark)
    @rule(waits=st.sampled_from([0.0, 1.0, 3.0]))
    def mains_fail(self, waits: float) -> None:
        self.kiosk.power_cut()
        self.time_passes(waits)

    @rule(off_by=st.sampled_from(CLOCKS))
    def clock_is_set(self, off_by: timedelta) -> None:
        self.kiosk.loop.opening = OPENING + off_by

    # --- at rest ----------------------------------------------------------------------------

    @rule()
    def all_is_mended_and_everybody_goes(self) -> None:
        self.kiosk.release(OFFICE)
        self.time_passes(ALL_ARE_BACK)
        for device, action in MENDS:
            self.visit.hand(device, action)
        for _ in range(2):  # what comes late brings another last screen
            self._run(self.visit.goes_home())
            self._run(self.visit.until(lambda: is_settled(self.kiosk, self.visit), SETTLES_WITHIN))
            self.time_passes(ALL_ARE_BACK)
        self.is_accounted_for()

    def is_accounted_for(self) -> None:
        found = account(self.kiosk.as_stage)
        faults = [fault for fault in found.faults() if COUNTER not in fault]
        faults += wrongs(self.kiosk) + broken_chain(self.kiosk) + self.kiosk.bugs
        assert not faults, "\n".join(faults)
        assert [entry.seq for entry in written(self.kiosk)].count(1) <= 2, "archived once"

    def teardown(self) -> None:
        try:
            if hasattr(self, "visit"):
                self.all_is_mended_and_everybody_goes()
        finally:
            self._undo.close()


def _run(examples: int, steps: int, number: int | None) -> None:
    """In a process of its own, which ends without a last word (see GRAVEYARD)."""
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=number is None,
        database=None,
        phases=[Phase.generate] if number is None else [Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    machine = AnythingInAnyOrder if number is None else seed(number)(AnythingInAnyOrder)
    run_state_machine_as_test(machine, settings=chosen)


def in_a_process(examples: int, steps: int, number: int | None = None) -> None:
    with forked() as pool:
        pool.apply(_run, (examples, steps, number))


@pytest.mark.chaos
def test_whatever_happens_every_paisa_is_accounted_for() -> None:
    in_a_process(EXAMPLES, STEPS)


@pytest.mark.chaos
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("number", range(BATCHES))
def test_many_more_of_it(number: int, request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--chaos") != "full":
        pytest.skip("only with --chaos=full")
    in_a_process(EXAMPLES_IN_FULL, STEPS_IN_FULL, number)


def _one_note(_: int) -> None:
    machine = AnythingInAnyOrder()
    machine.opens()
    machine.pays((200,))
    machine.all_is_mended_and_everybody_goes()


def test_a_note_that_the_journal_forgets_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the oracle: it misses a note that is inside, and counts one that is said."""
    inner = Journal.append

    def forgetful(journal: Journal, at: datetime, *rows: AnyRow) -> str:
        kept = [row for row in rows if not isinstance(row, NoteCredited)]
        return inner(journal, at, *kept) if kept else at.isoformat()

    with forked() as pool:
        pool.map(_one_note, [0])
    monkeypatch.setattr(Journal, "append", forgetful)
    with (
        forked() as pool,
        pytest.raises(AssertionError, match=r"inside \{20000: 1\}, in the journal \{\}"),
    ):
        pool.map(_one_note, [0])
