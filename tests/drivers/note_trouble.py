"""What stands in a note's way, whoever made the acceptor: silence, jams, a full box, a string.

Named after the incidents. A family subclasses these and has a fixture `stage`, as for the stories
of `note_stories.py`; what its unit says in other words stands in the class's table.
"""

from __future__ import annotations

from typing import ClassVar

import pytest

from drivers.base.notes_emulator import NoteUnit
from firmware.contract.device import (
    CashBoxMoved,
    CheatAttempt,
    NoteReturned,
    NoteStacked,
    NoteUnaccounted,
    Stack,
    Status,
)
from firmware.contract.money import rupees
from tests.drivers.notes import Stage

MOST_TRIES = 25  # seconds in which a unit that is stuck is reset, or checks itself, some times


class NoteTrouble:
    """What stops an acceptor, and what starts it again."""

    jams: ClassVar[dict[str, str]] = {"safe": "notes.jam.stacker", "unsafe": "notes.jam.transport"}
    cheat: ClassVar[CheatAttempt] = CheatAttempt()
    long_silence: ClassVar[str] = "notes.link.lost"
    taken_out: ClassVar[type[NoteReturned | NoteUnaccounted]] = NoteReturned  # by hand, of a jam

    def test_unit_that_falls_silent_is_gone_and_comes_back_by_itself(self, stage: Stage) -> None:
        stage.visit.hand("link_drop", seconds=30.0)
        stage.run(4.8)
        assert stage.status() is Status.GONE and stage.faults() == ["notes.link.silent"]
        stage.run(20.0)
        assert stage.status() is Status.GONE and stage.faults() == [self.long_silence]
        assert stage.state().accepting == []
        stage.run(12.0)
        assert stage.status() is Status.READY and stage.faults() == []
        assert len(stage.state().accepting) == 6

    @pytest.mark.parametrize("where", ["safe", "unsafe"])
    def test_jam_stops_the_acceptor_until_it_is_cleared(self, stage: Stage, where: str) -> None:
        stage.visit.hand("jam", where=where)
        stage.run(1.0)
        for _ in range(MOST_TRIES):
            assert stage.faults() == [self.jams[where]], "also while a reset is tried in vain"
            assert stage.status() is Status.OUT_OF_SERVICE
            stage.run(1.0)
        stage.visit.hand("clear_jam")
        stage.run(7.0)
        assert stage.faults() == [] and stage.status() is Status.READY
        assert len(stage.state().accepting) == 6

    def test_full_stacker_stops_the_acceptor_until_it_is_emptied(self, stage: Stage) -> None:
        unit = stage.visit.emulator
        assert isinstance(unit, NoteUnit)
        unit._mechanics.capacity = 1
        stage.visit.hand("insert", paise=50000)
        stage.run(4.0)
        assert stage.faults() == ["notes.stacker.full"]
        assert stage.status() is Status.OUT_OF_SERVICE
        assert len(stage.till.heard(NoteStacked)) == 1, "the one that filled it counts"
        stage.visit.start_driver()
        stage.run(4.0)
        assert stage.faults() == ["notes.stacker.full"], "known after a restart"
        stage.visit.hand("empty_stacker")
        stage.run(8.0)
        assert stage.faults() == [] and stage.status() is Status.READY

    def test_string_puller_is_told_once_and_the_acceptor_goes_on(self, stage: Stage) -> None:
        stage.visit.hand("cheat")
        stage.run(3.0)
        assert stage.till.heard(CheatAttempt) == [self.cheat]
        assert stage.faults() == ["notes.fraud"] and stage.status() is Status.DEGRADED
        stage.run(31.0)
        assert stage.faults() == []

    def test_jam_on_the_way_to_the_box_waits_for_its_end_and_credits_once(
        self, stage: Stage
    ) -> None:
        note = stage.escrow()
        stage.ask(Stack(note.id))
        stage.run(0.4)
        stage.visit.hand("jam", where="safe")
        stage.run(60.0)
        assert not stage.till.heard(NoteUnaccounted)
        stage.visit.hand("clear_jam")
        assert stage.run_until(NoteStacked) == NoteStacked(note.id, rupees(500))
        stage.run(5.0)
        assert len(stage.till.journal) == 1 and stage.in_box() == {"50000": 1}

    def test_jam_that_a_person_clears_by_taking_the_note_out(self, stage: Stage) -> None:
        note = stage.escrow()
        stage.ask(Stack(note.id))
        stage.run(0.4)
        stage.visit.hand("jam", where="unsafe")
        stage.run(2.0)
        stage.visit.hand("clear_jam")
        ends = self.taken_out
        assert stage.run_until(ends) == ends(note.id, rupees(500))


class NoteWithoutABox:
    """Of a unit that lets a note go when its cash box is taken."""

    def test_cash_box_taken_with_a_note_in_escrow_gives_it_back(self, stage: Stage) -> None:
        note = stage.escrow()
        stage.visit.hand("remove_cash_box")
        assert stage.run_until(NoteReturned, within=3.0) == NoteReturned(note.id, rupees(500))
        stage.run(1.0)
        assert stage.till.heard(CashBoxMoved) == [CashBoxMoved(is_present=False)]
        assert stage.faults() == ["notes.cashbox.removed"]
