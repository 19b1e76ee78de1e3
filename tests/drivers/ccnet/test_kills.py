"""What happens to notes when the host dies, or the unit says less or is another one."""

from __future__ import annotations

from drivers.ccnet.codec import Code, Frame, Said, Unit
from drivers.ccnet.emulator import NoteAcceptorEmulator
from firmware.contract.device import (
    NoteRejected,
    NoteReturned,
    NoteStacked,
    NoteUnaccounted,
    Return,
    Stack,
    Status,
)
from firmware.contract.money import rupees
from tests.drivers.ccnet.stage import Stage

FIVE_HUNDRED = Said(Unit.STACKED, 5)


# --- kills ---------------------------------------------------------------------------------------


def test_a_held_note_whose_type_is_not_said_any_more_goes_back_under_its_id(stage: Stage) -> None:
    note = stage.escrow()
    stage.run_until_said(Unit.HOLDING)
    stage.visit.start_driver()
    assert stage.run_until(NoteReturned, within=3.0) == NoteReturned(note.id, rupees(500))


def test_an_order_in_the_cable_is_given_again_only_if_it_was_not_heard(stage: Stage) -> None:
    note = stage.escrow()
    stage.tap.loses = {bytes((Code.STACK,))}
    stage.ask(Stack(note.id))
    stage.run(1.0)
    stage.tap.loses = set()
    assert stage.run_until(NoteStacked) == NoteStacked(note.id, rupees(500))
    stage.run(2.0)
    assert stage.tap.codes.count(Code.STACK) == 2 and stage.in_box() == {"50000": 1}


def test_the_answer_to_an_order_in_the_cable_is_had_by_a_poll(stage: Stage) -> None:
    note = stage.escrow()
    stage.tap.loses = {b"\x00"}
    stage.ask(Stack(note.id))
    stage.run(1.0)
    stage.tap.loses = set()
    assert stage.run_until(NoteStacked) == NoteStacked(note.id, rupees(500))
    assert stage.tap.codes.count(Code.STACK) == 1


def test_an_answer_after_a_time_out_is_believed_and_not_acknowledged(stage: Stage) -> None:
    """It may be the answer to the poll before: our ACK would be taken for that of the next one."""
    stage.run_until_said(Unit.IDLING)
    stage.tap.loses = {Said(Unit.IDLING).to_data()}
    stage.run(1.2)
    stage.tap.loses, stage.tap.carried = set(), []
    stage.run(1.5)
    assert stage.tap.acknowledged(Said(Unit.IDLING))[:3] == [False, True, True]
    assert stage.status() is Status.READY


def test_a_return_that_is_said_again_is_told_once(stage: Stage) -> None:
    note = stage.escrow()
    stage.tap.loses = {b"\x00"}
    stage.ask(Return(note.id))
    stage.run(4.0)
    stage.tap.loses = set()
    stage.run(1.0)
    assert len(stage.till.heard(NoteReturned)) == 1 and not stage.till.heard(NoteRejected)


# --- units that say less, and other units --------------------------------------------------------


def test_a_unit_that_says_a_credit_once_is_credited_once(forgetful: Stage) -> None:
    forgetful.visit.hand("insert", paise=50000)
    forgetful.run(8.0)
    assert len(forgetful.till.heard(NoteStacked)) == 1
    assert forgetful.status() is Status.READY


def test_a_credit_that_is_said_once_and_lost_in_the_cable_is_unaccounted(forgetful: Stage) -> None:
    note = forgetful.escrow()
    forgetful.tap.loses = {FIVE_HUNDRED.to_data()}
    forgetful.ask(Stack(note.id))
    told = forgetful.run_until(NoteUnaccounted)
    assert told == NoteUnaccounted(note.id, rupees(500))
    assert forgetful.in_box() == {"50000": 1}


def test_another_unit_in_its_place_leaves_the_note_unaccounted(stage: Stage) -> None:
    note = stage.escrow()
    stage.visit.unplug()
    stage.visit.emulator = NoteAcceptorEmulator(serial=42)
    stage.visit.plug()
    assert stage.run_until(NoteUnaccounted, within=5.0) == NoteUnaccounted(note.id, rupees(500))
    stage.run(3.0)
    assert stage.state().identity.serial == "000000000042"


def test_another_unit_with_a_note_in_its_stacker_credits_nobodys_order(stage: Stage) -> None:
    note = stage.escrow()
    other = NoteAcceptorEmulator(serial=42)
    stage.visit.unplug()
    stage.visit.emulator = leave_a_note_in_the_stacker(other)
    stage.visit.plug()
    stage.run(8.0)
    told = list(stage.till.journal.values())
    assert NoteUnaccounted(note.id, rupees(500)) in told
    assert not stage.till.heard(NoteStacked)
    assert [event.value for event in told if isinstance(event, NoteUnaccounted)][1:] == [rupees(0)]


def leave_a_note_in_the_stacker(unit: NoteAcceptorEmulator) -> NoteAcceptorEmulator:
    """Somebody else's: power went while it was being stacked, without a host by way of escrow."""
    for data in (b"\x30", b"\x34" + b"\xff" * 3 + bytes(3)):
        unit.receive_bytes(Frame(data).to_bytes(), 0.5 if data == b"\x30" else 2.0)
    unit.hand_insert(2.0, 10000)
    unit.tick(2.7)
    unit.hand_power_cycle(2.8, seconds=0.1)
    unit.bytes_to_send()
    assert unit.physics()["at"] == "stacking"
    return unit
