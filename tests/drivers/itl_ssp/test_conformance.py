"""The SSP family under the suite of every family: each note has one end, told once."""

from __future__ import annotations

from pathlib import Path

from drivers.base.emulator import Emulator
from drivers.base.loopback import Visit
from drivers.itl_ssp.driver import NoteAcceptor
from drivers.itl_ssp.emulator import NoteAcceptorEmulator
from firmware.contract.device import Kind
from firmware.runtime.config import DeviceSection
from tests.drivers.notes import NoteConformance

FIXED_KEY = "0123456701234567"  # with which units leave the works


def make_acceptor(folder: Path, **options: str) -> NoteAcceptor:
    return NoteAcceptor("notes", DeviceSection("itl_ssp", Kind.NOTES, "/dev/null", options), folder)


class TestNoteAcceptor(NoteConformance):
    def make_device(self, folder: Path) -> NoteAcceptor:
        return make_acceptor(folder)

    def make_emulator(self) -> Emulator:
        return NoteAcceptorEmulator()


class TestNoteAcceptorWithoutPollAck(TestNoteAcceptor):
    """Old firmware says a credit once: what a cut swallows is told as unaccounted, never lost."""

    def make_emulator(self) -> Emulator:
        return NoteAcceptorEmulator(supports_poll_ack=False)

    def check(self, visit: Visit) -> None:
        self.check_with_doubt(visit)


class TestSealedNoteAcceptor(TestNoteAcceptor):
    """The same over eSSP, with a unit that says nothing in clear; every third instant."""

    step = 0.6
    seeds = range(4)

    def make_device(self, folder: Path) -> NoteAcceptor:
        return make_acceptor(folder, fixed_key=FIXED_KEY)

    def make_emulator(self) -> Emulator:
        return NoteAcceptorEmulator(fixed_key=FIXED_KEY, is_sealed_only=True)
