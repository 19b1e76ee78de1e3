"""What happens to notes when people, drivers and mains fail, whoever made the acceptor.

Named after the incidents. A family subclasses `NoteStories` and has a fixture `stage`; what its
wire does differently stands in its own stories.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest

from firmware.contract.device import (
    Acknowledge,
    CashBoxMoved,
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
from tests.drivers.notes import Stage


class NoteStories:
    other_serial: ClassVar[int | str] = 42  # as the family's emulator takes it

    def test_a_note_is_stacked_and_credited_under_the_id_it_had_in_escrow(
        self, stage: Stage
    ) -> None:
        note = stage.escrow()
        assert stage.state().held == HeldNote(note.id, rupees(500))
        assert stage.ask(Stack(note.id)) is Outcome.DONE
        assert stage.run_until(NoteStacked) == NoteStacked(note.id, rupees(500))
        stage.run(2.0)
        assert stage.state().held is None and stage.status() is Status.READY
        counters = stage.state().counters
        assert counters["credited"] == 1
        assert counters["returned"] == counters["unaccounted"] == 0

    def test_a_note_nobody_decides_on_is_held_and_neither_swallowed_nor_dropped(
        self, stage: Stage
    ) -> None:
        stage.escrow()
        stage.run(60.0)
        assert stage.visit.emulator.physics()["at"] == "escrow"
        assert stage.in_box() == {} and not stage.till.heard(NoteStacked)

    def test_stack_twice_stacks_once(self, stage: Stage) -> None:
        note = stage.escrow()
        assert [stage.ask(Stack(note.id)) for _ in range(2)] == [Outcome.DONE, Outcome.DONE]
        stage.run(0.3)
        assert stage.ask(Stack(note.id)) is Outcome.DONE, "it is on its way, as asked"
        stage.run(5.0)
        assert stage.in_box() == {"50000": 1}
        assert stage.ask(Stack(note.id)) is Outcome.REFUSED

    def test_stack_of_another_id_is_refused_and_the_note_stays(self, stage: Stage) -> None:
        note = stage.escrow()
        other = EventId(note.id.serial, note.id.epoch, note.id.counter + 1)
        assert stage.ask(Stack(other)) is Outcome.REFUSED
        assert stage.ask(Return(other)) is Outcome.REFUSED
        stage.run(5.0)
        assert stage.visit.emulator.physics()["at"] == "escrow"

    def test_stack_after_return_is_refused(self, stage: Stage) -> None:
        note = stage.escrow()
        assert stage.ask(Return(note.id)) is Outcome.DONE
        assert stage.ask(Stack(note.id)) is Outcome.REFUSED
        assert stage.run_until(NoteReturned) == NoteReturned(note.id, rupees(500))
        assert stage.returned() == {"50000": 1}

    def test_the_note_after_a_returned_one_waits_for_its_own_order(self, stage: Stage) -> None:
        stage.ask(Return(stage.escrow().id))
        stage.run_until(NoteReturned)
        second = stage.escrow(10000)
        stage.run(5.0)
        assert stage.state().held == HeldNote(second.id, rupees(100))
        assert stage.visit.emulator.physics()["at"] == "escrow"

    def test_without_a_lease_the_unit_is_polled_and_takes_nothing(self, stage: Stage) -> None:
        stage.till.lease = None
        stage.visit.start_driver()
        stage.run(5.0)
        assert stage.status() is Status.READY
        assert len(stage.state().denominations) == 6
        assert stage.visit.emulator.physics()["accepting"] == []

    def test_a_lease_that_ends_returns_the_note_and_shuts_the_mouth(self, stage: Stage) -> None:
        note = stage.escrow()
        stage.till.lease = None
        stage.visit.device.on_lease(None)
        assert stage.run_until(NoteReturned) == NoteReturned(note.id, rupees(500))
        stage.run(1.0)
        assert stage.state().accepting == []
        assert not stage.visit.emulator.physics()["is_enabled"]

    def test_a_lease_that_ends_while_a_note_comes_in_sends_it_back(self, stage: Stage) -> None:
        stage.till.stacks = False
        stage.visit.hand("insert", paise=50000)
        stage.run(0.3)
        stage.till.lease = None
        stage.visit.device.on_lease(None)
        stage.run_until(NoteReturned, within=5.0)
        assert stage.returned() == {"50000": 1} and stage.in_box() == {}

    def test_a_smaller_lease_inhibits_the_other_channels(self, stage: Stage) -> None:
        stage.till.lease = Lease("a visit", 10.0, [rupees(10), rupees(20), rupees(2000)])
        stage.run(3.0)
        assert stage.state().accepting == [rupees(10), rupees(20)]
        stage.visit.hand("insert", paise=50000)
        assert stage.run_until(NoteRejected) == NoteRejected("inhibited")

    @pytest.mark.parametrize(
        ("quality", "reason"), [("torn", "length"), ("fake", "not_recognised")]
    )
    def test_a_bad_note_goes_back_with_its_reason(
        self, stage: Stage, quality: str, reason: str
    ) -> None:
        stage.visit.hand("insert", paise=50000, quality=quality)
        assert stage.run_until(NoteRejected) == NoteRejected(reason)
        assert stage.returned() == {"50000": 1}

    def test_power_cut_between_stack_and_ack(self, stage: Stage) -> None:
        stage.till.acknowledges = False
        stage.visit.hand("insert", paise=50000)
        first = stage.run_until(NoteStacked)
        stage.visit.hand("power_cycle")
        stage.run(8.0)
        stage.till.acknowledges = True
        stage.run(5.0)
        assert set(stage.till.journal.values()) == {first}
        assert stage.in_box() == {"50000": 1}

    def test_host_killed_between_credit_and_ack(self, stage: Stage) -> None:
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

    def test_host_killed_between_ack_and_the_units_confirmation(self, stage: Stage) -> None:
        stage.visit.hand("insert", paise=50000)
        first = stage.run_until(NoteStacked)
        key = event_key(first)
        assert key is not None
        stage.visit.hand("link_drop", seconds=2)
        stage.ask(Acknowledge(key))
        stage.visit.start_driver()
        stage.till.told.clear()
        stage.run(10.0)
        assert stage.till.told == [], (
            "the till has it, and the device's repeat is only acknowledged"
        )
        stage.visit.hand("insert", paise=50000)
        assert stage.run_until(NoteStacked) != first

    def test_note_in_escrow_at_driver_start_is_handed_back_and_never_swallowed(
        self, stage: Stage
    ) -> None:
        note = stage.escrow()
        stage.visit.start_driver()
        assert stage.run_until(NoteReturned) == NoteReturned(note.id, rupees(500))
        assert stage.returned() == {"50000": 1} and stage.in_box() == {}

    def test_note_that_came_while_no_driver_ran_is_handed_back(self, stage: Stage) -> None:
        stage.visit.unplug()
        stage.visit.hand("insert", paise=50000)
        stage.run(2.0)
        stage.visit.start_driver()
        stage.visit.plug()
        assert stage.run_until(NoteRejected) == NoteRejected("host")
        assert stage.returned() == {"50000": 1} and stage.in_box() == {}

    def test_power_cut_while_a_note_comes_in_hands_it_back(self, stage: Stage) -> None:
        stage.visit.hand("insert", paise=50000)
        stage.run(0.3)
        stage.visit.hand("power_cycle")
        assert stage.run_until(NoteRejected) == NoteRejected("power_up")
        assert stage.returned() == {"50000": 1}

    def test_reset_drops_the_settings_and_they_are_set_again(self, stage: Stage) -> None:
        stage.visit.hand("power_cycle")
        stage.run(1.2)
        assert not stage.visit.emulator.physics()["is_enabled"]
        stage.run(6.0)
        assert len(stage.visit.emulator.physics()["accepting"]) == 6
        assert len(stage.state().accepting) == 6

    def test_another_unit_in_its_place_leaves_the_note_unaccounted(self, stage: Stage) -> None:
        note = stage.escrow()
        stage.visit.unplug()
        stage.visit.emulator = type(stage.visit.emulator)(serial=self.other_serial)  # type: ignore[call-arg]
        stage.visit.plug()
        told = stage.run_until(NoteUnaccounted, within=5.0)
        assert told == NoteUnaccounted(note.id, rupees(500))
        stage.run(5.0)
        assert int(stage.state().identity.serial) == 42
        assert stage.status() is Status.READY and len(stage.state().accepting) == 6

    def test_a_lost_ledger_begins_a_new_epoch(self, stage: Stage, tmp_path: Path) -> None:
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

    def test_note_in_escrow_when_the_link_drops_goes_back(self, stage: Stage) -> None:
        note = stage.escrow()
        stage.visit.hand("link_drop", seconds=14.0)
        assert stage.run_until(NoteReturned) == NoteReturned(note.id, rupees(500))
        assert stage.returned() == {"50000": 1}

    def test_noise_on_the_wire_is_nothing(self, stage: Stage) -> None:
        for _ in range(20):
            stage.visit.hand("noise")
            stage.run(0.5)
        assert stage.status() is Status.READY and stage.faults() == []

    def test_cash_box_taken_and_put_back(self, stage: Stage) -> None:
        stage.visit.hand("remove_cash_box")
        assert stage.run_until(CashBoxMoved) == CashBoxMoved(is_present=False)
        stage.run(5.0)
        assert stage.faults() == ["notes.cashbox.removed"]
        stage.visit.hand("replace_cash_box")
        assert stage.run_until(CashBoxMoved) == CashBoxMoved(is_present=True)
        assert stage.faults() == []
