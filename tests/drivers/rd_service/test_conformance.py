"""The fingerprint reader under every connection and mishap: nobody's print comes twice.

Nothing is lost or changed within a TCP connection: it stalls, or it breaks. So where a serial wire
is lossy, this one breaks again and again.
"""

from __future__ import annotations

from pathlib import Path

from drivers.base.conformance import Conformance
from drivers.base.loopback import Hand, PowerCut, Till, Visit, Wire
from firmware.contract.device import Status
from firmware.contract.finger import FingerCaptured
from firmware.gateway.sandbox.fingers import open_pid
from tests.drivers.ipp.test_conformance import Breaking
from tests.drivers.rd_service.stage import AskingTill, EmulatedReader, Reader, make_reader


class TestRdService(Conformance):
    hands = (
        Hand(5.0, "put_finger", {"finger": "first"}),
        Hand(7.5, "lift"),
        Hand(10.0, "put_finger", {"finger": "early"}),
        Hand(10.3, "lift"),
        Hand(13.0, "put_finger", {"finger": "second"}),
        Hand(16.0, "lift"),
    )
    script_ends = 20.0
    patience = 35.0  # an abandoned capture keeps the reader to its time-out
    step = 1.1
    longest_delay = 0.4
    seeds = range(4)

    def make_device(self, folder: Path) -> Reader:
        return make_reader(folder)

    def make_emulator(self) -> EmulatedReader:
        return EmulatedReader()

    def make_till(self) -> Till:
        return AskingTill(2, self.script_ends)

    def check(self, visit: Visit) -> None:
        """Every print that is told was made once, and went to the gateway under that reference."""
        told = [event for event in visit.till.told if isinstance(event, FingerCaptured)]
        assert [event.reference for event in told] == [each.reference for each in visit.pids]
        assert len({each.reference for each in told}) == len(told)
        assert len(told) <= len(visit.emulator.physics()["captured"])
        for sealed in visit.pids:
            assert open_pid(sealed.pid).startswith(b"<Pid ")
        assert visit.device.state().status is Status.READY

    def check_all_done(self, visit: Visit) -> None:
        assert isinstance(visit.till, AskingTill)
        assert visit.emulator.physics()["captured"] == ["first", "second"]
        assert [event.quality for event in visit.till.got] == [82, 82]
        assert "finger.capture_failed" in visit.till.failed

    def test_lossy_wires(self) -> None:
        for seed in self.seeds:
            self._visit(f"breaks, seed {seed}", Wire(), Breaking(seed, self.script_ends))

    def test_power_cut_on_lossy_wires(self) -> None:
        for seed in self.seeds:
            breaking = Breaking(seed, self.script_ends, PowerCut())
            self._visit(f"breaks and power cuts, seed {seed}", Wire(), breaking)
