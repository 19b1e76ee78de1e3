"""What happens to notes when people, drivers and mains fail: named after the incidents."""

from __future__ import annotations

from collections.abc import Callable

from firmware.contract.device import (
    DeviceCommand,
    DeviceEvent,
    NoteReturned,
    NoteStacked,
    NoteUnaccounted,
    Outcome,
    Stack,
)
from firmware.contract.money import rupees
from tests.drivers.itl_ssp.stage import Stage
from tests.drivers.note_stories import NoteStories

Answer = Callable[[DeviceEvent], list[DeviceCommand]]


class TestStories(NoteStories):
    """Those of every maker."""


# --- a note, and what is done with it ------------------------------------------------------------


def test_the_units_own_counter_moves_with_the_credit(stage: Stage) -> None:
    stage.ask(Stack(stage.escrow().id))
    stage.run_until(NoteStacked)
    stage.run(2.0)
    assert stage.state().counters["device_stacked"] == stage.state().counters["credited"] == 1


def test_stack_reaches_the_wire_in_the_same_turn(stage: Stage) -> None:
    note = stage.escrow()
    stage.run(0.05)
    stage.visit.device.protocol.bytes_to_send()
    stage.ask(Stack(note.id))
    assert stage.visit.device.protocol.bytes_to_send()[3:4] == b"\x56"


# --- cuts and kills ------------------------------------------------------------------------------


def test_power_cut_with_a_note_in_escrow_is_a_credit_at_power_up(stage: Stage) -> None:
    note = stage.escrow()
    stage.visit.hand("power_cycle", seconds=3.0)
    assert stage.run_until(NoteStacked) == NoteStacked(note.id, rupees(500), at_power_up=True)
    assert stage.in_box() == {"50000": 1}


def test_mains_cut_with_a_note_in_escrow_keeps_its_id(stage: Stage) -> None:
    note = stage.escrow()
    stage.visit.hand("power_cut")
    stage.visit.start_driver()
    stage.run(5.0)
    stage.visit.hand("power_on")
    assert stage.run_until(NoteStacked) == NoteStacked(note.id, rupees(500), at_power_up=True)


def test_old_firmware_driver_killed_with_the_credit_in_the_cable_and_the_next_note_in_escrow(
    old_stage: Stage,
) -> None:
    note = old_stage.escrow()
    old_stage.ask(Stack(note.id))
    old_stage.run_until_the_credit_is_in_the_cable()
    old_stage.visit.unplug()
    old_stage.visit.start_driver()
    old_stage.run(1.0)
    old_stage.visit.hand("insert", paise=50000)
    old_stage.run(1.0)
    old_stage.visit.plug()
    assert old_stage.run_until(NoteUnaccounted) == NoteUnaccounted(note.id, rupees(500))
    assert not old_stage.till.heard(NoteReturned), "what went back is the next note"


def test_the_next_note_waits_until_the_credit_before_it_is_confirmed(stage: Stage) -> None:
    stage.till.acknowledges = False
    stage.visit.hand("insert", paise=50000)
    stage.run_until(NoteStacked)
    stage.run(1.0)
    second = stage.escrow(10000)
    assert stage.ask(Stack(second.id)) is Outcome.DONE
    stage.run(5.0)
    assert stage.visit.emulator.physics()["at"] == "escrow"
    stage.till.acknowledges = True
    stage.run(6.0)
    assert stage.in_box() == {"50000": 1, "10000": 1}
    assert len(stage.till.journal) == 2
