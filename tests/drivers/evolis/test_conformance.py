"""The card printer under every wire and mishap: no half card is given out, and none twice."""

from __future__ import annotations

from pathlib import Path

from drivers.base.conformance import Conformance
from drivers.base.loopback import Visit
from drivers.evolis.driver import CardPrinter
from drivers.evolis.emulator import CardPrinterEmulator
from firmware.contract.document import DocumentPrinted
from firmware.runtime.spool import Spool
from tests.drivers.evolis.bench import CardTill, make_printer


class TestEvolis(Conformance):
    jobs: tuple[str, ...] = ("first", "second")
    baudrate = 115200
    script_ends = 24.0
    patience = 70.0  # a panel may take 37 s, then the wire is asked twice
    step = 0.8

    def make_device(self, folder: Path) -> CardPrinter:
        self.till.spool = Spool(folder / "spool" / "pvc")
        return make_printer(folder, ribbon="k", baudrate=self.baudrate)

    def make_emulator(self) -> CardPrinterEmulator:
        return CardPrinterEmulator(ribbon="k", speed=2.0)

    def make_till(self) -> CardTill:
        self.till = CardTill(*self.jobs)
        return self.till

    def test_one_byte_at_a_time(self) -> None:
        self.jobs = ("first",)  # 165 KB of panels, a millisecond each
        self.baudrate, self.patience = 9600, 260.0
        super().test_one_byte_at_a_time()

    def check(self, visit: Visit) -> None:
        physics = visit.emulator.physics()
        told = sum(isinstance(event, DocumentPrinted) for event in visit.till.journal.values())
        assert set(visit.till.journal) == set(self.jobs), "a job ended in silence"
        assert physics["halves_given_out"] == 0
        assert physics["given_out"] == told, "what is told differs from what lies in the hopper"
        assert not physics["card_is_inside"], "a card that is not finished was left in the path"

    def check_all_done(self, visit: Visit) -> None:
        events = visit.till.journal.values()
        assert all(isinstance(event, DocumentPrinted) for event in events), events
