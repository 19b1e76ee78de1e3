"""What happens to notes in a bill validator. Each test is named after what went wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import pytest

from drivers.base.loopback import Till, Visit, Wire, make_in
from drivers.mdb.notes_emulator import BillValidatorEmulator
from firmware.contract.device import (
    DeviceCommand,
    DeviceEvent,
    DeviceState,
    NoteEscrowed,
    NoteRejected,
    NoteReturned,
    NoteStacked,
    NoteUnaccounted,
    Outcome,
    Return,
    Stack,
    Status,
)
from firmware.contract.money import rupees
from tests.drivers.mdb.stage import Eats
from tests.drivers.mdb.test_notes_conformance import LEASE, make_validator

Told = TypeVar("Told")


class Clerk(Till):
    """Stacks notes while told to."""

    stacks = True

    def answer(self, event: DeviceEvent) -> list[DeviceCommand]:
        is_held = isinstance(event, NoteEscrowed) and not self.stacks
        return [] if is_held else super().answer(event)


class Stage(Visit):
    def __init__(self, folder: Path) -> None:
        self.clerk = Clerk(LEASE)
        unit = BillValidatorEmulator()
        super().__init__(make_in(folder, make_validator), unit, self.clerk, Wire())
        self.wait(2.0)

    def wait(self, seconds: float) -> None:
        self.run(self.now + seconds)

    def told(self, kind: type[Told]) -> list[Told]:
        return [event for event in self.till.journal.values() if isinstance(event, kind)]

    def escrow(self, paise: int = 50000) -> NoteEscrowed:
        """A note comes in, and the till has not answered."""
        self.clerk.stacks = False
        self.hand("insert", paise=paise)
        self.wait(1.0)
        found = [event for event in self.till.told if isinstance(event, NoteEscrowed)]
        return found[-1]

    def ask(self, command: DeviceCommand) -> Outcome:
        return self.device.on_command(command).outcome

    @property
    def state(self) -> DeviceState:
        return self.device.state()

    def status(self) -> Status:
        return self.state.status

    @property
    def faults(self) -> list[str]:
        return [fault.code for fault in self.state.faults]

    def in_box(self) -> dict[str, int]:
        found: dict[str, int] = self.emulator.physics()["in_box"]
        return found


def test_the_word_of_the_credit_is_lost_in_the_cable_and_the_stacker_counts(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.wire = cable = Eats(b"p,85")  # bill type 5, stacked
    stage.hand("insert", paise=50000)
    stage.wait(8.0)
    assert cable.eaten
    [note] = stage.told(NoteStacked)
    assert note.value == rupees(500) and stage.in_box() == {"50000": 1}


def test_driver_killed_with_the_credit_in_the_cable(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.wire = cable = Eats(b"p,85")
    note = stage.escrow()
    assert stage.ask(Stack(note.id)) is Outcome.DONE
    while not cable.eaten:
        stage.wait(0.001)
    stage.start_driver()
    stage.wait(8.0)
    assert stage.told(NoteStacked) == [NoteStacked(note.id, rupees(500))]


def test_the_word_of_the_return_is_lost_in_the_cable_and_the_stacker_holds_none_more(
    tmp_path: Path,
) -> None:
    stage = Stage(tmp_path)
    stage.wire = cable = Eats(b"p,A5")
    note = stage.escrow()
    stage.ask(Return(note.id))
    stage.wait(8.0)
    assert cable.eaten
    assert stage.told(NoteReturned) == [NoteReturned(note.id, rupees(500))]


@pytest.mark.parametrize("next_one", [50000, 10000])
def test_the_next_note_is_in_escrow_before_the_driver_is_back(
    tmp_path: Path, next_one: int
) -> None:
    """The first was stacked and nobody heard of it: the two are not one note, even if alike."""
    stage = Stage(tmp_path)
    stage.wire = cable = Eats(b"p,85")
    note = stage.escrow()
    stage.ask(Stack(note.id))
    while not cable.eaten:
        stage.wait(0.001)
    stage.unplug()
    stage.wait(0.5)
    stage.hand("insert", paise=next_one)
    stage.wait(1.0)
    stage.start_driver()
    stage.plug()
    stage.wait(6.0)
    assert stage.told(NoteStacked) == [NoteStacked(note.id, rupees(500))]
    assert stage.in_box() == {"50000": 1}
    assert stage.emulator.physics()["returned"] == {str(next_one): 1}


def test_somebody_empties_the_stacker_before_it_could_be_asked(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.hand("insert", paise=10000)
    stage.wait(4.0)
    stage.wire = cable = Eats(b"p,85")
    note = stage.escrow()
    stage.ask(Stack(note.id))
    while not cable.eaten:
        stage.wait(0.001)
    stage.unplug()
    stage.hand("empty_stacker")
    stage.plug()
    stage.wait(8.0)
    assert stage.told(NoteUnaccounted) == [NoteUnaccounted(note.id, rupees(500))]


def test_the_order_to_stack_is_lost_in_the_cable_and_the_note_goes_back(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.wire = cable = Eats(b"R,35,01")
    note = stage.escrow()
    stage.ask(Stack(note.id))
    stage.wait(4.0)
    assert cable.eaten
    assert stage.told(NoteReturned) == [NoteReturned(note.id, rupees(500))]


def test_a_driver_that_finds_a_note_in_escrow_gives_it_back(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    note = stage.escrow()
    stage.start_driver()
    stage.wait(4.0)
    assert stage.told(NoteReturned) == [NoteReturned(note.id, rupees(500))]


def test_no_lease_no_note(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    note = stage.escrow()
    stage.till.lease = None
    stage.device.on_lease(None)
    stage.wait(2.0)
    assert stage.told(NoteReturned) == [NoteReturned(note.id, rupees(500))]
    assert stage.state.accepting == [] and not stage.emulator.physics()["is_enabled"]


@pytest.mark.parametrize(
    ("hand", "mend", "fault"),
    [
        ("jam", "clear_jam", "notes.jam.transport"),
        ("remove_cash_box", "replace_cash_box", "notes.cashbox.removed"),
        ("stacker_full", "empty_stacker", "notes.stacker.full"),
    ],
)
def test_a_fault_that_is_said_once_stands_until_it_is_mended(
    tmp_path: Path, hand: str, mend: str, fault: str
) -> None:
    stage = Stage(tmp_path)
    stage.hand(hand)
    stage.wait(40.0)
    assert stage.faults == [fault] and stage.status() is Status.OUT_OF_SERVICE
    stage.hand(mend)
    stage.wait(20.0)
    assert stage.faults == [] and stage.status() is Status.READY
    stage.hand("insert", paise=10000)
    stage.wait(4.0)
    assert [note.value for note in stage.told(NoteStacked)] == [rupees(100)]


def test_a_jam_in_the_middle_ends_with_the_note_in_the_hand(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    note = stage.escrow()
    stage.ask(Stack(note.id))
    stage.wait(0.3)
    stage.hand("jam")
    stage.wait(60.0)
    assert stage.status() is Status.OUT_OF_SERVICE and stage.state.held is not None
    stage.hand("clear_jam")
    stage.wait(20.0)
    assert stage.told(NoteReturned) == [NoteReturned(note.id, rupees(500))]
    assert stage.in_box() == {}


def test_what_is_not_taken_says_why(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.hand("insert", paise=10000, quality="fake")
    stage.wait(3.0)
    stage.hand("insert", paise=200000)
    stage.wait(3.0)
    reasons = [event.reason for event in stage.till.told if isinstance(event, NoteRejected)]
    assert reasons == ["not_recognised", "not_recognised"]
