"""The stage of all note acceptors with a ccTalk validator behind it, and a tap on its wire."""

from __future__ import annotations

from pathlib import Path

from drivers.base.loopback import Wire
from drivers.cctalk.codec import HOST, Checksum, Frame, FrameReader, Header
from drivers.cctalk_bill.emulator import NoteAcceptorEmulator
from firmware.contract.device import DeviceCommand, Outcome
from tests.drivers import notes
from tests.drivers.cctalk_bill.test_conformance import make_acceptor


class Tap(Wire):
    """A whole wire that keeps the frames of both directions."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []

    def carry(self, data: bytes) -> list[tuple[float, bytes]]:
        self.frames += FrameReader(Checksum.CRC).feed(data, 0.0)
        return super().carry(data)

    def asked(self, header: Header) -> list[bytes]:
        """The data of all requests of that number."""
        return [f.data for f in self.frames if f.header == header and f.destination != HOST]


class Stage(notes.Stage):
    """A visit on a whole wire, started up and leased."""

    def __init__(self, folder: Path, emulator: NoteAcceptorEmulator | None = None) -> None:
        super().__init__(folder, make_acceptor, emulator or NoteAcceptorEmulator())

    def order(self, command: DeviceCommand) -> None:
        """Given, and on the wire."""
        assert self.ask(command) is Outcome.DONE
        self.run(0.001)

    def tap(self) -> Tap:
        tap = Tap()
        self.visit.wire = tap
        return tap
