"""The ccTalk bill validator under the suite of every family: each note has one end, told once."""

from __future__ import annotations

from pathlib import Path

from drivers.base.emulator import Emulator
from drivers.base.loopback import Visit
from drivers.base.notes import NoteAcceptor
from drivers.cctalk_bill.emulator import NoteAcceptorEmulator
from tests.drivers.notes import NoteConformance, maker

make_acceptor = maker("cctalk_bill")


class Watched(NoteAcceptorEmulator):
    """Knows whether it ever lost its RAM."""

    has_lost_power = False

    def hand_power_cut(self, now: float) -> None:
        super().hand_power_cut(now)
        self.has_lost_power = True


class TestNoteAcceptor(NoteConformance):
    """Its counter is in RAM: what a power cut takes before it was read is told as a doubt."""

    longest_delay = 0.08  # there and back, within the 0.2 s of a poll
    patience = 14.0
    seeds = range(8)

    def make_device(self, folder: Path) -> NoteAcceptor:
        return make_acceptor(folder)

    def make_emulator(self) -> Emulator:
        return Watched(has_echo=True)

    def check(self, visit: Visit) -> None:
        assert isinstance(visit.emulator, Watched)
        if visit.emulator.has_lost_power:
            self.check_with_doubt(visit)
        else:
            super().check(visit)


class TestNoteAcceptorThatIsSilentAtPowerUp(TestNoteAcceptor):
    seeds, step = range(2), 0.5  # it differs only in what follows a power cut

    def make_emulator(self) -> Emulator:
        return Watched(says_at_power_up=False)
