"""A bill validator under the suite of every family: each note has one end, told once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TypeVar

from drivers.base.conformance import Conformance
from drivers.base.loopback import Hand, PowerCut, Till, Visit
from drivers.mdb.notes import BillValidator
from drivers.mdb.notes_emulator import BillValidatorEmulator
from firmware.contract.device import (
    Kind,
    Lease,
    NoteEscrowed,
    NoteReturned,
    NoteStacked,
    NoteUnaccounted,
    Status,
)
from firmware.contract.money import rupees
from firmware.runtime.config import DeviceSection
from tests.drivers.mdb.test_conformance import LosesLines

Ended = TypeVar("Ended", NoteStacked, NoteReturned, NoteUnaccounted)
NOTES = (10, 20, 50, 100, 200, 500)
LEASE = Lease("a visit", 10.0, [rupees(note) for note in NOTES])


def paper(visit: Visit, where: str) -> Counter[int]:
    found = visit.emulator.physics()[where]
    return Counter({int(paise): count for paise, count in found.items()})


def journalled(visit: Visit, kind: type[Ended]) -> Counter[int]:
    events = [event for event in visit.till.journal.values() if isinstance(event, kind)]
    return Counter(event.value.paise for event in events)


def make_validator(folder: Path) -> BillValidator:
    return BillValidator("notes", DeviceSection("mdb_notes", Kind.NOTES, "/dev/null"), folder)


class TestValidator(Conformance):
    hands = (
        Hand(2.0, "insert", {"paise": 50000}),
        Hand(6.0, "insert", {"paise": 10000}),
        Hand(9.0, "insert", {"paise": 1000, "quality": "fake"}),
    )
    longest_delay = 0.15
    patience = 15.0
    step = 0.55
    seeds = range(5)

    def make_device(self, folder: Path) -> BillValidator:
        return make_validator(folder)

    def make_emulator(self) -> BillValidatorEmulator:
        return BillValidatorEmulator()

    def make_till(self) -> Till:
        return Till(LEASE)

    def check(self, visit: Visit) -> None:
        assert journalled(visit, NoteStacked) == paper(visit, "in_box")
        assert not journalled(visit, NoteUnaccounted)
        assert journalled(visit, NoteReturned) <= paper(visit, "returned")
        state = visit.device.state()
        assert state.held is None
        assert state.status is Status.READY
        assert state.accepting == LEASE.denominations
        assert visit.emulator.physics()["at"] == "nowhere"

    def check_all_done(self, visit: Visit) -> None:
        assert paper(visit, "in_box") == Counter({50000: 1, 10000: 1})
        assert paper(visit, "returned") == Counter({1000: 1})
        escrowed = [event for event in visit.till.told if isinstance(event, NoteEscrowed)]
        assert [event.value for event in escrowed] == [rupees(500), rupees(100)]

    def test_lossy_wires(self) -> None:
        for seed in self.seeds:
            self._visit(f"lines are lost, from {seed}", LosesLines(seed, every=9))

    def test_power_cut_on_lossy_wires(self) -> None:
        for seed in self.seeds:
            instant = self.script_ends * seed / len(self.seeds)
            wire = LosesLines(seed, every=9)
            self._visit(f"cut at {instant:.2f} s, seed {seed}", wire, PowerCut(), instant)
