"""The stage of all note acceptors with ID-003 behind it, and a tap on its wire."""

from __future__ import annotations

from pathlib import Path

from drivers.base.loopback import Wire
from drivers.id003.codec import FrameReader, Status
from drivers.id003.emulator import NoteAcceptorEmulator
from tests.drivers import notes
from tests.drivers.id003.test_conformance import make_acceptor


class Tap(Wire):
    """A whole wire that keeps the codes of all frames that went over it, in both directions."""

    def __init__(self) -> None:
        self.codes: list[int] = []

    def carry(self, data: bytes) -> list[tuple[float, bytes]]:
        self.codes += [frame.code for frame in FrameReader().feed(data, 0.0)]
        return super().carry(data)


class Stage(notes.Stage):
    """A visit on a whole wire, started up and leased."""

    def __init__(self, folder: Path, emulator: NoteAcceptorEmulator | None = None) -> None:
        super().__init__(folder, make_acceptor, emulator or NoteAcceptorEmulator())

    def tap(self) -> Tap:
        tap = Tap()
        self.visit.wire = tap
        return tap

    def run_until_said(self, status: Status, within: float = 10.0) -> None:
        """Until the unit has said it, and before the host has read it."""
        tap, end = self.tap(), self.visit.now + within
        while status not in tap.codes:
            assert self.visit.now < end, f"no {status.name} within {within} s"
            self.run(0.001)
