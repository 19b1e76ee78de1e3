"""What happens to notes when people, drivers and mains fail: named after the incidents."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.ccnet.codec import Code, Frame, Said, Unit
from drivers.ccnet.emulator import ESCROW_LASTS, NoteAcceptorEmulator
from firmware.contract.device import (
    Acknowledge,
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
from tests.drivers.ccnet.stage import Stage

FIVE_HUNDRED = Said(Unit.STACKED, 5)


# --- a note, and what is done with it ------------------------------------------------------------


def test_a_note_is_stacked_and_credited_under_the_id_it_had_in_escrow(stage: Stage) -> None:
    note = stage.escrow()
    assert stage.state().held == HeldNote(note.id, rupees(500))
    assert stage.ask(Stack(note.id)) is Outcome.DONE
    assert stage.run_until(NoteStacked) == NoteStacked(note.id, rupees(500))
    stage.run(2.0)
    assert stage.state().held is None and stage.status() is Status.READY
    assert stage.state().counters == {"credited": 1, "returned": 0, "unaccounted": 0}


def test_the_smallest_note_is_bill_type_0_and_counts(stage: Stage) -> None:
    stage.visit.hand("insert", paise=1000)
    stage.run(5.0)
    assert stage.in_box() == {"1000": 1}
    assert [event.value for event in stage.till.heard(NoteStacked)] == [rupees(10)]  # type: ignore[union-attr]


def test_a_note_nobody_decides_on_is_held_again_and_again(stage: Stage) -> None:
    stage.escrow()
    stage.run(5 * ESCROW_LASTS)
    assert stage.visit.emulator.physics()["at"] == "escrow"
    assert stage.tap.codes.count(Code.HOLD) >= 5
    assert stage.in_box() == {} and not stage.till.heard(NoteReturned)


def test_stack_reaches_the_wire_before_the_next_poll(stage: Stage) -> None:
    note = stage.escrow()
    stage.run(0.05)
    stage.tap.carried.clear()
    stage.ask(Stack(note.id))
    stage.run(0.03)
    assert stage.tap.codes[0] == Code.STACK


def test_stack_twice_stacks_once(stage: Stage) -> None:
    note = stage.escrow()
    assert [stage.ask(Stack(note.id)) for _ in range(2)] == [Outcome.DONE, Outcome.DONE]
    stage.run(5.0)
    assert stage.in_box() == {"50000": 1}
    assert stage.tap.codes.count(Code.STACK) == 1
    assert stage.ask(Stack(note.id)) is Outcome.REFUSED


def test_stack_of_another_id_is_refused_and_the_note_stays(stage: Stage) -> None:
    note = stage.escrow()
    other = EventId(note.id.serial, note.id.epoch, note.id.counter + 1)
    assert stage.ask(Stack(other)) is Outcome.REFUSED
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
    stage.run(1.0)
    second = stage.escrow(10000)
    stage.run(5.0)
    assert stage.state().held == HeldNote(second.id, rupees(100))


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


def test_a_smaller_lease_inhibits_the_other_bill_types(stage: Stage) -> None:
    stage.till.lease = Lease("a visit", 10.0, [rupees(10), rupees(20), rupees(2000)])
    stage.run(3.0)
    assert stage.state().accepting == [rupees(10), rupees(20)]
    stage.visit.hand("insert", paise=50000)
    assert stage.run_until(NoteRejected) == NoteRejected("inhibited")


@pytest.mark.parametrize(("quality", "reason"), [("torn", "length"), ("fake", "not_recognised")])
def test_a_bad_note_goes_back_with_its_reason_said_once(
    stage: Stage, quality: str, reason: str
) -> None:
    stage.visit.hand("insert", paise=50000, quality=quality)
    stage.run(3.0)
    assert stage.till.heard(NoteRejected) == [NoteRejected(reason)]
    assert stage.returned() == {"50000": 1}


# --- the credit, until the till has it -----------------------------------------------------------


def test_the_unit_is_told_to_forget_a_credit_only_when_the_till_has_it(stage: Stage) -> None:
    stage.till.acknowledges = False
    stage.visit.hand("insert", paise=50000)
    first = stage.run_until(NoteStacked)
    stage.run(3.0)
    told = stage.tap.acknowledged(FIVE_HUNDRED)
    assert len(told) > 10 and not any(told)
    assert stage.visit.emulator.physics()["accepting"] == [], "no next note meanwhile"
    stage.ask(Acknowledge(event_key(first) or ""))
    stage.run(1.0)
    assert stage.tap.acknowledged(FIVE_HUNDRED).count(True) == 1
    assert len(stage.visit.emulator.physics()["accepting"]) == 6
    assert len(stage.till.journal) == 1


def test_our_acknowledgement_in_the_cable_is_repeated_and_credits_nothing(stage: Stage) -> None:
    stage.tap.loses = {b"\x00"}
    stage.visit.hand("insert", paise=50000)
    stage.run_until(NoteStacked)
    stage.run(3.0)
    stage.tap.loses = set()
    stage.run(2.0)
    assert len(stage.till.journal) == 1
    assert len(stage.visit.emulator.physics()["accepting"]) == 6


def test_the_tills_word_on_one_credit_is_none_on_the_next(stage: Stage) -> None:
    stage.visit.hand("insert", paise=50000)
    stage.run(5.0)
    stage.till.acknowledges = False
    stage.tap.carried.clear()
    stage.visit.hand("insert", paise=50000)
    stage.run(5.0)
    assert len(stage.till.journal) == 2
    assert not any(stage.tap.acknowledged(FIVE_HUNDRED))


def test_two_notes_of_one_value_are_two(stage: Stage) -> None:
    for _ in range(2):
        stage.visit.hand("insert", paise=50000)
        stage.run(5.0)
    assert len(stage.till.journal) == 2 and stage.in_box() == {"50000": 2}


def test_power_cut_between_stack_and_ack(stage: Stage) -> None:
    stage.till.acknowledges = False
    stage.visit.hand("insert", paise=50000)
    first = stage.run_until(NoteStacked)
    stage.visit.hand("power_cycle")
    stage.run(4.0)
    assert Unit.POWER_UP_IN_STACKER in stage.tap.codes
    assert stage.status() is Status.STARTING, "no RESET before the till has the credit"
    stage.till.acknowledges = True
    stage.run(5.0)
    assert set(stage.till.journal.values()) == {first}
    assert stage.in_box() == {"50000": 1} and stage.status() is Status.READY


def test_power_cut_while_stacking_is_a_credit_at_power_up_and_reset_waits_for_it(
    stage: Stage,
) -> None:
    note = stage.escrow()
    stage.ask(Stack(note.id))
    stage.run(0.4)
    stage.till.acknowledges = False
    stage.visit.hand("power_cycle")
    credit = stage.run_until(NoteStacked)
    assert credit == NoteStacked(note.id, rupees(500), at_power_up=True)
    stage.tap.carried.clear()
    stage.run(5.0)
    assert Code.RESET not in stage.tap.codes
    stage.ask(Acknowledge(event_key(credit) or ""))
    stage.run(4.0)
    assert Code.RESET in stage.tap.codes
    assert stage.in_box() == {"50000": 1} and stage.status() is Status.READY


def test_mains_cut_while_stacking_keeps_the_id(stage: Stage) -> None:
    note = stage.escrow()
    stage.ask(Stack(note.id))
    stage.run(0.8)
    stage.visit.hand("power_cut")
    stage.visit.start_driver()
    stage.run(5.0)
    stage.visit.hand("power_on")
    assert stage.run_until(NoteStacked) == NoteStacked(note.id, rupees(500), at_power_up=True)


def test_power_cut_with_a_note_in_escrow_gives_it_back(stage: Stage) -> None:
    note = stage.escrow()
    stage.visit.hand("power_cycle", seconds=3.0)
    assert stage.run_until(NoteReturned) == NoteReturned(note.id, rupees(500))
    assert stage.returned() == {"50000": 1} and stage.in_box() == {}


def test_power_cut_while_a_note_comes_in_hands_it_back(stage: Stage) -> None:
    stage.visit.hand("insert", paise=50000)
    stage.run(0.3)
    stage.visit.hand("power_cycle")
    assert stage.run_until(NoteRejected) == NoteRejected("power_up")
    assert stage.returned() == {"50000": 1}


def test_power_cut_on_the_way_out_is_a_return_all_the_same(stage: Stage) -> None:
    note = stage.escrow()
    stage.ask(Return(note.id))
    stage.run(0.3)
    stage.visit.hand("power_cycle")
    assert stage.run_until(NoteReturned) == NoteReturned(note.id, rupees(500))


# --- kills ---------------------------------------------------------------------------------------


def test_host_killed_between_credit_and_ack(stage: Stage) -> None:
    stage.till.acknowledges = False
    stage.visit.hand("insert", paise=50000)
    first = stage.run_until(NoteStacked)
    stage.till.told.clear()
    stage.visit.start_driver()
    assert stage.till.told == [first], "told again at once"
    stage.till.acknowledges = True
    stage.run(5.0)
    assert set(stage.till.journal.values()) == {first}
    stage.visit.hand("insert", paise=50000)
    stage.run(5.0)
    assert len(stage.till.journal) == 2, "the next note is another note"


def test_host_killed_between_the_tills_word_and_the_wire(stage: Stage) -> None:
    stage.visit.hand("insert", paise=50000)
    first = stage.run_until(NoteStacked)
    stage.visit.hand("link_drop", seconds=2)
    stage.ask(Acknowledge(event_key(first) or ""))
    stage.visit.start_driver()
    stage.till.told.clear()
    stage.run(10.0)
    assert stage.till.told == [], "the till has it, and the repeat is only acknowledged"
    stage.visit.hand("insert", paise=50000)
    assert stage.run_until(NoteStacked) != first


def test_note_in_escrow_at_driver_start_is_handed_back_and_never_swallowed(stage: Stage) -> None:
    note = stage.escrow()
    stage.visit.start_driver()
    assert stage.run_until(NoteReturned) == NoteReturned(note.id, rupees(500))
    assert stage.returned() == {"50000": 1} and stage.in_box() == {}


def test_a_held_note_whose_type_is_not_said_any_more_goes_back_under_its_id(stage: Stage) -> None:
    note = stage.escrow()
    stage.run_until_said(Unit.HOLDING)
    stage.visit.start_driver()
    assert stage.run_until(NoteReturned, within=3.0) == NoteReturned(note.id, rupees(500))


def test_note_that_came_while_no_driver_ran_is_handed_back(stage: Stage) -> None:
    stage.visit.unplug()
    stage.visit.hand("insert", paise=50000)
    stage.run(2.0)
    stage.visit.start_driver()
    stage.visit.plug()
    assert stage.run_until(NoteRejected) == NoteRejected("host")
    assert stage.returned() == {"50000": 1} and stage.in_box() == {}


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
