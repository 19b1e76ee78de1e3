"""A visit on a whole wire with a CCNET unit: the till and the hands of every note acceptor."""

from __future__ import annotations

from pathlib import Path

from drivers.base.loopback import Visit, Wire, make_in
from drivers.ccnet.codec import ACK, Code, Frame, FrameReader, Said, Unit
from drivers.ccnet.emulator import NoteAcceptorEmulator
from tests.drivers.ccnet.test_conformance import make_acceptor
from tests.drivers.itl_ssp import stage as notes


class Tap(Wire):
    """A whole wire that keeps what went over it, both ways, and can lose what fits a test."""

    def __init__(self) -> None:
        self.carried: list[bytes] = []
        self.loses: bytes | None = None  # frames that contain this

    def carry(self, data: bytes) -> list[tuple[float, bytes]]:
        self.carried += [frame.data for frame in FrameReader().feed(data, 0.0)]
        return [] if self.loses is not None and self.loses in data else super().carry(data)

    @property
    def codes(self) -> list[int]:
        """The first byte of each frame."""
        return [data[0] for data in self.carried]


def wire_of(said: Said) -> bytes:
    return Frame(said.to_data()).to_bytes()


class Stage(notes.Stage):
    """Started up and leased."""

    def __init__(self, folder: Path, emulator: NoteAcceptorEmulator | None = None) -> None:
        self.till = notes.Clerk()
        self.tap = Tap()
        unit = emulator or NoteAcceptorEmulator()
        self.visit = Visit(make_in(folder, make_acceptor), unit, self.till, self.tap)
        self.run(4.0)

    def run_until_said(self, unit: Unit, within: float = 10.0) -> None:
        """Until a poll was answered with this state."""
        self.tap.carried.clear()
        end = self.visit.now + within
        while unit not in self.tap.codes:
            assert self.visit.now < end, f"no {unit.name} within {within} s"
            self.run(0.01)

    def unacknowledged(self) -> int:
        """How many of the last replies with a stacked note were not answered with ACK."""
        count = 0
        codes = self.tap.codes
        for place, code in enumerate(codes):
            follows = codes[place + 1 : place + 2]
            count += code == Unit.STACKED and follows != [0x00]
        return count


__all__ = ["ACK", "Code", "Said", "Stage", "Tap", "Unit", "wire_of"]
