"""The note acceptor family under the suite of every family: each note has one end, told once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TypeVar

from drivers.base.conformance import Conformance
from drivers.base.emulator import Emulator
from drivers.base.loopback import Hand, Till, Visit
from drivers.itl_ssp.driver import NoteAcceptor
from drivers.itl_ssp.emulator import NoteAcceptorEmulator
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

Outcome = TypeVar("Outcome", NoteStacked, NoteReturned, NoteUnaccounted)

NOTES = (10, 20, 50, 100, 200, 500)
FIXED_KEY = "0123456701234567"  # with which units leave the works
LEASE = Lease("a visit", 10.0, [rupees(note) for note in NOTES])


def paper(visit: Visit, where: str) -> Counter[int]:
    physics = visit.emulator.physics()[where]
    return Counter({int(paise): count for paise, count in physics.items()})


def journalled(visit: Visit, kind: type[Outcome]) -> Counter[int]:
    events = [event for event in visit.till.journal.values() if isinstance(event, kind)]
    return Counter(event.value.paise for event in events)


def make_acceptor(folder: Path, **options: str) -> NoteAcceptor:
    return NoteAcceptor("notes", DeviceSection("itl_ssp", Kind.NOTES, "/dev/null", options), folder)


class TestNoteAcceptor(Conformance):
    hands = (
        Hand(1.0, "insert", {"paise": 50000}),
        Hand(5.0, "insert", {"paise": 10000}),
        Hand(8.0, "insert", {"paise": 1000, "quality": "fake"}),
    )

    def make_device(self, folder: Path) -> NoteAcceptor:
        return make_acceptor(folder)

    def make_emulator(self) -> Emulator:
        return NoteAcceptorEmulator()

    def make_till(self) -> Till:
        return Till(LEASE)

    def check(self, visit: Visit) -> None:
        credited = journalled(visit, NoteStacked)
        assert credited == paper(visit, "in_box")
        assert not journalled(visit, NoteUnaccounted)
        assert journalled(visit, NoteReturned) <= paper(visit, "returned")
        self.check_nothing_is_left_open(visit)

    def check_nothing_is_left_open(self, visit: Visit) -> None:
        state = visit.device.state()
        assert state.held is None
        assert state.status is Status.READY
        assert state.accepting == [rupees(note) for note in NOTES]
        assert visit.emulator.physics()["at"] == "nowhere"

    def check_all_done(self, visit: Visit) -> None:
        assert paper(visit, "in_box") == Counter({50000: 1, 10000: 1})
        assert paper(visit, "returned") == Counter({1000: 1})
        escrowed = [event for event in visit.till.told if isinstance(event, NoteEscrowed)]
        assert [event.value for event in escrowed] == [rupees(500), rupees(100)]


class TestNoteAcceptorWithoutPollAck(TestNoteAcceptor):
    """Old firmware says a credit once: what a cut swallows is told as unaccounted, never lost."""

    def make_emulator(self) -> Emulator:
        return NoteAcceptorEmulator(supports_poll_ack=False)

    def check(self, visit: Visit) -> None:
        credited = journalled(visit, NoteStacked)
        in_doubt = journalled(visit, NoteUnaccounted)
        assert credited <= paper(visit, "in_box") <= credited + in_doubt
        self.check_nothing_is_left_open(visit)


class TestSealedNoteAcceptor(TestNoteAcceptor):
    """The same over eSSP, with a unit that says nothing in clear; every third instant."""

    step = 0.6
    seeds = range(4)

    def make_device(self, folder: Path) -> NoteAcceptor:
        return make_acceptor(folder, fixed_key=FIXED_KEY)

    def make_emulator(self) -> Emulator:
        return NoteAcceptorEmulator(fixed_key=FIXED_KEY, is_sealed_only=True)
