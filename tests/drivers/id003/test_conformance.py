"""The ID-003 family under the suite of every family: each note has one end, told once."""

from __future__ import annotations

from pathlib import Path

from drivers.base.emulator import Emulator
from drivers.base.loopback import Visit
from drivers.base.notes import NoteAcceptor
from drivers.id003.emulator import NoteAcceptorEmulator
from tests.drivers.notes import NoteConformance, maker

make_acceptor = maker("id003")


class TestNoteAcceptor(NoteConformance):
    longest_delay = 0.08  # there and back, within the 0.2 s of the host
    patience = 10.0
    seeds = range(8)

    def make_device(self, folder: Path) -> NoteAcceptor:
        return make_acceptor(folder)

    def make_emulator(self) -> Emulator:
        return NoteAcceptorEmulator()


class TestNoteAcceptorThatSaysVendValidAgain(TestNoteAcceptor):
    seeds, step = range(2), 0.5  # it differs only in what follows a power cut

    def make_emulator(self) -> Emulator:
        return NoteAcceptorEmulator(after_cut="vend_valid")


class TestNoteAcceptorThatForgets(TestNoteAcceptor):
    """A cut between VEND VALID and ACK leaves a doubt, and a doubt is told."""

    seeds, step = range(2), 0.5

    def make_emulator(self) -> Emulator:
        return NoteAcceptorEmulator(after_cut="nothing", has_serial=False)

    def check(self, visit: Visit) -> None:
        self.check_with_doubt(visit)
