"""What happens to notes when people, drivers and mains fail: named after the incidents."""

from __future__ import annotations

import pytest

from drivers.ccnet.codec import Code, Said, Unit
from drivers.ccnet.emulator import ESCROW_LASTS
from firmware.contract.device import (
    Acknowledge,
    NoteRejected,
    NoteReturned,
    NoteStacked,
    Outcome,
    Return,
    Stack,
    Status,
    event_key,
)
from firmware.contract.money import rupees
from tests.drivers.ccnet.stage import Stage
from tests.drivers.note_stories import NoteStories

FIVE_HUNDRED = Said(Unit.STACKED, 5)


class TestStoriesOfEveryMaker(NoteStories):
    """With a CCNET unit."""


# --- a note, and what is done with it ------------------------------------------------------------


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


def test_power_cut_on_the_way_out_is_a_return_all_the_same(stage: Stage) -> None:
    note = stage.escrow()
    stage.ask(Return(note.id))
    stage.run(0.3)
    stage.visit.hand("power_cycle")
    assert stage.run_until(NoteReturned) == NoteReturned(note.id, rupees(500))
