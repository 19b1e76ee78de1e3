"""The stage of all note acceptors with SSP behind it, and a tap on its wire."""

from __future__ import annotations

from pathlib import Path

from drivers.base.loopback import Wire
from drivers.itl_ssp.codec import Generic
from drivers.itl_ssp.emulator import NoteAcceptorEmulator
from firmware.contract.device import NoteStacked
from tests.drivers import notes
from tests.drivers.itl_ssp.test_conformance import make_acceptor


class Tap(Wire):
    """A whole wire that keeps what went in one direction."""

    def __init__(self, to_device: bool) -> None:
        self._to_device = to_device
        self.carried: list[bytes] = []

    def carry(self, data: bytes) -> list[tuple[float, bytes]]:
        is_answer = len(data) > 3 and data[3] >= Generic.OK
        if is_answer is not self._to_device:
            self.carried.append(data)
        return super().carry(data)


class Stage(notes.Stage):
    """A visit on a whole wire, started up and leased."""

    def __init__(self, folder: Path, emulator: NoteAcceptorEmulator | None = None) -> None:
        super().__init__(folder, make_acceptor, emulator or NoteAcceptorEmulator())

    def run_until_the_credit_is_in_the_cable(self) -> None:
        """Of a unit without poll with ack: it has said the credit, and nobody has read it."""
        tap = Tap(to_device=False)
        self.visit.wire = tap
        while not tap.carried or b"\xee\x06" not in tap.carried[-1]:
            self.run(0.001)
        assert not self.till.heard(NoteStacked)
