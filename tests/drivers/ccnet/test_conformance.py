"""The CCNET family under the suite of every family: each note has one end, told once."""

from __future__ import annotations

from pathlib import Path

from drivers.base.emulator import Emulator
from drivers.base.loopback import Hand, Visit
from drivers.ccnet.driver import NoteAcceptor
from drivers.ccnet.emulator import NoteAcceptorEmulator
from firmware.contract.device import Kind, NoteStacked, NoteUnaccounted
from firmware.runtime.config import DeviceSection
from tests.drivers.itl_ssp import test_conformance as notes


def make_acceptor(folder: Path) -> NoteAcceptor:
    return NoteAcceptor("notes", DeviceSection("ccnet", Kind.NOTES, "/dev/null"), folder)


class TestCcnet(notes.TestNoteAcceptor):
    hands = (
        Hand(3.0, "insert", {"paise": 50000}),
        Hand(6.0, "insert", {"paise": 10000}),
        Hand(9.0, "insert", {"paise": 1000, "quality": "fake"}),
    )

    def make_device(self, folder: Path) -> NoteAcceptor:  # type: ignore[override]
        return make_acceptor(folder)

    def make_emulator(self) -> Emulator:
        return NoteAcceptorEmulator()


class TestCcnetThatSaysACreditOnce(TestCcnet):
    """What a cut or a bad wire swallows is told as unaccounted, never lost."""

    step = 0.4
    seeds = range(6)

    def make_emulator(self) -> Emulator:
        return NoteAcceptorEmulator(repeats_credit=False)

    def check(self, visit: Visit) -> None:
        credited = notes.journalled(visit, NoteStacked)
        in_doubt = notes.journalled(visit, NoteUnaccounted)
        assert credited <= notes.paper(visit, "in_box") <= credited + in_doubt
        self.check_nothing_is_left_open(visit)
