"""What happens to notes in a JCM unit when people, drivers and mains fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.base.loopback import Visit, Wire, make_in
from drivers.id003.codec import Code, Status
from drivers.id003.emulator import NoteAcceptorEmulator
from firmware.contract import device
from firmware.contract.device import (
    NoteRejected,
    NoteReturned,
    NoteStacked,
    NoteUnaccounted,
    Stack,
)
from firmware.contract.money import rupees
from tests.drivers.id003.stage import Stage
from tests.drivers.id003.test_conformance import make_acceptor
from tests.drivers.note_stories import NoteStories
from tests.drivers.note_trouble import NoteTrouble, NoteWithoutABox
from tests.drivers.notes import Clerk

READY, GONE = device.Status.READY, device.Status.GONE
OUT_OF_SERVICE = device.Status.OUT_OF_SERVICE


class TestStories(NoteStories):
    """Those of every maker."""

    other_serial = "42"


class TestTrouble(NoteTrouble, NoteWithoutABox):
    """After a jam the unit starts afresh and says nothing of the note: it goes to a claim (M11)."""

    taken_out = NoteUnaccounted


# --- a note, and what is done with it ------------------------------------------------------------


def test_stack_goes_out_in_the_turn_in_which_the_till_asks(stage: Stage) -> None:
    note = stage.escrow()
    stage.visit.device.protocol.bytes_to_send()
    stage.ask(Stack(note.id))
    assert stage.visit.device.protocol.bytes_to_send() == bytes.fromhex("FC 05 41 A2 04")


def test_a_note_that_nobody_decides_on_is_held_before_its_ten_seconds_are_over(
    stage: Stage,
) -> None:
    stage.escrow()
    tap = stage.tap()
    stage.run(30.0)
    assert tap.codes.count(Code.HOLD) >= 3
    assert Status.HOLDING in tap.codes
    assert stage.visit.emulator.physics()["at"] == "escrow"


def test_vend_valid_is_not_acknowledged_before_the_till_has_it(stage: Stage) -> None:
    stage.till.acknowledges = False
    tap = stage.tap()
    stage.visit.hand("insert", paise=50000)
    credit = stage.run_until(NoteStacked)
    stage.run(20.0)
    assert tap.codes.count(Status.VEND_VALID) > 50
    assert Status.STACKED not in tap.codes
    stage.till.acknowledges = True
    stage.run(3.0)
    assert Status.STACKED in tap.codes
    assert stage.till.journal == {device.event_key(credit): credit}


def test_the_acknowledgement_that_the_wire_swallows_is_sent_again(stage: Stage) -> None:
    stage.till.acknowledges = False
    stage.visit.hand("insert", paise=50000)
    credit = stage.run_until(NoteStacked)
    stage.visit.hand("link_drop", seconds=0.3)
    stage.ask(device.Acknowledge(device.event_key(credit) or ""))
    stage.run(2.0)
    assert stage.visit.device.protocol.tracker.open_credits == []  # type: ignore[attr-defined]
    assert stage.status() is READY


def test_a_note_of_no_value_goes_back_without_an_id(tmp_path: Path) -> None:
    stage = Stage(tmp_path, NoteAcceptorEmulator(denominations=(10, 20)))
    stage.till.lease = device.Lease("a visit", 10.0, [rupees(10), rupees(20)])
    stage.run(2.0)
    tracker = stage.visit.device.protocol.tracker  # type: ignore[attr-defined]
    del tracker.values[0x62]
    stage.visit.hand("insert", paise=2000)
    assert stage.run_until(NoteRejected) == NoteRejected("host")
    assert stage.returned() == {"2000": 1}


# --- cuts and kills ------------------------------------------------------------------------------


def test_power_cut_with_a_note_in_escrow_gives_it_back(stage: Stage) -> None:
    note = stage.escrow()
    stage.visit.hand("power_cycle", seconds=3.0)
    assert stage.run_until(NoteReturned) == NoteReturned(note.id, rupees(500))
    assert stage.returned() == {"50000": 1}


def test_power_cut_on_the_way_to_the_box_is_a_credit_at_power_up(stage: Stage) -> None:
    note = stage.escrow()
    stage.ask(Stack(note.id))
    stage.run(0.3)
    stage.visit.hand("power_cycle", seconds=3.0)
    assert stage.run_until(NoteStacked) == NoteStacked(note.id, rupees(500), at_power_up=True)
    stage.run(6.0)
    assert stage.in_box() == {"50000": 1} and len(stage.till.journal) == 1


def test_no_reset_before_the_till_has_the_credit_of_a_power_up(stage: Stage) -> None:
    stage.till.acknowledges = False
    note = stage.escrow()
    stage.ask(Stack(note.id))
    stage.run(0.3)
    stage.visit.hand("power_cycle", seconds=1.0)
    stage.run_until(NoteStacked)
    tap = stage.tap()
    stage.run(10.0)
    assert Code.RESET not in tap.codes, "the unit would have forgotten the note"
    stage.till.acknowledges = True
    stage.run(5.0)
    assert Code.RESET in tap.codes and stage.status() is READY


@pytest.mark.parametrize("after_cut", ["stacker", "vend_valid"])
def test_mains_cut_between_vend_valid_and_the_driver_is_credited_once(
    tmp_path: Path, after_cut: str
) -> None:
    stage = Stage(tmp_path, NoteAcceptorEmulator(after_cut=after_cut))
    note = stage.escrow()
    stage.ask(Stack(note.id))
    stage.run_until_said(Status.VEND_VALID)
    stage.visit.unplug()
    stage.visit.hand("power_cut")
    stage.visit.start_driver()
    stage.visit.plug()
    assert not stage.till.heard(NoteStacked)
    stage.run(2.0)
    stage.visit.hand("power_on")
    credit = stage.run_until(NoteStacked)
    assert isinstance(credit, NoteStacked)
    assert credit.id == note.id
    stage.run(8.0)
    assert len(stage.till.journal) == 1 and stage.in_box() == {"50000": 1}


def test_unit_that_forgets_a_note_in_a_power_cut_leaves_it_unaccounted(tmp_path: Path) -> None:
    stage = Stage(tmp_path, NoteAcceptorEmulator(after_cut="nothing"))
    note = stage.escrow()
    stage.ask(Stack(note.id))
    stage.run_until_said(Status.VEND_VALID)
    stage.visit.unplug()
    stage.visit.hand("power_cycle")
    stage.run(3.0)
    stage.visit.plug()
    assert stage.run_until(NoteUnaccounted) == NoteUnaccounted(note.id, rupees(500))
    assert not stage.till.heard(NoteReturned), "nobody saw it go back"


def test_a_power_up_with_a_note_that_was_told_before_is_not_a_second_one(stage: Stage) -> None:
    stage.till.acknowledges = False
    stage.visit.hand("insert", paise=50000)
    first = stage.run_until(NoteStacked)
    stage.visit.hand("power_cut")
    stage.visit.start_driver()
    stage.visit.hand("power_on")
    stage.till.acknowledges = True
    stage.run(8.0)
    assert set(stage.till.journal.values()) == {first}
    assert stage.state().counters["credited"] == 1


def test_a_note_in_the_box_that_no_ledger_knows_makes_somebody_count_it(
    stage: Stage, tmp_path: Path
) -> None:
    note = stage.escrow()
    stage.ask(Stack(note.id))
    stage.run(0.3)
    stage.visit.hand("power_cut")
    for file in tmp_path.iterdir():
        file.write_bytes(b"nothing that a checksum fits")
    stage.visit.start_driver()
    stage.visit.hand("power_on")
    told = stage.run_until(NoteUnaccounted)
    assert isinstance(told, NoteUnaccounted)
    assert told.value == rupees(0) and told.id.epoch != note.id.epoch
    stage.run(6.0)
    assert stage.status() is READY


def test_a_note_that_was_never_ordered_and_is_gone_went_back(stage: Stage) -> None:
    note = stage.escrow()
    stage.visit.unplug()
    stage.run(6.0)
    stage.visit.start_driver()
    stage.visit.plug()
    assert stage.run_until(NoteReturned) == NoteReturned(note.id, rupees(500))
    assert stage.returned() == {"50000": 1}


def test_a_note_in_escrow_when_the_cable_is_pulled_goes_back(stage: Stage) -> None:
    note = stage.escrow()
    stage.visit.unplug()
    stage.run(1.0)
    stage.visit.plug()
    assert stage.run_until(NoteReturned, within=3.0) == NoteReturned(note.id, rupees(500))


def test_an_order_in_a_pulled_cable_leaves_a_note_in_doubt(stage: Stage) -> None:
    """It was in the ledger; whether the unit heard it, nobody can say once the note is gone."""
    note = stage.escrow()
    stage.visit.hand("link_drop", seconds=5.0)
    stage.ask(Stack(note.id))
    assert stage.run_until(NoteUnaccounted) == NoteUnaccounted(note.id, rupees(500))
    assert stage.returned() == {"50000": 1}


# --- the wire ------------------------------------------------------------------------------------


@pytest.mark.parametrize("has_serial", [True, False])
def test_a_unit_that_does_not_know_its_number_works_all_the_same(
    tmp_path: Path, has_serial: bool
) -> None:
    stage = Stage(tmp_path, NoteAcceptorEmulator(has_serial=has_serial))
    stage.run(1.0)
    assert stage.status() is READY
    assert stage.state().identity.serial == ("231000760443" if has_serial else "")
    assert stage.state().identity.maker == "JCM"


def test_a_unit_that_somebody_else_enabled_is_inhibited_again(tmp_path: Path) -> None:
    visit = Visit(make_in(tmp_path, make_acceptor), NoteAcceptorEmulator(), Clerk(None), Wire())
    visit.run(5.0)
    visit.emulator.receive_bytes(bytes.fromhex("FC 07 C0 00 00 2D B5"), visit.now)
    visit.emulator.receive_bytes(bytes.fromhex("FC 06 C3 00 04 D6"), visit.now)
    visit.emulator.bytes_to_send()
    assert len(visit.emulator.physics()["accepting"]) == 6
    visit.run(visit.now + 1.0)
    assert visit.emulator.physics()["accepting"] == []


# --- conditions ----------------------------------------------------------------------------------
