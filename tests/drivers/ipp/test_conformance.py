"""The page printer under every connection and mishap: paper and journal never disagree.

Nothing is lost or changed within a TCP connection: it stalls, or it breaks. So where a serial wire
is lossy, this one breaks again and again.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from drivers.base.conformance import Conformance
from drivers.base.loopback import (
    DriverKilled,
    Hand,
    MainsCut,
    Mishap,
    PowerCut,
    Till,
    Unplugged,
    Visit,
    Wire,
)
from drivers.ipp.emulator import PagePrinterEmulator
from firmware.contract.device import Status
from firmware.contract.document import DocumentFailed, DocumentPrinted
from firmware.runtime.spool import Spool
from tests.drivers.ipp.stage import (
    Office,
    Printer,
    PrintingTill,
    assert_honest,
    make_printer,
)

JOBS = {"a": 3, "b": 2}


class TestIpp(Conformance):
    hands = (
        Hand(7.0, "pull_paper"),
        Hand(10.0, "load_paper"),
        Hand(14.0, "open_cover"),
        Hand(16.0, "close_cover"),
    )
    script_ends = 26.0
    patience = 45.0  # one that fell silent is waited for ten seconds
    step = 1.7
    longest_delay = 2.0
    seeds = range(4)

    till: PrintingTill

    def make_device(self, folder: Path) -> Printer:
        self.till.spool = Spool(folder / "spool" / "page")
        return make_printer(folder)

    def make_emulator(self) -> PagePrinterEmulator:
        return PagePrinterEmulator()

    def make_till(self) -> Till:
        self.till = PrintingTill(**JOBS)
        return self.till

    def check(self, visit: Visit) -> None:
        assert isinstance(visit.emulator, PagePrinterEmulator)
        assert_honest(visit.till, visit.emulator, JOBS)
        assert visit.device.state().status is Status.READY

    def check_all_done(self, visit: Visit) -> None:
        assert set(visit.till.journal) == set(JOBS)
        assert all(isinstance(each, DocumentPrinted) for each in visit.till.journal.values())

    def test_lossy_wires(self) -> None:
        for seed in self.seeds:
            self._visit(f"breaks, seed {seed}", Wire(), Breaking(seed, self.script_ends))

    def test_power_cut_on_lossy_wires(self) -> None:
        for seed in self.seeds:
            breaking = Breaking(seed, self.script_ends, PowerCut())
            self._visit(f"breaks and power cuts, seed {seed}", Wire(), breaking)


class Breaking(Mishap):
    """The connection breaks five times, and something else may happen in between."""

    def __init__(self, seed: int, until: float, also: Mishap | None = None) -> None:
        self._chance, self._until, self._also = random.Random(seed), until, also

    def strike(self, visit: Visit) -> None:
        for _ in range(5):
            at = self._chance.uniform(0.0, self._until)
            visit.at(at, lambda: Unplugged(0.3).strike(visit))
        if (also := self._also) is not None:
            visit.at(self._chance.uniform(0.0, self._until), lambda: also.strike(visit))


# --- every state of the printer, and everything that may happen to it in that state -------------


def idle(office: Office) -> None:
    office.run(3.0)


def preparing(office: Office) -> None:
    """The job is created, and its document on its way."""
    office.run(3.0)
    office.order("a")


def printing(office: Office) -> None:
    preparing(office)
    office.until_out(1)


def out_of_paper(office: Office) -> None:
    printing(office)
    office.hand("pull_paper")
    office.until(lambda: "page.paper.end" in office.faults)


def jammed(office: Office) -> None:
    printing(office)
    office.hand("jam")
    office.until(lambda: "page.jam" in office.faults)


def opened(office: Office) -> None:
    printing(office)
    office.hand("open_cover")
    office.until(lambda: "page.cover.open" in office.faults)


def offline(office: Office) -> None:
    printing(office)
    office.hand("go_offline")
    office.until(lambda: "page.offline" in office.faults)


def silent(office: Office) -> None:
    printing(office)
    office.hand("slow", seconds=30.0)
    office.until(lambda: office.device.state().status is Status.GONE)


def unplugged(office: Office) -> None:
    printing(office)
    office.visit.unplug()
    office.run(1.0)


STATES = (idle, preparing, printing, out_of_paper, jammed, opened, offline, silent, unplugged)
HANDS = ("pull_paper", "open_cover", "jam", "go_offline", "forget_jobs", "noise")
MISHAPS = (Unplugged(), PowerCut(), DriverKilled(), MainsCut())
AFTERWARDS = ("close_cover", "clear_jam", "load_paper", "go_online", "power_on")


@pytest.mark.parametrize("counts", [True, False], ids=["counter", "no_counter"])
@pytest.mark.parametrize("fault", [*HANDS, *MISHAPS], ids=str)
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_printed_once_or_not_printed_and_said_so(
    tmp_path: Path, state: object, fault: str | Mishap, counts: bool
) -> None:
    office = Office(tmp_path, counts=counts)
    assert callable(state)
    state(office)
    if isinstance(fault, str):
        office.hand(fault)
    else:
        fault.strike(office.visit)
    office.run(4.0)
    for hand in AFTERWARDS:
        office.hand(hand)
    office.hand("slow", seconds=0.0)
    office.visit.plug()
    if state is idle:
        office.run(25.0)
        office.order("a")
    event = office.until_ended("a")
    office.run(8.0)
    assert_honest(office.till, office.emulator, {"a": 3})
    assert office.spooled == []
    assert office.device.state().status is Status.READY
    if counts and not isinstance(event, DocumentPrinted):
        assert isinstance(event, DocumentFailed)
        raise AssertionError(f"a printer that counts can always go on: {event}")
