"""What happens to notes when people, drivers and mains fail: named after the incidents."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from drivers.base.loopback import Visit, Wire, make_in
from drivers.itl_ssp.emulator import NoteAcceptorEmulator
from firmware.contract.device import (
    DeviceCommand,
    DeviceEvent,
    HeldNote,
    NoteReturned,
    NoteStacked,
    NoteUnaccounted,
    Outcome,
    Stack,
    Status,
)
from firmware.contract.money import rupees
from tests.drivers.itl_ssp.stage import Stage
from tests.drivers.itl_ssp.test_conformance import make_acceptor
from tests.drivers.note_stories import NoteStories
from tests.drivers.notes import Clerk

Answer = Callable[[DeviceEvent], list[DeviceCommand]]


class TestStories(NoteStories):
    """Those of every maker."""


# --- a note, and what is done with it ------------------------------------------------------------


def test_a_note_is_stacked_and_credited_under_the_id_it_had_in_escrow(stage: Stage) -> None:
    note = stage.escrow()
    assert stage.state().held == HeldNote(note.id, rupees(500))
    assert stage.ask(Stack(note.id)) is Outcome.DONE
    assert stage.run_until(NoteStacked) == NoteStacked(note.id, rupees(500))
    stage.run(2.0)
    assert stage.state().held is None and stage.status() is Status.READY
    assert stage.state().counters["device_stacked"] == stage.state().counters["credited"] == 1


def test_stack_reaches_the_wire_in_the_same_turn(stage: Stage) -> None:
    note = stage.escrow()
    stage.run(0.05)
    stage.visit.device.protocol.bytes_to_send()
    stage.ask(Stack(note.id))
    assert stage.visit.device.protocol.bytes_to_send()[3:4] == b"\x56"


def test_without_a_lease_the_unit_is_polled_and_takes_nothing(tmp_path: Path) -> None:
    till = Clerk(lease=None)
    visit = Visit(make_in(tmp_path, make_acceptor), NoteAcceptorEmulator(), till, Wire())
    visit.run(5.0)
    assert visit.device.state().status is Status.READY
    assert len(visit.device.state().denominations) == 6
    assert visit.emulator.physics()["accepting"] == []


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


def test_reset_drops_the_settings_and_they_are_set_again(stage: Stage) -> None:
    stage.visit.hand("power_cycle")
    stage.run(1.2)
    assert not stage.visit.emulator.physics()["is_enabled"]
    stage.run(6.0)
    assert len(stage.visit.emulator.physics()["accepting"]) == 6
    assert len(stage.state().accepting) == 6


def test_another_unit_in_its_place_leaves_the_note_unaccounted(stage: Stage) -> None:
    note = stage.escrow()
    stage.visit.unplug()
    stage.visit.emulator = NoteAcceptorEmulator(serial=42)
    stage.visit.plug()
    assert stage.run_until(NoteUnaccounted, within=5.0) == NoteUnaccounted(note.id, rupees(500))
    assert stage.state().identity.serial == "42"


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
