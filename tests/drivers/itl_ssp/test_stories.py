"""What happens to notes when people, drivers and mains fail: named after the incidents."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.base.loopback import Visit, Wire, make_in
from drivers.itl_ssp.emulator import NoteAcceptorEmulator
from firmware.contract.device import (
    Acknowledge,
    DeviceCommand,
    DeviceEvent,
    EventId,
    HeldNote,
    Lease,
    NoteRejected,
    NoteReturned,
    NoteStacked,
    NoteUnaccounted,
    Outcome,
    Return,
    Stack,
    Status,
    event_key,
)
from firmware.contract.money import rupees
from tests.drivers.itl_ssp.stage import Stage
from tests.drivers.itl_ssp.test_conformance import make_acceptor
from tests.drivers.notes import Clerk

Answer = Callable[[DeviceEvent], list[DeviceCommand]]


# --- a note, and what is done with it ------------------------------------------------------------


def test_a_note_is_stacked_and_credited_under_the_id_it_had_in_escrow(stage: Stage) -> None:
    note = stage.escrow()
    assert stage.state().held == HeldNote(note.id, rupees(500))
    assert stage.ask(Stack(note.id)) is Outcome.DONE
    assert stage.run_until(NoteStacked) == NoteStacked(note.id, rupees(500))
    stage.run(2.0)
    assert stage.state().held is None and stage.status() is Status.READY
    assert stage.state().counters["device_stacked"] == stage.state().counters["credited"] == 1


def test_a_note_nobody_decides_on_is_held_and_neither_swallowed_nor_dropped(stage: Stage) -> None:
    stage.escrow()
    stage.run(60.0)
    assert stage.visit.emulator.physics()["at"] == "escrow"
    assert stage.in_box() == {} and not stage.till.heard(NoteStacked)


def test_stack_reaches_the_wire_in_the_same_turn(stage: Stage) -> None:
    note = stage.escrow()
    stage.run(0.05)
    stage.visit.device.protocol.bytes_to_send()
    stage.ask(Stack(note.id))
    assert stage.visit.device.protocol.bytes_to_send()[3:4] == b"\x56"


def test_stack_twice_stacks_once(stage: Stage) -> None:
    note = stage.escrow()
    assert [stage.ask(Stack(note.id)) for _ in range(2)] == [Outcome.DONE, Outcome.DONE]
    stage.run(0.3)
    assert stage.ask(Stack(note.id)) is Outcome.DONE, "it is on its way, as asked"
    stage.run(5.0)
    assert stage.in_box() == {"50000": 1}
    assert stage.ask(Stack(note.id)) is Outcome.REFUSED


def test_stack_of_another_id_is_refused_and_the_note_stays(stage: Stage) -> None:
    note = stage.escrow()
    other = EventId(note.id.serial, note.id.epoch, note.id.counter + 1)
    assert stage.ask(Stack(other)) is Outcome.REFUSED
    assert stage.ask(Return(other)) is Outcome.REFUSED
    stage.run(5.0)
    assert stage.visit.emulator.physics()["at"] == "escrow"


def test_stack_after_return_is_refused(stage: Stage) -> None:
    note = stage.escrow()
    assert stage.ask(Return(note.id)) is Outcome.DONE
    assert stage.ask(Stack(note.id)) is Outcome.REFUSED
    assert stage.run_until(NoteReturned) == NoteReturned(note.id, rupees(500))
    assert stage.returned() == {"50000": 1}


def test_the_note_after_a_returned_one_waits_for_its_own_order(stage: Stage) -> None:
    stage.ask(Return(stage.escrow().id))
    stage.run_until(NoteReturned)
    second = stage.escrow(10000)
    stage.run(5.0)
    assert stage.state().held == HeldNote(second.id, rupees(100))
    assert stage.visit.emulator.physics()["at"] == "escrow"


def test_a_lease_that_ends_returns_the_note_and_shuts_the_mouth(stage: Stage) -> None:
    note = stage.escrow()
    stage.till.lease = None
    stage.visit.device.on_lease(None)
    assert stage.run_until(NoteReturned) == NoteReturned(note.id, rupees(500))
    stage.run(1.0)
    assert stage.state().accepting == []
    assert not stage.visit.emulator.physics()["is_enabled"]


def test_a_lease_that_ends_while_a_note_comes_in_sends_it_back(stage: Stage) -> None:
    stage.till.stacks = False
    stage.visit.hand("insert", paise=50000)
    stage.run(0.3)
    stage.till.lease = None
    stage.visit.device.on_lease(None)
    stage.run_until(NoteReturned, within=5.0)
    assert stage.returned() == {"50000": 1} and stage.in_box() == {}


def test_without_a_lease_the_unit_is_polled_and_takes_nothing(tmp_path: Path) -> None:
    till = Clerk(lease=None)
    visit = Visit(make_in(tmp_path, make_acceptor), NoteAcceptorEmulator(), till, Wire())
    visit.run(5.0)
    assert visit.device.state().status is Status.READY
    assert len(visit.device.state().denominations) == 6
    assert visit.emulator.physics()["accepting"] == []


def test_a_smaller_lease_inhibits_the_other_channels(stage: Stage) -> None:
    stage.till.lease = Lease("a visit", 10.0, [rupees(10), rupees(20), rupees(2000)])
    stage.run(3.0)
    assert stage.state().accepting == [rupees(10), rupees(20)]
    stage.visit.hand("insert", paise=50000)
    assert stage.run_until(NoteRejected) == NoteRejected("inhibited")


@pytest.mark.parametrize(("quality", "reason"), [("torn", "length"), ("fake", "not_recognised")])
def test_a_bad_note_goes_back_with_its_reason(stage: Stage, quality: str, reason: str) -> None:
    stage.visit.hand("insert", paise=50000, quality=quality)
    assert stage.run_until(NoteRejected) == NoteRejected(reason)
    assert stage.returned() == {"50000": 1}


# --- cuts and kills ------------------------------------------------------------------------------


def test_power_cut_between_stack_and_ack(stage: Stage) -> None:
    stage.till.acknowledges = False
    stage.visit.hand("insert", paise=50000)
    first = stage.run_until(NoteStacked)
    stage.visit.hand("power_cycle")
    stage.run(8.0)
    stage.till.acknowledges = True
    stage.run(5.0)
    assert set(stage.till.journal.values()) == {first}
    assert stage.in_box() == {"50000": 1}


def test_host_killed_between_credit_and_ack(stage: Stage) -> None:
    stage.till.acknowledges = False
    stage.visit.hand("insert", paise=50000)
    first = stage.run_until(NoteStacked)
    stage.visit.hand("link_drop", seconds=30)
    stage.till.told.clear()
    stage.visit.start_driver()
    assert stage.till.told == [first], "told again at once, though the device is silent"
    stage.till.acknowledges = True
    stage.run(50.0)
    assert set(stage.till.journal.values()) == {first}
    stage.visit.hand("insert", paise=50000)
    stage.till.stacks = True
    stage.run(5.0)
    assert len(stage.till.journal) == 2, "the next note is another note"


def test_host_killed_between_ack_and_the_units_confirmation(stage: Stage) -> None:
    stage.visit.hand("insert", paise=50000)
    first = stage.run_until(NoteStacked)
    key = event_key(first)
    assert key is not None
    stage.visit.hand("link_drop", seconds=2)
    stage.ask(Acknowledge(key))
    stage.visit.start_driver()
    stage.till.told.clear()
    stage.run(10.0)
    assert stage.till.told == [], "the till has it, and the device's repeat is only acknowledged"
    stage.visit.hand("insert", paise=50000)
    assert stage.run_until(NoteStacked) != first


def test_note_in_escrow_at_driver_start_is_handed_back_and_never_swallowed(stage: Stage) -> None:
    note = stage.escrow()
    stage.visit.start_driver()
    assert stage.run_until(NoteReturned) == NoteReturned(note.id, rupees(500))
    assert stage.returned() == {"50000": 1} and stage.in_box() == {}


def test_note_that_came_while_no_driver_ran_is_handed_back(stage: Stage) -> None:
    stage.visit.unplug()
    stage.visit.hand("insert", paise=50000)
    stage.run(2.0)
    stage.visit.start_driver()
    stage.visit.plug()
    assert stage.run_until(NoteRejected) == NoteRejected("host")
    assert stage.returned() == {"50000": 1} and stage.in_box() == {}


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


def test_power_cut_while_a_note_comes_in_hands_it_back(stage: Stage) -> None:
    stage.visit.hand("insert", paise=50000)
    stage.run(0.3)
    stage.visit.hand("power_cycle")
    assert stage.run_until(NoteRejected) == NoteRejected("power_up")
    assert stage.returned() == {"50000": 1}


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


def test_a_lost_ledger_begins_a_new_epoch(stage: Stage, tmp_path: Path) -> None:
    stage.visit.hand("insert", paise=50000)
    first = stage.run_until(NoteStacked)
    assert isinstance(first, NoteStacked)
    stage.run(2.0)
    for file in tmp_path.iterdir():
        file.write_bytes(b"nothing that a checksum fits")
    stage.visit.start_driver()
    stage.run(2.0)
    stage.visit.hand("insert", paise=50000)
    second = stage.run_until(NoteStacked)
    assert isinstance(second, NoteStacked)
    assert second.id.counter == first.id.counter and second.id.epoch != first.id.epoch


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
