"""The CCNET family under the suite of every family: each note has one end, told once."""

from __future__ import annotations

from pathlib import Path

from drivers.base.emulator import Emulator
from drivers.base.loopback import Hand, Visit
from drivers.base.notes import NoteAcceptor
from drivers.ccnet.emulator import NoteAcceptorEmulator
from tests.drivers.notes import NoteConformance, maker

make_acceptor = maker("ccnet")


class TestCcnet(NoteConformance):
    hands = (
        Hand(3.0, "insert", {"paise": 50000}),
        Hand(6.0, "insert", {"paise": 10000}),
        Hand(9.0, "insert", {"paise": 1000, "quality": "fake"}),
    )

    def make_device(self, folder: Path) -> NoteAcceptor:
        return make_acceptor(folder)

    def make_emulator(self) -> Emulator:
        return NoteAcceptorEmulator()


class TestCcnetThatSaysACreditOnce(TestCcnet):
    """What a cut or a bad wire swallows is told as unaccounted, never lost."""

    step = 0.5
    seeds = range(6)

    def make_emulator(self) -> Emulator:
        return NoteAcceptorEmulator(repeats_credit=False)

    def check(self, visit: Visit) -> None:
        self.check_with_doubt(visit)
