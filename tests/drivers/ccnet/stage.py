"""A visit on a whole wire with a CCNET unit: the till and the hands of every note acceptor."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from drivers.base.loopback import Wire
from drivers.ccnet.codec import FrameReader, Said, Unit
from drivers.ccnet.emulator import NoteAcceptorEmulator
from tests.drivers import notes
from tests.drivers.ccnet.test_conformance import make_acceptor

ACK = 0x00


class Tap(Wire):
    """A whole wire that keeps what went over it, both ways, and loses what a test names."""

    def __init__(self) -> None:
        self.carried: list[bytes] = []  # the data of each frame
        self.loses: set[bytes] = set()

    def carry(self, data: bytes) -> list[tuple[float, bytes]]:
        frames = [frame.data for frame in FrameReader().feed(data, 0.0)]
        self.carried += frames
        return [] if self.loses.intersection(frames) else super().carry(data)

    @property
    def codes(self) -> list[int]:
        """The first byte of each frame."""
        return [data[0] for data in self.carried]

    def acknowledged(self, said: Said) -> list[bool]:
        """Of each time that the unit said this: whether the next frame was the host's ACK."""
        raw = said.to_data()
        return [after == bytes((ACK,)) for data, after in pairwise(self.carried) if data == raw]


class Stage(notes.Stage):
    """Started up and leased."""

    def __init__(self, folder: Path, emulator: NoteAcceptorEmulator | None = None) -> None:
        super().__init__(folder, make_acceptor, emulator or NoteAcceptorEmulator())
        self.tap = Tap()
        self.visit.wire = self.tap
        self.run(2.0)

    def run_until_said(self, unit: Unit, within: float = 10.0) -> None:
        """Until a poll is answered so."""
        self.tap.carried.clear()
        end = self.visit.now + within
        while unit not in self.tap.codes:
            assert self.visit.now < end, f"no {unit.name} within {within} s: {self.tap.codes}"
            self.run(0.01)
